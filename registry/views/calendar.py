"""The working-day calendar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from registry import clock
from registry.forms.calendar import CalendarDayForm, CalendarYearForm
from registry.selectors.calendar_year import calendar_year
from registry.services import authz
from registry.services.calendar import FIRST_YEAR, LAST_YEAR, calendar_day_set, calendar_year_load
from registry.views.guards import actor_of, form_attempt, permission, whole_number

PAGES = "registry/administration"


def _year_page(year: int) -> str:
    return f"{reverse('registry:calendar')}?year={year}"


@permission("calendar.view")
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Show a year: this one, or the one asked for."""
    today = clock.today()
    asked = whole_number(request.GET.get("year", ""))
    year = asked if asked is not None and FIRST_YEAR <= asked <= LAST_YEAR else today.year
    context = {
        "calendar": calendar_year(year, today=today),
        "years": [other for other in range(year - 2, year + 3) if FIRST_YEAR <= other <= LAST_YEAR],
        "may_edit": authz.may(actor_of(request), "calendar.edit", today),
    }
    return render(request, f"{PAGES}/calendar.html", context)


@permission("calendar.edit")
def calendar_day(request: HttpRequest) -> HttpResponse:
    """Adjust one day."""
    form = CalendarDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            calendar_day_set(actor=actor_of(request), on=clock.today(), **form.cleaned_data)

        if form_attempt(request, form, act, done="日历已调整，未办结的期限已按新日历重算。"):
            return redirect(_year_page(form.cleaned_data["day"].year))
    return render(request, f"{PAGES}/calendar_day.html", {"form": form})


@permission("calendar.edit")
def calendar_load(request: HttpRequest) -> HttpResponse:
    """Load a year's notice."""
    form = CalendarYearForm(request.POST or None, initial={"year": clock.today().year + 1})
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            calendar_year_load(actor=actor_of(request), on=clock.today(), **form.cleaned_data)

        if form_attempt(request, form, act, done="放假安排已载入，未办结的期限已重算。请对照通知逐月核对下面的日历。"):
            return redirect(_year_page(form.cleaned_data["year"]))
    return render(request, f"{PAGES}/calendar_load.html", {"form": form})
