"""Accounts and roles, for administrators."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from registry import clock
from registry.forms.accounts import (
    AccountChangeForm,
    AccountCloseForm,
    AccountFilterForm,
    AccountOpenForm,
    PasswordResetForm,
    RoleGrantForm,
)
from registry.models import Account, RoleGrant
from registry.selectors.accounts import account_list, grant_list
from registry.services import accounts
from registry.views.guards import actor_of, attempt, form_attempt, permission
from registry.views.paging import page_of

PAGES = "registry/administration"


@permission("account.manage")
def account_index(request: HttpRequest) -> HttpResponse:
    """List accounts by name, department, role and state."""
    form = AccountFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = account_list(on=clock.today(), **chosen)
    return render(request, f"{PAGES}/accounts.html", {"form": form, "page": page_of(request, found)})


@permission("account.manage")
def account_new(request: HttpRequest) -> HttpResponse:
    """Open an account."""
    form = AccountOpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        opened: list[Account] = []

        def act() -> None:
            opened.append(
                accounts.account_open(
                    subject=given.pop("subject_code"), actor=actor_of(request), on=clock.today(), **given
                )
            )

        if form_attempt(request, form, act, done="账号已开立，请授予角色。"):
            return redirect("registry:account-detail", opened[0].pk)
    return render(request, f"{PAGES}/account_new.html", {"form": form})


@permission("account.manage")
def account_detail(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show an account with its roles; grant one."""
    account = get_object_or_404(account_list(on=clock.today()), pk=account_id)
    form = RoleGrantForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            accounts.role_grant(account_id=account_id, actor=actor_of(request), on=clock.today(), **form.cleaned_data)

        if form_attempt(request, form, act, done="角色已授予，立即生效。"):
            return redirect("registry:account-detail", account_id)
    context = {"account": account, "form": form, "grants": grant_list(account), "is_own": account == request.user}
    return render(request, f"{PAGES}/account.html", context)


@permission("account.manage")
def account_change(request: HttpRequest, account_id: int) -> HttpResponse:
    """Correct an account's name or department."""
    account = get_object_or_404(Account, pk=account_id)
    initial = {"display_name": account.display_name, "department": account.department_id}
    form = AccountChangeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            accounts.account_change(
                account_id=account_id, actor=actor_of(request), on=clock.today(), **form.cleaned_data
            )

        if form_attempt(request, form, act, done="账号信息已修改。"):
            return redirect("registry:account-detail", account_id)
    return render(request, f"{PAGES}/account_change.html", {"account": account, "form": form})


@permission("account.manage")
def account_close(request: HttpRequest, account_id: int) -> HttpResponse:
    """Confirm, then shut an account."""
    account = get_object_or_404(Account, pk=account_id)
    form = AccountCloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            accounts.account_close(
                account_id=account_id, actor=actor_of(request), on=clock.today(), **form.cleaned_data
            )

        if form_attempt(request, form, act, done="账号已停用，角色已全部终止。"):
            return redirect("registry:account-detail", account_id)
    return render(request, f"{PAGES}/account_close.html", {"account": account, "form": form})


@permission("account.manage")
@require_POST
def account_reopen(request: HttpRequest, account_id: int) -> HttpResponse:
    """Open a shut account again."""
    get_object_or_404(Account, pk=account_id)

    def act() -> None:
        accounts.account_reopen(account_id=account_id, actor=actor_of(request), on=clock.today())

    attempt(request, act, done="账号已重新启用，请重新授予角色。")
    return redirect("registry:account-detail", account_id)


@permission("account.manage")
def password_reset(request: HttpRequest, account_id: int) -> HttpResponse:
    """Set a temporary password."""
    account = get_object_or_404(Account, pk=account_id)
    form = PasswordResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            accounts.password_reset(
                account_id=account_id, actor=actor_of(request), on=clock.today(), **form.cleaned_data
            )

        if form_attempt(request, form, act, done="密码已重置，本人下次登录时须改掉。"):
            return redirect("registry:account-detail", account_id)
    return render(request, f"{PAGES}/password_reset.html", {"account": account, "form": form})


@permission("account.manage")
def second_factor_remove(request: HttpRequest, account_id: int) -> HttpResponse:
    """Confirm, then take an authenticator away."""
    account = get_object_or_404(Account, pk=account_id)
    if request.method == "POST":

        def act() -> None:
            accounts.second_factor_remove(account_id=account_id, actor=actor_of(request), on=clock.today())

        attempt(request, act, done="二次验证已解除，本人下次登录时须重新启用。")
        return redirect("registry:account-detail", account_id)
    return render(request, f"{PAGES}/second_factor_remove.html", {"account": account})


@permission("account.manage")
def role_revoke(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Confirm, then end a role."""
    grant = get_object_or_404(RoleGrant.objects.select_related("account"), pk=grant_id)
    if request.method == "POST":

        def act() -> None:
            accounts.role_revoke(grant_id=grant_id, actor=actor_of(request), on=clock.today())

        attempt(request, act, done="角色已收回，立即失效。")
        return redirect("registry:account-detail", grant.account_id)
    return render(request, f"{PAGES}/role_revoke.html", {"grant": grant})
