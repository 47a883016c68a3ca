"""List entries: taking force, ending early, pausing. A term's end needs no service: it is a date."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from registry import clock
from registry.base.errors import Conflict, InvalidInput, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Notice, Subject
from registry.rules.periods import add_years
from registry.rules.policy.mode import lists_may_be_public
from registry.rules.policy.schema import ListRule, Pack
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import pack_of
from registry.services import authz
from registry.services.events import event_record
from registry.services.notices import notice_queue
from sanctions import signals
from sanctions.models import Case, EntryGround, EntryPause, ListEntry
from sanctions.selectors.entries import WRONG, adds_paused_time, entries_in_force, pauses_running
from sanctions.services.cross_checks import subject_cross_check
from sanctions.services.endings import ending_announce
from sanctions.services.orders import orders_dispatch, pause_announce

ONE_DAY = timedelta(days=1)
ADULT_AGE = 18  # under-age persons are never listed, whatever a pack says


@transaction.atomic
def entry_open(*, case: Case, actor: Account | None, on: date) -> ListEntry:
    """Put the case's subject on its list and order the measures; call when the decision is published.

    The term runs from the day that the pack names (publication: `on`; decision; recognition by the level above). The
    entry is public only where the case is binding, the list is public and the law of the day carries a public list.
    Where the pack keeps a subject on the highest list only, a lower entry of the same pack ends as moved.
    Raises TransitionRefused (case undecided), NotAllowed, RuleRefused, Conflict (in force already).
    """
    subject = Subject.objects.select_for_update().get(pk=case.subject_id)
    case = Case.objects.select_for_update(of=("self",)).select_related("policy", "department").get(pk=case.pk)
    if case.state not in (Case.State.DECIDED, Case.State.PUBLISHED) or case.decided_on is None:
        raise TransitionRefused(
            "case-not-decided",
            f"案件{case.number}为“{case.get_state_display()}”，尚未认定，不能列入名单。请先完成认定。",
        )
    authz.require(actor, "case.publish", on=on)
    pack = pack_of(case.policy)
    rule = pack.list_rule(case.list_code)
    _refuse_minor(subject, on)
    _refuse_lower_list(subject, case, pack, rule, on)
    entry = _entry_new(case, pack, rule, on)
    _entry_save(entry, actor)
    EntryGround.objects.bulk_create(
        EntryGround(entry=entry, record_id=record_id)
        # A record voided between decision and publication supports nothing; that enough is left is a condition.
        for record_id in case.grounds.exclude(record__voided_on__lte=on).values_list("record_id", flat=True)
    )
    _end_lower_lists(entry, pack, rule, actor, on)
    last_day = entry.ends_on - ONE_DAY
    event_record(
        "entry.opened", f"列入{entry.list_label}，自{entry.starts_on}起至{last_day}止", obj=entry, subject=subject,
        actor=actor, on=on,
        payload={"case": case.number, "pack": entry.pack_id, "hash": case.policy.content_hash, "list": entry.list_code,
                 "starts_on": entry.starts_on, "last_day": last_day, "is_public": entry.is_public,
                 "clause": entry.clause},
    )  # fmt: skip
    _tell_subject_opened(entry, case)
    orders_dispatch(entry=entry, actor=actor, on=on)
    # Before a receiver strikes the honour that the entry clashes with: both departments are told of the two.
    subject_cross_check(subject=subject, actor=actor, on=on)
    signals.entry_opened.send(sender=ListEntry, entry=entry, actor=actor, on=on)
    return entry


def _refuse_minor(subject: Subject, on: date) -> None:
    if subject.is_person and subject.born_on is not None and on < add_years(subject.born_on, ADULT_AGE):
        raise RuleRefused("minor", f"{subject.name}未满{ADULT_AGE}周岁，未成年人不得列入任何名单。请终止本案。")


def _keeps_highest_only(pack: Pack) -> bool:
    return pack.highest_list_only is not None and pack.highest_list_only.value


def _rank(pack: Pack, list_code: str) -> int | None:
    rule = pack.lists_by_code.get(list_code)
    return rule.rank if rule is not None and rule.polarity == "negative" else None


def _refuse_lower_list(subject: Subject, case: Case, pack: Pack, rule: ListRule, on: date) -> None:
    for other in entries_in_force(subject, on).filter(pack_id=case.pack_id):
        rank = _rank(pack, other.list_code)
        if other.list_code == case.list_code:
            raise Conflict(
                "entry-in-force",
                f"{subject.name}自{other.starts_on}起已在{other.list_label}上，至{other.ends_on - ONE_DAY}止，"
                "同一名单不能重复列入。请等待期满或先办理终止。",
            )
        if _keeps_highest_only(pack) and rank is not None and rank > rule.rank:
            raise RuleRefused(
                "higher-list-in-force",
                f"{subject.name}已在更高等级的{other.list_label}上，按该政策只列入最高等级，不再列入{case.list_label}。"
                "请终止本案。",
            )


def _term_start(case: Case, rule: ListRule, on: date) -> date:
    """Return the day that the term is counted from, which is also the first day in force."""
    if rule.term is None:
        raise RuleRefused(
            "term-missing", f"政策没有写明{case.list_label}的期限，不能列入。请在政策包中补上期限后重新载入并启用。"
        )
    days = {"publication": on, "decision": case.decided_on, "recognition": case.confirmed_on or case.decided_on}
    return days[rule.term.start] or on


def _entry_new(case: Case, pack: Pack, rule: ListRule, on: date) -> ListEntry:
    starts_on = _term_start(case, rule, on)
    ends_on = rule.term.last_day(starts_on) + ONE_DAY if rule.term is not None else starts_on
    if ends_on <= on:
        raise RuleRefused(
            "term-over",
            f"按{starts_on}起算，{case.list_label}的期限到{ends_on - ONE_DAY}已满，不能再列入。请终止本案。",
        )
    is_public = case.mode == "binding" and rule.public.value and lists_may_be_public(pack, on)
    earlier = ListEntry.objects.filter(subject=case.subject_id, pack_id=case.pack_id, list_code=case.list_code)
    wrong = Q(end_reason__in=WRONG)
    return ListEntry(
        case=case,
        subject_id=case.subject_id,
        policy=case.policy,
        pack_id=case.pack_id,
        list_code=case.list_code,
        list_label=case.list_label,
        domain=pack.head.domain,
        is_public=is_public,
        department=case.department,
        clause=_clause(case, pack, rule),
        decided_on=case.decided_on or on,
        published_on=on if is_public else None,
        starts_on=starts_on,
        term_ends_on=ends_on,
        ends_on=ends_on,
        time=earlier.exclude(wrong).count() + 1,
    )


def _clause(case: Case, pack: Pack, rule: ListRule) -> str:
    """Return the clauses that the grounds met, as they are cited; where none are kept, the clause of the list."""
    named = [str(clause) for clauses in case.grounds.values_list("clauses", flat=True) for clause in clauses]
    cited = [clause_text(pack, clause) for clause in named or [rule.clause]]
    return "、".join(dict.fromkeys(cited))[:200]


def _entry_save(entry: ListEntry, actor: Account | None) -> None:
    """Save, and turn the database's refusal of overlapping periods into a sentence."""
    reason = "entry.save" if entry.pk else "entry.open"
    try:
        with transaction.atomic():
            entry.save_by(actor, reason=reason)
    except IntegrityError as error:
        clashes = ListEntry.objects.filter(
            subject=entry.subject_id, pack_id=entry.pack_id, list_code=entry.list_code,
            starts_on__lt=entry.ends_on, ends_on__gt=entry.starts_on,
        ).exclude(pk=entry.pk)  # fmt: skip
        clash = clashes.first() or ListEntry.objects.filter(case=entry.case_id).exclude(pk=entry.pk).first()
        if clash is None:
            raise
        raise Conflict(
            "entry-overlap",
            f"{clash.subject.name}已在{clash.list_label}上（{clash.starts_on}至{clash.ends_on - ONE_DAY}），"
            "同一名单的期间不能重叠。请核对后再办理。",
        ) from error


def _end_lower_lists(entry: ListEntry, pack: Pack, rule: ListRule, actor: Account | None, on: date) -> None:
    if not _keeps_highest_only(pack):
        return
    for other in entries_in_force(entry.subject, on).filter(pack_id=entry.pack_id).exclude(pk=entry.pk):
        rank = _rank(pack, other.list_code)
        if rank is not None and rank < rule.rank:
            _end(other, ListEntry.EndReason.MOVED, on, f"转入{entry.list_label}", actor, on)


def _tell_subject_opened(entry: ListEntry, case: Case) -> None:
    contact = f"（{entry.department.contact}）" if entry.department.contact else ""
    manner = "本名单依法向社会公布。" if entry.is_public else "本名单不向社会公布，仅作内部分级管理。"
    notice_queue(
        "entry.opened",
        title=f"列入{entry.list_label}通知",
        body=(
            f"{entry.subject.name}：依据《{case.policy.title}》{entry.clause}，您（单位）自{entry.starts_on}起列入"
            f"{entry.list_label}，至{entry.ends_on - ONE_DAY}止。{manner}"
            f"认为列入有误的，可以向{entry.department.name}{contact}提出异议，也可以依法申请行政复议或者提起行政诉讼；"
            "纠正失信行为后可以申请信用修复。以上均不收取费用。"
        ),
        at=clock.now(),
        obj=entry,
        subject=entry.subject,
        channel=Notice.Channel.PORTAL,
    )


def _locked(entry: ListEntry) -> ListEntry:
    """Lock the subject, then the entry, and return it fresh."""
    Subject.objects.select_for_update().get(pk=entry.subject_id)
    return (
        ListEntry.objects.select_for_update(of=("self",))
        .select_related("subject", "department", "policy")
        .get(pk=entry.pk)
    )


@transaction.atomic
def entry_end(
    *, entry: ListEntry, reason: str, ends_on: date, note: str, actor: Account | None, on: date,
    version: int | None = None,
) -> ListEntry:  # fmt: skip
    """End an entry before its term: from `ends_on` on it is no longer in force.

    A wrong entry (corrected, revoked) may end back to its first day, also when it is over already: it then counts as
    never having been; any other not before today. A wrong entry of an organisation takes with it those of the persons
    listed on its case. The departments are told at once when the day has come, else on that day by `endings_dispatch`.
    A later end decided before does not hold up the end of a wrong one.
    Raises InvalidInput, TransitionRefused (ended already), NotAllowed, Conflict (stale).
    """
    entry = _locked(entry)
    _require_running(entry, on, is_wrong=reason in WRONG)
    authz.require(actor, "entry.end", on=on)
    version_require(entry, version)
    _check_end(entry, reason, ends_on, note, on)
    _end(entry, ListEntry.EndReason(reason), ends_on, note.strip(), actor, on)
    if reason in WRONG:
        _end_carried(entry, actor, on)
    return entry


def _end_carried(entry: ListEntry, actor: Account | None, on: date) -> None:
    """End the entries of the persons listed along with a wrong one: what they rest on is gone."""
    carried = ListEntry.objects.filter(case__parent=entry.case_id, ends_on__gt=entry.ends_on)
    for person in carried.exclude(end_reason__in=WRONG).order_by("subject_id"):
        below = _locked(person)
        note = f"所属单位的条目{entry.get_end_reason_display()}，随单位列入的依据不复存在：{entry.end_note}"
        _end(below, ListEntry.EndReason(entry.end_reason), entry.ends_on, note, actor, on)


def _require_running(entry: ListEntry, on: date, *, is_wrong: bool = False) -> None:
    if is_wrong and entry.end_reason in WRONG and entry.ends_on <= on:
        raise TransitionRefused(
            "entry-undone", f"该条目已经{entry.get_end_reason_display()}，视为自始不在列，不需要再次办理。"
        )
    if entry.ends_on <= on and not is_wrong:
        raise TransitionRefused(
            "entry-ended",
            f"{entry.subject.name}在{entry.list_label}上的条目已于{entry.ends_on}终止（{entry.get_end_reason_display()}），"
            "不能再办理。",
        )
    if entry.end_reason != ListEntry.EndReason.TERM and not is_wrong:
        raise TransitionRefused(
            "end-decided",
            f"该条目已决定自{entry.ends_on}起终止（{entry.get_end_reason_display()}），不能再办理。",
        )


def _check_end(entry: ListEntry, reason: str, ends_on: date, note: str, on: date) -> None:
    early = set(ListEntry.EndReason.values) - {ListEntry.EndReason.TERM}
    if reason not in early:
        raise InvalidInput(
            "reason-unknown",
            f"终止原因“{reason}”不可用。期满自动终止，不需要办理；提前终止请选择信用修复、更正、撤销或转入其他名单。",
            field="reason",
        )
    if not note.strip():
        raise InvalidInput("note-missing", "提前终止必须写明依据的文书和理由，请填写说明。", field="note")
    first = entry.starts_on if reason in WRONG else max(on, entry.starts_on)
    # One that ended on its first day (moved, repaired) has no day to leave, and may still be found wrong.
    latest = entry.ends_on if entry.ends_on == entry.starts_on else entry.ends_on - ONE_DAY
    if not first <= ends_on <= latest:
        raise InvalidInput(
            "end-day-outside",
            f"终止日{ends_on}不可用：应在{first}至{latest}之间（终止日当天起不再在列）。",
            field="ends_on",
        )


def _end(
    entry: ListEntry, reason: ListEntry.EndReason, ends_on: date, note: str, actor: Account | None, on: date
) -> None:
    """End without asking for a right: the caller's own step has been asked."""
    entry.ends_on, entry.end_reason, entry.end_note = max(ends_on, entry.starts_on), reason, note[:500]
    entry.save_by(actor, reason=f"entry.end.{reason}")
    event_record(
        "entry.ended", f"{entry.list_label}条目自{ends_on}起终止（{entry.get_end_reason_display()}）：{note}", obj=entry,
        subject=entry.subject, actor=actor, on=on, payload={"reason": str(reason), "ends_on": ends_on, "note": note},
    )  # fmt: skip
    signals.entry_ended.send(sender=ListEntry, entry=entry, actor=actor, on=on)
    if entry.ends_on <= on:
        ending_announce(entry=entry, actor=actor, on=on)


@transaction.atomic
def entry_pause(
    *, entry: ListEntry, reason: str, actor: Account | None, on: date, version: int | None = None
) -> EntryPause:
    """Let the entry's measures stand still from `on`; the entry itself stays in force and public."""
    entry = _locked(entry)
    _require_running(entry, on)
    if pauses_running(on).filter(entry=entry).exists():
        raise TransitionRefused("already-paused", "该条目的措施已经暂停，不需要重复办理。")
    authz.require(actor, "entry.pause", on=on)
    version_require(entry, version)
    if not reason.strip():
        raise InvalidInput("reason-missing", "暂停措施必须写明理由，请填写后再提交。", field="reason")
    return _pause(entry, reason.strip(), actor, on)


def _pause(entry: ListEntry, reason: str, actor: Account | None, on: date) -> EntryPause:
    pause = EntryPause(entry=entry, starts_on=max(on, entry.starts_on), reason=reason[:300])
    pause.save_by(actor, reason="entry.pause")
    event_record(
        "entry.paused", f"{entry.list_label}的措施自{pause.starts_on}起暂停：{reason}", obj=entry,
        subject=entry.subject, actor=actor, on=on, payload={"reason": reason},
    )  # fmt: skip
    pause_announce(entry=entry, paused=True, text=reason)
    signals.entry_paused.send(sender=ListEntry, entry=entry, pause=pause, actor=actor, on=on)
    return pause


@transaction.atomic
def entry_resume(
    *, entry: ListEntry, note: str, actor: Account | None, on: date, version: int | None = None
) -> EntryPause:
    """Let the measures run again from `on`; where the pack adds paused time, the term moves by the days they stood."""
    entry = _locked(entry)
    pause = entry.pauses.select_for_update().filter(ends_on__isnull=True).first()
    if pause is None:
        raise TransitionRefused("not-paused", "该条目的措施没有暂停，不需要恢复。")
    may_lengthen = adds_paused_time(entry) and entry.end_reason == ListEntry.EndReason.TERM
    if not may_lengthen:
        _require_running(entry, on)
    authz.require(actor, "entry.pause", on=on)
    version_require(entry, version)
    return _resume(entry, pause, note, actor, on, may_lengthen=may_lengthen)


@transaction.atomic
def entry_pause_by_rule(*, entry: ListEntry, reason: str, actor: Account | None, on: date) -> EntryPause | None:
    """Pause an entry because its pack says so upon an act that asked for a right of its own, such as an objection.

    None where nothing is to be paused: the entry is over, its end is decided, or its measures stand still already.
    """
    entry = _locked(entry)
    over = entry.ends_on <= on or entry.end_reason != ListEntry.EndReason.TERM
    if over or pauses_running(on).filter(entry=entry).exists():
        return None
    return _pause(entry, reason, actor, on)


@transaction.atomic
def entry_resume_by_rule(*, pause: EntryPause, note: str, actor: Account | None, on: date) -> EntryPause | None:
    """End a pause that `entry_pause_by_rule` began. None where it has ended already, or its entry is over for good."""
    entry = _locked(pause.entry)
    running = entry.pauses.select_for_update().filter(pk=pause.pk, ends_on__isnull=True).first()
    may_lengthen = adds_paused_time(entry) and entry.end_reason == ListEntry.EndReason.TERM
    if running is None or (entry.ends_on <= on and not may_lengthen):
        return None
    return _resume(entry, running, note, actor, on, may_lengthen=may_lengthen)


def _resume(
    entry: ListEntry, pause: EntryPause, note: str, actor: Account | None, on: date, *, may_lengthen: bool
) -> EntryPause:
    pause.ends_on = max(on, pause.starts_on)
    pause.save_by(actor, reason="entry.resume")
    stood = pause.ends_on - pause.starts_on
    adds = may_lengthen and bool(stood)
    if adds:
        entry.term_ends_on += stood
        entry.ends_on += stood
        _entry_save(entry, actor)
    event_record(
        "entry.resumed",
        f"{entry.list_label}的措施自{pause.ends_on}起恢复" + (f"，期限顺延{stood.days}日" if adds else ""), obj=entry,
        subject=entry.subject, actor=actor, on=on,
        payload={"note": note, "days": stood.days, "added": adds, "ends_on": entry.ends_on},
    )  # fmt: skip
    pause_announce(entry=entry, paused=False, text=note)
    signals.entry_resumed.send(sender=ListEntry, entry=entry, pause=pause, actor=actor, on=on)
    return pause
