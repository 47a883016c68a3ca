"""What a record may be classified as: the items and findings of the packs that the office runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.models import PolicyVersion, Record
from registry.rules.findings import FINDINGS
from registry.rules.policy.conditions import (
    AccidentNode,
    FindingNode,
    HonourNode,
    ItemNode,
    Node,
    nodes_of,
)
from registry.rules.policy.schema import Pack
from registry.rules.policy.wording import clause_text
from registry.rules.suggestions import suggest
from registry.selectors.policies import pack_of, packs_active


@dataclass(frozen=True)
class ItemChoice:
    """One clause that conduct may fall under. `value` is how a form names it: `pack_id|code`."""

    pack_id: str
    code: str
    label: str
    clause: str
    is_suggested: bool = False

    @property
    def value(self) -> str:
        return f"{self.pack_id}|{self.code}"


@dataclass(frozen=True)
class PackChoices:
    """The clauses of one pack, suggested ones first."""

    pack_id: str
    title: str
    mode: str
    items: tuple[ItemChoice, ...]


def classification_choices(record: Record, on: date) -> list[PackChoices]:
    """Return, pack by pack, what the record may be classified as on the day `on`; packs with nothing to offer are left
    out. Suggestions come from the words of its violation type, title and facts."""
    text = record_words(record)
    choices = []
    for active in packs_active(on):
        labels = item_labels(active.pack, record.kind)
        if labels:
            items = _choices(active.version.pack_id, active.pack, labels, text)
            choices.append(PackChoices(active.version.pack_id, active.pack.head.title, active.mode, items))
    return choices


def record_words(record: Record) -> str:
    """Return the text by which clauses are suggested."""
    penalty = getattr(record, "penalty", None)
    return " ".join([penalty.violation_type if penalty else "", record.title, record.facts])


def item_labels(pack: Pack, kind: str) -> dict[str, tuple[str, str]]:
    """Return code → (label, clause) of what a record of this kind may be classified as under the pack."""
    if kind == Record.Kind.HONOUR:
        return {code: (f"荣誉 {code}", code) for code in sorted(_codes(pack, HonourNode))}
    if kind == Record.Kind.PERMIT:
        return {}
    return {item.code: (item.label, item.clause) for item in pack.items}


def valid_items(kind: str, on: date) -> dict[str, dict[str, str]]:
    """Return pack id → code → label of every valid classification of a record of this kind."""
    found = {}
    for active in packs_active(on):
        labels = item_labels(active.pack, kind)
        if labels:
            found[active.version.pack_id] = {code: label for code, (label, _) in labels.items()}
    return found


def valid_findings(on: date) -> dict[str, str]:
    """Return code → Chinese label of the findings that the entry conditions of active packs ask for."""
    codes: set[str] = set()
    for active in packs_active(on):
        codes |= _finding_codes(active.pack)
    return {code: FINDINGS.get(code, code) for code in sorted(codes)}


def _choices(pack_id: str, pack: Pack, labels: dict[str, tuple[str, str]], text: str) -> tuple[ItemChoice, ...]:
    best = suggest(text, {code: label for code, (label, _) in labels.items()})
    order = [*best, *(code for code in labels if code not in best)]
    return tuple(
        ItemChoice(pack_id, code, labels[code][0], clause_text(pack, labels[code][1]), is_suggested=code in best)
        for code in order
    )


def _conditions(pack: Pack) -> Iterable[Node]:
    for rule in pack.lists:
        if rule.entry is not None:
            yield from nodes_of(rule.entry)
    if pack.honour is not None:
        for criterion in pack.honour.criteria:
            yield from nodes_of(criterion.condition)
    if pack.green_channel is not None:
        yield from nodes_of(pack.green_channel.condition)


def _codes(pack: Pack, kind: type[HonourNode] | type[FindingNode]) -> set[str]:
    return {code for node in _conditions(pack) if isinstance(node, kind) for code in node.codes}


def _finding_codes(pack: Pack) -> set[str]:
    codes = _codes(pack, FindingNode)
    for node in _conditions(pack):
        if isinstance(node, ItemNode | AccidentNode):
            codes |= set(node.findings)
    for rule in pack.repair:
        codes |= set(rule.never_findings)
    return codes


@dataclass(frozen=True)
class ClassifiedItem:
    """A clause that the record was classified as, worded from the newest edition of its pack."""

    pack_id: str
    title: str
    code: str
    label: str
    clause: str


def classified_labels(record: Record) -> list[ClassifiedItem]:
    """Return the record's clauses in words; a pack or code no longer known keeps its code."""
    items = list(record.items.all())
    packs = newest_packs({item.pack_id for item in items})
    return [_classified(item.pack_id, item.code, packs.get(item.pack_id), record.kind) for item in items]


def newest_packs(pack_ids: set[str]) -> dict[str, Pack]:
    """Return the newest stored edition of each pack."""
    if not pack_ids:
        return {}
    versions = PolicyVersion.objects.filter(pack_id__in=pack_ids).order_by("loaded_at", "pk").defer("text")
    return {version.pack_id: pack_of(version) for version in versions}


def _classified(pack_id: str, code: str, pack: Pack | None, kind: str) -> ClassifiedItem:
    if pack is None:
        return ClassifiedItem(pack_id, pack_id, code, "", "")
    label, clause = item_labels(pack, kind).get(code, ("", ""))
    return ClassifiedItem(pack_id, pack.head.title, code, label, clause_text(pack, clause) if clause else "")
