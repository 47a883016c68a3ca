"""Escalations (督办): the joint-conference office's queue, a department's explanations."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.models import Account
from registry.rules import access
from registry.selectors.rights import roles_on
from registry.services import authz
from registry.views.guards import actor_of, form_attempt, permission, version_of
from registry.views.paging import page_of
from sanctions.forms.joint import EscalationTextForm, EscalationUrgeForm
from sanctions.models import Escalation
from sanctions.selectors import escalations as selectors
from sanctions.selectors.orders import orders_visible_to, supervises
from sanctions.services.escalations import escalation_close, escalation_explain, escalation_urge

PAGES = "sanctions/escalations"


@permission("escalation.view")
def escalation_index(request: HttpRequest) -> HttpResponse:
    """List what is late beyond the county's days, what is due longest first."""
    today = clock.today()
    visible = selectors.escalations_visible_to(actor_of(request), today)
    tab = request.GET.get("tab", "")
    tab = tab if tab in selectors.TABS else "open"
    page = page_of(request, selectors.in_tab(visible, tab, today))
    context = {
        "page": page, "rows": selectors.escalation_rows(list(page), today), "tab": tab,
        "tabs": selectors.tab_counts(visible, today), "office": selectors.supervising_office(),
    }  # fmt: skip
    return render(request, f"{PAGES}/list.html", context)


def _escalation(request: HttpRequest, public_id: UUID) -> Escalation:
    visible = selectors.escalations_visible_to(actor_of(request), clock.today())
    return get_object_or_404(visible.select_related("deadline"), public_id=public_id)


def _handles(actor: Account, escalation: Escalation) -> bool:
    today = clock.today()
    may = bool(roles_on(actor, today) & {access.REVIEWER, access.APPROVER}) or supervises(actor, today)
    return may and actor.department_id != escalation.department_id


@permission("escalation.view")
def escalation_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one escalation: the task, how late it is, what was said and done, what can be done next."""
    today, actor = clock.today(), actor_of(request)
    escalation = _escalation(request, public_id)
    is_open = escalation.state != Escalation.State.CLOSED
    explains = authz.may(actor, "escalation.explain", today) and actor.department_id == escalation.department_id
    context = {
        "escalation": escalation,
        "row": selectors.escalation_rows([escalation], today)[0],
        "steps": escalation.steps.select_related("account"),
        "sees_order": orders_visible_to(actor, today).filter(pk=escalation.order_id).exists(),
        "may_explain": is_open and explains,
        "may_handle": is_open and _handles(actor, escalation),
    }
    return render(request, f"{PAGES}/detail.html", context)


def _act(
    request: HttpRequest, public_id: UUID, form: Form, service: Callable[..., Any], words: dict[str, str]
) -> HttpResponse:
    escalation = _escalation(request, public_id)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            service(
                escalation=escalation, actor=actor_of(request), on=clock.today(), version=version_of(request),
                **form.cleaned_data,
            )  # fmt: skip

        if form_attempt(request, form, act, done=words["done"]):
            return redirect("sanctions:escalation-detail", escalation.public_id)
    return render(request, f"{PAGES}/act.html", {"escalation": escalation, "form": form, **words})


@permission("escalation.explain")
def escalation_say(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The department explains why it is late."""
    words = {
        "what": "逾期说明",
        "consequence": "说明由督办机关查看。说明不代替办理，任务仍应尽快反馈。",
        "submit": "提交说明",
        "done": "说明已提交。",
    }
    return _act(request, public_id, EscalationTextForm(request.POST or None), escalation_explain, words)


@permission("escalation.handle")
def escalation_press(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Urge the department."""
    words = {
        "what": "督办",
        "consequence": "部门将收到督办通知，并在整改期限前、当日和逾期后得到提醒。",
        "submit": "督办",
        "done": "已督办，已通知该部门。",
    }
    return _act(request, public_id, EscalationUrgeForm(request.POST or None), escalation_urge, words)


@permission("escalation.handle")
def escalation_finish(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Close an escalation without the department's answer."""
    words = {
        "what": "办结督办",
        "consequence": "督办办结后不再对这一期限提请督办；任务本身仍为逾期，直到部门反馈。",
        "submit": "办结",
        "done": "督办已办结。",
    }
    return _act(request, public_id, EscalationTextForm(request.POST or None), escalation_close, words)
