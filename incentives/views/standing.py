"""A subject's own good standing: its honours, what they bring, its tier with reasons, and objecting to it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from incentives.forms.tiers import TierObjectionForm
from incentives.rules.inspections import ABOVE
from incentives.selectors.grants import incentives_of
from incentives.selectors.honours import honour_rows, own_honours
from incentives.selectors.inspections import inspections_of
from incentives.selectors.tiers import tier_held, tier_history, tier_objections, tier_page
from incentives.services.tiers import tier_object
from registry import clock
from registry.views.guards import actor_of, form_attempt, permission, subject_of

PAGES = "incentives/standing"
INSPECTIONS_MOST = 200


@permission("portal.view")
def standing_page(request: HttpRequest) -> HttpResponse:
    """Show honours, incentives and tier of the subject itself."""
    subject, today = subject_of(request), clock.today()
    objections = list(tier_objections().filter(subject=subject)[:20])
    context = {
        "subject": subject,
        "rows": honour_rows(own_honours(subject), today),
        "enjoyed": incentives_of(subject, today),
        "graded": tier_page(subject, today),
        "held": tier_held(subject, today),
        "history": tier_history(subject, limit=20),
        "objections": objections,
        "is_objecting": any(each.answered_on is None for each in objections),
    }
    return render(request, f"{PAGES}/home.html", context)


@permission("portal.view")
def inspections_page(request: HttpRequest) -> HttpResponse:
    """Show the subject's own inspections: when, by whom, what was found, and how to object."""
    subject, today = subject_of(request), clock.today()
    inspections = inspections_of(subject, today, most=INSPECTIONS_MOST)
    # Only what was made is counted here: a drawn visit still to come is not announced.
    made = sum(1 for row in inspections.rows if row.visit.year == today.year and row.visit.source != ABOVE)
    context = {"subject": subject, "inspections": inspections, "made": made}
    return render(request, f"{PAGES}/inspections.html", context)


@permission("portal.view")
def objection_new(request: HttpRequest) -> HttpResponse:
    """Object to the own tier."""
    subject, today = subject_of(request), clock.today()
    form = TierObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            tier_object(subject_id=subject.pk, text=form.cleaned_data["text"], actor=actor_of(request), on=today)

        if form_attempt(request, form, act, done="异议已提交，办理后在这里和消息中答复。"):
            return redirect("my-standing:home")
    context = {"form": form, "graded": tier_page(subject, today)}
    return render(request, f"{PAGES}/object.html", context, status=422 if form.errors else 200)
