"""What differs between two states of knowledge about one subject and one day, a Chinese sentence each."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from registry.models import Record, Subject
from registry.rules.sectors import SECTORS
from sanctions.models import ListEntry
from sanctions.selectors.history import SubjectWorld

_DAYS = (
    ("occurred_on", "发生日期"),
    ("decided_on", "决定日期"),
    ("corrected_on", "改正日期"),
    ("fulfilled_on", "履行完毕日期"),
    ("disputed_on", "提出异议日期"),
    ("repaired_on", "信用修复日期"),
)
_ACCIDENT = ("deaths", "injured", "loss", "is_liable")
_PENALTY = ("kinds", "fine", "procedure")


def world_differences(then: SubjectWorld, now: SubjectWorld, on: date) -> list[str]:
    """Say what was known then and is known differently now, as far as it concerns the day `on`."""
    return [*_subject(then.subject, now.subject), *_records(then, now, on), *_entries(then, now, on)]


def _subject(then: Subject, now: Subject) -> Iterator[str]:
    if sorted(then.sectors) != sorted(now.sectors):
        yield f"主体的领域当时登记为{_sectors(then)}，现在为{_sectors(now)}。"
    for name, label in (("risk", "风险等级"), ("standardisation", "标准化等级"), ("born_on", "出生日期")):
        before, after = getattr(then, name), getattr(now, name)
        if before != after:
            shown = [_shown(row, name) for row in (then, now)]
            yield f"主体的{label}当时登记为{shown[0]}，现在为{shown[1]}。"


def _sectors(subject: Subject) -> str:
    return "、".join(SECTORS.get(code, code) for code in sorted(subject.sectors)) or "空"


def _shown(subject: Subject, name: str) -> str:
    display = getattr(subject, f"get_{name}_display", None)
    return str((display() if display is not None else getattr(subject, name)) or "空")


def _records(then: SubjectWorld, now: SubjectWorld, on: date) -> Iterator[str]:
    before = {record.pk: record for record in then.records}
    after = {record.pk: record for record in now.records}
    # The world of now leaves void records out; whether one is void or has moved is asked once for all that are gone.
    gone = [record for pk, record in before.items() if pk not in after]
    present = Record.objects.in_bulk([record.pk for record in gone]) if gone else {}
    for record in gone:
        yield _gone(record, present.get(record.pk))
    for pk, record in after.items():
        if pk not in before and _concerns(record, on):
            day = record.decided_on or record.occurred_on
            yield f"“{record}”（{day}）当时尚未登记或者尚未确认，是后来补录的。"
        elif pk in before:
            yield from _changed(before[pk], record, on)


def _gone(record: Record, present: Record | None) -> str:
    if present is not None and present.voided_on is not None:
        return f"“{record}”当时有效，后于{present.voided_on}作废，现在不再计入任何一日。"
    return f"“{record}”当时登记在本主体名下，现在已不在。"


def _concerns(record: Record, on: date) -> bool:
    days = [day for day in (record.occurred_on, record.decided_on) if day is not None]
    return not days or min(days) <= on


def _changed(then: Record, now: Record, on: date) -> Iterator[str]:
    for name, label in _DAYS:
        before, after = getattr(then, name), getattr(now, name)
        # What both put after the day asked is no difference on it.
        if before != after and any(day is not None and day <= on for day in (before, after)):
            yield f"“{now}”的{label}当时登记为{before or '空'}，现在为{after or '空'}。"
    for name, label in (("items", "条款归类"), ("findings", "情节认定")):
        if _codes(then, name) != _codes(now, name):
            yield f"“{now}”的{label}当时与现在不同。"
    if _values(then, "accident", _ACCIDENT) != _values(now, "accident", _ACCIDENT):
        yield f"“{now}”的事故数据当时与现在不同。"
    if _values(then, "penalty", _PENALTY) != _values(now, "penalty", _PENALTY):
        yield f"“{now}”的处罚内容当时与现在不同。"


def _codes(record: Record, name: str) -> set[tuple[str, str]]:
    return {(getattr(row, "pack_id", ""), row.code) for row in getattr(record, name).all()}


def _values(record: Record, name: str, fields: tuple[str, ...]) -> list[Any] | None:
    detail = getattr(record, name, None)
    return None if detail is None else [getattr(detail, field) for field in fields]


def _entries(then: SubjectWorld, now: SubjectWorld, on: date) -> Iterator[str]:
    before = {entry.pk: entry for entry in then.entries}
    after = {entry.pk: entry for entry in now.entries}
    for pk, entry in after.items():
        if pk not in before:
            if entry.starts_on <= on:
                yield f"{entry.list_label}的条目（自{entry.starts_on}起）当时尚未登记。"
        elif before[pk].ends_on != entry.ends_on and min(before[pk].ends_on, entry.ends_on) <= on:
            reason = entry.get_end_reason_display()
            yield f"{entry.list_label}的条目（自{entry.starts_on}起）当时的终止日为{before[pk].ends_on}，现在为{entry.ends_on}（{reason}）。"
        elif _pauses(before[pk], on) != _pauses(entry, on):
            yield f"{entry.list_label}的条目（自{entry.starts_on}起）的暂停期间当时与现在不同。"
    for pk, entry in before.items():
        if pk not in after:
            yield f"{entry.list_label}的条目（自{entry.starts_on}起）当时登记在本主体名下，现在已不在。"


def _pauses(entry: ListEntry, on: date) -> set[tuple[date, date | None]]:
    found = [(pause.starts_on, pause.ends_on) for pause in entry.pauses.all() if pause.starts_on <= on]
    return {(start, end if end is not None and end <= on else None) for start, end in found}
