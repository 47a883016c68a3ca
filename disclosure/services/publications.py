"""What may happen to a publication once it stands: taking it down, mending it, marking it disputed."""

from datetime import date

from django.db import transaction

from disclosure.models import Publication
from disclosure.selectors.snapshots import entry_snapshot, record_snapshot
from disclosure.services import entries, records
from disclosure.services.channels.owing import submissions_restore, submissions_withdraw
from registry.base.errors import InvalidInput, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Record, Subject
from registry.services import authz
from registry.services.events import event_record
from sanctions.models import EntryGround, ListEntry
from sanctions.selectors.basis import entry_basis


@transaction.atomic
def publication_withdraw(
    *, publication_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Publication:
    """Take a publication down from the day `on`, here and in the channels; the snapshot and its history stay inside.

    Raises TransitionRefused (not public any more), NotAllowed, Conflict (stale), InvalidInput (no reason).
    """
    publication = _locked(publication_id)
    if not publication.is_visible(on):
        raise TransitionRefused("not-public", f"“{publication.title}”已经不在公示中，不需要撤下。")
    authz.require(actor, "publication.withdraw", on=on)
    version_require(publication, version)
    reason = _reason(reason, "撤下公示必须写明原因，请填写后再提交。")
    publication.withdrawn_on, publication.withdraw_reason = on, reason
    publication.save_by(actor, reason="publication.withdraw")
    record = _own_record(publication)
    if record is not None:
        submissions_withdraw(record=record, why="撤下公示", actor=actor, on=on)
    event_record(
        "publication.withdrawn", f"撤下公示：{reason}", obj=publication, subject=publication.subject, actor=actor,
        on=on, payload={"reason": reason},
    )  # fmt: skip
    return publication


@transaction.atomic
def publication_correct(
    *, publication_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Publication:
    """Write the snapshot anew from the facts as they are now, and show it again if it had been taken down by hand.

    For a mistake in what is shown: the facts are corrected first, where they are kept. The period stays. Raises
    TransitionRefused, NotAllowed, Conflict (stale), InvalidInput (no reason), RuleRefused (the matter has ended).
    """
    publication = _locked(publication_id)
    if not publication.visible_from <= on < publication.visible_until:
        raise TransitionRefused("period-over", f"“{publication.title}”的公示期已满，不能更正。")
    authz.require(actor, "publication.publish", on=on)
    version_require(publication, version)
    reason = _reason(reason, "更正公示必须写明原因，请填写后再提交。")
    publication.snapshot = _fresh_snapshot(publication, on)
    publication.withdrawn_on, publication.withdraw_reason = None, ""
    publication.save_by(actor, reason="publication.correct")
    record = _own_record(publication)
    if record is not None:
        submissions_restore(record=record, actor=actor, on=on)
    event_record(
        "publication.corrected", f"更正公示内容：{reason}", obj=publication, subject=publication.subject, actor=actor,
        on=on, payload={"reason": reason},
    )  # fmt: skip
    return publication


@transaction.atomic
def publications_mark_disputed(*, record: Record, actor: Account | None, on: date) -> int:
    """Bring the mark 有异议 of a record's own publication, and of entries that rest on it, to the record's state.

    `record.disputed_on` empty takes the mark away, from an entry only when no other ground of it is disputed. Returns
    how many publications changed.
    """
    grounded = EntryGround.objects.filter(record=record).values_list("entry_id", flat=True)
    changed = 0
    targets = [(records.OBJECT_KIND, record.pk), *((entries.OBJECT_KIND, pk) for pk in grounded)]
    for kind, pk in targets:
        day = record.disputed_on if kind == records.OBJECT_KIND else _entry_disputed_on(pk)
        changed += _mark(kind, pk, day, actor, on)
    return changed


def _mark(kind: str, pk: int, day: date | None, actor: Account | None, on: date) -> bool:
    publication = Publication.objects.select_for_update().filter(object_kind=kind, object_id=pk).first()
    if publication is None or publication.disputed_on == day:
        return False
    publication.disputed_on = day
    publication.save_by(actor, reason="publication.dispute")
    event_record(
        "publication.disputed", "公示页标明有异议正在核查" if day else "公示页取消异议标记", obj=publication,
        subject=publication.subject, actor=actor, on=on,
    )  # fmt: skip
    return True


@transaction.atomic
def entry_publication_mark_disputed(*, entry: ListEntry, actor: Account | None, on: date) -> bool:
    """Bring the mark 有异议 of an entry's publication to the entry's state; return whether it changed."""
    return _mark(entries.OBJECT_KIND, entry.pk, _entry_disputed_on(entry.pk), actor, on)


def _entry_disputed_on(entry_id: int) -> date | None:
    """Since when the entry, or a record that it rests on, is disputed; None where neither is."""
    grounds = EntryGround.objects.filter(entry_id=entry_id, record__disputed_on__isnull=False)
    days = [day for day in grounds.values_list("record__disputed_on", flat=True) if day is not None]
    own = ListEntry.objects.values_list("disputed_on", flat=True).get(pk=entry_id)
    return min([*days, *([own] if own is not None else [])], default=None)


def _fresh_snapshot(publication: Publication, on: date) -> dict[str, object]:
    if publication.kind == Publication.Kind.ENTRY:
        entry = ListEntry.objects.select_related("case", "policy", "subject", "department").get(
            pk=publication.object_id
        )
        if entry.ends_on <= on:
            raise RuleRefused("entry-ended", "名单条目已经终止，不能再公示。")
        if entry_basis(entry, on).is_lost:
            raise RuleRefused(
                "grounds-lost", "列入所依据的记录已作废，条目失去依据，不能再公示。请先依法撤销或者更正该条目。"
            )
        return entry_snapshot(entry, on=on)
    record = Record.objects.select_related("subject", "department").get(pk=publication.object_id)
    if record.state != Record.State.CONFIRMED:
        raise RuleRefused("record-not-confirmed", f"原记录为“{record.get_state_display()}”，不能再公示。")
    return record_snapshot(record, last_day=publication.last_day)


def _own_record(publication: Publication) -> Record | None:
    """Return the penalty or permit that the publication shows, locked behind its subject; None for an entry."""
    if publication.object_kind != records.OBJECT_KIND:
        return None
    return Record.objects.select_for_update(of=("self",)).filter(pk=publication.object_id).first()


def _reason(text: str, missing: str) -> str:
    if not text.strip():
        raise InvalidInput("reason-missing", missing, field="reason")
    return text.strip()[:300]


def _locked(publication_id: int) -> Publication:
    """Lock the subject, then the publication."""
    subject_id = Publication.objects.values_list("subject_id", flat=True).get(pk=publication_id)
    Subject.objects.select_for_update().get(pk=subject_id)
    return Publication.objects.select_for_update(of=("self",)).select_related("subject").get(pk=publication_id)
