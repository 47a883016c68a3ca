"""One page a step of a request: what it means, a text to begin with, its form, and the one service that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from registry import clock
from registry.forms.records import correction_form, record_initial
from registry.views.guards import actor_of, form_attempt, permission
from repair.forms import office as forms
from repair.forms.portal import AnswerForm, PapersAnswerForm, UndoStatementForm
from repair.models import Objection, RepairApplication
from repair.rules.answers import answer_text, answers_for
from repair.rules.lifecycle import STEPS, refusal_of, step_label
from repair.rules.wording import court_remedies, objection_remedies
from repair.selectors.governing import cited_basis, joint_conference
from repair.selectors.lists import AnyRequest
from repair.services import (
    experts,
    extensions,
    objection_decisions,
    objections,
    repair_decisions,
    repair_undoing,
    repairs,
    undo_hearing,
)
from repair.views.office import PAGES, request_or_404

# Given the request's key, the form and the common arguments (actor, on, version): call the step's service.
Act = Callable[[int, Any, dict[str, Any]], Any]


@dataclass(frozen=True)
class StepPage:
    """How a step is offered: its form, its service, what it leads to, whether that cannot be undone."""

    act: Act
    consequence: str
    form: type[forms.VersionedForm] = forms.StepForm
    danger: bool = False


def _data(form: Any, *names: str) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in names}


_ACCEPTED = "承诺日期按规定的期限计算，生成编号的受理通知书，通知当事人。您受理后，须由另一名人员作出决定。"
_SUPPLEMENT = "生成编号的补正通知书，期限自今日起中止，当事人补正后继续计算。"
_DECLINED = "生成编号的不予受理决定书，写明理由和救济途径，事项办结。此操作不能撤回。"
_EXTENDED = "按规定的日数延长一次，生成编号的告知书，把新的办结日期和理由告知当事人。期限届满之后不能延长。"
PAGES_OF: Final[dict[tuple[str, str], StepPage]] = {
    ("objections", "accept"): StepPage(
        lambda pk, form, common: objections.objection_accept(
            objection_id=pk, has_new_facts=form.cleaned_data.get("has_new_facts"), **common
        ),
        _ACCEPTED,
        forms.AcceptForm,
    ),
    ("objections", "supplement"): StepPage(
        lambda pk, form, common: objections.objection_supplement(
            objection_id=pk, wanted=form.cleaned_data["reason"], **common
        ),
        _SUPPLEMENT,
        forms.SupplementForm,
    ),
    ("objections", "answer"): StepPage(
        lambda pk, form, common: objections.objection_answer(
            objection_id=pk, uploads=form.uploads(), **_data(form, "statement"), **common
        ),
        "登记当事人到窗口提交的补正，期限继续计算。",
        AnswerForm,
    ),
    ("objections", "decline"): StepPage(
        lambda pk, form, common: objection_decisions.objection_decline(
            objection_id=pk, **_data(form, "reason"), **common
        ),
        _DECLINED,
        forms.ReasonForm,
        danger=True,
    ),
    ("objections", "grant"): StepPage(
        lambda pk, form, common: objection_decisions.objection_uphold(
            objection_id=pk, **_data(form, "remedy", "reason"), **common
        ),
        "立即纠正：记录作废或者列入撤销，公示撤下，曾经公示的发布更正公告，各部门收到解除通知，生成编号的决定书。此操作不能撤回。"
        "选择更正记录的，接着填写正确的内容。",
        forms.UpholdForm,
        danger=True,
    ),
    ("objections", "refuse"): StepPage(
        lambda pk, form, common: objection_decisions.objection_refuse(
            objection_id=pk, **_data(form, "reason"), **common
        ),
        "异议标注撤除，暂停的措施恢复；政策规定暂停时间顺延的，期限相应顺延。生成编号的决定书，告知救济途径。此操作不能撤回。",
        forms.ReasonForm,
        danger=True,
    ),
    ("objections", "extend"): StepPage(
        lambda pk, form, common: extensions.request_extend(
            model=Objection, request_id=pk, **_data(form, "reason"), **common
        ),
        _EXTENDED,
        forms.ReasonForm,
    ),
    ("repairs", "extend"): StepPage(
        lambda pk, form, common: extensions.request_extend(
            model=RepairApplication, request_id=pk, **_data(form, "reason"), **common
        ),
        _EXTENDED,
        forms.ReasonForm,
    ),
    ("objections", "withdraw"): StepPage(
        lambda pk, form, common: objections.objection_withdraw(objection_id=pk, **common),
        "登记当事人书面撤回，事项办结。",
        danger=True,
    ),
    ("objections", "draw"): StepPage(
        lambda pk, form, common: experts.experts_draw(objection_id=pk, **common),
        "按随机种子从专家库抽取，被投诉部门的人员回避；种子、名册和结果一并保存，只抽取一次，任何人可以复核。",
    ),
    ("repairs", "accept"): StepPage(
        lambda pk, form, common: repairs.repair_accept(application_id=pk, **common), _ACCEPTED
    ),
    ("repairs", "supplement"): StepPage(
        lambda pk, form, common: repairs.repair_supplement(
            application_id=pk, wanted=form.cleaned_data["reason"], **common
        ),
        _SUPPLEMENT + "只能要求规定的材料；本机关已有记录证明的，不得再要求提交。",
        forms.SupplementForm,
    ),
    ("repairs", "answer"): StepPage(
        lambda pk, form, common: repairs.repair_answer(
            application_id=pk, papers=form.papers(), **_data(form, "statement"), **common
        ),
        "登记申请人到窗口提交的补正，期限继续计算。",
        PapersAnswerForm,
    ),
    ("repairs", "verify"): StepPage(
        lambda pk, form, common: repairs.repair_verify(
            application_id=pk, **_data(form, "verified_on", "text", "corrected_on", "fulfilled_on"), **common
        ),
        "核查情况入卷；查明的改正、履行日期登记到有关记录，据此重新判断条件。",
        forms.VerifyForm,
    ),
    ("repairs", "decline"): StepPage(
        lambda pk, form, common: repair_decisions.repair_decline(application_id=pk, **_data(form, "reason"), **common),
        _DECLINED,
        forms.ReasonForm,
        danger=True,
    ),
    ("repairs", "grant"): StepPage(
        lambda pk, form, common: repair_decisions.repair_grant(application_id=pk, **_data(form, "reason"), **common),
        "公示立即停止，各部门收到解除任务并逐一确认，生成编号的决定书。条件按今日重新判断，缺少任何一项都不能准予。",
        forms.ReasonForm,
        danger=True,
    ),
    ("repairs", "refuse"): StepPage(
        lambda pk, form, common: repair_decisions.repair_refuse(
            application_id=pk, **_data(form, "reason", "has_false_papers"), **common
        ),
        "生成编号的决定书，自动写明条款、缺少的条件、最早日期和救济途径。此操作不能撤回。",
        forms.RefuseRepairForm,
        danger=True,
    ),
    ("repairs", "withdraw"): StepPage(
        lambda pk, form, common: repairs.repair_withdraw(application_id=pk, **common),
        "登记申请人书面撤回，事项办结；以后可以再申请。",
        danger=True,
    ),
    ("repairs", "undo-notice"): StepPage(
        lambda pk, form, common: undo_hearing.undo_notice(application_id=pk, **_data(form, "reason"), **common),
        "生成编号的拟撤销告知书并通知当事人，告知陈述申辩的期限；期限届满、当事人已经陈述或者明确放弃之前不能撤销，修复继续有效。"
        "您告知后，须由另一名人员作出决定。",
        forms.UndoNoticeForm,
    ),
    ("repairs", "undo-state"): StepPage(
        lambda pk, form, common: undo_hearing.undo_state(
            application_id=pk, papers=form.papers(), **_data(form, "statement", "is_waived"), **common
        ),
        "登记当事人到窗口提出的陈述申辩，或者书面放弃。",
        UndoStatementForm,
    ),
    ("repairs", "undo-drop"): StepPage(
        lambda pk, form, common: undo_hearing.undo_drop(application_id=pk, **_data(form, "reason"), **common),
        "不撤销修复，修复继续有效，理由告知当事人。",
        forms.ReasonForm,
    ),
    ("repairs", "undo"): StepPage(
        lambda pk, form, common: repair_undoing.repair_undo(application_id=pk, **_data(form, "reason"), **common),
        "已告知并听取陈述申辩后办理：记录恢复使用并恢复公示，名单条目在剩余期限内恢复，措施重新派发，按规定期限不再受理申请。",
        forms.ReasonForm,
        danger=True,
    ),
}


@permission("request.view")
def request_step(request: HttpRequest, family: str, public_id: UUID, step: str) -> HttpResponse:
    """Show the page of one step, or carry it out; the step's own right is asked by its service."""
    found = request_or_404(family, public_id)
    page = PAGES_OF.get((family, step))
    if page is None:
        raise Http404("没有这个步骤。")
    form = _form(request, found, family, step, page)
    if request.method == "POST" and form.is_valid():
        if step == "grant" and form.cleaned_data.get("remedy") == Objection.Remedy.CORRECT:
            request.session[f"uphold:{found.pk}"] = form.cleaned_data["reason"]
            return redirect("requests:correct", public_id)
        common = {"actor": actor_of(request), "on": clock.today(), "version": form.cleaned_data.get("version")}
        if form_attempt(request, form, lambda: page.act(found.pk, form, common), done="已办理。"):
            return redirect("requests:detail", family, public_id)
        found = request_or_404(family, public_id)
    label = step_label(step, found.kind_code) if step in STEPS else "随机抽取专家"
    context = {
        "found": found, "family": family, "step": step, "label": label, "page": page, "form": form,
        "why_not": refusal_of(found.state, step) if step in STEPS else "",
        "answers": answers_for(family, step), "basis": cited_basis(found), "remedies": _remedies(found, step),
    }  # fmt: skip
    return render(request, f"{PAGES}/step.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, found: AnyRequest, family: str, step: str, page: StepPage) -> forms.VersionedForm:
    more: dict[str, Any] = {"row": found}
    if page.form is forms.UpholdForm:
        more["is_about_entry"] = found.entry_id is not None
    if page.form is forms.AcceptForm:
        more["is_asked"] = bool(getattr(found, "new_facts", ""))
    if request.method == "POST":
        return page.form(request.POST, request.FILES, **more)
    chosen = next((each for each in answers_for(family, step) if each.code == request.GET.get("text")), None)
    if chosen is not None:
        more["initial"] = {"reason": answer_text(chosen, **_facts(found))}
    return page.form(**more)


def _facts(found: AnyRequest) -> dict[str, str]:
    """Return what the texts of answers fill in."""
    facts = {"about": found.about, "basis": cited_basis(found)}
    if not isinstance(found, Objection):
        outcome = repair_decisions.outcome_of(found, clock.today())
        facts["missing"] = "；".join(outcome.sentences) or "（没有）"
        later = outcome.earliest is not None and outcome.earliest > clock.today()
        facts["earliest"] = f"最早可以自{outcome.earliest}起再申请。" if later else ""
    return facts


def _remedies(found: AnyRequest, step: str) -> str:
    """Return what will be added to a refusal, so that the officer sees the whole answer."""
    if step not in ("refuse", "decline"):
        return ""
    if isinstance(found, Objection):
        is_complaint = found.level == Objection.Level.COMPLAINT
        return objection_remedies(is_complaint=is_complaint, has_joint_conference=joint_conference() is not None)
    return court_remedies()


@permission("request.decide")
def objection_correct(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Uphold an objection by correcting the record: its form as it is, the right content makes a new one."""
    found = request_or_404("objections", public_id)
    record = found.record
    if record is None or not isinstance(found, Objection):
        raise Http404
    initial = {**record_initial(record), "reason": request.session.get(f"uphold:{found.pk}", "")}
    form = correction_form(record.kind, request.POST or None, row=found, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            objection_decisions.objection_uphold(
                objection_id=found.pk, remedy=Objection.Remedy.CORRECT, reason=form.cleaned_data["reason"],
                content=form.content(), version=form.cleaned_data["version"], actor=actor_of(request),
                on=clock.today(),
            )  # fmt: skip

        if form_attempt(request, form, act, done="异议成立，记录已更正。"):
            return redirect("requests:detail", "objections", public_id)
    context = {"found": found, "form": form, "record": record}
    return render(request, f"{PAGES}/correct.html", context, status=422 if form.errors else 200)
