"""No section and no value of a pack may be silently missing where the pack is shown."""

import copy
import json
from typing import Any

import pytest

from registry.rules.policy.errors import PackError
from registry.rules.policy.leaves import VALUE_LABELS, Leaf, leaves_of
from registry.rules.policy.loader import LoadedPack, load_packs, parse_pack
from registry.rules.policy.schema import Pack
from registry.rules.policy.sections import NOT_SHOWN, VIEWS, sections_of
from registry.rules.policy.values import Sourced
from tests.registry.rules.policy.full_pack import FULL, INHERITED

_FATAL_IS_INJURING = "lists.blacklist.entry.any.accident.accident.injuring"


def shown(pack: Pack) -> str:
    return json.dumps([[row.cells, row.cited, row.reason] for part in sections_of(pack) for row in part.rows()] + [
        [table.title for table in part.tables] for part in sections_of(pack)
    ], ensure_ascii=False)  # fmt: skip


def test_every_section_of_the_schema_has_a_view() -> None:
    assert set(VIEWS) | NOT_SHOWN == set(Pack.model_fields)
    assert not set(VIEWS) & NOT_SHOWN


def test_the_full_pack_fills_every_section() -> None:
    """Else a section without a single example would pass every test below."""
    assert {part.name for part in sections_of(full().pack)} == set(VIEWS) - {"extends"}


def test_officers_choose_among_chinese_words() -> None:
    """A form offers what the schema allows; none of it may stand there as code."""
    offered = {choice for loaded in load_packs().values() for leaf in leaves_of(loaded.pack) for choice in leaf.choices}
    assert offered - set("123") <= set(VALUE_LABELS)


def _fields(part: Any) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """All (model, field) below a part that may be left empty, and those of them that are filled somewhere."""
    every: set[tuple[str, str]] = set()
    used: set[tuple[str, str]] = set()
    for name, field in type(part).model_fields.items():
        value, place = getattr(part, name), (type(part).__name__, name)
        if not field.is_required() and field.default in (None, ()):
            every.add(place)
            used |= {place} if value else set()
        for each in value if isinstance(value, tuple) else (value,):
            if hasattr(type(each), "model_fields"):
                inner = _fields(each)
                every |= inner[0]
                used |= inner[1]
    return every, used


def test_the_full_pack_uses_every_key_of_the_schema() -> None:
    """A key without an example would escape the test of shown values."""
    every, used = _fields(full().pack)
    assert every - used == set()


def full() -> LoadedPack:
    return parse_pack(FULL, source="full.yaml")


def _other(leaf: Leaf) -> list[Any]:
    """Values that this one could be instead."""
    value = leaf.value
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    if leaf.choices:
        return [each for each in leaf.choices if each != value]
    if isinstance(value, tuple):
        texts = (
            "x9",
            "person",
            "organization",
            "summary",
            "2",
            "permit",
            "training",
            "found_on",
            "corrected",
            "major",
            "ordinary",
        )
        longer = [[*value, each] for each in texts if each not in value]
        return [*longer, *([each] for each in texts if (each,) != value)]
    return [each for each in ("2016-02-29", "2031-02-28", "x9", "777") if each != value]


def _changed(leaf: Leaf) -> Pack | None:
    """The full pack with another value at this place; None where the schema allows no other."""
    for value in _other(leaf):
        data = copy.deepcopy(full().pack.model_dump(mode="json", by_alias=True))
        del data["origins"]
        part = data
        for step in leaf.steps[:-1]:
            part = part[step]
        part[leaf.steps[-1]] = value
        try:
            return parse_pack(data, source="changed").pack
        except PackError:
            continue
    return None


def _is_mark_without_assumption(leaf: Leaf) -> bool:
    """A reason counts only beside `assumed: true`, which in turn is shown by its reason."""
    return (
        leaf.parts[-1] == "assumed"
        or leaf.path == _FATAL_IS_INJURING
        or (leaf.parts[-1] == "reason" and not leaf.assumed)
    )


LEAVES = [leaf for leaf in leaves_of(full().pack) if leaf.value is not None and not _is_mark_without_assumption(leaf)]


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.path)
def test_another_value_is_shown_otherwise(leaf: Leaf) -> None:
    changed = _changed(leaf)
    if changed is None:
        # Codes that other parts refer to cannot change alone: then the value itself must stand there.
        words = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        assert all(str(word) in shown(full().pack) for word in words)
    else:
        assert shown(changed) != shown(full().pack)


def _sourced(part: Any) -> list[Sourced]:
    found = [part] if isinstance(part, Sourced) else []
    for name in type(part).model_fields:
        value = getattr(part, name)
        for each in value if isinstance(value, tuple) else (value,):
            if hasattr(type(each), "model_fields"):
                found += _sourced(each)
    return found


@pytest.mark.parametrize("loaded", [full(), *load_packs().values()], ids=lambda loaded: loaded.id)
def test_every_stated_rule_has_a_row_of_its_own(loaded: LoadedPack) -> None:
    rows = [row for part in sections_of(loaded.pack) for row in part.rows() if row.clause]
    stated = _sourced(loaded.pack)
    conditions = loaded.pack.conditions
    assert len(rows) == len(stated) + len(conditions)
    assert len({row.path for part in sections_of(loaded.pack) for row in part.rows()}) == len(
        [row for part in sections_of(loaded.pack) for row in part.rows()]
    )
    assert sorted(each.reason for each in stated if each.assumed) == sorted(
        row.reason for row in rows if row.reason and not _is_condition(row.path)
    )


def _is_condition(path: str) -> bool:
    return ".entry" in path or ".condition" in path


def test_what_was_inherited_names_its_origin() -> None:
    pack = parse_pack(INHERITED, source="inherited.yaml").pack
    rows = {row.path: row for part in sections_of(pack, {"nation": "国家办法"}) for row in part.rows()}
    assert rows["lists.blacklist.term"].origin == "国家办法"
    assert rows["lists.blacklist.public"].origin == ""
    assert "国家办法" in rows["extends"].text


def test_the_schemas_number_is_told_beside_the_packs_own_words() -> None:
    pack = load_packs()["saws-2017-49"].pack
    rows = {row.path: row for part in sections_of(pack) for row in part.rows()}
    text = rows["lists.blacklist.entry.all.1.any.2"].text
    assert "一年内发生2起以上较大责任事故" in text
    assert "满2起" in text
