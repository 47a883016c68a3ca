"""Pages of the account library that this site does without."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Answer 404: nobody signs up, and passwords are reset by an administrator, not by mail."""
    raise Http404
