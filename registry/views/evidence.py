"""Evidence files: adding one to a record, and the only way a stored file leaves the house."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from registry import clock
from registry.forms.evidence import EvidenceForm
from registry.models import Attachment
from registry.selectors.attachments import attachments_visible_to
from registry.services import evidence
from registry.views.addresses import request_address
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.records import record_of


@permission("evidence.add")
def evidence_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a file behind a record."""
    record = record_of(request, public_id)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            evidence.record_evidence_add(
                record_id=record.pk, upload=form.cleaned_data["file"], label=form.cleaned_data["label"],
                actor=actor_of(request), on=clock.today(),
            )  # fmt: skip

        if form_attempt(request, form, act, done="证据材料已添加。"):
            return redirect("registry:record-detail", record.public_id)
    return render(request, "registry/evidence/new.html", {"form": form, "record": record})


@permission("evidence.download")
@require_GET
def attachment_download(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Stream a stored file as a download, logged; only one found clean."""
    actor, today = actor_of(request), clock.today()
    attachment = get_object_or_404(attachments_visible_to(actor, today), public_id=public_id)
    evidence.attachment_download_log(attachment=attachment, address=request_address(request), actor=actor, on=today)
    return file_response(attachment)


def file_response(attachment: Attachment) -> FileResponse:
    """Return the file as a download that no browser opens in place or keeps."""
    response = FileResponse(
        attachment.file.open("rb"), as_attachment=True, filename=attachment.name, content_type=attachment.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
