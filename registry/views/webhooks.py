"""Webhooks of departments' systems, for administrators. No page shows what was sent: that is the department's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from registry import clock
from registry.forms.clients import DropForm, ReplayForm, ResendForm, WebhookOpenForm
from registry.forms.versioned import ReasonForm, VersionedForm
from registry.models import Webhook, WebhookDelivery
from registry.selectors.clients import client_list
from registry.selectors.webhooks import (
    deliveries_dead,
    deliveries_of,
    held_back,
    kind_labels,
    last_number,
    open_counts,
    webhook_list,
)
from registry.services import webhooks
from registry.services.webhooks import WebhookKeys
from registry.views.guards import actor_of, form_attempt, permission, whole_number
from registry.views.paging import page_of

PAGES = "registry/administration"


@dataclass(frozen=True)
class Step:
    """An act on a webhook: its form, what it is called, what is said before and after it."""

    label: str
    consequence: str
    done: str
    form: type[VersionedForm]
    act: Callable[..., Any]
    is_timed: bool = False
    is_danger: bool = False


STEPS = {
    "pause": Step(
        "暂停推送", "暂停期间的事件保留，恢复后按次序补送。", "推送已暂停。", VersionedForm, webhooks.webhook_pause
    ),
    "resume": Step("恢复推送", "立即从保留的事件开始补送。", "推送已恢复。", VersionedForm, webhooks.webhook_resume),
    "secret": Step(
        "更换签名密钥", "新密钥只显示一次。此后24小时内同时用新旧两个密钥签名，请在此期间更换接收方的设置。",
        "签名密钥已更换。", VersionedForm, webhooks.webhook_rotate, is_timed=True,
    ),
    "replay": Step(
        "重放", "从所填的次序号起，把该订阅所要的事件重新推送一遍，内容为事件对象现在的状况。", "已安排重放。",
        ReplayForm, webhooks.webhook_replay, is_timed=True,
    ),
    "resend": Step(
        "重新推送", "多次失败的推送从头重试，排在其后的同一主体的事件随后送达。", "已安排重新推送。", ResendForm,
        webhooks.deliveries_resend, is_timed=True,
    ),
    "drop": Step(
        "放弃推送", "这一事件不再送达，排在其后的同一主体的事件继续送达。请先与接收部门核对。", "已放弃这一推送。",
        DropForm, webhooks.delivery_drop, is_timed=True, is_danger=True,
    ),
    "close": Step(
        "取消订阅", "立即停止推送，没有送达的不再送达。", "订阅已取消。", ReasonForm, webhooks.webhook_close,
        is_timed=True, is_danger=True,
    ),
}  # fmt: skip
# Deliveries do not count the webhook's version: these do not ask for it.
_UNVERSIONED = frozenset({"replay", "resend", "drop"})


@permission("client.manage")
@never_cache
def webhook_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Subscribe for a client and show the signing secret once."""
    client = get_object_or_404(client_list(), public_id=public_id)
    form = WebhookOpenForm(request.POST or None, client=client)
    if request.method == "POST" and form.is_valid():
        made: list[WebhookKeys] = []

        def act() -> None:
            made.append(
                webhooks.webhook_open(client=client, actor=actor_of(request), on=clock.today(), **form.cleaned_data)
            )

        if form_attempt(request, form, act, done="推送订阅已开通。"):
            return _secret(request, made[0])
    return render(request, f"{PAGES}/webhook_new.html", {"form": form, "client": client})


@permission("client.manage")
def webhook_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a webhook, how its receiver does and how far each delivery has come."""
    webhook = get_object_or_404(webhook_list(), public_id=public_id)
    state = request.GET.get("state", "")
    rows = deliveries_of(webhook, state=state if state in WebhookDelivery.State.values else "")
    context = {
        "webhook": webhook,
        "kinds": kind_labels(webhook),
        "counts": open_counts([webhook])[webhook.pk],
        "page": page_of(request, rows),
        "state": state,
        "states": WebhookDelivery.State.choices,
        "last_number": last_number(),
    }
    return render(request, f"{PAGES}/webhook.html", context)


@permission("client.manage")
@never_cache
def webhook_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Confirm, then do one of `STEPS`."""
    webhook = get_object_or_404(webhook_list(), public_id=public_id)
    rule = STEPS.get(step)
    if rule is None:
        raise Http404
    number = whole_number(request.GET.get("number", ""))
    initial = {"number": number} if number is not None else {}
    form = rule.form(request.POST or None, row=webhook, initial=initial)
    if request.method == "POST" and form.is_valid():
        made: list[Any] = []

        def act() -> None:
            made.append(_act(request, webhook, rule, step, form.given()))

        if form_attempt(request, form, act, done=rule.done):
            if isinstance(made[0], WebhookKeys):
                return _secret(request, made[0])
            return redirect("registry:webhook-detail", public_id)
    context = {"webhook": webhook, "form": form, "step": rule, "number": number}
    return render(request, f"{PAGES}/webhook_step.html", context)


def _act(request: HttpRequest, webhook: Webhook, rule: Step, step: str, given: dict[str, Any]) -> Any:
    if step in _UNVERSIONED:
        given.pop("version", None)
    if rule.is_timed:
        given["at"] = clock.now()
    return rule.act(webhook=webhook, actor=actor_of(request), on=clock.today(), **given)


@permission("client.manage")
def dead_index(request: HttpRequest) -> HttpResponse:
    """List what was tried too often and waits for a decision."""
    page = page_of(request, deliveries_dead())
    behind = held_back(page.object_list)
    rows = [(each, behind[each.pk]) for each in page.object_list]
    return render(request, f"{PAGES}/webhooks_dead.html", {"page": page, "rows": rows})


def _secret(request: HttpRequest, keys: WebhookKeys) -> HttpResponse:
    context = {"webhook": keys.webhook, "client": keys.webhook.client, "rows": [("签名密钥", keys.secret)]}
    return render(request, f"{PAGES}/client_secret.html", context)
