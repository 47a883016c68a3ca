"""Notices: what was sent to whom, what failed, and everybody's own box."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from registry import clock
from registry.forms.audit import NoticeFilterForm
from registry.models import Notice
from registry.selectors import notices as selectors
from registry.services import authz
from registry.services.notices import notice_resend
from registry.views.guards import actor_of, attempt, permission
from registry.views.paging import page_of

PAGES = "registry/administration"


@permission("notice.view")
def notice_index(request: HttpRequest) -> HttpResponse:
    """List notices by state and addressee."""
    form = NoticeFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    context = {
        "form": form,
        "page": page_of(request, selectors.notice_list(**chosen)),
        "counts": selectors.notice_counts(),
        "most": selectors.COUNT_MOST,
    }
    return render(request, f"{PAGES}/notices.html", context)


@permission("notice.view")
def notice_detail(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Show a notice and how its delivery went."""
    notice = get_object_or_404(selectors.notice_list(), pk=notice_id)
    may_resend = authz.may(actor_of(request), "notice.resend", clock.today())
    context = {"notice": notice, "may_resend": may_resend and notice.state == Notice.State.FAILED}
    return render(request, f"{PAGES}/notice.html", context)


@permission("notice.resend")
@require_POST
def notice_send_again(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Send a failed notice again."""
    get_object_or_404(Notice, pk=notice_id)

    def act() -> None:
        notice_resend(notice_id=notice_id, actor=actor_of(request), on=clock.today(), at=clock.now())

    attempt(request, act, done="已重新发送，稍候刷新本页查看结果。")
    return redirect("registry:notice-detail", notice_id)


@permission("workbench.view")
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the notices to one's own account and department."""
    page = page_of(request, selectors.inbox(actor_of(request)), per_page=30)
    return render(request, f"{PAGES}/inbox.html", {"page": page})
