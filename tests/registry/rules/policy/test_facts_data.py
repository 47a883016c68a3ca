"""Facts kept as plain data come back as they were; two trees are compared by what they judged."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from registry.rules.policy import AccidentFact, History, ListingFact, PenaltyFact, RecordFact, SubjectFacts, evaluate
from registry.rules.policy.facts_data import facts_from_dict, facts_to_dict
from registry.rules.policy.tree_comparing import tree_differences
from tests.registry.rules.policy.test_explaining import World, anywhere


def test_every_kind_of_fact_comes_back() -> None:
    subject = SubjectFacts("person", frozenset({"mines"}), date(1980, 2, 29), "major", "1", frozenset({"tax"}))
    record = RecordFact(
        id="1/B1", item="B1", accident=AccidentFact(3, 1, Decimal("10000000.50"), liable=False),
        penalty=PenaltyFact(("罚款", "警告"), Decimal("0.10"), "summary"), permit=True, occurred_on=date(2024, 2, 29),
        findings=frozenset({"egregious"}), title="一号",
    )  # fmt: skip
    pauses = ((date(2024, 3, 1), date.max),)
    listing = ListingFact("l", "blacklist", date(2024, 2, 29), ("1/B1",), pauses, date(2024, 5, 1), 2, revoked=True)
    history = History((record,), (listing,), frozenset({"training"}), {"decided_on": date(2024, 2, 29)})
    kept = json.loads(json.dumps(facts_to_dict(subject, history), ensure_ascii=False))
    assert facts_from_dict(kept) == (subject, history)


def test_what_has_its_default_is_left_out() -> None:
    assert facts_to_dict(SubjectFacts(), History((RecordFact(id="1"),))) == {
        "subject": {},
        "history": {"records": [{"id": "1"}]},
    }


@pytest.mark.parametrize(
    "broken", [{}, {"subject": {}, "history": {"unknown": 1}}, {"subject": {"born_on": "x"}, "history": {}}]
)
def test_anything_else_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        facts_from_dict(broken)


@settings(max_examples=60, deadline=None)
@given(anywhere())
def test_the_answer_on_kept_facts_is_the_same(world: World) -> None:
    loaded, subject, history, on = world
    answer = evaluate(loaded, subject, history, on)
    again = evaluate(loaded, *facts_from_dict(json.loads(json.dumps(facts_to_dict(subject, history)))), on)
    assert again.to_dict() == answer.to_dict()
    for code, reason in answer.reasons.items():
        assert tree_differences(reason.to_dict(), again.reasons[code].to_dict()) == []


@settings(max_examples=60, deadline=None)
@given(anywhere())
def test_a_change_anywhere_in_the_tree_is_found(world: World) -> None:
    for reason in evaluate(*world).reasons.values():
        for index in range(len(reason.leaves())):
            changed = reason.to_dict()
            leaf = _leaves(changed)[index]
            leaf["record_ids"] = [*leaf["record_ids"], "another"]
            assert len(tree_differences(reason.to_dict(), changed)) == 1


def _leaves(tree: dict) -> list[dict]:  # type: ignore[type-arg]
    return [leaf for child in tree["children"] for leaf in _leaves(child)] if tree["children"] else [tree]
