"""Conditions that ask for nothing of a kind within a period, and for a document; substitutes in repair."""

import datetime as dt
from decimal import Decimal

import pytest

from registry.rules.policy import History, SubjectFacts, evaluate, parse_pack
from registry.rules.policy.facts import AccidentFact, PenaltyFact, RecordFact
from registry.rules.policy.strict_yaml import read_yaml

HEAD = """\
head:
  id: trial
  title: 试行办法
  issuer: 某县
  authority: {level: local-document}
  domain: trial
  region: 某县
"""
HONOUR = (
    HEAD
    + """\
lists:
  - {code: red, label: 红名单, polarity: positive, clause: 一, rank: 1, public: {value: true, clause: 一}}
honour:
  list: red
  needs: all
  clause: 二
  criteria:
    - code: "2.1"
      clause: 二·一
      label: 公开承诺
      condition: {document: [commitment]}
    - code: "2.4"
      clause: 二·四
      label: 三年内无死亡责任事故
      condition: {none: {of: {accident: {fatal: true}}, within: {years: 3}}}
"""
)
REPAIR = (
    HEAD
    + """\
repair:
  - of: record
    clause: 三
    conditions: [corrected]
    kinds: [person]
    substitutes:
      - {document: public-welfare, stands_for: corrected, clause: 三}
  - {of: record, clause: 四, conditions: [corrected, commitment], kinds: [organization]}
"""
)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _missing(records: tuple[RecordFact, ...], on: str, documents: frozenset[str] = frozenset({"commitment"})) -> tuple:
    loaded = parse_pack(read_yaml(HONOUR), source="trial.yaml")
    verdict = evaluate(loaded, SubjectFacts(), History(records, documents=documents), _day(on)).honour
    assert verdict is not None
    return verdict.missing


def _accident(deaths: int, occurred: str, *, liable: bool = True) -> RecordFact:
    return RecordFact("a", accident=AccidentFact(deaths=deaths, liable=liable), occurred_on=_day(occurred))


@pytest.mark.parametrize(
    ("on", "missing"),
    [
        ("2020-02-28", ("2.4",)),
        # three years from 2017-02-28 end on 2020-02-28, inclusive
        ("2020-02-29", ()),
    ],
)
def test_a_fatal_accident_stands_against_it_through_the_corresponding_day(on: str, missing: tuple[str, ...]) -> None:
    assert _missing((_accident(1, "2017-02-28"),), on) == missing


def test_only_what_the_condition_names_stands_against_it() -> None:
    assert _missing((_accident(0, "2019-01-01"),), "2019-06-01") == ()
    assert _missing((_accident(2, "2019-01-01", liable=False),), "2019-06-01") == ()


def test_a_document_not_handed_in_is_missing() -> None:
    assert _missing((), "2019-06-01", frozenset()) == ("2.1",)


@pytest.mark.parametrize(
    ("kind", "documents", "refused"),
    [
        ("person", frozenset(), ("not-corrected",)),
        ("person", frozenset({"public-welfare"}), ()),
        ("organization", frozenset({"public-welfare"}), ("not-corrected", "no-commitment")),
    ],
)
def test_public_welfare_stands_in_only_for_whom_the_pack_says(
    kind: str, documents: frozenset[str], refused: tuple[str, ...]
) -> None:
    loaded = parse_pack(read_yaml(REPAIR), source="trial.yaml")
    record = RecordFact("p", penalty=PenaltyFact(("罚款",), Decimal(2000)), decided_on=_day("2021-05-01"))
    subject = SubjectFacts(kind=kind)  # type: ignore[arg-type]
    verdict = evaluate(loaded, subject, History((record,), documents=documents), _day("2021-06-01")).repair["p"]
    assert verdict.refused == refused


def test_a_class_means_nothing_where_the_pack_has_no_classes() -> None:
    loaded = parse_pack(read_yaml(REPAIR), source="trial.yaml")
    record = RecordFact("p", penalty=PenaltyFact(("罚款",)), decided_on=_day("2021-05-01"), repair_class="serious")
    documents = frozenset({"public-welfare"})
    verdict = evaluate(
        loaded, SubjectFacts(kind="person"), History((record,), documents=documents), _day("2021-06-01")
    ).repair["p"]
    assert verdict.allowed
