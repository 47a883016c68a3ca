"""Every case of this folder against the packs, one test a case; and the command that officers run."""

from pathlib import Path

import pytest
from django.core.management import call_command

from registry.rules.calendar import official_calendar
from registry.rules.policy.case_form import FiledCase, read_cases
from registry.rules.policy.case_run import run_case
from registry.rules.policy.loader import load_packs

HERE = Path(__file__).parent
CASES, PROBLEMS = read_cases([HERE])
GOOD = """\
- case: no record
  policy: saws-2017-49
  on: 2018-01-01
  expect: {entry: {}}
"""


def test_every_case_file_has_its_form() -> None:
    assert PROBLEMS == []


@pytest.mark.parametrize("filed", CASES, ids=lambda filed: f"{filed.case.policy}: {filed.case.case}")
def test_case(filed: FiledCase) -> None:
    assert run_case(load_packs(), filed.case, official_calendar()).differences == ()


@pytest.mark.parametrize(
    ("policy", "least"),
    [
        ("saws-2017-49", 10),
        ("mem-2023-11", 10),
        ("nanning-urban", 10),
        ("city-work-safety", 10),
        ("qingtongxia-2020", 10),
        ("jinan-coal-2020", 10),
        ("mohurd-urban-2018", 10),
        ("memo-2016-1001", 3),
        ("saws-2017-133", 10),
        ("ndrc-2018-424", 3),
        ("ndrc-2019-527", 3),
        ("ndrc-2023-58", 3),
        ("ndrc-2025-36", 3),
        ("county-default", 3),
        ("yiyuan-2021", 10),
        ("fangcheng-2020", 10),
        ("lixia-2020", 10),
        ("district-plan", 10),
        ("huainan-2021", 3),
        ("city-plan", 3),
    ],
)
def test_each_pack_has_enough_cases(policy: str, least: int) -> None:
    assert sum(filed.case.policy == policy for filed in CASES) >= least


def _run(tmp_path: Path, text: str) -> int:
    file = tmp_path / "cases.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        call_command("policy_cases", str(file))
    return int(str(stopped.value.code))


def test_command_prints_one_line_a_case_and_the_sum(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    call_command("policy_cases", str(tmp_path))
    assert capsys.readouterr().out == "ok   saws-2017-49  no record\n1 passed, 0 failed\n"


def test_command_says_what_was_expected_and_what_came(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = _run(tmp_path, GOOD.replace("{entry: {}}", "{entry: {blacklist: [a]}, mode: binding}"))
    out = capsys.readouterr().out
    assert (status, out) == (
        1,
        "FAIL saws-2017-49  no record: entry: expected {blacklist: [a]} got {}\n0 passed, 1 failed\n",
    )


def test_unknown_policy_fails_its_case_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = _run(tmp_path, GOOD + GOOD.replace("saws-2017-49", "saws-2017-50"))
    out = capsys.readouterr().out
    assert status == 1
    assert out.endswith("1 passed, 1 failed\n")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (GOOD.replace("entry: {}", "entries: {}"), "expect.entries"),
        (GOOD.replace("expect:", "given: {record: []}\n  expect:"), "given.record"),
        (GOOD.replace("on: 2018-01-01", "on: 2018-02-30"), "on"),
        (
            GOOD.replace("expect:", "given: {records: [{id: a, item: '2.2', decided: 2018-01-01}]}\n  expect:"),
            "given.records.0.decided",
        ),
        (GOOD.replace("expect:", "given: {records: [{id: a, decided_on: 2018-01-01}]}\n  expect:"), "given.records.0"),
        (GOOD.replace("entry: {}", "deadline: {soon: 2018-01-01}"), "expect.deadline.soon"),
        (GOOD.replace("entry: {}", ""), "expect"),
        (
            GOOD.replace(
                "expect:",
                "given: {listings: [{id: l, list: blacklist, published_on: 2018-01-01, "
                "pauses: [[2018-02-01, 2018-02-01]]}]}\n  expect:",
            ),
            "given.listings.0",
        ),
        (
            GOOD.replace(
                "expect:",
                "given: {records: [{id: a, item: '2.2', decided_on: 2018-01-01}, "
                "{id: a, item: '2.2', decided_on: 2018-01-01}]}\n  expect:",
            ),
            "given",
        ),
        (GOOD.replace("on: 2018-01-01", "on: 9999-12-31"), "on"),
    ],
)
def test_wrong_form_names_file_case_and_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, named: str
) -> None:
    status = _run(tmp_path, text)
    error = capsys.readouterr().err
    assert status == 2
    assert f"cases.yaml：案例“no record”：{named}" in error


def test_doubled_key_is_an_error_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = _run(tmp_path, GOOD + "  expect: {entry: {}}\n")
    assert status == 2
    assert "第 5 行：键“expect”重复出现" in capsys.readouterr().err


def test_key_that_is_no_name_is_an_error_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = _run(tmp_path, GOOD.replace("{entry: {}}", "{entry: {? [a] : b}}"))
    assert (status, "第 4 行：键应为一个名称" in capsys.readouterr().err) == (2, True)


def test_true_may_be_written_with_a_capital(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = "given: {records: [{id: a, accident: {deaths: 3, liable: True}, occurred_on: 2017-09-01}]}"
    text = GOOD.replace("expect: {entry: {}}", f"{given}\n  expect: {{entry: {{joint-sanction: [a]}}}}")
    (tmp_path / "good.yaml").write_text(text, encoding="utf-8")
    call_command("policy_cases", str(tmp_path))
    assert capsys.readouterr().out.endswith("1 passed, 0 failed\n")


def test_missing_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("policy_cases", str(tmp_path / "none.yaml"))
    assert "none.yaml" in capsys.readouterr().err


def test_misspelt_item_fails_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = "given: {records: [{id: a, item: '2.22', decided_on: 2018-01-01}]}\n  expect:"
    assert _run(tmp_path, GOOD.replace("expect:", given)) == 1
    assert "given.records.a.item" in capsys.readouterr().out
