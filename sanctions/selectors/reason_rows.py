"""A stored tree of reasons as flat rows for a page: depth, mark, sentence, clause, records."""

from dataclasses import dataclass
from typing import Any

from registry.models import Record
from registry.rules.policy.schema import Pack
from registry.rules.policy.wording import clause_text
from sanctions.selectors.history import record_pk


@dataclass(frozen=True)
class ReasonRow:
    """One condition of the tree; `depth` 1 is the whole."""

    depth: int
    met: bool
    asks: str
    sentence: str
    clause: str
    is_assumed: bool
    records: tuple[Record, ...]


def reason_rows(pack: Pack, tree: dict[str, Any] | None) -> list[ReasonRow]:
    """Flatten the tree kept with a candidate or a case, met conditions before the others on each level. The inside of
    a condition that counts is left out: its own sentence tells the count."""
    if not tree:
        return []
    facts = {record_pk(fact) for node in _walk(tree) for fact in node["record_ids"]}
    records = Record.objects.in_bulk(facts)
    return list(_rows(pack, tree, records, 1))


def _walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(inner for child in node["children"] for inner in _walk(child))]


def _rows(pack: Pack, node: dict[str, Any], records: dict[int, Record], depth: int) -> list[ReasonRow]:
    pks = dict.fromkeys(record_pk(fact) for fact in node["record_ids"])
    row = ReasonRow(
        depth=depth,
        met=node["met"],
        asks=node["asks"],
        sentence=node["sentence"],
        clause=clause_text(pack, node["clause"]) if node["clause"] else "",
        is_assumed=node["assumed"],
        records=tuple(records[pk] for pk in pks if pk in records),
    )
    children = node["children"] if node["condition"] in ("any", "all", "not") else []
    ordered = sorted(children, key=lambda child: not child["met"])
    return [row, *(inner for child in ordered for inner in _rows(pack, child, records, depth + 1))]
