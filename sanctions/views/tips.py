"""Tips for officers: the list, one tip with its steps, its files, the reporter's identity and the log of looks at it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from registry import clock
from registry.base.errors import DomainError
from registry.rules import access
from registry.selectors.accounts import account_list
from registry.selectors.rights import roles_on
from registry.services import authz
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.paging import page_of
from sanctions.forms.tips import STEP_FORMS, HandlerForm, IdentityForm, TipFilterForm, VersionedForm
from sanctions.models import Tip, TipIdentity
from sanctions.rules import tips as rules
from sanctions.selectors import tips as selectors
from sanctions.services import tip_rewards, tips
from sanctions.services.tip_identity import identity_open

PAGES = "sanctions/tips"


@dataclass(frozen=True)
class StepPage:
    """How a step is offered: its service (given the form's data and tip_id, actor, on, version) and what it leads to."""

    act: Callable[..., Any]
    consequence: str
    done: str
    danger: bool = False


def _decide(data: dict[str, Any], **common: Any) -> Tip:
    is_granted = data.pop("decision") == "grant"
    return tip_rewards.reward_decide(is_granted=is_granted, **data, **common)


STEP_PAGES: Final = {
    "accept": StepPage(
        lambda data, **common: tips.tip_accept(**data, **common),
        "受理后由所选人员核查，核查期限自今日起算；举报人凭回执码可以看到已受理。", "已受理。",
    ),
    "decline": StepPage(
        lambda data, **common: tips.tip_decline(**data, **common),
        "不予受理后不能恢复；理由举报人立即可以看到。", "已记为不予受理。", danger=True,
    ),
    "assign": StepPage(
        lambda data, **common: tips.tip_assign(**data, **common), "改由所选人员核查，期限不重新起算。", "已改派。"
    ),
    "match": StepPage(
        lambda data, **common: tips.tip_match(**data, **common),
        "只供办理使用。主体的档案、公示和对方账号都不显示这件举报。", "已匹配主体。",
    ),
    "ask": StepPage(
        lambda data, **common: tips.tip_ask(**data, **common),
        "举报人下次凭回执码查询时看到；核查期限不因此停止。", "问题已发出。",
    ),
    "investigate": StepPage(
        lambda data, **common: tips.tip_investigate(**data, **common),
        "提交审批人员作结论；审批人员可以退回。", "核查情况已登记。",
    ),
    "return": StepPage(
        lambda data, **common: tips.tip_return(**data, **common), "退回经办人继续核查，期限不重新起算。", "已退回。"
    ),
    "conclude": StepPage(
        lambda data, **common: tips.tip_conclude(**data, **common),
        "结论作出后不能修改。查证属实的由经办人起草信用记录，可以提出奖励。", "结论已作出。", danger=True,
    ),
    "draft-record": StepPage(
        lambda data, **common: tips.tip_draft_record(**data, **common),
        "在匹配的主体名下建立一份草稿，按信用记录的程序补填、确认；记录上不显示来自举报。", "信用记录草稿已建立。",
    ),
    "tell": StepPage(
        lambda data, **common: tips.tip_tell(**data, **common),
        "答复立即显示在举报人的进度页上。", "已反馈举报人。",
    ),
    "propose-reward": StepPage(
        lambda data, **common: tip_rewards.reward_propose(**data, **common), "由另一名审批人员决定。", "已提出奖励。"
    ),
    "decide-reward": StepPage(_decide, "批准后举报人凭回执码看到金额和领取方法。", "奖励已审批。"),
    "pay-reward": StepPage(
        lambda data, **common: tip_rewards.reward_pay(**data, **common),
        "登记后奖励办结，不能重复兑付。", "兑付已登记。",
    ),
}  # fmt: skip


def tip_or_404(request: HttpRequest, public_id: UUID) -> Tip:
    """Return the tip if the account may read it; one that it may not is told like one that does not exist."""
    visible = selectors.tips_visible_to(actor_of(request), clock.today())
    found = visible.select_related("subject", "department", "handler", "record", "concluded_by")
    return get_object_or_404(found, public_id=public_id)


@permission("tip.view")
@never_cache
def tip_index(request: HttpRequest) -> HttpResponse:
    """List the tips by queue, the earliest due day first."""
    today = clock.today()
    visible = selectors.tips_visible_to(actor_of(request), today)
    form = TipFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    queue = chosen.get("queue", "")
    found = selectors.in_queue(visible, queue, today) if queue else visible
    page = page_of(request, selectors.tips_ordered(selectors.tips_matching(found, chosen.get("q", ""))))
    counts = selectors.queue_counts(visible, today)
    dues = selectors.tip_dues(page, today)
    context = {
        "form": form,
        "page": page,
        "rows": [(tip, replace(dues[tip.pk], basis_text="") if tip.pk in dues else None) for tip in page],
        "queue": queue,
        "queues": [(code, label, counts[code]) for code, label in selectors.QUEUES.items()],
        "may_see_openings": access.may(roles_on(actor_of(request), today), "event.view"),
    }
    return render(request, f"{PAGES}/list.html", context)


@permission("tip.view")
@never_cache
def tip_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one tip: what was reported, what was done, what can be done next. Not who reported."""
    today, actor = clock.today(), actor_of(request)
    tip = tip_or_404(request, public_id)
    roles = roles_on(actor, today)
    identity = TipIdentity.objects.filter(tip=tip).first()
    context = {
        "tip": tip,
        "due": selectors.tip_dues([tip], today).get(tip.pk),
        "reward_label": rules.REWARD_LABELS[tip.reward],
        "files": tip.files.select_related("attachment"),
        "exchange": tip.messages.select_related("account"),
        "events": selectors.tip_timeline(tip),
        "steps": _steps_offered(request, tip),
        "has_identity": identity is not None,
        "openings": selectors.openings_list().filter(identity=identity) if identity is not None else [],
        "may_open": access.may(roles, "tip.identity") and tip.handler_id != actor.pk,
        "may_see_record": access.may(roles, "record.view"),
    }
    return render(request, f"{PAGES}/detail.html", context)


def _steps_offered(request: HttpRequest, tip: Tip) -> list[rules.Step]:
    """Return the steps that this person may take now, in the table's order."""
    actor = actor_of(request)
    roles = roles_on(actor, clock.today())
    return [
        step
        for step in rules.STEPS.values()
        if not rules.refusal_of(step.name, state=tip.state, outcome=tip.outcome, reward=tip.reward)
        and access.may(roles, step.permission)
        and not (step.by_handler and tip.handler_id != actor.pk)
        and not (step.not_handler and tip.handler_id == actor.pk)
        and not (step.name == "draft-record" and tip.record_id is not None)
    ]


@permission("tip.view")
@never_cache
def tip_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Show what a step leads to and its form; carry it out."""
    if step not in STEP_PAGES:
        raise Http404
    today, actor = clock.today(), actor_of(request)
    authz.require(actor, rules.STEPS[step].permission, on=today)
    tip = tip_or_404(request, public_id)
    page, form = STEP_PAGES[step], _form(request, tip, step)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            page.act(form.given(), tip_id=tip.pk, actor=actor, on=today)

        if form_attempt(request, form, act, done=page.done):
            return redirect("tips:detail", tip.public_id)
    refused = rules.refusal_of(step, state=tip.state, outcome=tip.outcome, reward=tip.reward)
    context = {
        "tip": tip, "form": form, "label": rules.STEPS[step].label, "consequence": page.consequence,
        "danger": page.danger, "refused": "" if form.errors else refused,
    }  # fmt: skip
    return render(request, f"{PAGES}/step.html", context)


def _form(request: HttpRequest, tip: Tip, step: str) -> VersionedForm:
    form = STEP_FORMS[step]
    given: dict[str, Any] = {"row": tip, "initial": {}}
    if step == "decide-reward":
        given["initial"] = {"yuan": tip.reward_yuan}
    if issubclass(form, HandlerForm):
        handlers = account_list(on=clock.today(), role=access.HANDLER, active=True)
        given["handlers"] = handlers.filter(department__isnull=False, subject__isnull=True)
        given["initial"] = {"handler": tip.handler_id or actor_of(request).pk}
    return form(request.POST or None, **given)


@permission("tip.view")
@require_GET
def tip_file(request: HttpRequest, public_id: UUID, place: int) -> HttpResponseBase:
    """Send a file of the tip as a download, logged. It is named by its place, so that no other page can ask for it."""
    tip = tip_or_404(request, public_id)
    attached = get_object_or_404(tip.files.select_related("attachment"), place=place)
    attachment_download_log(
        attachment=attached.attachment, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="tip.view",
    )  # fmt: skip
    return file_response(attached.attachment)


@permission("tip.identity")
@never_cache
@sensitive_variables("reporter", "context")
def tip_identity(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask for a reason, then show who reported, on this answer alone: reloading it asks again."""
    tip = tip_or_404(request, public_id)
    form = IdentityForm(request.POST or None)
    context: dict[str, Any] = {"tip": tip, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            reporter = identity_open(
                tip_id=tip.pk, reason=form.cleaned_data["reason"], actor=actor_of(request), on=clock.today()
            )
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            context["reporter"] = reporter
    return render(request, f"{PAGES}/identity.html", context)


@permission("event.view")
@never_cache
def opening_index(request: HttpRequest) -> HttpResponse:
    """List every look at a reporter's identity, for auditors."""
    return render(request, f"{PAGES}/openings.html", {"page": page_of(request, selectors.openings_list())})
