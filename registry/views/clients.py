"""Departments' systems, for administrators. A secret stands on the one answer that made it and nowhere else."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from registry import clock
from registry.forms.clients import ClientChangeForm, ClientOpenForm
from registry.forms.versioned import ReasonForm, VersionedForm
from registry.rules.scopes import SCOPE_LABELS
from registry.selectors.clients import client_list
from registry.selectors.webhooks import deliveries_dead, open_counts, webhooks_of
from registry.services import clients
from registry.services.clients import ClientKeys
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.paging import page_of

PAGES = "registry/administration"


@permission("client.manage")
def client_index(request: HttpRequest) -> HttpResponse:
    """List the systems that may call."""
    context = {"page": page_of(request, client_list()), "dead": deliveries_dead().count()}
    return render(request, f"{PAGES}/clients.html", context)


@permission("client.manage")
@never_cache
def client_new(request: HttpRequest) -> HttpResponse:
    """Open a client and show its secret once."""
    form = ClientOpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[ClientKeys] = []

        def act() -> None:
            given = {name: value for name, value in form.cleaned_data.items() if name != "version"}
            made.append(clients.client_open(actor=actor_of(request), on=clock.today(), **given))

        if form_attempt(request, form, act, done="接口客户端已开通。"):
            return _secret(request, made[0])
    return render(request, f"{PAGES}/client_form.html", {"form": form})


@permission("client.manage")
def client_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a client: what it may do, when it last called, its webhooks."""
    client = get_object_or_404(client_list(), public_id=public_id)
    webhooks = list(webhooks_of(client))
    counts = open_counts(webhooks)
    context = {
        "client": client,
        "scopes": [(scope, SCOPE_LABELS.get(scope, scope)) for scope in client.scopes],
        "webhooks": [(each, counts[each.pk]) for each in webhooks],
    }
    return render(request, f"{PAGES}/client.html", context)


@permission("client.manage")
def client_change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Set what a client may do, and how often."""
    client = get_object_or_404(client_list(), public_id=public_id)
    form = ClientChangeForm(request.POST or None, client=client)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            clients.client_change(client=client, actor=actor_of(request), on=clock.today(), **form.given())

        if form_attempt(request, form, act, done="权限范围已调整，立即生效。"):
            return redirect("registry:client-detail", public_id)
    return render(request, f"{PAGES}/client_form.html", {"form": form, "client": client})


@permission("client.manage")
@never_cache
def client_rotate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, then give a new secret and show it once."""
    client = get_object_or_404(client_list(), public_id=public_id)
    form = VersionedForm(request.POST or None, row=client)
    if request.method == "POST" and form.is_valid():
        made: list[ClientKeys] = []

        def act() -> None:
            made.append(clients.client_rotate(client=client, actor=actor_of(request), on=clock.today(), **form.given()))

        if form_attempt(request, form, act, done="密钥已更换，旧密钥和已取得的令牌立即失效。"):
            return _secret(request, made[0])
    return render(request, f"{PAGES}/client_rotate.html", {"form": form, "client": client})


@permission("client.manage")
def client_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, then shut a client."""
    client = get_object_or_404(client_list(), public_id=public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            clients.client_close(
                client=client, reason=form.cleaned_data["reason"], actor=actor_of(request), on=clock.today(),
                at=clock.now(),
            )  # fmt: skip

        if form_attempt(request, form, act, done="接口客户端已停用，令牌和推送订阅一并终止。"):
            return redirect("registry:client-detail", public_id)
    return render(request, f"{PAGES}/client_close.html", {"form": form, "client": client})


def _secret(request: HttpRequest, keys: ClientKeys) -> HttpResponse:
    context = {
        "client": keys.client, "rows": [("client_id", keys.client.application.client_id), ("client_secret", keys.secret)]
    }  # fmt: skip
    return render(request, f"{PAGES}/client_secret.html", context)
