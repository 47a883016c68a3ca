"""Two packs value by value: every value that differs once, found again by code, with the clause of either side."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rules.policy.comparing import compare
from registry.rules.policy.leaves import leaves_of
from registry.rules.policy.loader import load_packs, parse_pack
from registry.rules.policy.schema import Pack

BASE: dict[str, Any] = {
    "head": {
        "id": "demo", "title": "演示办法", "issuer": "演示县", "authority": {"level": "local-document"},
        "domain": "work-safety", "region": "演示县", "clause_style": "article",
    },
    "items": [
        {"code": "1.1", "clause": "1.1", "label": "行为甲", "points": 2},
        {"code": "1.2", "clause": "1.2", "label": "行为乙", "points": 3},
    ],
    "points": {"clause": "4", "window": {"kind": "lookback", "period": {"years": 1}}},
    "lists": [
        {"code": "yellow", "label": "黄名单", "clause": "2", "rank": 1, "public": {"value": True, "clause": "2"},
         "entry": {"any": [{"points": {"at_least": 6}, "clause": "5.1"}, {"item": "1.2", "clause": "5.2"}],
                   "clause": "5"},
         "term": {"years": 1, "from": "publication", "clause": "6"}},
    ],
}  # fmt: skip


def a_pack(change: Any = None) -> Pack:
    data = copy.deepcopy(BASE)
    if change is not None:
        change(data)
    return parse_pack(data, source="demo.yaml").pack


def rows(change: Any) -> list[tuple[str, str, Any, Any]]:
    return [
        (each.path, each.change, each.old and each.old.value, each.new and each.new.value)
        for each in compare(a_pack(), a_pack(change))
    ]


def test_a_pack_does_not_differ_from_itself():
    assert [compare(loaded.pack, loaded.pack) for loaded in load_packs().values()] == [()] * len(load_packs())


def test_a_changed_threshold_is_one_difference():
    def change(data):
        data["lists"][0]["entry"]["any"][0]["points"]["at_least"] = 4

    assert rows(change) == [("lists.yellow.entry.any.points@5.1.points.at_least", "changed", 6, 4)]


def test_the_difference_names_the_clause_as_it_is_cited():
    def change(data):
        data["lists"][0]["entry"]["any"][0]["points"]["at_least"] = 4

    assert [each.clause for each in compare(a_pack(), a_pack(change))] == ["第五条第（一）项"]


def test_entries_are_matched_by_code_wherever_they_stand():
    def change(data):
        data["items"].reverse()
        data["items"][0]["points"] = 5

    assert rows(change) == [("items.1.2.points", "changed", 3, 5)]


def test_a_branch_put_before_the_others_is_added_and_they_stay_as_they_are():
    def change(data):
        data["lists"][0]["entry"]["any"].insert(0, {"item": "1.1", "clause": "5.0"})

    assert rows(change) == [
        ("lists.yellow.entry.any.item@5.0.clause", "added", None, "5.0"),
        ("lists.yellow.entry.any.item@5.0.item", "added", None, ("1.1",)),
    ]


def test_a_removed_entry_is_removed_value_by_value_under_its_old_clause():
    def change(data):
        del data["items"][0]

    assert rows(change) == [
        ("items.1.1.clause", "removed", "1.1", None),
        ("items.1.1.label", "removed", "行为甲", None),
        ("items.1.1.points", "removed", 2, None),
    ]
    assert {each.clause for each in compare(a_pack(), a_pack(change))} == {"第一条第（一）项"}


def test_what_is_assumed_is_a_difference_and_says_by_which_reason():
    def change(data):
        data["lists"][0]["term"] |= {"years": 2, "assumed": True, "reason": "本县试行"}

    found = {each.path: each for each in compare(a_pack(), a_pack(change))}
    assert set(found) == {f"lists.yellow.term.{key}" for key in ("assumed", "reason", "years")}
    term = found["lists.yellow.term.years"]
    assert (term.old.assumed, term.new.assumed, term.new.reason) == (False, True, "本县试行")


def test_a_change_of_unit_is_the_old_unit_gone_and_the_new_one_there():
    def change(data):
        data["lists"][0]["term"] = {"months": 6, "from": "publication", "clause": "6"}

    assert rows(change) == [
        ("lists.yellow.term.months", "added", None, 6),
        ("lists.yellow.term.years", "removed", 1, None),
    ]


def test_every_value_of_every_pack_has_a_place_of_its_own():
    for loaded in load_packs().values():
        paths = [leaf.path for leaf in leaves_of(loaded.pack)]
        assert len(paths) == len(set(paths)), loaded.id


def written(data: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    """The values of a dumped pack by key and index: an own way of walking, to hold the other against."""
    if isinstance(data, dict):
        return {place: value for key, each in data.items() for place, value in written(each, (*path, key)).items()}
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return {place: value for n, each in enumerate(data) for place, value in written(each, (*path, n)).items()}
    return {path: data}


def test_no_value_of_any_pack_is_left_out():
    for loaded in load_packs().values():
        dump = loaded.pack.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        dump.pop("origins", None)
        codes = {place for place in written(dump) if place[-1] == "code"}
        found = {leaf.steps for leaf in leaves_of(loaded.pack) if not leaf.is_default}
        assert found == set(written(dump)) - codes, loaded.id


NUMBERS = [
    ("items", 0, "points"), ("items", 1, "points"), ("points", "window", "period", "years"), ("lists", 0, "rank"),
    ("lists", 0, "entry", "any", 0, "points", "at_least"), ("lists", 0, "term", "years"),
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(NUMBERS), st.integers(min_value=1, max_value=9)))
def test_as_many_differences_as_values_that_differ(new):
    def change(data):
        for place, value in new.items():
            part = data
            for step in place[:-1]:
                part = part[step]
            part[place[-1]] = value

    before = written(BASE)
    differing = {place for place, value in new.items() if before[place] != value}
    found = compare(a_pack(), a_pack(change))
    assert {each.new.steps for each in found} == differing
    assert len(found) == len(differing)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(load_packs())), st.sampled_from(sorted(load_packs())))
def test_the_other_way_round_the_same_values_differ_with_the_sides_changed(one, other):
    a, b = load_packs()[one].pack, load_packs()[other].pack
    there = {(each.path, each.old and each.old.value, each.new and each.new.value) for each in compare(a, b)}
    back = {(each.path, each.new and each.new.value, each.old and each.old.value) for each in compare(b, a)}
    assert there == back
