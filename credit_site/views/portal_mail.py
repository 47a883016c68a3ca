"""A subject's messages and documents: read, signed for, fetched; its consent to electronic service."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from credit_site.selectors import own_file
from registry import clock
from registry.base.errors import RuleRefused
from registry.forms.mandates import ConsentForm
from registry.models import Notice
from registry.rules.mandates import CONSENT_TEXT
from registry.selectors.mandates import consent_of, is_manager
from registry.services.evidence import attachment_download_log
from registry.services.notices import notice_read
from registry.services.service_consents import service_consent_give, service_consent_withdraw
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, attempt, form_attempt, permission, subject_of
from registry.views.paging import page_of
from sanctions.models import Case
from sanctions.selectors.cases import CASE_KIND
from sanctions.selectors.own_cases import own_cases
from sanctions.services.own_service import own_notice_receive

PAGES = "credit_site/portal"


@permission("portal.view")
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the subject's documents and messages."""
    subject = subject_of(request)
    context = {
        "page": page_of(request, own_file.own_notices(subject), per_page=30),
        "documents": own_file.document_rows(subject),
        "consent": consent_of(subject),
    }
    return render(request, f"{PAGES}/mailbox.html", context)


@permission("portal.view")
def message(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Show one message and note that it was read; one to be signed for opens after signing."""
    subject, notice = subject_of(request), _notice(request, notice_id)
    must_sign = own_file.must_sign(notice, subject)
    if not must_sign:
        notice_read(notice_id=notice.pk, at=clock.now())
    is_unserved = notice.channel == Notice.Channel.PAPER and notice.state != Notice.State.SERVED
    context = {"notice": notice, "must_sign": must_sign, "is_unserved": is_unserved}
    if not must_sign:
        rows = own_file.document_rows(subject)
        mine = (row.document for row in rows if row.notice is not None and row.notice.pk == notice.pk)
        context |= {"document": next(mine, None), "case": _case_of(notice)}
    return render(request, f"{PAGES}/message.html", context)


def _case_of(notice: Notice) -> Case | None:
    """Return the case that a message is about, where its subject may see it."""
    if notice.object_kind != CASE_KIND or notice.object_id is None or notice.subject is None:
        return None
    return own_cases(notice.subject).filter(pk=notice.object_id).first()


@permission("portal.file")
@require_POST
def message_sign(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Sign for a document: the day of service."""
    notice = _notice(request, notice_id)

    def act() -> None:
        own_notice_receive(notice_id=notice.pk, actor=actor_of(request), on=clock.today())

    attempt(request, act, done="已签收，今天是送达之日。")
    return redirect("portal:message", notice.pk)


@permission("portal.view")
@require_GET
def file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Fetch one of the subject's own documents or files, logged; one to be signed for only after signing."""
    subject = subject_of(request)
    attachment = own_file.own_file(subject, public_id)
    if attachment is None:
        raise Http404("没有这份文件。")
    waiting = next(
        (row for row in own_file.document_rows(subject) if row.document.attachment_id == attachment.pk), None
    )
    if waiting is not None and waiting.notice is not None and own_file.must_sign(waiting.notice, subject):
        raise RuleRefused("not-signed", "已同意电子送达的文书须先签收再打开。请到“文书与消息”中签收。")
    attachment_download_log(
        attachment=attachment, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="portal.view",
    )  # fmt: skip
    return file_response(attachment)


@permission("portal.view")
def consent(request: HttpRequest) -> HttpResponse:
    """Show what electronic service means and whether it is agreed to; agree to it."""
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            service_consent_give(
                is_agreed=form.cleaned_data["is_agreed"], actor=actor_of(request), on=clock.today()
            )  # fmt: skip

        if form_attempt(request, form, act, done="已确认同意电子送达。"):
            return redirect("portal:mailbox")
    context = {
        "form": form,
        "text": CONSENT_TEXT,
        "given": consent_of(subject_of(request)),
        "may_manage": is_manager(actor_of(request), clock.today()),
    }
    return render(request, f"{PAGES}/consent.html", context)


@permission("portal.file")
@require_POST
def consent_withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw the consent to electronic service."""
    subject_of(request)

    def act() -> None:
        service_consent_withdraw(actor=actor_of(request), on=clock.today())

    attempt(request, act, done="已撤回，今后的文书以纸质送达。")
    return redirect("portal:consent")


def _notice(request: HttpRequest, notice_id: int) -> Notice:
    found = own_file.own_notices(subject_of(request)).filter(pk=notice_id).first()
    if found is None:
        raise Http404("没有这条消息。")
    return found
