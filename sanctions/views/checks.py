"""Checks before an approval (联合奖惩查询) for departments without a system of their own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from registry import clock
from registry.base.errors import DomainError
from registry.selectors.matters import matters_on
from registry.services import authz
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.export_files import REFRESH_SECONDS
from registry.views.guards import actor_of, attempt, form_attempt, permission
from registry.views.paging import PER_PAGE, page_of
from sanctions.forms.checks import CheckForm
from sanctions.models import CheckSheet
from sanctions.selectors.check_sheets import (
    TABS,
    checks_visible_to,
    sheet_is_current,
    sheet_lines_on,
    sheets_visible_to,
    tab_counts,
)
from sanctions.services.check_files import stamp
from sanctions.services.check_reading import asked_from_text, asked_from_upload
from sanctions.services.check_sheets import check_file_take, check_files_again, check_sheet_make

PAGES = "sanctions/checks"


@permission("check.view")
def check_index(request: HttpRequest) -> HttpResponse:
    """List the checks that the account asked, or all that it may see; who may not ask begins with all."""
    today, actor = clock.today(), actor_of(request)
    may_ask = authz.may(actor, "check.ask", today)
    visible, scope = checks_visible_to(actor, today), request.GET.get("scope", "own" if may_ask else "all")
    page, labels = page_of(request, visible if scope == "all" else visible.filter(account=actor)), matters_on(today)
    for log in page:
        log.matter_label = labels.get(log.matter, "")
    context = {"page": page, "scope": scope, "may_ask": may_ask}
    return render(request, f"{PAGES}/list.html", context)


@permission("check.ask")
def check_new(request: HttpRequest) -> HttpResponse:
    """Ask about up to a thousand subjects."""
    matters = list(matters_on(clock.today()).items())
    form = CheckForm(request.POST or None, request.FILES or None, matters=matters)
    if request.method == "POST" and form.is_valid():
        made: list[CheckSheet] = []
        if form_attempt(request, form, lambda: made.append(_ask(request, form)), done="已查询，结果如下。"):
            return redirect("sanctions:check-detail", made[0].public_id)
    context = {"form": form, "has_matters": bool(matters)}
    return render(request, f"{PAGES}/new.html", context, status=422 if form.errors else 200)


def _ask(request: HttpRequest, form: CheckForm) -> CheckSheet:
    given = form.cleaned_data
    asked = asked_from_upload(form.upload) if form.upload is not None else asked_from_text(given["lines"])

    def verify_url(code: UUID) -> str:
        return request.build_absolute_uri(reverse("report-verify", args=[code]))

    return check_sheet_make(
        asked=asked, matter=given["matter"], purpose=given["purpose"], actor=actor_of(request), verify_url=verify_url,
        on=clock.today(), at=clock.now(),
    )  # fmt: skip


@permission("check.view")
def check_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the answers line by line as far as they still hold, and the stamped files once they are made."""
    today = clock.today()
    sheet = _sheet(request, public_id)
    lines = sheet_lines_on(sheet, today)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    shown = [line for line in lines if not tab or line.tab == tab]
    is_current = sheet_is_current(sheet, today)
    context: dict[str, Any] = {
        "sheet": sheet,
        "log": sheet.log,
        "stamp": stamp(sheet),
        "tab": tab,
        "tabs": tab_counts(lines),
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "is_todays": sheet.log.on == today,
        "is_current": is_current,
        "is_making": sheet.state == CheckSheet.State.MAKING,
        "refresh_seconds": REFRESH_SECONDS,
        "may_ask": authz.may(actor_of(request), "check.ask", today),
    }
    return render(request, f"{PAGES}/detail.html", context)


@permission("check.view")
@require_safe
def check_file(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponseBase:
    """Send the stamped file, logged."""
    sheet = _sheet(request, public_id)
    try:
        attachment = check_file_take(
            sheet=sheet, kind=kind, address=request_address(request), actor=actor_of(request), on=clock.today()
        )
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("sanctions:check-detail", public_id)
    return file_response(attachment)


@permission("check.ask")
@require_POST
def check_files_retry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make the files anew after they failed."""
    sheet = _sheet(request, public_id)
    attempt(
        request,
        lambda: check_files_again(sheet_id=sheet.pk, actor=actor_of(request), on=clock.today(), at=clock.now()),
        done="正在重新生成文件。",
    )
    return redirect("sanctions:check-detail", public_id)


def _sheet(request: HttpRequest, public_id: UUID) -> CheckSheet:
    return get_object_or_404(sheets_visible_to(actor_of(request), clock.today()), public_id=public_id)
