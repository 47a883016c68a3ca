"""Which clause, which value, which case: the joins are checked on a small pack and on cases worked out by hand."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from registry.rules.calendar import official_calendar
from registry.rules.policy.case_form import Case, read_cases
from registry.rules.policy.coverage import Coverage, coverage_of, is_provable
from registry.rules.policy.document import documents_of
from registry.rules.policy.loader import PackLibrary, load_packs, parse_pack
from registry.rules.policy.proving import places_proven
from registry.rules.policy.registers import Register, RegisterError, read_registers
from tests.registry.rules.policy.full_pack import FULL

ROOT = Path(__file__).parents[4]

PACK: dict[str, Any] = {
    "head": {
        "id": "small", "title": "样例办法", "issuer": "样例机关", "authority": {"level": "ministry-rule"}, "domain": "work-safety",
        "region": "样例县",
    },
    "items": [{"code": "2.1", "label": "无证生产", "clause": "2.1"}, {"code": "2.2", "label": "瞒报事故", "clause": "2.2"}],
    "lists": [{
        "code": "blacklist", "label": "黑名单", "rank": 1, "clause": "2", "public": {"value": True, "clause": "3"},
        "term": {"years": 1, "from": "publication", "clause": "4"}, "removal": {"last_working_days": 30, "clause": "5"},
        "entry": {"any": [
            {"item": "2.1", "clause": "2.1"},
            {"item": "2.2", "clause": "2.2"},
            {"accident": {"at_least": "larger"}, "clause": "2.3"},
        ]},
    }],
    "duties": [{"code": "check", "label": "查询名单", "who": "各部门", "clause": "6"}],
}  # fmt: skip
REGISTER: dict[str, Any] = {
    "pack": "small", "document": "样例办法（2020年）",
    "clauses": [
        {"clause": "1", "says": "目的", "out": "不含规则"}, {"clause": "2", "says": "名单"}, {"clause": "2.1", "says": "无证"},
        {"clause": "2.2", "says": "瞒报"}, {"clause": "2.3", "says": "较大事故"}, {"clause": "3", "says": "公布"},
        {"clause": "4", "says": "期限"}, {"clause": "5", "says": "移出"}, {"clause": "6", "says": "查询"},
    ],
}  # fmt: skip


def case(expect: dict[str, Any], **given: Any) -> Case:
    data = {"case": "样例", "policy": "small", "on": "2020-06-01", "given": given, "expect": expect}
    return Case.model_validate_json(json.dumps(data))


def library(data: dict[str, Any] = PACK) -> PackLibrary:
    return PackLibrary({data["head"]["id"]: parse_pack(data, source="small.yaml")})


def cover(*cases: Case, pack: dict[str, Any] = PACK, register: dict[str, Any] | None = REGISTER) -> Coverage:
    registers = {} if register is None else {"small": Register.model_validate_json(json.dumps(register))}
    return coverage_of(library(pack), registers, cases, official_calendar())


def proven(one: Case) -> set[str]:
    return {path for _, path in places_proven(library(), one, official_calendar())}


def test_cases_in_which_a_condition_is_met_come_before_those_in_which_it_is_not() -> None:
    mild = {"id": "a", "accident": {"deaths": 2}, "occurred_on": "2020-05-01"}
    grave = {"id": "a", "accident": {"deaths": 3}, "occurred_on": "2020-05-01"}
    named = [
        case({"entry": {}}, records=[mild]).model_copy(update={"case": "两人"}),
        case({"entry": {"blacklist": ["a"]}}, records=[grave]).model_copy(update={"case": "三人"}),
    ]
    (pack,) = cover(*named).packs
    (accident,) = [value for value in pack.values if value.path == "lists.blacklist.entry.any.2"]
    assert accident.cases == ("三人", "两人（未满足）")


UNLICENSED = {"id": "a", "item": "2.1", "decided_on": "2020-05-01"}
LISTED = {"id": "l", "list": "blacklist", "published_on": "2020-01-10"}


def test_a_due_entry_proves_the_list_the_met_conditions_and_the_item() -> None:
    found = proven(case({"entry": {"blacklist": ["a"]}}, records=[UNLICENSED]))
    assert found == {"lists.blacklist", "lists.blacklist.entry", "lists.blacklist.entry.any.0", "items.2.1"}


def test_a_case_without_any_record_proves_no_condition() -> None:
    assert proven(case({"entry": {}})) == set()


def test_an_accident_below_the_grade_proves_the_grade() -> None:
    mild = {"id": "a", "accident": {"deaths": 2}, "occurred_on": "2020-05-01"}
    assert "lists.blacklist.entry.any.2" in proven(case({"entry": {}}, records=[mild]))


def test_what_is_not_asked_is_not_proven() -> None:
    assert proven(case({"points": None}, records=[UNLICENSED])) == set()


@pytest.mark.parametrize(
    ("expect", "path"),
    [
        ({"listing": {"l": {"last_day": "2021-01-10"}}}, "lists.blacklist.term"),
        ({"removal": {"l": None}}, "lists.blacklist.removal"),
        ({"public": {"l": True}}, "lists.blacklist.public"),
    ],
)
def test_answers_about_an_entry_prove_its_term_removal_and_publicity(expect: dict[str, Any], path: str) -> None:
    assert proven(case(expect, listings=[LISTED])) == {path}


def test_every_clause_stands_with_its_values_and_their_cases() -> None:
    cases = [
        case({"entry": {"blacklist": ["a"]}}, records=[UNLICENSED]),
        case({"entry": {}, "public": {"l": True}}, listings=[LISTED]),
    ]
    found = cover(*cases)
    assert found.problems == ()
    (pack,) = found.packs
    table = {
        each.clause: [(value.path, len(value.cases), value.is_provable) for value in each.values]
        for each in pack.clauses
    }
    assert table == {
        "1": [],
        "2": [("lists.blacklist", 1, True), ("lists.blacklist.entry", 1, True)],
        "2.1": [("lists.blacklist.entry.any.0", 1, True), ("items.2.1", 1, True)],
        "2.2": [("lists.blacklist.entry.any.1", 0, True), ("items.2.2", 0, True)],
        "2.3": [("lists.blacklist.entry.any.2", 0, True)],
        "3": [("lists.blacklist.public", 1, True)],
        "4": [("lists.blacklist.term", 0, True)],
        "5": [("lists.blacklist.removal", 0, True)],
        "6": [("duties.check", 0, False)],
    }
    assert found.missing == 5


def test_a_case_that_fails_proves_nothing() -> None:
    (pack,) = cover(case({"entry": {}}, records=[UNLICENSED])).packs
    assert [value.path for value in pack.values if value.cases] == []


def _register(**changes: Any) -> dict[str, Any]:
    found = copy.deepcopy(REGISTER)
    for clause, change in changes.items():
        found["clauses"][int(clause.removeprefix("row"))] |= change
    return found


@pytest.mark.parametrize(
    ("register", "said"),
    [
        (
            _register(row8={"clause": "7"}),
            ["条款“7”（查询）在政策包中没有对应的值", "duties.check 的条款“6”不在登记中"],
        ),
        (_register(row8={"out": "不作规则"}), ["条款“6”登记为不作规则，但 duties.check 用到它"]),
        (None, ["small：没有条款登记"]),
    ],
)
def test_a_clause_without_a_row_on_either_side_is_a_problem(register: dict[str, Any] | None, said: list[str]) -> None:
    problems = cover(register=register).problems
    assert len(problems) == len(said)
    assert all(phrase in problem for phrase, problem in zip(said, problems, strict=True))


def test_a_register_without_a_pack_is_a_problem() -> None:
    register = Register.model_validate_json(json.dumps(REGISTER))
    found = coverage_of(library(FULL), {"small": register}, [], official_calendar())
    assert any("有条款登记，没有这个政策包" in problem for problem in found.problems)


def test_what_was_inherited_belongs_to_the_register_of_its_own_document() -> None:
    """The county sets the term itself; the rest stays the nation's."""
    county = copy.deepcopy(PACK)
    county["lists"][0]["term"] = {"years": 2, "from": "publication", "clause": "县一"}
    kept = ("clause", "public", "removal", "entry", "code", "label", "rank")
    county |= {
        "extends": "nation",
        "origins": {f"lists.blacklist.{key}": "nation" for key in kept} | {"items": "nation", "duties": "nation"},
    }
    register = {"pack": "small", "document": "县办法", "clauses": [{"clause": "县一", "says": "两年"}]}
    found = cover(pack=county, register=register)
    assert found.problems == ()
    assert [value.path for value in found.packs[0].values] == ["lists.blacklist.term"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pack: other\ndocument: 某\nclauses:\n  - {clause: 一, says: 某}\n", "应与文件名相同"),
        (
            "pack: small\ndocument: 某\nclauses:\n  - {clause: 一, says: 某}\n  - {clause: 一, says: 又}\n",
            "条款重复：一",
        ),
        ("pack: small\ndocument: 某\nclauses:\n  - {clause: 一, says: 某, why: 某}\n", "clauses.0.why"),
        ("pack: small\ndocument: 某\nclauses:\n  - {clause: 一}\n", "clauses.0.says"),
        ("pack: small\nclauses: []\n", "document"),
        ("pack: small\npack: small\n", "键“pack”重复出现"),
    ],
)
def test_a_register_of_another_form_is_refused_with_its_place(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError) as refused:
        read_registers(tmp_path)
    assert any("small.yaml" in problem and named in problem for problem in refused.value.problems)


def test_numbers_are_clauses_too(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(
        "pack: small\ndocument: 某\nclauses:\n  - {clause: 6, says: 某}\n", encoding="utf-8"
    )
    assert read_registers(tmp_path)["small"].clauses[0].clause == "6"


def test_folder_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="不是文件夹"):
        read_registers(tmp_path / "none")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("lists.blacklist.persons", False), ("lists.blacklist.entry.any.0", True), ("lists.focus", False), ("lists.focus.public", True),
        ("deadlines.review", True), ("deadlines.defence", False), ("repair.0", True), ("repair.0.waits.0", True), ("repair.0.free", False),
        ("objection", False), ("objection.pauses_measures", True), ("objection.complaint", False), ("measures.1", True),
        ("measures.1.parts.1.1", True), ("measures.1.term", False), ("honour.criteria.o5", True), ("honour.ended_by_breach", False),
        ("publication.records.classes.0", True), ("publication.exemptions.secret", False), ("classes.serious_fine_from", True),
        ("items.I1", True), ("tiers.T1.condition", False), ("reports.monthly", False), ("head.scope.minimum_age", True),
    ],
)  # fmt: skip
def test_what_a_case_can_ask_for(path: str, expected: bool) -> None:
    assert is_provable(parse_pack(FULL, source="full.yaml").pack, path) is expected


def test_no_case_can_ask_for_added_days_of_a_pack_without_lists() -> None:
    pack = load_packs()["county-default"].pack
    assert (pack.lists, is_provable(pack, "objection.adds_paused_time")) == ((), False)


# --- the project's own packs


def the_projects() -> Coverage:
    cases, problems = read_cases([ROOT / "tests/policy"])
    assert problems == []
    registers = read_registers(ROOT / "docs/policies/sources")
    return coverage_of(load_packs(), registers, [each.case for each in cases], official_calendar())


def test_no_source_clause_is_left_without_a_row() -> None:
    assert the_projects().problems == ()


def test_the_same_packs_give_the_same_documents() -> None:
    first, second = (documents_of(load_packs(), the_projects()) for _ in range(2))
    assert first == second
    assert set(first) == {f"{name}.md" for name in load_packs()} | {"index.md", "coverage.md"}


def test_a_packs_page_holds_hash_clauses_and_assumptions() -> None:
    loaded = load_packs()["saws-2017-49"]
    text = documents_of(load_packs(), the_projects())["saws-2017-49.md"]
    assert loaded.content_hash in text
    assert "第二条第（十）项" in text
    assert all(reason in text for _, reason in loaded.pack.assumptions())
    assert "每月10日前" in text
