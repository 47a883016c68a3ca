"""List entries: who stands on which list, and ending or pausing an entry."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.models import Event, Subject
from registry.services import authz
from registry.views.guards import actor_of, form_attempt, permission, version_of
from registry.views.paging import page_of
from sanctions.forms.orders import EntryEndForm, EntryFilterForm, EntryPauseForm, EntryResumeForm
from sanctions.models import ListEntry
from sanctions.selectors import entries as selectors
from sanctions.selectors.basis import entry_basis
from sanctions.selectors.decisions import decision_reproduce
from sanctions.selectors.orders import entry_summaries, order_rows, orders_visible_to
from sanctions.services.entries import entry_end, entry_pause, entry_resume

PAGES = "sanctions/entries"


@permission("entry.view")
def entry_index(request: HttpRequest) -> HttpResponse:
    """List the entries that the account may see, with where each stands today."""
    today, actor = clock.today(), actor_of(request)
    form = EntryFilterForm(request.GET, lists=selectors.list_choices(actor, today))
    chosen = form.cleaned_data if form.is_valid() else {}
    page = page_of(request, selectors.entry_list(actor, today, **chosen))
    rows = [(entry, selectors.entry_state(entry, today)) for entry in page]
    context = {"form": form, "page": page, "rows": rows, "may_report": authz.may(actor, "case.view", today)}
    return render(request, f"{PAGES}/list.html", context)


@permission("entry.view")
def entry_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one entry: period, basis, grounds, pauses, orders, what happened."""
    today, actor = clock.today(), actor_of(request)
    entry = get_object_or_404(
        selectors.entries_visible_to(actor, today).select_related(
            "case__policy", "case__parent__subject", "case__basis", "policy"
        ),
        public_id=public_id,
    )
    state = selectors.entry_state(entry, today)
    orders = list(orders_visible_to(actor, today).filter(entry=entry).order_by("department", "pk"))
    sees_case = authz.may(actor, "case.view", today)
    running = state.is_in_force and entry.end_reason == ListEntry.EndReason.TERM
    context = {
        "entry": entry,
        "state": state,
        "grounds": entry.grounds.select_related("record"),
        "pauses": entry.pauses.order_by("starts_on"),
        "orders": order_rows(orders, today),
        "events": Event.objects.filter(object_kind=entry._meta.label_lower, object_id=entry.pk).select_related("actor"),
        "may_end": state.is_in_force and authz.may(actor, "entry.end", today),
        "may_pause": running and state.code == "in-force" and authz.may(actor, "entry.pause", today),
        "may_resume": state.code == "paused" and authz.may(actor, "entry.pause", today),
        "sees_case": sees_case,
        "reproduction": decision_reproduce(entry.case) if sees_case else None,
        "basis": entry_basis(entry, today) if sees_case and state.is_in_force else None,
    }
    return render(request, f"{PAGES}/detail.html", context)


def _act(
    request: HttpRequest,
    public_id: str,
    form_class: type[Form],
    service: Callable[..., Any],
    words: dict[str, str],
) -> HttpResponse:
    """Show one act on an entry with its consequence, and carry it out."""
    entry = get_object_or_404(selectors.entries_visible_to(actor_of(request), clock.today()), public_id=public_id)
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            service(
                entry=entry, actor=actor_of(request), on=clock.today(), version=version_of(request), **form.cleaned_data
            )

        if form_attempt(request, form, act, done=words["done"]):
            return redirect("sanctions:entry-detail", entry.public_id)
    return render(request, f"{PAGES}/act.html", {"entry": entry, "form": form, **words})


@permission("entry.end")
def entry_stop(request: HttpRequest, public_id: str) -> HttpResponse:
    """End an entry before its term."""
    words = {
        "what": "提前终止条目",
        "consequence": "自终止日起，该主体不再在列，公示停止，各部门的联合惩戒措施一并解除。终止后不能恢复。",
        "submit": "终止",
        "done": "已办理终止。到终止日起不再在列，各部门将收到解除通知。",
    }
    return _act(request, public_id, EntryEndForm, entry_end, words)


@permission("entry.pause")
def entry_hold(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the measures of an entry stand still."""
    words = {
        "what": "暂停惩戒措施",
        "consequence": "自今日起各部门暂停对该主体采取联合惩戒措施；条目仍然在列。",
        "submit": "暂停",
        "done": "措施已暂停，已通知各部门。",
    }
    return _act(request, public_id, EntryPauseForm, entry_pause, words)


@permission("entry.pause")
def entry_go_on(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the measures of an entry run again."""
    words = {
        "what": "恢复惩戒措施",
        "consequence": "自今日起各部门恢复采取联合惩戒措施；政策规定暂停时间顺延期限的，期限相应顺延。",
        "submit": "恢复",
        "done": "措施已恢复，已通知各部门。",
    }
    return _act(request, public_id, EntryResumeForm, entry_resume, words)


def entries_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """The section of a subject's file with its list entries and how many measures run today."""
    today, actor = clock.today(), actor_of(request)
    if not authz.may(actor, "entry.view", today):
        return None
    found = selectors.entries_visible_to(actor, today).filter(subject=subject)
    return "sanctions/entries/panel.html", {"entries": entry_summaries(found, today)}
