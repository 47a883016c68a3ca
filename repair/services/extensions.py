"""Putting off the day of decision: once, before it is over, and only by what the governing rule allows."""

from datetime import date

from django.db import transaction

from registry.base.errors import RuleRefused, TransitionRefused
from registry.models import Account
from registry.services.deadlines import deadline_extend
from repair.models import Objection, RepairApplication
from repair.selectors.governing import Limit, cited_basis, limit_of
from repair.services.documents import request_document
from repair.services.objections import COMPLAINT_LIMIT, DEADLINE
from repair.services.repairs import DECIDE_DEADLINE
from repair.services.requests import open_deadline, request_lock, step_begin, step_finish, tell_subject

AnyRequest = Objection | RepairApplication


@transaction.atomic
def request_extend(
    *, model: type[Objection] | type[RepairApplication], request_id: int, reason: str, actor: Account | None, on: date,
    version: int | None = None,
) -> AnyRequest:  # fmt: skip
    """Extend the time to decide by the working days that the rule allows; the subject is told the new day and why.

    Raises TransitionRefused (not running, extended already), NotAllowed, Conflict, RuleRefused (no reason, the rule
    knows no extension, the day is over).
    """
    request: AnyRequest = request_lock(model, request_id)
    begun = step_begin(request, "extend", actor=actor, on=on, version=version, reason=reason)
    if request.extended_on is not None:
        raise TransitionRefused(
            "extended-already",
            f"{request.number}已于{request.extended_on}延长过一次，不能再次延长，请在{request.promised_on}前办结。",
        )
    more = extension_days(request, on=on)
    running = open_deadline(request, decide_code(request))
    if not more or running is None:
        day = f"请在{request.promised_on}前办结。" if request.promised_on else "请及时办结。"
        raise RuleRefused("not-extendable", f"{cited_basis(request)}没有规定可以延长办理期限。{day}")
    before = request.promised_on
    deadline = deadline_extend(deadline_id=running.pk, days=more, actor=actor, on=on)
    request.promised_on = deadline.due_on
    request.extended_on, request.extension_reason = on, reason.strip()[:500]
    step_finish(
        request, begun, f"办理期限延长{more}个工作日，至{request.promised_on}：{request.extension_reason}",
        code="objection" if isinstance(request, Objection) else "repair",
        payload={"before": before, "promised_on": request.promised_on},
    )  # fmt: skip
    told = (
        f"{request.number}（{request.about}）不能在{before}前办结，依规定延长{more}个工作日{cited_basis(request)}，"
        f"承诺于{request.promised_on}前（含当日）办结，不再延长。理由：{request.extension_reason}"
    )
    request_document(request, "extend", [told], actor=actor, on=on)
    tell_subject(request, "request.extended", f"延长办理期限（{request.number}）", told)
    return request


def extension_days(request: AnyRequest, *, on: date) -> int:
    """Return by how many working days the rule lets the decision be put off, 0 where it does not."""
    limit = decide_limit(request, on=on)
    return (limit.rule.extendable_working_days or 0) if limit is not None else 0


def decide_code(request: AnyRequest) -> str:
    """Return the code of the deadline by which the request is decided."""
    return DEADLINE if isinstance(request, Objection) else DECIDE_DEADLINE


def decide_limit(request: AnyRequest, *, on: date) -> Limit | None:
    """Return the time limit by which the request is decided."""
    is_complaint = isinstance(request, Objection) and request.level == Objection.Level.COMPLAINT
    return limit_of(request, *([COMPLAINT_LIMIT] if is_complaint else []), decide_code(request), on=on)
