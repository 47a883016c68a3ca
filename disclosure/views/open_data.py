"""Open data: the public lists as files, for as long as they tell what the pages show."""

import json
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from disclosure.models import ListSnapshot
from disclosure.rules.open_data import CONTENT_TYPES, KEY, MANIFEST, NOTICE, SIGNATURE, saved_name
from disclosure.selectors.open_data import snapshot_current, snapshot_newest
from disclosure.services.open_data import files_folder, public_pem, signing_key_id
from registry import clock

RETRY_SECONDS = 300


@login_not_required
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """Show today's snapshot with its manifest and how to verify it."""
    return _page(request)


def _page(request: HttpRequest, status: int = 200) -> HttpResponse:
    today, key_id = clock.today(), signing_key_id()
    current = snapshot_current(on=today, key_id=key_id)
    newest = current or snapshot_newest()
    context = {
        "current": current,
        "newest": newest,
        "manifest": json.loads(current.manifest) if current is not None else None,
        "notice": NOTICE,
        "key_id": key_id,
    }
    response = render(request, "disclosure/open_data.html", context, status=status)
    response["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def open_data_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send a file of the newest snapshot; 503 while that no longer tells what the public may see."""
    if name not in CONTENT_TYPES:
        raise Http404
    today = clock.today()
    if name == KEY:
        return _small(public_pem(), name, today)
    current = snapshot_current(on=today, key_id=signing_key_id())
    found = _file(current, name) if current is not None else None
    if found is None:
        waiting = _page(request, status=503)
        waiting["Retry-After"] = str(RETRY_SECONDS)
        return waiting
    return found


def _file(snapshot: ListSnapshot, name: str) -> HttpResponseBase | None:
    if name == MANIFEST:
        return _small(snapshot.manifest.encode(), name, snapshot.on)
    if name == SIGNATURE:
        return _small(bytes.fromhex(snapshot.signature), name, snapshot.on)
    try:
        file = (files_folder(snapshot) / name).open("rb")
    except FileNotFoundError:  # a newer one has just taken its place
        return None
    sent = FileResponse(
        file, as_attachment=True, filename=saved_name(name, snapshot.on), content_type=CONTENT_TYPES[name]
    )
    return _marked(sent)


def _small(content: bytes, name: str, on: date) -> HttpResponseBase:
    response = HttpResponse(content, content_type=CONTENT_TYPES[name])
    saved = name if name == KEY else saved_name(name, on)
    response["Content-Disposition"] = f'attachment; filename="{saved}"'
    return _marked(response)


def _marked(response: HttpResponseBase) -> HttpResponseBase:
    # What is gone tomorrow must not live on in a cache or a search engine.
    response["Cache-Control"] = "no-cache"
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response
