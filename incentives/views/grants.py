"""Joint incentives: a department's own queues and answers, and the office's view of what was granted."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from incentives.forms.grants import GrantAnswerForm, GrantFilterForm
from incentives.models import IncentiveGrant
from incentives.rules import grants as rules
from incentives.selectors import grants as selectors
from incentives.services.grants import grant_answer
from registry import clock
from registry.rules import access
from registry.services import authz
from registry.views.guards import actor_of, form_attempt, permission, version_of
from registry.views.paging import page_of

PAGES = "incentives/grants"
STEPS: Final = {**rules.STEPS, rules.LIFT.name: rules.LIFT}
CONSEQUENCES: Final = {
    "receive": "签收后在期限内反馈落实情况。",
    "grant": "写明给予了什么、自何时起。主体移出红名单的当日起不得再给予。",
    "refuse": "写明不予落实的理由。以后仍可以反馈落实。",
    "lift": "确认已经停止，不再给予这项激励。",
}


@permission("grant.view")
def grant_index(request: HttpRequest) -> HttpResponse:
    """List the grants by queue and words: what waits for an answer first."""
    today, actor = clock.today(), actor_of(request)
    form = GrantFilterForm(request.GET or {"queue": "waiting"})
    chosen = form.cleaned_data if form.is_valid() else {}
    found = selectors.in_queue(selectors.grants_visible_to(actor, today), chosen.get("queue") or "waiting", today)
    if chosen.get("name"):
        found = found.filter(honour__subject__name__contains=chosen["name"])
    page = page_of(request, found.order_by("-dispatched_on", "-pk"))
    context = {"form": form, "page": page, "rows": selectors.grant_rows(page, today)}
    return render(request, f"{PAGES}/list.html", context)


def _grant(request: HttpRequest, public_id: UUID) -> IncentiveGrant:
    visible = selectors.grants_visible_to(actor_of(request), clock.today())
    found: IncentiveGrant = get_object_or_404(visible, public_id=public_id)
    return found


@permission("grant.view")
def grant_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one grant: the incentive, its basis, the honour, the answer, and what may be done next."""
    grant, today = _grant(request, public_id), clock.today()
    context = {
        "grant": grant,
        "row": selectors.grant_row(grant, today),
        "catalogue": selectors.grant_pack_title(grant),
        "steps": [step for step in STEPS.values() if not _why_not(request, grant, step.name)],
    }
    return render(request, f"{PAGES}/detail.html", context)


@permission("grant.view")
def grant_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Show the page of one answer, or send it; the right is asked by its service."""
    if step not in STEPS:
        raise Http404("没有这个步骤。")
    grant = _grant(request, public_id)
    form = GrantAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            grant_answer(
                grant_id=grant.pk, step=step, text=form.cleaned_data["text"], actor=actor_of(request),
                on=clock.today(), version=version_of(request),
            )  # fmt: skip

        if form_attempt(request, form, act, done="已办理。"):
            return redirect("grants:detail", grant.public_id)
    context = {
        "grant": grant,
        "label": STEPS[step].label,
        "consequence": CONSEQUENCES[step],
        "form": form,
        "why_not": _why_not(request, grant, step),
    }
    return render(request, f"{PAGES}/step.html", context, status=422 if form.errors else 200)


def _why_not(request: HttpRequest, grant: IncentiveGrant, name: str) -> str:
    """Return why the account cannot take the step now, empty when it may."""
    today, actor = clock.today(), actor_of(request)
    is_over = grant.honour.ends_on is not None and grant.honour.ends_on <= today
    refused = rules.refusal_of(grant.state, name, is_over=is_over, is_lifted=grant.lifted_on is not None)
    if refused:
        return refused
    if not authz.may(actor, STEPS[name].permission, today):
        return f"您没有办理这一步的权限。可以办理的角色是：{access.roles_labels(STEPS[name].permission)}。"
    if actor.department_id != grant.department_id:
        return f"该任务由{grant.department.name}办理，其他部门不能办理。"
    return ""
