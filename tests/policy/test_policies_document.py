"""The command that writes docs/policies/ and that CI asks whether they are stale."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

STALE = "与政策包不一致"


def status(*arguments: str) -> int:
    try:
        call_command("policies_document", *arguments)
    except SystemExit as stopped:
        return int(str(stopped.code))
    return 0


def test_what_was_written_is_not_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status("--to", str(tmp_path))
    capsys.readouterr()
    status("--to", str(tmp_path), "--check")
    assert STALE not in capsys.readouterr().err


def test_changed_missing_and_surplus_pages_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status("--to", str(tmp_path))
    (tmp_path / "index.md").write_text("changed", encoding="utf-8")
    (tmp_path / "saws-2017-49.md").unlink()
    (tmp_path / "gone.md").write_text("of no pack", encoding="utf-8")
    capsys.readouterr()
    assert status("--to", str(tmp_path), "--check") == 1
    named = [line.partition("：")[0] for line in capsys.readouterr().err.splitlines() if STALE in line]
    assert named == ["gone.md", "index.md", "saws-2017-49.md"]
    assert (tmp_path / "index.md").read_text(encoding="utf-8") == "changed"


def test_writing_removes_the_page_of_a_pack_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("of no pack", encoding="utf-8")
    status("--to", str(tmp_path))
    assert not (tmp_path / "gone.md").exists()


def test_strict_fails_exactly_where_values_without_a_case_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    relaxed = status("--to", str(tmp_path))
    printed = capsys.readouterr()
    missing = int(re.findall(r"(\d+) values without a case", printed.out)[0])
    assert status("--to", str(tmp_path), "--strict") == (1 if missing or relaxed else 0)
    assert capsys.readouterr().err.count("没有案例证明") == missing


@pytest.mark.parametrize(("option", "text"), [("--sources", "pack: [\n"), ("--cases", "- case: [\n")])
def test_files_that_are_not_of_their_form_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, text: str
) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    assert status("--to", str(tmp_path), option, str(tmp_path)) == 2
    assert "bad.yaml" in capsys.readouterr().err
