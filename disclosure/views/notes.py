"""Public notes: corrections of what had been public, and repairs where the rule has them published."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from disclosure.selectors.notes import notes_visible
from registry import clock
from registry.views.paging import page_of

PAGE_SIZE = 30


@login_not_required
@require_safe
@never_cache
def note_index(request: HttpRequest) -> HttpResponse:
    """Show the notes of today, newest first."""
    page = page_of(request, notes_visible(on=clock.today()), per_page=PAGE_SIZE)
    response = render(request, "disclosure/notes.html", {"page": page})
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response
