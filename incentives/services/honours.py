"""Putting a subject forward for a red list, its review and publicity, objections against it, taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.core.files import File
from django.db import transaction

from incentives.models import Honour, HonourFile, HonourObjection
from incentives.rules import honours as rules
from incentives.rules.county import county_honours
from incentives.selectors.honour_checks import RedList, honour_check, red_list_kept, red_list_of
from incentives.services.honour_steps import (
    honour_lock,
    honour_step_begin,
    honour_step_finish,
    tell_departments,
    tell_subject,
)
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.personal_data import text_seal
from registry.models import Account, Deadline, Department, Subject
from registry.rules import access
from registry.rules.policy.head import SubjectKind
from registry.rules.policy.wording import clause_text
from registry.selectors.calendar import calendar_current
from registry.services import authz
from registry.services.deadlines import Basis, deadline_meet, deadline_set, deadlines_cancel
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.numbers import number_next
from registry.services.subjects import subject_lock
from sanctions.services.case_documents import number_word

OBJECTION_DEADLINE = "honour-objection"


@dataclass(frozen=True)
class Nomination:
    """Who puts the subject forward, and why. `kind`: the pack's name for such a body, empty where it names none."""

    nominator: str
    grounds: str
    kind: str = ""
    files: Sequence[File] = field(default=())


@transaction.atomic
def honour_nominate(
    *, subject_id: int, key: str, department_id: int, nomination: Nomination, actor: Account | None, on: date
) -> Honour:
    """Put a subject forward for the red list `key` (a pack id), to be reviewed and recognised by a department.

    A department's user nominates for its own department; an officer of the recognising department registers what an
    association or another body has put forward. Raises NotAllowed, InvalidInput, Conflict (one is open already),
    RuleRefused (something rules recognition out).
    """
    subject = subject_lock(subject_id)
    authz.require(actor, "honour.nominate", on=on)
    red_list = red_list_of(key, kind=_kind(subject), on=on)
    if red_list is None:
        raise InvalidInput("red-list-unknown", "现行政策没有适用于该主体的这一份红名单，请从列表中选择。", field="key")
    department = Department.objects.get(pk=department_id)
    nomination = _own_name(nomination, actor, on)
    _nomination_check(nomination, red_list)
    _open_refuse(subject, red_list)
    check = honour_check(subject, red_list, on)
    if check.blocking:
        raise RuleRefused("honour-barred", "；".join(each.text for each in check.blocking) + "请待情形消除后再提名。")
    honour = _honour_new(subject, red_list, department, nomination, actor, on)
    honour.save_by(actor, reason="honour.nominate")
    for upload in nomination.files:
        attachment = attachment_store(upload=upload, actor=actor)
        HonourFile(honour=honour, attachment=attachment).save_by(actor, reason="honour.nominate")
    event_record(
        "honour.nominated", f"{honour.nominator}提名列入{honour.list_label}（{honour.number}）", obj=honour,
        subject=subject, actor=actor, on=on,
        payload={"number": honour.number, "list": honour.list_code, "pack": honour.pack_id,
                 "hash": red_list.version.content_hash},
    )  # fmt: skip
    tell_departments(
        honour, "honour.nominated", f"待审核：{subject.name}（{honour.list_label}）"[:200],
        f"{honour.nominator}提名{subject.name}列入{honour.list_label}，请审核。",
    )  # fmt: skip
    return honour


def _kind(subject: Subject) -> SubjectKind:
    return "person" if subject.is_person else "organization"


def _own_name(nomination: Nomination, actor: Account | None, on: date) -> Nomination:
    """A department's user puts forward in its department's name; an officer may register another body's nomination."""
    if actor is None or access.HANDLER in authz.roles_on(actor, on):
        return nomination
    if actor.department is None:
        raise NotAllowed("no-department", "提名的账号须属于一个部门，请联系系统管理员。")
    return replace(nomination, nominator=actor.department.name)


def _nomination_check(nomination: Nomination, red_list: RedList) -> None:
    if not nomination.nominator.strip():
        raise InvalidInput("nominator-missing", "请填写提名单位的名称。", field="nominator")
    if not nomination.grounds.strip():
        raise InvalidInput("grounds-missing", "请填写推荐理由。", field="grounds")
    named = red_list.rule.nominators
    if named and nomination.kind not in named:
        raise InvalidInput(
            "nominator-kind", f"{red_list.basis}规定可以提名的是：{'、'.join(named)}。请从中选择提名单位的类别。",
            field="kind",
        )  # fmt: skip


def _open_refuse(subject: Subject, red_list: RedList) -> None:
    same = Honour.objects.filter(subject=subject, pack_id=red_list.key, list_code=red_list.rule.list_code)
    running = same.filter(state__in=rules.OPEN).first()
    if running is not None:
        raise Conflict(
            "honour-open", f"{subject.name}已有提名{running.number}（{running.get_state_display()}），不需要重复提名。"
        )


def _honour_new(
    subject: Subject, red_list: RedList, department: Department, nomination: Nomination, actor: Account | None, on: date
) -> Honour:
    rule = red_list.pack.list_rule(red_list.rule.list_code)
    if rule.term is None:
        raise RuleRefused("term-missing", f"政策没有写明{rule.label}的期限，不能列入。请在政策包中补上期限。")
    same = Honour.objects.filter(subject=subject, pack_id=red_list.key, list_code=rule.code)
    return Honour(
        number=number_next(
            kind="honour", prefix=number_word(department, "信红提"), department=department, year=on.year
        ),
        subject=subject,
        department=department,
        policy=red_list.version,
        pack_id=red_list.key,
        list_code=rule.code,
        list_label=rule.label,
        clause=clause_text(red_list.pack, red_list.rule.clause)[:60],
        is_public=rule.public.value,
        nominator=nomination.nominator.strip()[:100],
        nominator_kind=nomination.kind[:100],
        nominator_department=actor.department if actor is not None else None,
        grounds=nomination.grounds.strip()[:2000],
        renews=same.in_force(on).first(),
        nominated_on=on,
        nominated_by=actor,
    )


def red_list_require(honour: Honour, on: date) -> RedList:
    """Return the list as the office runs it today. Raises RuleRefused once its pack is out of use."""
    red_list = red_list_kept(honour, on)
    if red_list is None:
        raise RuleRefused(
            "pack-out-of-use",
            f"《{honour.policy.title}》已不在执行，不能据以继续办理。请撤回提名，按现行政策重新提名。",
        )
    return red_list


@transaction.atomic
def honour_publicise(
    *, honour_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Honour:
    """Find that the subject meets the criteria, and hear objections for the pack's working days (else the county's).

    By another officer than the nominator. The check is kept as it stood. Raises RuleRefused naming what is missing.
    """
    honour = honour_lock(honour_id)
    begun = honour_step_begin(honour, "publicise", actor=actor, on=on, version=version, reason=reason)
    if actor is not None and actor.pk == honour.nominated_by_id:
        raise NotAllowed("same-as-nominator", "提名的人员不能审核，请由另一名审核人员办理。")
    red_list = red_list_require(honour, on)
    check = honour_check(honour.subject, red_list, on)
    if not check.is_passed:
        raise RuleRefused(
            "criteria-not-met", f"核对没有通过：{check.refusal}。请办理不予认定，或者待条件具备后再审核。"
        )
    rule = red_list.rule.publicity_working_days
    honour.publicity_days = rule.value if rule is not None else county_honours().publicity.working_days
    honour.policy = red_list.version
    honour.reviewed_on, honour.reviewed_by, honour.review_opinion = on, actor, reason.strip()[:1000]
    honour.review_check, honour.publicity_from = check.to_dict(), on
    publicity_reckon(honour)
    honour_step_finish(
        honour, begun, f"审核通过，公示至{honour.publicity_until}（含当日）：{honour.review_opinion}",
        payload={"publicity_until": honour.publicity_until, "hash": red_list.version.content_hash},
    )  # fmt: skip
    tell_subject(
        honour, "honour.publicised", f"拟列入{honour.list_label}公示（{honour.number}）"[:200],
        f"您（单位）拟列入{honour.list_label}，公示至{honour.publicity_until}（含当日）。公示期满没有异议或者异议不成立的，再作认定。",
    )  # fmt: skip
    return honour


def publicity_reckon(honour: Honour) -> bool:
    """Set the last day of publicity by the calendar as it is now; return whether it moved or changed its mark."""
    if honour.publicity_from is None or honour.publicity_days is None:
        return False
    due = calendar_current().add(honour.publicity_from, honour.publicity_days)
    before = (honour.publicity_until, honour.is_publicity_provisional)
    honour.publicity_until, honour.is_publicity_provisional = due.on, due.provisional
    return before != (due.on, due.provisional)


def publicities_reckon(*, actor: Account | None) -> int:
    """Reckon every running publicity anew after the calendar changed; return how many moved."""
    moved = 0
    for honour in Honour.objects.select_for_update().filter(state=rules.PUBLICISED).order_by("pk"):
        if publicity_reckon(honour):
            honour.save_by(actor, reason="honour.reckon")
            moved += 1
    return moved


@transaction.atomic
def objection_register(
    *, honour_id: int, text: str, sender: str, received_on: date, actor: Account | None, on: date,
    version: int | None = None,
) -> HonourObjection:  # fmt: skip
    """Take in an objection received during publicity. `sender`: who and how to reach them, sealed; may be empty.

    One received after the last day is refused, with the way that stays open.
    """
    honour = honour_lock(honour_id)
    begun = honour_step_begin(honour, "object", actor=actor, on=on, version=version)
    if not text.strip():
        raise InvalidInput("objection-empty", "请填写异议的内容。", field="text")
    first, last = honour.publicity_from or on, honour.publicity_until or on
    if received_on > on or received_on < first:
        raise InvalidInput(
            "received-outside",
            f"收到日期{received_on}不可用：应在公示开始之日{first}至今日{on}之间。",
            field="received_on",
        )
    if received_on > last:
        raise RuleRefused(
            "objection-too-late",
            f"公示已于{last}届满，收到日期是{received_on}。认为不应列入的，可以举报，由承办部门核查后处理。",
            field="received_on",
        )
    sealed = text_seal(sender.strip()[:500]) if sender.strip() else ""
    objection = HonourObjection(
        honour=honour, received_on=received_on, text=text.strip()[:2000], from_sealed=sealed, registered_by=actor
    )
    objection.save_by(actor, reason="honour.object")
    days = county_honours().objection
    deadline_set(
        OBJECTION_DEADLINE, "答复公示异议", obj=objection, subject=honour.subject, department=honour.department,
        starts_on=received_on, actor=actor, role=access.REVIEWER,
        basis=Basis(days.working_days, Deadline.Unit.WORKING, clause=days.clause, assumed=days.assumed),
    )  # fmt: skip
    honour_step_finish(honour, begun, f"收到公示异议（{honour.number}）", payload={"objection": objection.pk})
    return objection


@transaction.atomic
def objection_answer(
    *, objection_id: int, is_upheld: bool, reason: str, actor: Account | None, on: date, version: int | None = None
) -> HonourObjection:
    """Answer an objection after looking into it. One that is found right rules recognition out."""
    honour_id = HonourObjection.objects.values_list("honour_id", flat=True).get(pk=objection_id)
    honour = honour_lock(honour_id)
    begun = honour_step_begin(honour, "answer", actor=actor, on=on, version=version, reason=reason)
    objection: HonourObjection = HonourObjection.objects.select_for_update().get(pk=objection_id)
    if objection.answered_on is not None:
        raise TransitionRefused("objection-answered", f"该异议已于{objection.answered_on}答复，不能再次答复。")
    objection.answered_on, objection.answered_by = on, actor
    objection.is_upheld, objection.answer = is_upheld, reason.strip()[:1000]
    objection.save_by(actor, reason="honour.answer")
    deadline_meet(objection, OBJECTION_DEADLINE, actor=actor, on=on)
    word = "成立" if is_upheld else "不成立"
    honour_step_finish(
        honour, begun, f"公示异议{word}：{objection.answer}", payload={"objection": objection.pk, "upheld": is_upheld}
    )
    return objection


@transaction.atomic
def honour_withdraw(
    *, honour_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Honour:
    """Take a nomination back before it is decided."""
    return nomination_close(honour_id, "withdraw", reason, actor, on, version)


def nomination_close(
    honour_id: int, name: str, reason: str, actor: Account | None, on: date, version: int | None
) -> Honour:
    """Close a nomination without recognition (steps `withdraw`, `refuse`) and tell the subject and the departments."""
    honour = honour_lock(honour_id)
    begun = honour_step_begin(honour, name, actor=actor, on=on, version=version, reason=reason)
    honour.decided_on, honour.decided_by, honour.decision_reason = on, actor, reason.strip()[:1000]
    was_told = honour.publicity_from is not None
    honour_step_finish(honour, begun, f"{begun.step.label}（{honour.number}）：{honour.decision_reason}")
    for objection in honour.objections.filter(answered_on__isnull=True):
        deadlines_cancel(objection, actor=actor, on=on)
    title = f"{begun.step.label}：{honour.subject.name}（{honour.list_label}）"[:200]
    tell_departments(honour, f"honour.{name}", title, f"理由：{honour.decision_reason}")
    if was_told or name == "refuse":
        tell_subject(
            honour, f"honour.{name}", title,
            f"列入{honour.list_label}的提名已办结（{begun.step.label}）。理由：{honour.decision_reason}。这不是失信记录，"
            f"不影响以后再次提名；有疑问的可以联系{honour.department.name}。",
        )  # fmt: skip
    return honour
