"""A pack laid over another: what it names changes, the rest stays, and each value tells where it came from."""

from pathlib import Path

import pytest

from registry.rules.policy import PackError, load_packs, parse_pack
from registry.rules.policy.schema import Pack
from registry.rules.policy.strict_yaml import read_yaml

HEAD = """\
head:
  id: {id}
  title: 试行办法
  issuer: 某处
  authority: {{level: local-document}}
  domain: trial
  region: 某处
"""
NATION = (
    HEAD.format(id="nation")
    + """\
items:
  - {code: minor, label: 轻微, points: 1, clause: "7"}
points: {window: {kind: lookback, period: {years: 1}}, clause: "9"}
lists:
  - code: yellow
    label: 黄名单
    clause: "9"
    rank: 1
    public: {value: false, clause: "9"}
    term: {years: 1, from: publication, clause: "14"}
    entry: {points: {at_least: 10}, clause: "9"}
"""
)
PROVINCE = (
    HEAD.format(id="province")
    + """\
extends: nation
lists:
  - code: yellow
    term: {years: 2, from: publication, clause: 省三}
points: {most: 20}
"""
)
COUNTY = (
    HEAD.format(id="county")
    + """\
extends: province
lists:
  - code: yellow
    entry: {points: {at_least: 12}, clause: 县五}
items:
  - {code: severe, label: 严重, points: 6, clause: 县二}
"""
)


def _packs(folder: Path) -> dict[str, Pack]:
    for name, text in {"nation": NATION, "province": PROVINCE, "county": COUNTY}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return {name: loaded.pack for name, loaded in load_packs(folder).items()}


def test_each_level_changes_only_what_it_names(tmp_path: Path) -> None:
    county = _packs(tmp_path)["county"]
    yellow = county.list_rule("yellow")
    assert (yellow.label, yellow.public.value) == ("黄名单", False)
    assert yellow.term is not None
    assert yellow.term.years == 2
    assert yellow.entry is not None
    assert yellow.entry.clause == "县五"
    assert [item.code for item in county.items] == ["minor", "severe"]
    assert county.points is not None
    assert (county.points.most, county.points.window.kind) == (20, "lookback")


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("lists.yellow.term", "province"),
        ("lists.yellow.term.years", "province"),
        ("lists.yellow.label", "nation"),
        ("lists.yellow.entry", "county"),
        ("items.minor", "nation"),
        ("items.minor.points", "nation"),
        ("items.severe", "county"),
        ("points.window", "nation"),
        ("points.most", "province"),
        ("head.title", "county"),
    ],
)
def test_every_value_tells_which_pack_it_came_from(tmp_path: Path, path: str, origin: str) -> None:
    assert _packs(tmp_path)["county"].origin_of(path) == origin


def test_a_pack_that_extends_nothing_is_its_own_origin(tmp_path: Path) -> None:
    nation = _packs(tmp_path)["nation"]
    assert nation.origins == {}
    assert nation.origin_of("lists.yellow.term") == "nation"


def test_the_resolved_text_reads_back_to_the_same_pack(tmp_path: Path) -> None:
    county = _packs(tmp_path)["county"]
    content = county.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    assert parse_pack(content, source="stored").pack == county


def test_origins_may_not_be_written_by_hand(tmp_path: Path) -> None:
    (tmp_path / "nation.yaml").write_text(NATION, encoding="utf-8")
    (tmp_path / "own.yaml").write_text(
        HEAD.format(id="own") + "extends: nation\norigins: {points: own}\n", encoding="utf-8"
    )
    with pytest.raises(PackError, match=r"own\.yaml：origins：该键由系统在载入时写入"):
        load_packs(tmp_path)


def test_a_base_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(HEAD.format(id="own") + "extends: nowhere\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"own\.yaml：extends：没有政策包“nowhere”"):
        load_packs(tmp_path)


def test_unrelated_yaml_stays_strict() -> None:
    with pytest.raises(PackError, match=r"duties\.0\.whom"):
        parse_pack(
            read_yaml(HEAD.format(id="own") + "duties:\n  - {code: a, label: 告知, whom: 局, clause: 五}\n"),
            source="own",
        )
