"""One page a step of a commitment or of one of its obligations: what it means, its form, its one service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from incentives.forms import commitments as forms
from incentives.models import Commitment, Obligation
from incentives.rules import lifecycle
from incentives.services import breaches, commitments, promises
from incentives.views.office import PAGES, commitment_or_404, is_ours
from registry import clock
from registry.base.errors import DomainError
from registry.rules import access
from registry.services import authz
from registry.views.guards import actor_of, permission, version_of

# Given the form's data and the common arguments (actor, on, version and the object's id): call the step's service.
Act = Callable[..., Any]


@dataclass(frozen=True)
class StepPage:
    """How a step is offered: its form, its service, what it leads to, and whether that cannot be undone."""

    act: Act
    consequence: str
    form: type[forms.StepForm] = forms.StepForm
    danger: bool = False
    step: str = ""
    label: str = ""


def _on_paper(data: dict[str, Any]) -> commitments.OnPaper:
    return commitments.OnPaper(data["name"], data["capacity"], data["signed_on"], data["scan"])


OF_COMMITMENT: Final[dict[str, StepPage]] = {
    "take": StepPage(
        lambda data, **common: commitments.commitment_take(paper=_on_paper(data), **common),
        "登记后承诺生效，内容不能再改；扫描件随承诺保存。",
        forms.PaperForm,
    ),
    "cancel": StepPage(
        lambda data, **common: commitments.commitment_cancel(reason=data["reason"], **common),
        "尚未签署的承诺不再等待签署，承诺人会收到理由。",
        forms.ReasonForm,
    ),
    "fulfil": StepPage(
        lambda data, **common: commitments.commitment_fulfil(**common),
        "承诺办结，记为已履行，并通知承诺人。",
    ),
    "end": StepPage(
        lambda data, **common: commitments.commitment_end(reason=data["reason"], **common),
        "承诺终止，不表示违诺；公示自当日停止，承诺人会收到理由。",
        forms.ReasonForm,
    ),
    "notice": StepPage(
        lambda data, **common: breaches.breach_notice(reason=data["reason"], until=data["until"], **common),
        "生成编号的告知书并通知承诺人。陈述期限届满或者承诺人明确放弃之前，不能认定违诺。您不能再对本承诺作出违诺认定。",
        forms.NoticeForm,
    ),
    "hear": StepPage(
        lambda data, **common: breaches.breach_hear(**data, **common),
        "登记承诺人以书面提出的陈述，或者明确放弃陈述的表示。",
        forms.HearForm,
    ),
    "drop": StepPage(
        lambda data, **common: breaches.breach_drop(reason=data["reason"], **common),
        "撤回告知，不作违诺认定，承诺继续履行；承诺人会收到理由。",
        forms.ReasonForm,
    ),
    "break": StepPage(
        lambda data, **common: breaches.breach_find(reason=data["reason"], **common),
        "生成编号的认定书，记入信用记录并通知承诺人，承诺停止公示。是否列入名单另经法定程序，不由本步骤决定。",
        forms.ReasonForm,
        danger=True,
    ),
}
OF_OBLIGATION: Final[dict[str, StepPage]] = {
    "accept": StepPage(
        lambda data, **common: promises.obligation_accept(**common),
        "这一项记为已履行。容缺受理的材料全部核对通过时，承诺随即办结。",
        step="check",
        label="核对通过",
    ),
    "return": StepPage(
        lambda data, **common: promises.obligation_return(reason=data["reason"], **common),
        "材料退回，期限不变；期限已过的，这一项即为逾期未履行。",
        forms.ReasonForm,
        step="check",
        label="退回材料",
    ),
    "receive": StepPage(
        lambda data, **common: promises.obligation_receive(
            files=[data["file"]], note=data["note"], handed_on=data["handed_on"], **common
        ),
        "登记窗口收到的材料；是否逾期按收到日期判断。",
        forms.ReceiveForm,
        step="receive",
        label="登记窗口材料",
    ),
}


@permission("commitment.view")
def commitment_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Show the page of one step, or carry it out; the step's own right is asked by its service."""
    page = OF_COMMITMENT.get(step)
    if page is None:
        raise Http404("没有这个步骤。")
    commitment = commitment_or_404(public_id)
    return _step(request, commitment, page, step, lifecycle.STEPS[step].label, {"commitment_id": commitment.pk})


@permission("commitment.view")
def obligation_step(request: HttpRequest, public_id: UUID, place: int, step: str) -> HttpResponse:
    """Show or carry out a step about one obligation."""
    page = OF_OBLIGATION.get(step)
    if page is None:
        raise Http404("没有这个步骤。")
    commitment = commitment_or_404(public_id)
    obligation: Obligation = get_object_or_404(commitment.obligations.all(), place=place)
    common = {"obligation_id": obligation.pk}
    return _step(request, commitment, page, page.step, f"{page.label}：{obligation.text}", common)


def _step(
    request: HttpRequest, commitment: Commitment, page: StepPage, name: str, label: str, ids: dict[str, int]
) -> HttpResponse:
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = page.form(*data)
    if request.method == "POST" and form.is_valid():
        try:
            page.act(form.cleaned_data, actor=actor_of(request), on=clock.today(), version=version_of(request), **ids)
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "已办理。")
            return redirect("commitments:detail", commitment.public_id)
    context = {
        "commitment": commitment,
        "page": page,
        "label": label,
        "form": form,
        "why_not": _why_not(request, commitment, name),
    }
    return render(request, f"{PAGES}/step.html", context, status=422 if form.errors else 200)


def _why_not(request: HttpRequest, commitment: Commitment, name: str) -> str:
    """Return why the officer cannot take the step now, empty when it may."""
    refused = lifecycle.refusal_of(commitment.state, name)
    if refused:
        return refused
    step = lifecycle.STEPS[name]
    if not authz.may(actor_of(request), step.permission, clock.today()):
        return f"您没有办理这一步的权限。可以办理的角色是：{access.roles_labels(step.permission)}。"
    if not is_ours(request, commitment):
        return f"该承诺由{commitment.department.name}受理和监督，其他部门不能办理。请转告该部门。"
    if name == "break":
        return lifecycle.breach_refusal(
            statement_until=commitment.statement_until, waived_on=commitment.waived_on, on=clock.today()
        )
    return ""
