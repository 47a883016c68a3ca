"""A subject's own pages: its file, what it may do next, and by when."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from credit_site.selectors import own_file
from credit_site.selectors.next_steps import next_steps
from registry import clock
from registry.models import Notice
from registry.views.guards import permission, subject_of
from registry.views.paging import page_of
from repair.selectors.verdicts import repair_standing
from sanctions.selectors.entries import adds_paused_time
from sanctions.selectors.order_deeds import entry_deeds

PAGES = "credit_site/portal"
RECENT = 5


@permission("portal.view")
def home(request: HttpRequest) -> HttpResponse:
    """Show the subject its own file: next steps, lists with measures, the newest records and messages."""
    subject, today = subject_of(request), clock.today()
    entries = own_file.entry_rows(own_file.own_entries(subject, today), today)
    notices = own_file.own_notices(subject)
    context = {
        "subject": subject,
        "steps": next_steps(subject, today),
        "listed": [each for each in entries if each.state.is_in_force],
        "former": [each for each in entries if not each.state.is_in_force],
        "records": own_file.record_rows(own_file.own_records(subject)[:RECENT], today),
        "record_count": own_file.own_records(subject).count(),
        "messages_new": notices.filter(read_at__isnull=True).exclude(state=Notice.State.SERVED)[:RECENT],
    }
    return render(request, f"{PAGES}/home.html", context)


@permission("portal.view")
def record_index(request: HttpRequest) -> HttpResponse:
    """List the subject's own records."""
    page = page_of(request, own_file.own_records(subject_of(request)))
    return render(
        request, f"{PAGES}/records.html", {"page": page, "rows": own_file.record_rows(page.object_list, clock.today())}
    )


@permission("portal.view")
def record_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one of the subject's own records: what it says, how long it is public, when it can be repaired."""
    subject, today = subject_of(request), clock.today()
    record = own_file.own_record(subject, public_id)
    if record is None:
        raise Http404("没有这条记录。")
    is_standing = record.state == record.State.CONFIRMED
    context = {
        "row": own_file.record_rows([record], today)[0],
        "record": record,
        "repair": repair_standing(subject, record=record, on=today) if is_standing else None,
    }
    return render(request, f"{PAGES}/record.html", context)


@permission("portal.view")
def entry_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one of the subject's own list entries with reasons, measures and ways out."""
    subject, today = subject_of(request), clock.today()
    entry = own_file.own_entry(subject, public_id, today)
    if entry is None:
        raise Http404("没有这个名单条目。")
    row = own_file.entry_rows([entry], today)[0]
    context = {
        "row": row,
        "entry": entry,
        "told": own_file.entry_reasons(entry, today),
        "pauses": entry.pauses.order_by("starts_on"),
        "adds_paused_time": adds_paused_time(entry),
        "deeds": entry_deeds(entry, today),
        "repair": repair_standing(subject, entry=entry, on=today) if row.state.is_in_force else None,
    }
    return render(request, f"{PAGES}/entry.html", context)
