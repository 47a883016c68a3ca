"""One page a step of an honour: what it means, its form, its one service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from incentives.forms.honours import AnswerForm, EndForm, ObjectionForm, ReviewForm, StepForm
from incentives.models import Honour
from incentives.rules import honours as rules
from incentives.selectors.honour_checks import honour_check, red_list_kept
from incentives.selectors.honours import objection_counts
from incentives.services import honour_decisions, honours
from incentives.views.honours import PAGES, honour_or_404, sees_records
from registry import clock
from registry.base.personal_data import text_open
from registry.rules import access
from registry.services import authz
from registry.views.guards import actor_of, form_attempt, permission, version_of


@dataclass(frozen=True)
class StepPage:
    """How a step is offered: its service, what it leads to, its form, and whether that cannot be undone."""

    act: Callable[..., Any]
    consequence: str
    form: type[forms.Form] = StepForm
    danger: bool = False
    shows_check: bool = False


STEPS: Final[dict[str, StepPage]] = {
    "publicise": StepPage(
        lambda data, **common: honours.honour_publicise(reason=data["reason"], **common),
        "核对通过的才能公示。自今日起在公示页听取异议，期满之前不能认定；您不能再对本提名作出认定。",
        ReviewForm,
        shows_check=True,
    ),
    "object": StepPage(
        lambda data, **common: honours.objection_register(**data, **common),
        "登记后须逐件核查、答复；没有答复完的不能认定，成立的不能认定。",
        ObjectionForm,
    ),
    "recognise": StepPage(
        lambda data, **common: honour_decisions.honour_recognise(reason=data["reason"], **common),
        "按今日的记录重新核对，通过的生成编号的认定书，自今日起列入红名单并公开。期满自动终止；发生违法失信或者列入失信名单的，当日移出。",
        shows_check=True,
    ),
    "refuse": StepPage(
        lambda data, **common: honour_decisions.honour_refuse(reason=data["reason"], **common),
        "提名办结，不列入红名单，主体和提名单位会收到理由。这不是失信记录。",
    ),
    "withdraw": StepPage(
        lambda data, **common: honours.honour_withdraw(reason=data["reason"], **common),
        "提名办结，公示自今日起停止。以后可以重新提名。",
    ),
    "end": StepPage(
        lambda data, **common: honour_decisions.honour_end(why=data["why"], reason=data["reason"], **common),
        "自今日起移出红名单，激励措施同时停止，生成编号的通知书并告知主体和部门。",
        EndForm,
        danger=True,
    ),
}


@permission("honour.view")
def honour_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Show the page of one step, or carry it out; the step's own right is asked by its service."""
    page = STEPS.get(step)
    if page is None:
        raise Http404("没有这个步骤。")
    honour, today = honour_or_404(request, public_id), clock.today()
    form = page.form(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            page.act(
                form.cleaned_data, honour_id=honour.pk, actor=actor_of(request), on=today, version=version_of(request)
            )

        if form_attempt(request, form, act, done="已办理。"):
            return redirect("honours:detail", honour.public_id)
    red_list = red_list_kept(honour, today) if page.shows_check and sees_records(request) else None
    context = {
        "honour": honour,
        "page": page,
        "label": rules.STEPS[step].label,
        "form": form,
        "why_not": _why_not(request, honour, step),
        "check": honour_check(honour.subject, red_list, today) if red_list is not None else None,
    }
    return render(request, f"{PAGES}/step.html", context, status=422 if form.errors else 200)


def _why_not(request: HttpRequest, honour: Honour, name: str) -> str:
    """Return why the account cannot take the step now, empty when it may."""
    refused = rules.refusal_of(honour.state, name)
    if refused:
        return refused
    step, actor, today = rules.STEPS[name], actor_of(request), clock.today()
    if not authz.may(actor, step.permission, today):
        return f"您没有办理这一步的权限。可以办理的角色是：{access.roles_labels(step.permission)}。"
    allowed = {honour.department_id} | ({honour.nominator_department_id} if name == "withdraw" else set())
    if actor.department_id not in allowed:
        return f"该提名由{honour.department.name}审核和认定，其他部门不能{step.label}。请转告该部门。"
    if name == "recognise":
        unanswered, upheld = objection_counts(honour)
        return rules.recognition_refusal(
            publicity_until=honour.publicity_until, unanswered=unanswered, upheld=upheld, on=today
        )
    return ""


@permission("honour.review")
def objection_page(request: HttpRequest, public_id: UUID, objection_id: int) -> HttpResponse:
    """Show one objection with its sender to who answers it, and take the answer."""
    honour, today = honour_or_404(request, public_id), clock.today()
    objection = get_object_or_404(honour.objections.all(), pk=objection_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            honours.objection_answer(
                objection_id=objection.pk, is_upheld=form.cleaned_data["is_upheld"] == "yes",
                reason=form.cleaned_data["reason"], actor=actor_of(request), on=today, version=version_of(request),
            )  # fmt: skip

        if form_attempt(request, form, act, done="已答复。"):
            return redirect("honours:detail", honour.public_id)
    is_ours = actor_of(request).department_id == honour.department_id
    context = {
        "honour": honour,
        "objection": objection,
        "sender": text_open(objection.from_sealed) if objection.from_sealed and is_ours else "",
        "form": form,
        "why_not": _why_not(request, honour, "answer") or ("该异议已经答复。" if objection.answered_on else ""),
    }
    return render(request, f"{PAGES}/answer.html", context, status=422 if form.errors else 200)
