"""What an open objection does to facts and entries: the mark of dispute, and measures that stand still."""

from datetime import date

from django.db.models import Q, QuerySet

from registry.models import Account
from registry.services.record_marks import dispute_clear, dispute_note
from registry.services.records import record_lock
from repair.models import Objection, ObjectionPause
from repair.rules.county import county_requests
from repair.rules.lifecycle import OPEN
from repair.selectors.governing import objection_governing
from sanctions.models import ListEntry
from sanctions.services.entries import entry_pause_by_rule, entry_resume_by_rule
from sanctions.services.restoring import entry_dispute_clear, entry_dispute_note


def standstill_begin(objection: Objection, *, actor: Account | None, on: date) -> list[ObjectionPause]:
    """Mark the record as disputed; pause the entries concerned where their pack says so, unless it was objected to in
    vain before and the county does not hold measures again. Return the pauses held."""
    if objection.record is not None and objection.record.disputed_on is None:
        dispute_note(record_lock(objection.record.pk), disputed_on=objection.filed_on, actor=actor, on=on)
    if objection.entry is not None:
        entry_dispute_note(entry=objection.entry, disputed_on=objection.filed_on, actor=actor, on=on)
    return measures_hold(objection, actor=actor, on=on) if _may_hold(objection) else []


def measures_hold(objection: Objection, *, actor: Account | None, on: date) -> list[ObjectionPause]:
    """Pause the entries that an objection concerns where their pack says so; return the pauses held."""
    held = []
    for entry in _entries_concerned(objection, on):
        governing = objection_governing(record=None, entry=entry, on=on)
        rule = governing.objection if governing is not None else None
        if rule is None or not rule.pauses_measures.value:
            continue
        reason = f"当事人提出{objection.get_level_display()}（{objection.number}），核查期间暂停惩戒措施"
        pause = entry_pause_by_rule(entry=entry, reason=reason, actor=actor, on=on)
        if pause is not None:
            held.append(ObjectionPause.objects.create(objection=objection, pause=pause))
    return held


def standstill_again(entry: ListEntry, *, actor: Account | None, on: date) -> None:
    """Pause an entry that has come back, where an objection about it is still open and its pack has measures stand."""
    objection = _holding().filter(_concerns(entry), state__in=OPEN).order_by("pk").first()
    governing = objection_governing(record=None, entry=entry, on=on)
    rule = governing.objection if governing is not None else None
    if objection is None or rule is None or not rule.pauses_measures.value:
        return
    reason = f"{objection.get_level_display()}（{objection.number}）仍在核查，继续暂停惩戒措施"
    pause = entry_pause_by_rule(entry=entry, reason=reason, actor=actor, on=on)
    if pause is not None:
        ObjectionPause.objects.create(objection=objection, pause=pause)


def standstill_end(objection: Objection, *, note: str, actor: Account | None, on: date) -> None:
    """Let what the objection held run again, unless another open objection wants it held; take the mark off."""
    for held in objection.pauses.select_related("pause__entry").order_by("pk"):
        others = _others_open(objection) & _holding()
        other = others.filter(_concerns(held.pause.entry)).first()
        if other is not None:
            held.objection = other
            held.save(update_fields=["objection"])
        else:
            entry_resume_by_rule(pause=held.pause, note=note, actor=actor, on=on)
    entry = objection.entry
    if entry is not None and not _others_open(objection).filter(entry=entry).exists():
        entry_dispute_clear(entry=entry, reason=note, actor=actor, on=on)
    record = objection.record
    if record is not None and not _others_open(objection).filter(record=record).exists():
        locked = record_lock(record.pk)
        if locked.voided_on is None:
            dispute_clear(locked, reason=note, actor=actor, on=on)


def _entries_concerned(objection: Objection, on: date) -> QuerySet[ListEntry]:
    concerned = Q(pk=objection.entry_id) if objection.entry_id is not None else Q(grounds__record=objection.record_id)
    return (
        ListEntry.objects.filter(concerned, subject=objection.subject_id)
        .in_force(on)
        .select_related("policy")
        .order_by("pk")
    )


def _may_hold(objection: Objection) -> bool:
    return objection.holds_measures or county_requests().repeated_objection.value


def _holding() -> QuerySet[Objection]:
    """Objections for which measures may stand still."""
    every = Objection.objects.all()
    if county_requests().repeated_objection.value:
        return every
    return every.filter(Q(repeats__isnull=True) | Q(new_facts_on__isnull=False))


def _others_open(objection: Objection) -> QuerySet[Objection]:
    return Objection.objects.filter(state__in=OPEN).exclude(pk=objection.pk)


def _concerns(entry: ListEntry) -> Q:
    return Q(entry=entry) | Q(record__entry_grounds__entry=entry)
