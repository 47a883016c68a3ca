"""Claiming the account of a subject: anybody may ask, nobody learns from the answer whether the subject exists."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from disclosure.views.throttle import throttled
from registry import clock
from registry.base.errors import DomainError
from registry.forms.mandates import ClaimForm, ReceiptForm
from registry.rules.mandates import grouped
from registry.selectors.mandates import claim_by_receipt
from registry.services.mandates import claim_file

PAGES = "registry/mandates/public"
RECEIPT = "claim_receipt"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password", "password_again", "document_number", "code")
@sensitive_variables("form", "facts")
@throttled("claim")
def claim_new(request: HttpRequest) -> HttpResponse:
    """Take in a claim; its receipt number is shown once on the next page."""
    form = ClaimForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            filed = claim_file(facts=form.facts(), letter=given["letter"], code=given["code"], on=clock.today())
        except DomainError as refusal:
            form.add_error(
                "letter" if refusal.field == "file" else refusal.field if refusal.field in form.fields else None,
                refusal.message,
            )
        else:
            request.session[RECEIPT] = filed.receipt
            return redirect("claims:receipt")
    return render(request, f"{PAGES}/new.html", {"form": form})


@login_not_required
@require_safe
@never_cache
def claim_receipt(request: HttpRequest) -> HttpResponse:
    """Show the receipt number once."""
    receipt = request.session.pop(RECEIPT, "")
    claim = claim_by_receipt(receipt) if receipt else None
    return render(request, f"{PAGES}/receipt.html", {"claim": claim, "receipt": grouped(receipt)})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@throttled("claim-progress")
def claim_progress(request: HttpRequest) -> HttpResponse:
    """Tell by its receipt number what became of a claim."""
    form = ReceiptForm(request.POST or None)
    claim = None
    if request.method == "POST" and form.is_valid():
        claim = claim_by_receipt(form.cleaned_data["receipt"])
        if claim is None:
            form.add_error("receipt", "没有这个回执号。请核对纸面或者当时保存的号码。")
    return render(request, f"{PAGES}/progress.html", {"form": form, "claim": claim})
