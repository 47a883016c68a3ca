"""The officers' first page: what is due, for whom, and what comes next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from credit_site.selectors.duties import panels_of
from credit_site.selectors.queues import QUEUES, desk_of, queue_counts, queue_rows, queues_of, sources_of
from credit_site.selectors.tiles import empty_text, tiles_of
from credit_site.selectors.work import work_items
from registry import clock
from registry.views.guards import actor_of, permission
from registry.views.paging import page_of

PAGE_SIZE = 20
WHOLE = "whole"


@permission("workbench.view")
def workbench(request: HttpRequest) -> HttpResponse:
    """Show one queue by due day, the sizes of all of them, and what each of the person's roles answers for."""
    on = clock.today()
    desk = desk_of(actor_of(request), on, is_whole=request.GET.get("scope") == WHOLE)
    if not desk.has_queues:
        return render(request, "credit_site/watch.html", {"panels": panels_of(desk)})
    queues, sources = queues_of(desk), sources_of(desk)
    asked = request.GET.get("queue", "")
    queue = asked if asked in queues else queues[0]
    counts = queue_counts(desk, sources)
    page = page_of(request, queue_rows(desk, sources, queue), per_page=PAGE_SIZE, known=counts[queue])
    context = {
        "desk": desk,
        "queue": queue,
        "queue_label": QUEUES[queue],
        "tiles": tiles_of(desk, counts, queue),
        "page": page,
        "items": work_items(page, desk),
        "empty": empty_text(desk, queue, counts),
        "panels": panels_of(desk),
    }
    return render(request, "credit_site/workbench.html", context)
