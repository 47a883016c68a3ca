"""The reasons that officers read: what met what, by which clause, what is missing."""

import datetime as dt

from registry.rules.policy import (
    AccidentFact,
    Evaluation,
    History,
    ListingFact,
    RecordFact,
    SubjectFacts,
    evaluate,
    explain_text,
    load_packs,
)
from registry.rules.policy.wording import clause_text, numeral

Day = dt.date


def _ask(
    policy: str,
    on: Day,
    *records: RecordFact,
    listings: tuple[ListingFact, ...] = (),
    subject: SubjectFacts | None = None,
) -> Evaluation:
    return evaluate(load_packs()[policy], subject or SubjectFacts(), History(records, listings), on)


def _severe(identifier: str, on: Day) -> RecordFact:
    return RecordFact(id=identifier, item="severe", decided_on=on, title=f"城管罚〔2022〕{identifier}号")


def test_points_say_how_many_are_missing_for_the_next_list() -> None:
    lines = explain_text(_ask("nanning-urban", Day(2022, 3, 1), _severe("1", Day(2022, 1, 5))))
    assert "近1年内失信计分累计满10分：现有6分，依据第九条；还差4分达到失信黄名单。" in lines


def test_met_points_name_the_documents() -> None:
    lines = explain_text(
        _ask("nanning-urban", Day(2022, 3, 1), _severe("1", Day(2022, 1, 5)), _severe("2", Day(2022, 1, 6)))
    )
    assert "应当列入失信黄名单，依据第九条。" in lines
    assert "近1年内失信计分累计满10分：已有12分（城管罚〔2022〕1号、城管罚〔2022〕2号），依据第九条。" in lines


def test_reason_tree_holds_counts_clauses_and_records() -> None:
    accident = RecordFact(id="a", accident=AccidentFact(deaths=3), occurred_on=Day(2018, 1, 1))
    tree = _ask("saws-2017-49", Day(2018, 2, 1), accident).reasons["blacklist"]
    count = next(reason for reason in tree.leaves() if reason.needed == 2)
    assert (count.met, count.got, count.missing, count.clause) == (False, 1, 1, "3")


def test_an_unpenalised_accident_is_explained() -> None:
    accident = RecordFact(id="a", accident=AccidentFact(deaths=30), occurred_on=Day(2024, 1, 1))
    lines = explain_text(_ask("mem-2023-11", Day(2024, 2, 1), accident))
    assert any("有1条记录尚未作出行政处罚决定，依据第三条暂不计入" in line for line in lines)


def test_records_already_used_are_explained() -> None:
    record = RecordFact(id="a", item="2.4", decided_on=Day(2017, 6, 1))
    listing = ListingFact(id="l", list_code="joint-sanction", published_on=Day(2017, 7, 1), grounds=("a",))
    lines = explain_text(_ask("saws-2017-49", Day(2019, 1, 1), record, listings=(listing,)))
    assert any("有1条记录已支撑过列入，不再重复计入" in line for line in lines)


def test_a_person_whose_birthday_is_unknown_is_pointed_out() -> None:
    lines = explain_text(_ask("nanning-urban", Day(2022, 3, 1), subject=SubjectFacts(kind="person")))
    assert "该人未登记出生日期，请先核实已满18周岁再列入任何名单。" in lines


def test_a_subject_of_another_sector_is_told_why() -> None:
    subject = SubjectFacts(sectors=frozenset({"construction"}))
    evaluation = _ask("mem-2023-11", Day(2024, 3, 1), subject=subject)
    assert evaluation.out_of_scope is not None
    assert "登记的行业不在其内" in evaluation.out_of_scope


def test_clauses_are_cited_as_officials_do() -> None:
    pack = load_packs()["saws-2017-49"].pack
    assert [clause_text(pack, clause) for clause in ("9", "2.10", "12", "附一")] == [
        "第九条",
        "第二条第（十）项",
        "第十二条",
        "附一",
    ]


def test_numerals() -> None:
    assert [numeral(number) for number in (1, 10, 11, 20, 29, 91)] == ["一", "十", "十一", "二十", "二十九", "九十一"]


def test_a_revoked_entry_frees_its_grounds() -> None:
    record = RecordFact(id="a", item="2.4", decided_on=Day(2017, 6, 1))
    listing = ListingFact(
        id="l",
        list_code="joint-sanction",
        published_on=Day(2017, 7, 1),
        grounds=("a",),
        ended_on=Day(2017, 8, 1),
        revoked=True,
    )
    evaluation = _ask("saws-2017-49", Day(2017, 9, 1), record, listings=(listing,))
    assert evaluation.entry == {"joint-sanction": ("a",)}
