"""Cross-checks (交叉核查): what does not go together, with its ground, for officers alone."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.services import authz
from registry.views.guards import actor_of, form_attempt, permission, version_of
from registry.views.paging import page_of
from sanctions.forms.cross_checks import CrossCheckFilterForm, CrossCheckHandleForm
from sanctions.selectors.cross_checks import cross_checks, state_counts
from sanctions.selectors.entries import entry_state
from sanctions.services.cross_checks import cross_check_handle

PAGES = "sanctions/cross_checks"


@permission("cross-check.view")
def cross_check_index(request: HttpRequest) -> HttpResponse:
    """List the flags; those to be handled unless another state is asked for."""
    today = clock.today()
    form = CrossCheckFilterForm(request.GET or {"state": "open"})
    chosen = form.cleaned_data if form.is_valid() else {}
    context = {
        "form": form,
        "page": page_of(request, cross_checks(today, **chosen)),
        "state": chosen.get("state", ""),
        "states": state_counts(today),
    }
    return render(request, f"{PAGES}/list.html", context)


@permission("cross-check.view")
def cross_check_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one flag: what it rests on, what it means and does not mean, how it was handled."""
    today = clock.today()
    flag = _flag(public_id)
    entries = flag.entries.select_related("subject", "department").order_by("starts_on", "pk")
    context = {
        "flag": flag,
        "entries": [(entry, entry_state(entry, today)) for entry in entries],
        "may_handle": flag.state_now == "open" and authz.may(actor_of(request), "cross-check.handle", today),
    }
    return render(request, f"{PAGES}/detail.html", context)


@permission("cross-check.handle")
def cross_check_settle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note how a flag was dealt with."""
    flag = _flag(public_id)
    form = CrossCheckHandleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            cross_check_handle(
                flag=flag, actor=actor_of(request), on=clock.today(), version=version_of(request), **form.cleaned_data
            )

        if form_attempt(request, form, act, done="已登记处理情况。"):
            return redirect("sanctions:cross-check-detail", public_id)
    return render(request, f"{PAGES}/handle.html", {"flag": flag, "form": form})


def _flag(public_id: UUID) -> Any:
    """Return the flag with `state_now` of today."""
    return get_object_or_404(cross_checks(clock.today()), public_id=public_id)
