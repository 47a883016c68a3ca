"""Pages of publication channels: what each is owed and has answered for officers, setting them up for administrators."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from disclosure.forms import AcknowledgementForm, ChannelForm, ReasonForm, SubmissionsForm
from disclosure.models import Acknowledgement, Channel, ChannelFile, Submission
from disclosure.selectors import channels as selector
from disclosure.services.channels import managing
from disclosure.services.channels.answering import acknowledgement_read
from disclosure.services.channels.carriers import carrier_of, carriers, kind_label
from disclosure.services.channels.file_drop import folder_in, folder_out
from disclosure.services.channels.moves import When
from disclosure.services.export_kinds import SUBMISSIONS, submissions_given
from registry import clock
from registry.base.errors import DomainError
from registry.models import Record
from registry.rules.jobs import counts_text
from registry.services import authz
from registry.services.evidence import attachment_download_log
from registry.services.imports.writing import CONTENT_TYPES
from registry.views.addresses import request_address
from registry.views.export_files import export_answer, file_response
from registry.views.guards import actor_of, form_attempt, permission, version_of
from registry.views.paging import page_of

PAGES = "disclosure/office/channels"


def _may(request: HttpRequest) -> dict[str, bool]:
    account, today = actor_of(request), clock.today()
    names = {"rows": "publication.view", "send": managing.SEND, "manage": managing.MANAGE}
    return {name: authz.may(account, right, today) for name, right in names.items()}


def _channel(public_id: UUID) -> Channel:
    return get_object_or_404(Channel.objects.select_related("health"), public_id=public_id)


def _when(request: HttpRequest) -> When:
    return When(clock.today(), clock.now(), actor_of(request))


# --- channels ------------------------------------------------------------------------------------------------------
@permission("channel.view")
@require_safe
def channel_list(request: HttpRequest) -> HttpResponse:
    """List the channels with what each is owed, and the channels that policies name."""
    today = clock.today()
    counts = selector.channel_counts(on=today)
    found = Channel.objects.select_related("health").order_by("closed_on", "pk")
    rows = [(each, kind_label(each), counts.get(each.pk, dict.fromkeys(selector.SHOWN, 0))) for each in found]
    context = {
        "rows": rows, "named": selector.channels_named(on=today), "carriers": carriers(), "may": _may(request),
        "counted": any(each.counts and each.closed_on is None for each, _, _ in rows),
    }  # fmt: skip
    return render(request, f"{PAGES}/list.html", context)


@permission("channel.view")
@require_safe
def channel_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show how a channel is set up and how its receiver does."""
    channel = _channel(public_id)
    carrier = carrier_of(channel)
    counts = selector.channel_counts(on=clock.today()).get(channel.pk, dict.fromkeys(selector.SHOWN, 0))
    settings = [(each.label, channel.settings.get(each.name, "")) for each in carrier.settings] if carrier else []
    folders = [folder_out(channel), folder_in(channel)] if carrier is not None and carrier.has_folder else []
    context = {
        "channel": channel, "carrier": carrier, "counts": counts, "settings": settings, "may": _may(request),
        "folders": [f"channels/{channel.code}/{folder.name}" for folder in folders],
    }  # fmt: skip
    return render(request, f"{PAGES}/detail.html", context)


@permission("channel.manage")
def channel_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Open a channel of a kind; its signing secret is shown once."""
    carrier = next((each for each in carriers() if each.code == kind), None)
    if carrier is None:
        raise Http404
    initial = {"since_on": clock.today()}
    form = ChannelForm(request.POST or None, carrier=carrier, named=_named(), initial=initial)
    made: list[tuple[Channel, str]] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            made.append(
                managing.channel_open(
                    code=form.cleaned_data["code"], kind=kind, values=form.values(), settings=form.settings(),
                    actor=actor_of(request), on=clock.today(), at=clock.now(),
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="渠道已启用。"):
            channel, secret = made[0]
            if secret:
                return _secret(request, channel, secret)
            return redirect("publications:channel-detail", channel.public_id)
    context = {"form": form, "carrier": carrier}
    return render(request, f"{PAGES}/form.html", context, status=422 if form.errors else 200)


@permission("channel.manage")
def channel_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change how a channel is set up."""
    channel = _channel(public_id)
    carrier = carrier_of(channel)
    if carrier is None:
        raise Http404
    names = ("name", "named_as", "since_on", "takes_penalties", "takes_permits", "counts", "with_identities")
    initial = {name: getattr(channel, name) for name in names} | channel.settings
    form = ChannelForm(request.POST or None, carrier=carrier, named=_named(), channel=channel, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            managing.channel_change(
                channel=channel, values=form.values(), settings=form.settings(), version=version_of(request),
                actor=actor_of(request), on=clock.today(), at=clock.now(),
            )  # fmt: skip

        if form_attempt(request, form, act, done="渠道已修改。"):
            return redirect("publications:channel-detail", channel.public_id)
    context = {"form": form, "carrier": carrier, "channel": channel}
    return render(request, f"{PAGES}/form.html", context, status=422 if form.errors else 200)


def _named() -> list[str]:
    return [each.name for each in selector.channels_named(on=clock.today())]


def _secret(request: HttpRequest, channel: Channel, secret: str) -> HttpResponse:
    return render(request, f"{PAGES}/secret.html", {"channel": channel, "secret": secret})


@dataclass(frozen=True)
class Step:
    """An act on a channel that a page asks to confirm."""

    label: str
    consequence: str
    done: str
    act: Callable[..., Any]
    has_reason: bool = False


STEPS = {
    "pause": Step(
        "暂停渠道", "暂停期间不报送，应报的保留，恢复后补报。", "渠道已暂停。",
        lambda **given: managing.channel_pause(is_paused=True, **given),
    ),
    "resume": Step(
        "恢复渠道", "恢复后从保留的应报内容开始报送。", "渠道已恢复。",
        lambda **given: managing.channel_pause(is_paused=False, **given),
    ),
    "secret": Step(
        "更换签名密钥", "新密钥只显示一次，立即生效；接收方须同时更换。", "签名密钥已更换。", managing.channel_secret_renew
    ),
    "close": Step(
        "停用渠道", "停用后不再报送，也不再读入回执；已报送的仍计为已上报。停用后不能恢复。", "渠道已停用。",
        managing.channel_close, has_reason=True,
    ),
}  # fmt: skip


@permission("channel.manage")
def channel_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Confirm, then pause, resume or close a channel, or renew its secret."""
    channel, rule = _channel(public_id), STEPS.get(step)
    if rule is None:
        raise Http404
    form = ReasonForm(request.POST or None) if rule.has_reason else None
    if request.method == "POST" and (form is None or form.is_valid()):
        given = {"reason": form.cleaned_data["reason"]} if form is not None else {}
        try:
            result = rule.act(
                channel=channel, version=version_of(request), actor=actor_of(request), on=clock.today(), **given
            )
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect("publications:channel-detail", channel.public_id)
        messages.success(request, rule.done)
        if step == "secret":
            return _secret(request, channel, cast(str, result))
        return redirect("publications:channel-detail", channel.public_id)
    return render(request, f"{PAGES}/step.html", {"channel": channel, "step": rule, "form": form})


# --- files and what came back ----------------------------------------------------------------------------------------
@permission("channel.send")
@require_POST
def channel_send(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send at once what the channel is owed."""
    channel = _channel(public_id)
    try:
        counts = managing.channel_send_now(
            channel=channel, actor=actor_of(request), on=clock.today(), now=clock.now
        )  # fmt: skip
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"已报送：{counts_text(counts)}。")
    return redirect("publications:channel-files", channel.public_id)


@permission("publication.view")
def channel_files(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a channel's files and acknowledgements; who may send uploads what came back."""
    channel, may = _channel(public_id), _may(request)
    asks = request.method == "POST" and may["send"]
    form = AcknowledgementForm(request.POST if asks else None, request.FILES if asks else None, channel=channel)
    if asks and form.is_valid():
        made: list[Acknowledgement] = []

        def act() -> None:
            made.append(
                acknowledgement_read(
                    channel=channel, file=form.cleaned_data["sent"], upload=form.cleaned_data["file"],
                    actor=actor_of(request), when=_when(request),
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="回执已读入，结果如下。"):
            return redirect("publications:acknowledgement", made[0].public_id)
    context = {
        "channel": channel, "form": form, "may": may, "carrier": carrier_of(channel),
        "page": page_of(request, selector.files_of(channel)), "answers": selector.acknowledgements_of(channel)[:50],
        "counts": selector.channel_counts(on=clock.today()).get(channel.pk, dict.fromkeys(selector.SHOWN, 0)),
    }  # fmt: skip
    return render(request, f"{PAGES}/files.html", context, status=422 if asks else 200)


@permission("channel.send")
@require_safe
def file_download(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Give out one of our files for being carried by hand; logged. With identity numbers only to who may see them."""
    file = get_object_or_404(ChannelFile.objects.select_related("channel", "attachment"), public_id=public_id)
    actor, today = actor_of(request), clock.today()
    if file.channel.with_identities:
        authz.require(actor, "subject.identity", on=today)
    attachment_download_log(
        attachment=file.attachment, address=request_address(request), actor=actor, on=today, permission=managing.SEND
    )
    stream = cast(BinaryIO, file.attachment.file.open("rb"))
    return file_response(stream, file.attachment.name, CONTENT_TYPES["xlsx"])


@permission("publication.view")
@require_safe
def acknowledgement_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what an acknowledgement came to, and its rows that fit nothing."""
    found = Acknowledgement.objects.select_related("channel", "file__attachment", "read_by")
    return render(request, f"{PAGES}/acknowledgement.html", {"answer": get_object_or_404(found, public_id=public_id)})


# --- records in channels -------------------------------------------------------------------------------------------
def _asked(request: HttpRequest) -> tuple[SubmissionsForm, dict[str, Any]]:
    """Return the form, and what is asked as `submissions_shown` takes it."""
    form = SubmissionsForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    return form, {
        "channel": given.get("channel"), "shown": given.get("shown") or "all", "kind": given.get("kind") or "",
        "text": given.get("text") or "",
    }  # fmt: skip


@permission("publication.view")
@require_safe
def submission_list(request: HttpRequest) -> HttpResponse:
    """List records by channel and state."""
    form, asked = _asked(request)
    found = selector.submissions_shown(on=clock.today(), **asked)
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page_of(request, found), "query": query.urlencode(), "may": _may(request)}
    return render(request, f"{PAGES}/submissions.html", context | {"any_channel": Channel.objects.exists()})


@permission("publication.view")
@require_safe
def submission_sheet(request: HttpRequest) -> HttpResponseBase:
    """Download the list, filtered as on the page, as xlsx."""
    _, asked = _asked(request)
    return export_answer(request, SUBMISSIONS, submissions_given(**asked))


@permission("publication.view")
@require_safe
def submission_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what became of one record in one channel, step by step, and the ways out."""
    submission = _submission(public_id)
    context = {
        "submission": submission, "steps": selector.submission_steps(submission), "may": _may(request),
        "may_correct": authz.may(actor_of(request), "record.correct", clock.today()),
        "may_resend": managing.may_resend(submission),
    }  # fmt: skip
    return render(request, f"{PAGES}/submission.html", context)


@permission("channel.send")
def submission_again(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, then owe a record once more to a channel."""
    submission, form = _submission(public_id), ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]

        def act() -> None:
            managing.submission_resend(
                submission_id=submission.pk, reason=reason, actor=actor_of(request), when=_when(request)
            )

        if form_attempt(request, form, act, done="已列入待报送。"):
            return redirect("publications:submission-detail", submission.public_id)
    context = {"submission": submission, "form": form}
    return render(request, f"{PAGES}/resend.html", context, status=422 if form.errors else 200)


def _submission(public_id: UUID) -> Submission:
    found = selector.with_due(Submission.objects.all())
    related = ("channel", "record__subject", "record__department", "file__attachment")
    return get_object_or_404(found.select_related(*related), public_id=public_id)


def record_panel(request: HttpRequest, record: Record) -> tuple[str, dict[str, Any]] | None:
    """Build the section on a record's page: its channels and how far it has come in each."""
    if not authz.may(actor_of(request), "publication.view", clock.today()):
        return None
    found = selector.record_submissions(record)
    return (f"{PAGES}/panel.html", {"submissions": found}) if found else None
