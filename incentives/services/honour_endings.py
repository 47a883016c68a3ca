"""The end of an honour at once, with the fact that ends it: a breach, a listing, a criterion lost; and its return when
that fact falls. A term's end needs no service: it is a date."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q

from incentives import signals
from incentives.models import Honour
from incentives.rules import honours as rules
from incentives.rules.county import county_honours
from incentives.selectors.good_standing import standing_history
from incentives.selectors.honour_checks import HonourCheck, honour_check, lost_criteria, red_list_kept
from incentives.services.grants import grants_resume, grants_stop
from incentives.services.honour_papers import ending_paper
from incentives.services.honour_steps import honour_lock, tell_departments, tell_subject
from registry.models import Account, Record, Subject
from registry.rules.policy.facts import RecordFact
from registry.selectors.policies import pack_of
from registry.services.events import event_record
from sanctions.models import ListEntry
from sanctions.selectors.entries import WRONG
from sanctions.selectors.history import record_pk, world_of

EndReason = Honour.EndReason


def honour_end_now(
    honour: Honour, reason: Honour.EndReason, note: str, *, actor: Account | None, on: date,
    record: Record | None = None, entry: ListEntry | None = None,
) -> None:  # fmt: skip
    """End a locked honour from `on`, with paper, event and messages. One that has not begun yet never begins."""
    honour.ends_on = max(on, honour.starts_on or on)
    honour.end_reason, honour.end_note = reason, note[:1000]
    honour.end_record, honour.end_entry = record, entry
    honour.end_document = ending_paper(honour, actor=actor, on=on)
    honour.save_by(actor, reason=f"honour.end.{reason}")
    event_record(
        "honour.ended", f"自{honour.ends_on}起移出{honour.list_label}（{honour.get_end_reason_display()}）：{note}",
        obj=honour, subject=honour.subject, actor=actor, on=on,
        payload={"number": honour.number, "reason": str(reason), "ends_on": honour.ends_on,
                 "document": honour.end_document.number, "record": record.pk if record is not None else None,
                 "entry": entry.pk if entry is not None else None},
    )  # fmt: skip
    title = f"移出{honour.list_label}：{honour.subject.name}"[:200]
    body = f"自{honour.ends_on}起移出，激励措施同时停止。原因：{honour.get_end_reason_display()}。{note}"
    tell_departments(honour, "honour.ended", title, body)
    tell_subject(
        honour, "honour.ended", title,
        f"{body}认为所依据的记录或者名单有误的，可以提出异议；记录作废、列入被更正或者撤销的，恢复原认定。异议不收取费用。",
    )  # fmt: skip
    grants_stop(honour=honour, actor=actor, on=on)
    signals.honour_ended.send(sender=Honour, honour=honour, actor=actor, on=on)


@transaction.atomic
def honours_strike(*, entry: ListEntry, actor: Account | None, on: date) -> int:
    """End every honour of a subject that has come onto a list which strikes honours; return how many.

    Call inside the transaction that opened the entry.
    """
    striking = county_honours().striking_lists
    if entry.list_code not in striking.codes or not entry.starts_on <= on < entry.ends_on:
        return 0
    note = f"{entry.starts_on}列入{entry.list_label}（{entry.department.name}认定）。"
    return _end_each(entry.subject, EndReason.LISTED, note, actor=actor, on=on, entry=entry)


@transaction.atomic
def honours_follow_record(*, record: Record, actor: Account | None, on: date) -> int:
    """End the honours that a record takes away: a breach while they run, or the loss of a criterion; return how many."""
    if not _has_running(record.subject, on):
        return 0
    ended = 0
    for honour in _running(record.subject, on):
        if _ends_by_breach(honour) and _is_breach(record, honour, on):
            note = f"{record.get_kind_display()}：{record.number or record.title}（{record.decided_on}）。"
            honour_end_now(honour, EndReason.BREACH, note, actor=actor, on=on, record=record)
            ended += 1
    return ended + honours_follow_subject(subject=record.subject, actor=actor, on=on, record=record)


@transaction.atomic
def honours_follow_records(*, records: Sequence[Record], actor: Account | None, on: date) -> int:
    """Do the same for many records: one question finds the few subjects that have an honour."""
    running = Honour.objects.filter(state=rules.RECOGNISED, ends_on__gt=on)
    subjects = {record.subject_id for record in records}
    holders = set(running.filter(subject__in=subjects).values_list("subject_id", flat=True))
    return sum(
        honours_follow_record(record=record, actor=actor, on=on) for record in records if record.subject_id in holders
    )


@transaction.atomic
def honours_follow_subject(*, subject: Subject, actor: Account | None, on: date, record: Record | None = None) -> int:
    """End the honours whose criteria a subject no longer meets, and which its merged rows may not keep."""
    if not _has_running(subject, on):
        return 0
    struck = 0
    codes = county_honours().striking_lists.codes
    for entry in ListEntry.objects.in_force(on).filter(subject=subject, list_code__in=codes).order_by("pk"):
        struck += honours_strike(entry=entry, actor=actor, on=on)
    return struck + sum(_follow(honour, record, actor, on) for honour in _running(subject, on))


def _follow(honour: Honour, record: Record | None, actor: Account | None, on: date) -> bool:
    check = _check(honour, on)
    if check is None or not _ends_by_breach(honour):
        return False
    lost = lost_criteria(honour, check)
    if not lost:
        return False
    note = "".join(f"{each.clause}“{each.label}”不再符合：{each.sentence}" for each in lost)
    honour_end_now(honour, EndReason.CRITERIA, note, actor=actor, on=on, record=record)
    return True


@transaction.atomic
def honours_restore_record(*, record: Record, actor: Account | None, on: date) -> int:
    """Give back the honours that ended by a record which was voided, or put under another clause that takes nothing."""
    found = Honour.objects.filter(end_record=record, end_reason__in=rules.BY_FACT)
    restored, why = 0, f"{record}已作废或者重新归类"
    right = record.corrections.exclude(state=Record.State.VOIDED).first()
    for pk in found.order_by("pk").values_list("pk", flat=True):
        if _restore(pk, why, actor, on):
            restored += 1
        elif right is not None:
            _end_by_correction(pk, right, actor)
    return restored


def _end_by_correction(honour_id: int, right: Record, actor: Account | None) -> None:
    """The corrected record takes the place of the wrong one: should it fall too, the honour comes back."""
    honour = honour_lock(honour_id)
    honour.end_record = right
    honour.save_by(actor, reason="honour.follow")


@transaction.atomic
def honours_restore_entry(*, entry: ListEntry, actor: Account | None, on: date) -> int:
    """Give back the honours that ended by an entry which was corrected or revoked."""
    if entry.end_reason not in WRONG:
        return 0
    found = Honour.objects.filter(end_entry=entry, end_reason=EndReason.LISTED)
    why = f"列入{entry.list_label}已{entry.get_end_reason_display()}"
    return sum(_restore(pk, why, actor, on) for pk in found.order_by("pk").values_list("pk", flat=True))


def _restore(honour_id: int, why: str, actor: Account | None, on: date) -> bool:
    """Let an honour run to its term again, unless that is over, another reason stands, or a new one has its place."""
    honour = honour_lock(honour_id)
    if honour.term_ends_on is None or honour.term_ends_on <= on:
        return False
    same = Honour.objects.filter(subject=honour.subject, pack_id=honour.pack_id, list_code=honour.list_code)
    if same.filter(state=rules.RECOGNISED, ends_on__gt=honour.ends_on).exclude(pk=honour.pk).exists():
        return False
    check = _check(honour, on)
    if check is not None and (check.blocking or lost_criteria(honour, check)):
        return False
    if any(_is_breach(each, honour, on) for each in _facts_since(honour, on)):
        return False
    honour.ends_on, honour.end_reason, honour.end_note = honour.term_ends_on, EndReason.TERM, ""
    honour.end_record = honour.end_entry = honour.end_document = None
    honour.save_by(actor, reason="honour.restore")
    event_record(
        "honour.restored", f"恢复{honour.list_label}：{why}", obj=honour, subject=honour.subject, actor=actor, on=on,
        payload={"number": honour.number, "last_day": honour.last_day},
    )  # fmt: skip
    title, body = f"恢复{honour.list_label}：{honour.subject.name}"[:200], f"{why}，恢复原认定，至{honour.last_day}止。"
    tell_departments(honour, "honour.restored", title, body)
    tell_subject(honour, "honour.restored", title, body)
    grants_resume(honour=honour, actor=actor, on=on)
    signals.honour_restored.send(sender=Honour, honour=honour, actor=actor, on=on)
    return True


def _end_each(
    subject: Subject, reason: Honour.EndReason, note: str, *, actor: Account | None, on: date, entry: ListEntry
) -> int:
    running = _running(subject, on)
    for honour in running:
        honour_end_now(honour, reason, note, actor=actor, on=on, entry=entry)
    return len(running)


def _running(subject: Subject, on: date) -> list[Honour]:
    """Lock the subject's honours that run or are still to begin."""
    found = (
        Honour.objects.select_for_update(of=("self",))
        .filter(subject=subject, state=rules.RECOGNISED, ends_on__gt=on)
        .select_related("department", "policy", "nominator_department")
    )
    honours = list(found.order_by("pk"))
    for honour in honours:
        honour.subject = subject
    return honours


def _has_running(subject: Subject, on: date) -> bool:
    """One look-up by index: most records are of subjects without honours."""
    return Honour.objects.filter(subject=subject, state=rules.RECOGNISED, ends_on__gt=on).exists()


def _check(honour: Honour, on: date) -> HonourCheck | None:
    red_list = red_list_kept(honour, on)
    return honour_check(honour.subject, red_list, on) if red_list is not None else None


def _ends_by_breach(honour: Honour) -> bool:
    """Whether a breach ends it: by its pack, and by the county's value where the pack is silent."""
    rule = pack_of(honour.policy).honour
    flag = rule.ended_by_breach if rule is not None else None
    return (flag or county_honours().breach).value


def _facts_since(honour: Honour, on: date) -> list[Record]:
    since = honour.starts_on or on
    found = Record.objects.filter(Q(decided_on__gte=since) | Q(occurred_on__gte=since), subject=honour.subject)
    return list(found.filter(state=Record.State.CONFIRMED))


def _is_breach(record: Record, honour: Honour, on: date) -> bool:
    """Whether a record is bad conduct of the time in which the honour runs: of the field of the honour's own pack or of
    any other, but for a draft, a voided one and a liable-free accident."""
    if record.state not in (Record.State.CONFIRMED, Record.State.REPAIRED):
        return False
    facts = _facts_of(record, honour, on)
    return any(
        fact.is_adverse and fact.counts_on is not None and fact.counts_on >= (honour.starts_on or on) for fact in facts
    )


def _facts_of(record: Record, honour: Honour, on: date) -> list[RecordFact]:
    history = standing_history(world_of(honour.subject), pack_of(honour.policy), on)
    return [fact for fact in history.records if record_pk(fact.id) == record.pk and fact.exists_on(on)]
