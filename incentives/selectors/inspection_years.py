"""The working days of a department's year, and what its plans take of them."""

from dataclasses import dataclass
from datetime import date

from incentives.models import InspectionPlan, InspectionYear
from incentives.rules import inspections as rules
from incentives.rules.inspections import Workdays, visit_cost
from incentives.selectors.inspection_population import Population, departments_of
from registry.selectors.calendar import calendar_current


@dataclass(frozen=True)
class Estimate:
    """What a plan would draw today: sizes and quotas by stratum, and how many visits that is."""

    sizes: dict[str, int]
    quotas: dict[str, int]
    visits: int


def workdays_of(year: InspectionYear) -> Workdays:
    """Return the division of the year's working days; `planned` is what the approved and drawn plans take in which the
    department inspects, its own and joint ones."""
    first, last = date(year.year - 1, 12, 31), date(year.year, 12, 31)
    plans = InspectionPlan.objects.filter(
        year__year=year.year, state__in=[rules.APPROVED, rules.DRAWN], matters__matter__department=year.department
    ).distinct()
    planned = sum(cost_in(year, plan.each, plan.expected or 0) for plan in plans)
    return Workdays(calendar_current().between(first, last), year.people, year.other_days, year.idle_days, planned)


def cost_in(year: InspectionYear, each: int, visits: int) -> int:
    """Return the person-days that so many visits by `each` inspectors take of the year's department."""
    return visit_cost(visits, each=each, departments=1, days=year.visit_days)


def years_of(plan: InspectionPlan) -> list[InspectionYear]:
    """Return the years of the departments that inspect together, as far as they have one; the plan's own first."""
    found = InspectionYear.objects.filter(year=plan.year.year, department__in=departments_of(plan))
    return sorted(found.select_related("department"), key=lambda each: (each.pk != plan.year_id, each.pk))


def is_provisional(year: InspectionYear) -> bool:
    """Whether the year's days off are not announced yet, so that the figures may still move."""
    return not calendar_current().is_announced(date(year.year, 12, 31))


def percents_of(plan: InspectionPlan) -> dict[str, int]:
    """Return the plan's shares by stratum."""
    return {code: percent for code, _, percent in plan.shares}


def estimate_of(plan: InspectionPlan, population: Population) -> Estimate:
    """Return what the plan draws from the population. Raises ValueError where a total has nobody to draw from."""
    sizes = population.sizes
    quotas = rules.quotas_of(sizes, percents_of(plan), plan.total)
    return Estimate(sizes, quotas, sum(min(number, sizes.get(code, 0)) for code, number in quotas.items()))
