"""Putting right what was wrong: a record voided or corrected, an entry taken back, and everything that rested on it."""

from dataclasses import dataclass
from datetime import date

from registry.base.errors import InvalidInput
from registry.models import Account, Record
from registry.rules.details import RecordInput
from registry.services.record_marks import dispute_clear
from registry.services.records import record_correct, record_lock, record_void
from repair.models import Objection
from sanctions.models import ListEntry
from sanctions.selectors.basis import entry_basis
from sanctions.selectors.entries import WRONG
from sanctions.services.entries import entry_end

Remedy = Objection.Remedy


@dataclass(frozen=True)
class PutRight:
    """What was done. `entries`: those that ended as if they had never been; `replaced_by`: the right record."""

    entries: tuple[ListEntry, ...]
    replaced_by: Record | None = None


@dataclass(frozen=True)
class Wrong:
    """What is wrong (a record or an entry), how it is put right, and with what (`content`, for a correction)."""

    record: Record | None
    entry: ListEntry | None
    remedy: str
    content: RecordInput | None = None


def remedy_require(wrong: Wrong, about: str) -> None:
    """Raise InvalidInput (field `remedy`) unless the remedy fits what is wrong and comes with what it needs."""
    fitting = (Remedy.REVOKE,) if wrong.entry is not None else (Remedy.VOID, Remedy.CORRECT)
    if wrong.remedy not in fitting:
        names = "、".join(Remedy(each).label for each in fitting)
        raise InvalidInput("remedy-wrong", f"对{about}只能这样纠正：{names}。请重新选择。", field="remedy")
    if wrong.remedy == Remedy.CORRECT and wrong.record is not None and wrong.record.state != Record.State.CONFIRMED:
        raise InvalidInput(
            "remedy-wrong",
            f"该记录现在是“{wrong.record.get_state_display()}”，不再公示和使用，不能更正内容。请选择“{Remedy.VOID.label}”。",
            field="remedy",
        )
    if wrong.remedy == Remedy.CORRECT and wrong.content is None:
        raise InvalidInput("content-missing", "更正记录须填写正确的内容。请填写后再提交。", field="remedy")


def put_right(wrong: Wrong, *, note: str, actor: Account | None, on: date) -> PutRight:
    """Carry the remedy out; entries that do not stand on what is left end back to their first day, and publication,
    measures and departments follow by their own services. The subject must be locked.

    What ended or was voided while the request was examined is put right all the same: an entry that is over counts as
    never having been, a record that is void stays so. Raises what the services raise.
    """
    resting = _entries_resting(wrong.record)
    replaced_by = None
    ended: list[ListEntry] = []
    if wrong.entry is not None:
        ended = [_entry_revoke(wrong.entry, note, actor, on)]
    elif wrong.record is not None and wrong.remedy == Remedy.VOID:
        if wrong.record.state != Record.State.VOIDED:
            record_void(record_id=wrong.record.pk, reason=note, version=None, actor=actor, on=on)
    elif wrong.record is not None and wrong.content is not None:
        replaced_by = record_correct(
            record_id=wrong.record.pk, department_id=wrong.record.department_id, content=wrong.content, reason=note,
            version=None, actor=actor, on=on,
        )  # fmt: skip
        # The right record is not disputed: the objection has been heard.
        dispute_clear(record_lock(replaced_by.pk), reason=note[:300], actor=actor, on=on)
    return PutRight((*ended, *_groundless_end(resting, note, actor, on)), replaced_by)


def _entries_resting(record: Record | None) -> list[ListEntry]:
    """Return the entries that rest on a record, those that are over too: they count when the next one is weighed."""
    if record is None:
        return []
    return list(ListEntry.objects.filter(grounds__record=record).exclude(end_reason__in=WRONG).order_by("pk"))


def _entry_revoke(entry: ListEntry, note: str, actor: Account | None, on: date) -> ListEntry:
    entry.refresh_from_db()
    if entry.end_reason in WRONG and entry.ends_on <= on:
        return entry
    return entry_end(
        entry=entry, reason=ListEntry.EndReason.REVOKED, ends_on=entry.starts_on, note=note[:500], actor=actor, on=on
    )


def _groundless_end(entries: list[ListEntry], note: str, actor: Account | None, on: date) -> list[ListEntry]:
    """End the entries that do not stand on what is left of their grounds, back to their first day; return them."""
    ended = []
    for found in entries:
        entry = ListEntry.objects.select_related("case__parent", "policy", "subject").get(pk=found.pk)
        if entry.end_reason in WRONG:
            ended.append(entry)
        elif not entry_basis(entry, on).stands:
            ended.append(
                entry_end(
                    entry=entry, reason=ListEntry.EndReason.CORRECTED, ends_on=entry.starts_on, note=note[:500],
                    actor=actor, on=on,
                )
            )  # fmt: skip
    return ended
