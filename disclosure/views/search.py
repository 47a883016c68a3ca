"""The public search: organisations by name, code or document number; a person only by full name and number together."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from disclosure.forms import PersonForm
from disclosure.selectors import public
from disclosure.views.throttle import throttled
from registry import clock


@login_not_required
@require_safe
@never_cache
@throttled("search")
def search(request: HttpRequest) -> HttpResponse:
    """Show what a search found, each answer beginning with its sentence."""
    answer = public.public_search(request.GET.get("q", ""), on=clock.today())
    return render(request, "disclosure/search.html", {"answer": answer, "query": answer.query})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("name", "document_number")
@sensitive_variables("form")
@throttled("person")
def person(request: HttpRequest) -> HttpResponse:
    """Answer about one person. The number travels in the form's body only and is neither stored nor shown again."""
    form = PersonForm(request.POST or None)
    sentence = ""
    if request.method == "POST" and form.is_valid():
        sentence = public.person_search(
            name=form.cleaned_data["name"], document_number=form.cleaned_data["document_number"], on=clock.today()
        )
        form = PersonForm()
    return render(request, "disclosure/person.html", {"form": form, "sentence": sentence})
