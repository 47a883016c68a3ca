"""The row history as people read it: who changed what from what to what, when and in which step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from registry.base.tracked import Tracked
from registry.rules.sectors import SECTORS

# Never shown, in no form: the sealed number and its hash; and what is no content.
_HIDDEN = frozenset(
    ["id", "public_id", "version", "document_sealed", "document_hash", "number_normalized", "record", "recorded_by",
     "import_row"]
)  # fmt: skip
_LABELS = {"merged_into": "合并到"}
_REASONS = {
    "subject.create": "登记",
    "subject.update": "修改",
    "subject.rename": "更名",
    "subject.complete": "补登代码",
    "subject.merge": "合并",
    "record.draft": "登记草稿",
    "record.update": "修改草稿",
    "record.detail": "填写明细",
    "record.confirm": "确认",
    "record.correct": "更正",
    "record.classify": "归类",
    "record.void": "作废",
    "record.corrected": "登记改正",
    "record.fulfilled": "登记履行",
    "record.disputed": "登记异议",
    "record.dispute-end": "撤除异议标记",
}


@dataclass(frozen=True)
class Difference:
    """One field: its Chinese name, the value before (empty on the first row) and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """One history row that differs from the one before it."""

    at: datetime
    actor: str
    step: str
    thing: str
    differences: list[Difference]


def row_changes(rows: Iterable[Tracked]) -> list[RowChange]:
    """Return every change of these rows, the newest first: two queries a row, one more a kind of relation."""
    found: list[RowChange] = []
    for row in rows:
        found += _changes_of(row)
    return sorted(found, key=lambda change: change.at, reverse=True)


def _changes_of(row: Tracked) -> list[RowChange]:
    versions = list(row.history.select_related("history_user").order_by("history_date", "history_id"))
    fields = [field for field in row._meta.concrete_fields if field.name not in _HIDDEN]
    names = _related_names(fields, versions)
    changes, before = [], None
    for version in versions:
        differences = _differences(fields, names, before, version)
        if differences:
            reason = version.history_change_reason or ""
            actor = str(version.history_user or "系统")
            label = _REASONS.get(reason, reason)
            changes.append(RowChange(version.history_date, actor, label, str(row._meta.verbose_name), differences))
        before = version
    return changes


def _differences(fields: list[Any], names: dict[str, dict[int, str]], before: Any, after: Any) -> list[Difference]:
    found = []
    for field in fields:
        old = getattr(before, field.attname) if before is not None else None
        new = getattr(after, field.attname)
        if old == new or (before is None and new in (None, "", False, [])):
            continue
        texts = [_text(field, value, names.get(field.name, {})) for value in (old, new)]
        found.append(
            Difference(
                _LABELS.get(field.name, str(field.verbose_name)), texts[0] if before is not None else "", texts[1]
            )
        )
    return found


def _text(field: Any, value: Any, names: dict[int, str]) -> str:
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        words = SECTORS if field.name == "sectors" else {}
        return "、".join(words.get(each, str(each)) for each in value) or "（空）"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if field.is_relation:
        return names.get(value, f"#{value}")
    return str(dict(field.flatchoices).get(value, value))


def _related_names(fields: list[Any], versions: list[Any]) -> dict[str, dict[int, str]]:
    names: dict[str, dict[int, str]] = {}
    for field in fields:
        if field.is_relation:
            wanted = {getattr(version, field.attname) for version in versions} - {None}
            related: type[models.Model] = field.related_model
            names[field.name] = {each.pk: str(each) for each in related._default_manager.filter(pk__in=wanted)}
    return names
