"""Honour criteria, green channel and the conditions only they use, on a small made-up pack."""

import datetime as dt

import pytest

from registry.rules.policy import (
    AccidentFact,
    Evaluation,
    History,
    PenaltyFact,
    RecordFact,
    SubjectFacts,
    evaluate,
    parse_pack,
)
from registry.rules.policy.strict_yaml import read_yaml

Day = dt.date
TEXT = """\
head: {id: trial, title: 试行办法, issuer: 某县, authority: {level: local-document}, domain: trial, region: 某县}
honour:
  list: red
  needs: NEEDS
  clause: "5"
  criteria:
    - {code: "5.1", label: 守信典型, clause: "5.1", condition: {honour: "5.1"}}
    - {code: "5.2", label: 三年无不良记录, clause: "5.2", condition: {clean: {years: 3}}}
    - {code: "5.3", label: 标准化一级, clause: "5.3", condition: {standardisation: ["1"]}}
    - {code: "5.4", label: 不在其他领域黑名单, clause: "5.4", condition: {not: {domains: 1}}}
green_channel:
  clause: "9"
  condition:
    all:
      - {risk: [low]}
      - any: [{honour: "5.1"}, {clean: {years: 3}}]
"""
FIRST_CLASS = SubjectFacts(standardisation="1", risk="low")
HONOUR = RecordFact(id="h", honour="5.1", decided_on=Day(2024, 1, 1))
PENALTY = RecordFact(id="p", penalty=PenaltyFact(kinds=("警告",)), decided_on=Day(2021, 6, 1))
ON = Day(2024, 6, 1)


def _ask(subject: SubjectFacts, *records: RecordFact, on: Day = ON, needs: str = "all") -> Evaluation:
    loaded = parse_pack(read_yaml(TEXT.replace("NEEDS", needs)), source="trial")
    return evaluate(loaded, subject, History(records), on)


def _missing(evaluation: Evaluation) -> tuple[str, ...]:
    assert evaluation.honour is not None
    return evaluation.honour.missing


def test_all_criteria_met() -> None:
    answer = _ask(FIRST_CLASS, HONOUR)
    assert answer.honour is not None
    assert (answer.honour.met, answer.honour.missing) == (True, ())


def test_the_missing_criteria_are_named() -> None:
    subject = SubjectFacts(standardisation="2", domains_blacklisted=frozenset({"tax"}))
    assert _missing(_ask(subject)) == ("5.1", "5.3", "5.4")


def test_any_one_criterion_is_enough_where_the_source_says_any() -> None:
    answer = _ask(SubjectFacts(), PENALTY, HONOUR, needs="any")
    assert answer.honour is not None
    assert answer.honour.met


@pytest.mark.parametrize(("on", "clean"), [(Day(2024, 6, 1), False), (Day(2024, 6, 2), True)])
def test_three_clean_years_begin_after_the_corresponding_day(on: Day, clean: bool) -> None:
    assert ("5.2" not in _missing(_ask(FIRST_CLASS, PENALTY, on=on))) is clean


def test_an_accident_without_liability_is_no_bad_record() -> None:
    accident = RecordFact(id="a", accident=AccidentFact(deaths=1, liable=False), occurred_on=Day(2024, 1, 1))
    assert "5.2" not in _missing(_ask(FIRST_CLASS, accident))


@pytest.mark.parametrize(
    ("subject", "records", "opened"),
    [
        (FIRST_CLASS, (HONOUR, PENALTY), True),
        (FIRST_CLASS, (), True),
        (FIRST_CLASS, (PENALTY,), False),
        (SubjectFacts(risk="major"), (HONOUR,), False),
    ],
)
def test_green_channel(subject: SubjectFacts, records: tuple[RecordFact, ...], opened: bool) -> None:
    assert _ask(subject, *records).green_channel is opened
