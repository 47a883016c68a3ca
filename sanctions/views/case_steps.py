"""One page a step of a case: what it means, its form, and the one service that carries it out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from registry import clock
from registry.base.errors import DomainError
from registry.selectors.accounts import account_list
from registry.views.guards import actor_of, permission, version_of
from sanctions.forms import cases as forms
from sanctions.models import Case
from sanctions.services import cases, defences
from sanctions.services.case_evidence import case_evidence_add
from sanctions.services.case_readiness import StepView, case_readiness, step_refusal
from sanctions.views.cases import case_or_404

# Given the form's data and the common arguments (case_id, actor, on, version): call the step's service.
Act = Callable[..., Any]


@dataclass(frozen=True)
class StepPage:
    """How a step is offered: its form, its service, what it leads to, and whether that cannot be undone."""

    act: Act
    consequence: str
    form: type[forms.StepForm] = forms.StepForm
    danger: bool = False


PAGES: Final[dict[str, StepPage]] = {
    "take": StepPage(lambda data, **common: cases.case_take(**common), "案件由您经办，您不能再审核或审批本案。"),
    "assign": StepPage(
        lambda data, **common: cases.case_assign(handler=data["handler"], **common),
        "案件改由所选人员经办；经办人不能审核或审批本案。",
        forms.AssignForm,
    ),
    "add-evidence": StepPage(
        lambda data, **common: case_evidence_add(upload=data["file"], label=data["label"], **common),
        "材料入卷后不能删除。",
        forms.EvidenceForm,
    ),
    "evidence": StepPage(
        lambda data, **common: cases.case_evidence_complete(**common), "案件提交初审，审核人员可以退回补充。"
    ),
    "review": StepPage(
        lambda data, **common: cases.case_review(opinion=data["opinion"], **common),
        "您成为本案审核人，不能再审批本案；案件进入告知程序。",
        forms.OpinionForm,
    ),
    "return": StepPage(
        lambda data, **common: cases.case_return(reason=data["reason"], **common),
        "案件退回经办人补充，经办人会收到理由。",
        forms.ReasonForm,
    ),
    "notice": StepPage(
        lambda data, **common: cases.case_notice(**common),
        "生成编号的告知书并通知当事人。请打印用印后送达，再登记送达日期；陈述申辩期限自送达起算。",
    ),
    "serve": StepPage(
        lambda data, **common: cases.case_serve(served_on=data["served_on"], receipt=data["receipt"], **common),
        "陈述申辩期限自送达之日的次日起算，届满之前不能审议和认定。",
        forms.ServeForm,
    ),
    "defend": StepPage(
        lambda data, **common: defences.defence_receive(
            statement=data["statement"],
            received_on=data["received_on"],
            upload=data["file"],
            wants_hearing=data["wants_hearing"],
            **common,
        ),
        "意见须由审核人员作出是否成立的结论，之后才能继续办理。",
        forms.DefendForm,
    ),
    "waive": StepPage(
        lambda data, **common: defences.defence_waive(received_on=data["received_on"], upload=data["file"], **common),
        "登记后无须等待陈述申辩期限届满。必须有当事人明确的放弃表示。",
        forms.WaiveForm,
    ),
    "hear": StepPage(
        lambda data, **common: defences.hearing_answer(
            is_held=data["outcome"] == forms.HearForm.HELD, heard_on=data["heard_on"], text=data["text"], **common
        ),
        "当事人要求听证或者当面陈述的，答复之前不能作出申辩不成立的结论。答复会通知当事人。",
        forms.HearForm,
    ),
    "reject-defence": StepPage(
        lambda data, **common: defences.defence_decide(is_upheld=False, reason=data["reason"], **common),
        "意见不成立，案件继续办理；理由写入决定书。",
        forms.ReasonForm,
    ),
    "uphold-defence": StepPage(
        lambda data, **common: defences.defence_decide(is_upheld=True, reason=data["reason"], **common),
        "意见成立：本案和随案人员的案件一并终止，不予列入，并通知当事人。此操作不能撤回。",
        forms.ReasonForm,
        danger=True,
    ),
    "deliberate": StepPage(
        lambda data, **common: cases.case_deliberate(minutes=data["minutes"], **common),
        "审议记录入卷，生成编号的文书。",
        forms.MinutesForm,
    ),
    "submit": StepPage(
        lambda data, **common: cases.case_submit(to=data["to"], **common),
        "生成编号的汇总表，案件等待上级机关确认。",
        forms.SubmitForm,
    ),
    "confirm": StepPage(
        lambda data, **common: cases.case_confirm_upper(
            number=data["number"], confirmed_on=data["confirmed_on"], **common
        ),
        "登记上级机关的确认，案件进入认定。",
        forms.ConfirmForm,
    ),
    "decide": StepPage(
        lambda data, **common: cases.case_decide(opinion=data["opinion"], **common),
        "作出认定并生成编号的决定书，通知当事人。公布之后名单生效，联合惩戒任务派发到各部门。",
        forms.OpinionForm,
        danger=True,
    ),
    "publish": StepPage(
        lambda data, **common: cases.case_publish(**common),
        "名单条目立即生效：依法公开的在公示页上可以查到，惩戒任务派发到各部门，当事人收到通知。此操作不能撤回。",
        danger=True,
    ),
    "drop": StepPage(
        lambda data, **common: cases.case_drop(reason=data["reason"], **common),
        "案件终止，不予列入，随案人员的案件一并终止。相同的依据不再提示立案。此操作不能撤回。",
        forms.ReasonForm,
        danger=True,
    ),
    "revoke": StepPage(
        lambda data, **common: cases.case_drop(reason=data["reason"], **common),
        "撤销尚未公布的认定，案件终止，通知当事人。此操作不能撤回。",
        forms.ReasonForm,
        danger=True,
    ),
}


@permission("case.view")
def case_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Show the page of one step, or carry it out; the step's own right is asked by its service."""
    page = PAGES.get(step)
    if page is None:
        raise Http404("没有这个步骤。")
    case = case_or_404(public_id)
    form = _form(request, page)
    if request.method == "POST" and form.is_valid():
        try:
            page.act(
                form.cleaned_data, case_id=case.pk, actor=actor_of(request), on=clock.today(),
                version=version_of(request),
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            case = case_or_404(public_id)
        else:
            messages.success(request, "已办理。")
            return redirect("sanctions:case-detail", public_id=public_id)
    return _show(request, case, step, page, form)


def _form(request: HttpRequest, page: StepPage) -> forms.StepForm:
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    if page.form is forms.AssignForm:
        return forms.AssignForm(*data, handlers=account_list(on=clock.today(), role="handler", active=True))
    return page.form(*data)


def _show(request: HttpRequest, case: Case, name: str, page: StepPage, form: forms.StepForm) -> HttpResponse:
    view = _step_view(request, case, name)
    label, why_not = (view.label, "") if view is not None else step_refusal(case, name)
    context = {"case": case, "step": view, "label": label, "why_not": why_not, "page": page, "form": form}
    refused = bool(form.errors) or (view is None and request.method == "POST")
    return render(request, "sanctions/cases/case_step.html", context, status=422 if refused else 200)


def _step_view(request: HttpRequest, case: Case, name: str) -> StepView | None:
    steps = case_readiness(case, actor_of(request), clock.today())
    return next((step for step in steps if step.name == name), None)
