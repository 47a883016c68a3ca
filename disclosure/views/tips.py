"""Reporting misconduct, without an account: the form, the receipt, and the progress by receipt code.

The code travels in the body of requests only, never in an address; nothing of a tip is put into the session, so that a
shared computer remembers nothing.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from disclosure.forms import CodeForm, TipAnswerForm, TipForm
from disclosure.selectors.tips import tip_progress
from disclosure.views.throttle import client_address, is_over, throttled, throttled_page, used
from registry import clock
from registry.base.errors import DomainError
from sanctions.models import Tip
from sanctions.rules.tips import code_text
from sanctions.selectors.tips import tip_by_code
from sanctions.services.tip_identity import Reporter
from sanctions.services.tip_receiving import Filed, TipInput, code_unknown, tip_answer, tip_file

PAGES = "disclosure/tips"
_CONTACT = ("name", "phone", "address", "website")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@throttled("tip", "TIPS_A_MINUTE")
def tip_new(request: HttpRequest) -> HttpResponse:
    """Show the form; take a tip in and show its receipt code, this once."""
    form = TipForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        filed = _filed(form)
        if filed is not None:
            context = {"code": code_text(filed.code), "progress": tip_progress(filed.tip)}
            return render(request, f"{PAGES}/receipt.html", context)
    return render(request, f"{PAGES}/form.html", _parts(form), status=200)


@sensitive_variables()
def _filed(form: TipForm) -> Filed | None:
    """Take the tip in; put a refusal on the field that it names."""
    given = form.cleaned_data
    reporter = Reporter(given["name"].strip(), given["phone"].strip(), given["address"].strip())
    content = TipInput(given["about"], given["what"], given["happened_when"], given["place"])
    try:
        return tip_file(
            content=content, reporter=reporter, files=given["uploads"], form_key=given["form_key"], on=clock.today()
        )
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None


def _parts(form: TipForm) -> dict[str, object]:
    """The form with its fields in the order of the page; the trap stands apart."""
    main = [form[name] for name in form.fields if name not in (*_CONTACT, "form_key")]
    return {
        "form": form, "main": main, "contact": [form[name] for name in ("name", "phone", "address")],
        "trap": form["website"],
    }  # fmt: skip


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@throttled("tip-progress")
def tip_progress_page(request: HttpRequest) -> HttpResponse:
    """Ask for a receipt code and show how far its tip has come. A wrong one is told nothing but that it is wrong."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _too_many_wrong(request):
            return throttled_page(request)
        found = tip_by_code(form.cleaned_data["code"])
        if found is not None:
            return _progress(request, found, form.cleaned_data["code"], TipAnswerForm())
        _wrong_count(request)
        form.add_error("code", code_unknown().message)
    return render(request, f"{PAGES}/code.html", {"form": form})


@login_not_required
@require_POST
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@throttled("tip-answer", "TIPS_A_MINUTE")
def tip_answer_page(request: HttpRequest) -> HttpResponse:
    """Take the reporter's answer in, by the code that the page of progress carries in its form."""
    if _too_many_wrong(request):
        return throttled_page(request)
    code = request.POST.get("code", "")
    found = tip_by_code(code)
    if found is None:
        _wrong_count(request)
        asked = CodeForm({"code": code})
        asked.add_error("code", code_unknown().message)
        return render(request, f"{PAGES}/code.html", {"form": asked})
    form = TipAnswerForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            given = form.cleaned_data
            tip_answer(code=code, text=given["answer"], files=given["uploads"], on=clock.today())
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return _progress(request, found, code, TipAnswerForm(), is_sent=True)
    return _progress(request, found, code, form)


@sensitive_variables()
def _progress(request: HttpRequest, tip: Tip, code: str, form: TipAnswerForm, *, is_sent: bool = False) -> HttpResponse:
    context = {"progress": tip_progress(tip), "code": code, "form": form, "is_sent": is_sent}
    response = render(request, f"{PAGES}/progress.html", context)
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response


def _wrong_key(request: HttpRequest) -> str:
    return f"tip-wrong:{client_address(request)}"


def _wrong_count(request: HttpRequest) -> None:
    is_over(_wrong_key(request), settings.TIP_CODES_A_MINUTE)


def _too_many_wrong(request: HttpRequest) -> bool:
    """Whether the address has tried too many wrong codes this minute; looking does not count."""
    return used(_wrong_key(request)) >= settings.TIP_CODES_A_MINUTE
