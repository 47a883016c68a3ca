"""Measure orders: the department's own queues and answers, and the credit office's view of who has not answered."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from registry import clock
from registry.base.errors import DomainError
from registry.models import Attachment, Event
from registry.rules import access
from registry.selectors.rights import roles_on
from registry.services import authz
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, attempt, form_attempt, permission, version_of, whole_number
from registry.views.paging import page_of
from sanctions.forms.orders import (
    OrderCarryOutForm,
    OrderConfirmEndForm,
    OrderConfirmPauseForm,
    OrderEffectForm,
    OrderFilterForm,
    OrderRefuseForm,
)
from sanctions.models import MeasureOrder
from sanctions.selectors import order_counts
from sanctions.selectors import orders as selectors
from sanctions.selectors.entries import entry_state
from sanctions.services.order_pauses import order_confirm_pause, order_confirm_resumption
from sanctions.services.orders import (
    order_add_effect,
    order_carry_out,
    order_confirm_end,
    order_receive,
    order_refuse,
)

PAGES = "sanctions/orders"


def _is_office(request: HttpRequest) -> bool:
    actor, today = actor_of(request), clock.today()
    return bool(roles_on(actor, today) & access.WATCHERS) or selectors.supervises(actor, today)


@permission("order.view")
def order_index(request: HttpRequest) -> HttpResponse:
    """Show a department its queues, and the credit office every order with who has not answered."""
    today, office = clock.today(), _is_office(request)
    visible = selectors.orders_visible_to(actor_of(request), today)
    departments = [(each.code, each.short_name) for each in selectors.departments_with_orders()]
    form = OrderFilterForm(request.GET, departments=departments)
    chosen = form.cleaned_data if form.is_valid() else {}
    queue = chosen.get("queue") or ("" if office else "waiting")
    found = _narrowed(visible, {**chosen, "queue": queue})
    numbers = order_counts.numbers_by_department(today, None if office else [actor_of(request).department_id])
    queues = order_counts.queue_counts(visible, today, numbers)
    is_narrowed = bool(chosen.get("department") or chosen.get("name"))
    known = None if is_narrowed else order_counts.number_known(queues, queue, numbers)
    page = page_of(request, found.values_list("pk", flat=True), known=known)
    context = {
        "form": form,
        "page": page,
        "rows": selectors.order_rows(selectors.orders_of_page(page), today),
        "queue": queue,
        "queues": queues,
        "most": order_counts.COUNT_MOST,
        "is_office": office,
        # How the departments stand is told at the entrance; who looks for orders does not wait for it.
        "standings": order_counts.department_standings(numbers) if office and not request.GET else [],
        "without_counterpart": selectors.without_counterpart(today) if office and not request.GET else [],
    }
    return render(request, f"{PAGES}/list.html", context)


def _narrowed(orders: QuerySet[MeasureOrder], chosen: dict[str, str]) -> QuerySet[MeasureOrder]:
    if chosen.get("queue"):
        orders = selectors.in_queue(orders, chosen["queue"], clock.today())
    if chosen.get("department"):
        orders = orders.filter(department__code=chosen["department"])
    if chosen.get("name"):
        orders = orders.filter(entry__subject__name__contains=chosen["name"])
    return selectors.in_queue_order(orders, chosen.get("queue", ""))


def _order(request: HttpRequest, public_id: str) -> MeasureOrder:
    return get_object_or_404(selectors.orders_visible_to(actor_of(request), clock.today()), public_id=public_id)


@permission("order.view")
def order_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one order: the measure, its basis, the listed subject, what was answered and what is to do next."""
    today, actor = clock.today(), actor_of(request)
    order = _order(request, public_id)
    row = selectors.order_rows([order], today)[0]
    mine = actor.department_id == order.department_id and authz.may(actor, "order.answer", today)
    running, state = order.entry.ends_on > today, order.state
    context = {
        "order": order,
        "row": row,
        "entry_state": entry_state(order.entry, today),
        "feedback": order.feedback.select_related("account", "attachment"),
        "events": Event.objects.filter(object_kind=order._meta.label_lower, object_id=order.pk).select_related("actor"),
        "may_receive": mine and running and state == "dispatched",
        "may_carry_out": mine and state in ("received", "refused") and order.ending != "confirmed",
        "may_refuse": mine and running and state in ("dispatched", "received"),
        "may_confirm_end": mine and row.state.code == "ending",
        "may_confirm_pause": mine and row.owed == "confirm-pause",
        "may_confirm_resumption": mine and row.owed == "confirm-resumption",
        "may_add_effect": mine and state == "carried-out" and order.ending != "confirmed",
        "pauses": order.pauses.select_related("pause").order_by("pk"),
        "escalations": order.escalations.order_by("pk"),
    }
    return render(request, f"{PAGES}/detail.html", context)


@permission("order.view")
@require_GET
def order_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponseBase:
    """Send a file that was attached to an answer to this order, logged: to the department itself and to the office."""
    order = _order(request, public_id)
    attached = Attachment.objects.filter(pk__in=order.feedback.values("attachment"))
    attachment = get_object_or_404(attached, public_id=file_id)
    attachment_download_log(
        attachment=attachment, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="order.view",
    )  # fmt: skip
    return file_response(attachment)


@permission("order.answer")
@require_POST
def order_take(request: HttpRequest, public_id: str) -> HttpResponse:
    """Receive one order."""
    order = _order(request, public_id)

    def act() -> None:
        order_receive(order=order, actor=actor_of(request), on=clock.today(), version=version_of(request))

    attempt(request, act, done="已签收，请在期限内反馈落实情况。")
    return redirect("sanctions:order-detail", order.public_id)


@permission("order.answer")
@require_POST
def order_take_many(request: HttpRequest) -> HttpResponse:
    """Receive the ticked orders, each by itself; say how many went through and why the others did not."""
    today, actor = clock.today(), actor_of(request)
    ticked = [number for each in request.POST.getlist("order") if (number := whole_number(each)) is not None]
    orders = list(selectors.orders_visible_to(actor, today).filter(pk__in=ticked))
    done = 0
    for order in orders:
        try:
            order_receive(order=order, actor=actor, on=today)
        except DomainError as refusal:
            messages.error(request, f"{order.entry.subject.name}，{order.measure_code}：{refusal.message}")
        else:
            done += 1
    if not orders:
        messages.error(request, "没有选中任务。请先勾选要签收的任务。")
    elif done:
        messages.success(request, f"已签收{done}项，请在期限内反馈落实情况。")
    return redirect("sanctions:order-list")


def _answer(
    request: HttpRequest, order: MeasureOrder, form: Form, service: Callable[..., Any], words: dict[str, str]
) -> HttpResponse:
    """Show one answer's form and send it; what was typed stays when it is refused."""
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            given = {key: value for key, value in form.cleaned_data.items() if key != "file"}
            if "file" in form.fields:
                given["upload"] = form.cleaned_data["file"]
            service(order=order, actor=actor_of(request), on=clock.today(), version=version_of(request), **given)

        if form_attempt(request, form, act, done=words["done"]):
            return redirect("sanctions:order-detail", order.public_id)
    return render(request, f"{PAGES}/answer.html", {"order": order, "form": form, **words})


@permission("order.answer")
def order_report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Report what was done."""
    form = OrderCarryOutForm(request.POST or None, request.FILES or None, today=clock.today())
    words = {
        "what": "反馈落实情况",
        "consequence": "反馈后任务记为已落实，信用监管办公室可以看到；实施日期须在该主体在列期间。",
        "submit": "提交反馈",
        "done": "已反馈，任务记为已落实。",
    }
    return _answer(request, _order(request, public_id), form, order_carry_out, words)


@permission("order.answer")
def order_decline(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that the measure is not taken, and why."""
    words = {
        "what": "不予采取",
        "consequence": "任务将记为不予采取，理由由信用监管办公室查看；以后仍可以采取并反馈。",
        "submit": "提交",
        "done": "已记为不予采取。",
    }
    return _answer(request, _order(request, public_id), OrderRefuseForm(request.POST or None), order_refuse, words)


@permission("order.answer")
def order_lift(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm that the measure is lifted."""
    words = {
        "what": "确认解除",
        "consequence": "该主体已不在列。确认后任务办结，不能再对其采取这项措施。",
        "submit": "确认解除",
        "done": "已确认解除，任务办结。",
    }
    form = OrderConfirmEndForm(request.POST or None)
    return _answer(request, _order(request, public_id), form, order_confirm_end, words)


@permission("order.answer")
def order_effect(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add what a reported measure brought about since."""
    form = OrderEffectForm(request.POST or None, request.FILES or None, today=clock.today())
    words = {
        "what": "补报成效",
        "consequence": "只填以前没有报过的金额和事项，统计时与以前的相加；发生日期须在该主体在列期间。",
        "submit": "提交",
        "done": "成效已补报。",
    }
    return _answer(request, _order(request, public_id), form, order_add_effect, words)


@permission("order.answer")
def order_stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm that the measure is stopped while the entry's measures stand still."""
    words = {
        "what": "确认暂停",
        "consequence": "该主体的惩戒措施正在暂停。确认已经停止采取这项措施。",
        "submit": "确认暂停",
        "done": "已确认暂停。",
    }
    form = OrderConfirmPauseForm(request.POST or None)
    return _answer(request, _order(request, public_id), form, order_confirm_pause, words)


@permission("order.answer")
def order_go_on(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm that the measure is applied again."""
    words = {
        "what": "确认恢复",
        "consequence": "该主体的惩戒措施已经恢复。确认已经重新采取这项措施。",
        "submit": "确认恢复",
        "done": "已确认恢复。",
    }
    form = OrderConfirmPauseForm(request.POST or None)
    return _answer(request, _order(request, public_id), form, order_confirm_resumption, words)
