"""Packs with mistakes are refused, each mistake named by file, key, value and way out."""

from pathlib import Path
from typing import Any

import pytest

from registry.rules.policy import PackError, load_packs, parse_pack
from registry.rules.policy.strict_yaml import YamlError, read_yaml

HEAD = """\
head:
  id: trial
  title: 试行办法
  issuer: 某县
  authority: {level: local-document}
  domain: trial
  region: 某县
"""
BODY = """\
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


def _problems(text: str) -> str:
    with pytest.raises(PackError) as refused:
        parse_pack(read_yaml(text), source="trial.yaml")
    return str(refused.value)


def test_the_trial_pack_is_right_to_begin_with() -> None:
    assert parse_pack(read_yaml(HEAD + BODY), source="trial.yaml").id == "trial"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("issuer: 某县", "isuer: 某县", "trial.yaml：head.isuer：没有这样的项"),
        ("issuer: 某县", "isuer: 某县", "trial.yaml：head.issuer：缺少此项"),
        ("years: 1, from", "years: one, from", "lists.0.term.years：应为整数，请改为数字（现值：'one'）"),
        ("years: 1, from: publication", "from: publication", "lists.0.term：期间为空"),
        (
            "from: publication",
            "from: yesterday",
            "lists.0.term.from：只能是 'publication', 'decision' 或 'recognition' 之一",
        ),
        ('clause: "14"', 'clause: ""', "lists.0.term.clause：不能为空"),
        ('public: {value: false, clause: "9"}', "public: {value: false}", "lists.0.public.clause：缺少此项"),
        (
            'public: {value: false, clause: "9"}',
            'public: {value: false, clause: "9", assumed: true}',
            "lists.0.public：标为 assumed: true 的值必须写明 reason",
        ),
        ("{points: {at_least: 10}", "{item: major", "item 条件用到未定义的代码：major"),
        ("{points: {at_least: 10}", "{on_list: red", "on_list 条件用到未定义的代码：red"),
        ("{points: {at_least: 10}", "{standing: yellow", "名单 yellow 的 standing 条件绕回自身"),
        ("{points: {at_least: 10}", "{item: minor, any: []", "lists.0.entry：每个条件须恰好含有一种判断"),
        ("{points: {at_least: 10}", "{total: 10", "lists.0.entry：每个条件须恰好含有一种判断"),
        (
            "kind: lookback, period: {years: 1}",
            "kind: calendar_year, period: {years: 1}",
            "points.window：lookback 和 span 须写明 period",
        ),
        ('points: {window: {kind: lookback, period: {years: 1}}, clause: "9"}\n', "", "没有写 points 计分规则"),
        ("code: yellow", "code: 黄", "lists.0.code：代码只能由字母、数字、点和连字符组成"),
        (
            '- {code: minor, label: 轻微, points: 1, clause: "7"}',
            '- {code: minor, label: 轻微, clause: "7"}\n  - {code: minor, label: 又, clause: "7"}',
            "items 中代码重复：minor",
        ),
    ],
)
def test_a_mistake_is_named_with_its_way_out(old: str, new: str, said: str) -> None:
    assert old in HEAD + BODY
    assert said in _problems((HEAD + BODY).replace(old, new, 1))


def test_a_count_of_something_that_is_not_about_records_is_refused() -> None:
    entry = "{count: {of: {points: {at_least: 1}}, at_least: 2, window: {kind: calendar_year}}"
    assert "count、during 和 none 中只能放" in _problems((HEAD + BODY).replace("{points: {at_least: 10}", entry))


def test_a_mandatory_measure_without_legal_basis_is_refused() -> None:
    measures = (
        "measures:\n  - {code: M1, label: 限制, force: mandatory, departments: [某局], "
        "targets: [organization], clause: '1'}\n"
    )
    assert "措施 M1 为强制性（mandatory），必须写明 basis" in _problems(HEAD + measures)


def test_a_measure_for_an_unknown_item_is_refused() -> None:
    measures = (
        "measures:\n  - {code: M1, label: 限制, force: recommended, departments: [某局], "
        "targets: [organization], items: [minor, major], clause: '1'}\n"
    )
    assert "措施 M1 的 items 用到未定义的失信行为：major，" in _problems(HEAD + BODY + measures)


def _folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_every_problem_of_a_folder_is_reported_at_once(tmp_path: Path) -> None:
    folder = _folder(tmp_path, one=HEAD.replace("trial", "one") + "color: red\n", two=HEAD + "head: {}\n")
    with pytest.raises(PackError) as refused:
        load_packs(folder)
    assert [problem.split("：")[0] for problem in refused.value.problems] == ["two.yaml", "one.yaml"]


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"two\.yaml：head\.id：政策包“trial”与 one\.yaml 重复"):
        load_packs(_folder(tmp_path, one=HEAD, two=HEAD))


def test_an_unknown_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="catalogues：没有政策包“memo”"):
        load_packs(_folder(tmp_path, one=HEAD + "catalogues: [memo]\n"))


def test_a_pack_that_extends_another_changes_what_it_names(tmp_path: Path) -> None:
    own = HEAD.replace("id: trial", "id: own") + (
        'extends: trial\nitems:\n  - {code: severe, label: 严重, points: 6, clause: "7"}\n'
    )
    pack = load_packs(_folder(tmp_path, base=HEAD + BODY, own=own))["own"].pack
    assert [item.code for item in pack.items] == ["minor", "severe"]
    assert [rule.code for rule in pack.lists] == ["yellow"]


def test_packs_that_extend_one_another_are_refused(tmp_path: Path) -> None:
    one = HEAD.replace("id: trial", "id: one") + "extends: two\n"
    two = HEAD.replace("id: trial", "id: two") + "extends: one\n"
    with pytest.raises(PackError, match="继承关系绕成一圈"):
        load_packs(_folder(tmp_path, one=one, two=two))


def test_layout_and_key_order_do_not_change_the_hash() -> None:
    other = BODY + HEAD.replace("{level: local-document}", "\n    level: local-document")
    one = parse_pack(read_yaml(HEAD + BODY), source="a")
    assert one.content_hash == parse_pack(read_yaml(other), source="b").content_hash


def test_a_changed_number_changes_the_hash() -> None:
    one = parse_pack(read_yaml(HEAD + BODY), source="a")
    other = parse_pack(read_yaml((HEAD + BODY).replace("at_least: 10", "at_least: 11")), source="a")
    assert one.content_hash != other.content_hash


def test_a_loaded_pack_cannot_be_changed() -> None:
    pack = parse_pack(read_yaml(HEAD + BODY), source="a").pack
    with pytest.raises(ValueError, match="frozen"):
        pack.lists[0].rank = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a: 2.10", "2.10"),
        ("a: on", "on"),
        ("a: 2018-06-15", "2018-06-15"),
        ("a: 1_000", "1_000"),
        ("a: 012", "012"),
        ("a: 12", 12),
        ("a: true", True),
        ("a: yes", "yes"),
        ("a:", None),
        ("a: 1e3", "1e3"),
    ],
)
def test_yaml_guesses_nothing(text: str, read: Any) -> None:
    assert read_yaml(text) == {"a": read}


def test_yaml_keys_stay_text() -> None:
    assert read_yaml("on: 1\n2.10: 2\n7: 3\n") == {"on": 1, "2.10": 2, "7": 3}


def test_a_doubled_key_deep_inside_is_an_error() -> None:
    with pytest.raises(YamlError, match="第 3 行：键“b”重复出现"):
        read_yaml("a:\n  b: 1\n  b: 2\n")


def test_an_object_tag_is_refused() -> None:
    with pytest.raises(YamlError):
        read_yaml("a: !!python/object/apply:os.system [ls]")


def test_broken_yaml_names_the_place() -> None:
    with pytest.raises(YamlError, match="第 2 行第"):
        read_yaml("a: [1, 2\nb: }")
