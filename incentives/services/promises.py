"""Obligations of commitments: promises of missing papers (容缺受理), evidence handed in, checked by an officer."""

from collections.abc import Sequence
from datetime import date

from django.core.files import File
from django.db import transaction

from incentives.models import Commitment, Obligation, ObligationFile
from incentives.selectors.offers import Offer, offer_of
from incentives.services.commitments import (
    OBLIGATION_DEADLINE,
    OnPaper,
    Wanted,
    commitment_make,
    commitment_take,
    fulfilled,
    obligations_check,
    preview_text,
)
from incentives.services.steps import Begun, commitment_lock, step_begin, step_finish, tell_department, tell_subject
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Account, Deadline, Subject
from registry.selectors.calendar import calendar_current
from registry.services import authz
from registry.services.deadlines import Basis, deadline_meet, due_of
from registry.services.evidence import attachment_store
from registry.services.subjects import subject_lock


@transaction.atomic
def promise_record(
    *, subject_id: int, key: str, matter: str, missing: Sequence[str], accepted_on: date, actor: Account | None,
    on: date, days: int | None = None, paper: OnPaper | None = None,
) -> Commitment:  # fmt: skip
    """Record that an application was accepted with papers missing, which the subject promises to hand in.

    `missing`: the papers' names; `days`: plain days from the day of acceptance, the pack's unless given. The last day
    moves off a rest day (民法典 art. 203). With `paper` it is signed already. Raises NotAllowed, InvalidInput.
    """
    subject = subject_lock(subject_id)
    authz.require(actor, "commitment.take", on=on)
    department = actor.department if actor is not None else None
    if department is None:
        raise NotAllowed("no-department", "登记承诺的账号须属于一个部门，请联系系统管理员。")
    offer = _promise_offer(key, subject, on)
    _promise_check(matter, missing, accepted_on, on)
    basis = _basis(offer, days)
    due_on = due_of(calendar_current(), accepted_on, basis.days, basis.unit).on
    wanted = Wanted(matter, [(f"补齐{each.strip()}", due_on) for each in missing])
    obligations_check(wanted.obligations, on)
    text = preview_text(offer, subject, department, wanted)
    commitment = commitment_make(
        offer, subject, department, wanted, text, actor=actor, on=on, basis=basis, starts_on=accepted_on
    )
    if paper is not None:
        return commitment_take(commitment_id=commitment.pk, paper=paper, actor=actor, on=on)
    tell_subject(
        commitment, "commitment.drafted", f"请签署容缺受理承诺（{commitment.number}）",
        f"{department.name}已容缺受理“{commitment.matter}”，请签署承诺，并于{due_on}（含）之前补齐{len(missing)}项材料。",
    )  # fmt: skip
    return commitment


@transaction.atomic
def obligation_hand_in(
    *, obligation_id: int, files: Sequence[File], note: str, actor: Account | None, on: date,
    version: int | None = None,
) -> Obligation:  # fmt: skip
    """Hand in evidence that an obligation is fulfilled: by the subject's own account.

    The first hand-in tells whether it was in time; further files may follow until an officer has checked it. Late
    ones are taken too. Raises TransitionRefused, NotAllowed, InvalidInput.
    """
    obligation, commitment = _locked(obligation_id)
    begun = step_begin(commitment, "hand-in", actor=actor, on=on, version=version)
    return _handed(obligation, commitment, begun, files, note, on)


@transaction.atomic
def obligation_receive(
    *, obligation_id: int, files: Sequence[File], note: str, handed_on: date, actor: Account | None, on: date,
    version: int | None = None,
) -> Obligation:  # fmt: skip
    """Record what was handed in at the window on `handed_on`, with the scanned files."""
    obligation, commitment = _locked(obligation_id)
    begun = step_begin(commitment, "receive", actor=actor, on=on, version=version)
    if not commitment.made_on <= handed_on <= on:
        raise InvalidInput(
            "handed-day-outside",
            f"提交日期{handed_on}不可用：应在登记承诺之日{commitment.made_on}至今日{on}之间。",
            field="handed_on",
        )
    return _handed(obligation, commitment, begun, files, note, handed_on)


@transaction.atomic
def obligation_accept(*, obligation_id: int, actor: Account | None, on: date, version: int | None = None) -> Obligation:
    """Tick an obligation off. A promise whose last paper is in is fulfilled by it, unless a breach is being looked at."""
    obligation, commitment = _locked(obligation_id)
    begun = step_begin(commitment, "check", actor=actor, on=on, version=version)
    _done_refuse(obligation)
    if obligation.handed_on is None:
        raise RuleRefused(
            "nothing-handed-in", f"“{obligation.text}”还没有提交材料，不能确认。请先提交或者登记窗口收到的材料。"
        )
    obligation.done_on, obligation.checked_by, obligation.return_reason = on, actor, ""
    obligation.save_by(actor, reason="commitment.check")
    deadline_meet(obligation, OBLIGATION_DEADLINE, actor=actor, on=obligation.handed_on)
    late = "（逾期）" if obligation.handed_on > obligation.due_on else ""
    step_finish(
        commitment, begun, f"核对通过{late}：{obligation.text}（{commitment.number}）",
        payload={"obligation": obligation.pk, "handed_on": obligation.handed_on},
    )  # fmt: skip
    is_all = not commitment.obligations.filter(done_on__isnull=True).exists()
    if is_all and commitment.is_promise and commitment.state == Commitment.State.SIGNED:
        fulfilled(commitment, step_begin(commitment, "fulfil", actor=actor, on=on, version=None))
    return obligation


@transaction.atomic
def obligation_return(
    *, obligation_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Obligation:
    """Send back what does not fulfil an obligation, with the reason; its day stays."""
    obligation, commitment = _locked(obligation_id)
    begun = step_begin(commitment, "check", actor=actor, on=on, version=version)
    _done_refuse(obligation)
    if obligation.handed_on is None:
        raise TransitionRefused("nothing-handed-in", f"“{obligation.text}”没有待核对的材料，不能退回。")
    if not reason.strip():
        raise RuleRefused("reason-missing", "退回必须写明理由，请填写后再提交。", field="reason")
    obligation.handed_on, obligation.return_reason = None, reason.strip()[:500]
    obligation.save_by(actor, reason="commitment.return")
    step_finish(
        commitment, begun, f"退回：{obligation.text}。{obligation.return_reason}", payload={"obligation": obligation.pk}
    )
    tell_subject(
        commitment, "commitment.returned", f"材料退回：{obligation.text}（{commitment.number}）",
        f"理由：{obligation.return_reason}。请于{obligation.due_on}（含）之前重新提交；期限已过的，请尽快提交。",
    )  # fmt: skip
    return obligation


def _handed(
    obligation: Obligation, commitment: Commitment, begun: Begun, files: Sequence[File], note: str, handed_on: date
) -> Obligation:
    _done_refuse(obligation)
    if not files:
        raise InvalidInput("file-missing", "请选择要上传的材料。", field="file")
    for upload in files:
        attachment = attachment_store(upload=upload, actor=begun.actor)
        ObligationFile(
            obligation=obligation, attachment=attachment, handed_on=handed_on, note=note.strip()[:200]
        ).save_by(begun.actor, reason="commitment.hand-in")
    if obligation.handed_on is None:
        obligation.handed_on = handed_on
    obligation.return_reason = ""
    obligation.save_by(begun.actor, reason="commitment.hand-in")
    late = "（逾期）" if obligation.handed_on > obligation.due_on else ""
    step_finish(
        commitment, begun, f"提交履行材料{late}：{obligation.text}（{commitment.number}）",
        payload={"obligation": obligation.pk, "handed_on": handed_on},
    )  # fmt: skip
    tell_department(
        commitment, "commitment.handed-in", f"待核对：{obligation.text}（{commitment.number}）",
        f"{commitment.subject.name}提交了“{obligation.text}”的材料，请核对。",
    )  # fmt: skip
    return obligation


def _done_refuse(obligation: Obligation) -> None:
    if obligation.done_on is not None:
        raise TransitionRefused(
            "obligation-done", f"“{obligation.text}”已于{obligation.done_on}核对通过，不需要再提交或者核对。"
        )


def _locked(obligation_id: int) -> tuple[Obligation, Commitment]:
    """Lock subject, commitment and obligation, in this order."""
    commitment = commitment_lock(Obligation.objects.values_list("commitment_id", flat=True).get(pk=obligation_id))
    obligation: Obligation = Obligation.objects.select_for_update().get(pk=obligation_id)
    return obligation, commitment


def _promise_offer(key: str, subject: Subject, on: date) -> Offer:
    offer = offer_of(key, kind=subject.kind, on=on)
    if offer is None or not offer.is_promise:
        raise InvalidInput("kind-unknown", "现行政策没有这一种容缺受理承诺，请从列表中选择。", field="key")
    return offer


def _promise_check(matter: str, missing: Sequence[str], accepted_on: date, on: date) -> None:
    if not matter.strip():
        raise InvalidInput("matter-missing", "请填写容缺受理的事项。", field="matter")
    if not [each for each in missing if each.strip()]:
        raise InvalidInput("papers-missing", "请至少写明一项所缺材料。", field="missing")
    if accepted_on > on:
        raise InvalidInput(
            "accepted-in-future", f"受理日期{accepted_on}晚于今天（{on}），请核对。", field="accepted_on"
        )


def _basis(offer: Offer, days: int | None) -> Basis:
    """Return the pack's days with its clause, or those that the department has set."""
    own = offer.days
    if days is None and own is None:
        raise InvalidInput("days-missing", f"{offer.basis}没有写明期限，请填写补齐材料的天数。", field="days")
    length = days if days is not None else own or 0
    if not 1 <= length <= 365:
        raise InvalidInput("days-outside", f"{length}日不可用，补齐材料的期限应为1至365日。", field="days")
    term = offer.rule.term
    is_pack = term is not None and length == own
    return Basis(
        length,
        Deadline.Unit.CALENDAR,
        offer.version.pack_id,
        offer.version.content_hash,
        (term.clause if is_pack and term is not None else offer.rule.clause)[:60],
        assumed=term.assumed if is_pack and term is not None else True,
    )
