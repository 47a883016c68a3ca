"""Ending a case without listing: its document, the subject's notice, the persons carried along."""

from datetime import date
from typing import Any

from django.db import transaction

from registry import clock
from registry.models import Account
from registry.services.notices import notice_queue
from sanctions.models import Case
from sanctions.selectors.cases import ENDED
from sanctions.services.candidates import candidates_evaluate
from sanctions.services.case_documents import case_document, dropping_body
from sanctions.services.case_steps import Begun, case_lock, step_begin, step_finish


@transaction.atomic
def case_drop(*, case_id: int, reason: str, actor: Account | None, on: date, version: int | None = None) -> Case:
    """End a case without listing, with the reason. A decision not yet published is revoked by an approver instead.

    The same grounds raise no candidate again; new ones do.
    Raises TransitionRefused (ended or published), NotAllowed, Conflict, RuleRefused (no reason).
    """
    state = Case.objects.values_list("state", flat=True).get(pk=case_id)
    name = "revoke" if state == Case.State.DECIDED else "drop"
    begun = step_begin(case_id, name, actor=actor, on=on, version=version, reason=reason)
    word = "撤销认定并终止案件" if name == "revoke" else "终止案件，不予列入"
    return case_end(begun, f"{word}：{reason.strip()}", reason.strip())


def case_end(begun: Begun, text: str, reason: str, *, payload: dict[str, Any] | None = None) -> Case:
    """Carry out a begun step that drops the case: document, event, notice; then the carried persons' cases; then see
    what else is due for the subject. Call inside the service's transaction."""
    case, actor, on = begun.case, begun.actor, begun.on
    case.dropped_on, case.drop_reason = on, reason[:500]
    document = case_document(case, "drop", dropping_body(case, reason), actor=actor, on=on)
    step_finish(begun, text, payload={"reason": reason, "ending_document": document.number, **(payload or {})})
    if case.noticed_on is not None:
        notice_queue(
            "case.dropped",
            title=f"不予列入{case.list_label}通知",
            body=f"{case.subject.name}：{case.number}案件已终止，不将你（单位）列入{case.list_label}。理由：{reason}",
            at=clock.now(),
            obj=case,
            subject=case.subject,
        )
    for carried in case.carried.exclude(state__in=ENDED).order_by("subject_id"):
        below = Begun(case_lock(carried.pk), begun.step, actor, on)
        case_end(below, f"所属单位案件{case.number}终止，随案终止", f"所属单位案件{case.number}已终止：{reason}")
    candidates_evaluate(subject=case.subject, actor=actor, on=on)
    return case
