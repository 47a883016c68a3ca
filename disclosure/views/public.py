"""Public pages: first page, a subject, a publication, the lists, penalties and permits, rights."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from disclosure.models import Publication
from disclosure.selectors import public
from disclosure.selectors.honours import subject_honours
from disclosure.selectors.notes import notes_visible
from registry import clock
from registry.views.guards import whole_number
from registry.views.paging import page_of

PAGE_SIZE = 30
PAGES_MOST = 100  # of penalties and permits; older ones are found by searching


@login_not_required
@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Show the search box, and what was published last."""
    latest = public.entries_listed(on=clock.today())[:5]
    return render(request, "disclosure/home.html", {"latest": latest})


@login_not_required
@require_safe
@never_cache
def subject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what is public about one subject, the verdict first."""
    today = clock.today()
    found = public.subject_visible(public_id, on=today)
    if found is None:
        raise Http404
    if found.public_id != public_id:
        return redirect("disclosure:subject", public_id=found.public_id)
    (answer,) = public.answers_for([found], on=today)
    context = {
        "answer": answer,
        "shown": public.subject_publications(found, on=today),
        "former_names": public.former_names(found),
        "notes": notes_visible(on=today, subject=found),
        "honours": subject_honours(found, on=today),
        "is_person": found.is_person,
        "is_synthetic": found.is_synthetic,
    }
    response = render(request, "disclosure/subject.html", context)
    # What is gone tomorrow must not live on in a search engine.
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response


@login_not_required
@require_safe
@never_cache
def publication(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one publication while it is visible; afterwards the address is simply not there."""
    visible = Publication.objects.visible(clock.today()).select_related("subject", "department")
    found = get_object_or_404(visible, public_id=public_id)
    sentence = ""
    if found.kind == Publication.Kind.ENTRY:
        name = found.snapshot["subject"]["name"]
        sentence = public.standing_sentence(name, [public.standing_of(found)])
    response = render(request, "disclosure/publication.html", {"publication": found, "sentence": sentence})
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response


@login_not_required
@require_safe
@never_cache
def lists(request: HttpRequest) -> HttpResponse:
    """Show who stands on which public list today."""
    today, label = clock.today(), request.GET.get("list", "")
    page = page_of(request, public.entries_listed(on=today, list_label=label), per_page=PAGE_SIZE)
    context = {"page": page, "labels": public.list_labels(on=today), "label": label}
    return render(request, "disclosure/lists.html", context)


@login_not_required
@require_safe
@never_cache
def records(request: HttpRequest) -> HttpResponse:
    """Show published penalties or permits, newest first. Nothing is counted: there may be very many."""
    kinds = (Publication.Kind.PENALTY, Publication.Kind.PERMIT)
    kind = next((kind for kind in kinds if kind == request.GET.get("kind")), Publication.Kind.PENALTY)
    number = min(max(whole_number(request.GET.get("page", "")) or 1, 1), PAGES_MOST)
    start = (number - 1) * PAGE_SIZE
    rows = list(public.records_published(kind, on=clock.today())[start : start + PAGE_SIZE + 1])
    has_next = len(rows) > PAGE_SIZE and number < PAGES_MOST
    context = {
        "rows": rows[:PAGE_SIZE],
        "kind": kind,
        "kinds": [(kind.value, kind.label) for kind in kinds],
        "number": number,
        "previous": number - 1,
        "next": number + 1 if has_next else 0,
    }
    return render(request, "disclosure/records.html", context)


@login_not_required
@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """Explain objection, repair and complaint."""
    return render(request, "disclosure/rights.html")
