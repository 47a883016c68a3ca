"""By when a drawn visit must have its result: a deadline of the department, set with the draw."""

from collections.abc import Sequence

from simple_history.utils import bulk_create_with_history

from incentives.models import Inspection, InspectionPlan
from incentives.rules.inspection_county import county_inspections
from incentives.selectors.inspections import INSPECTION_KIND, RESULT_DEADLINE
from registry.models import Account, Deadline
from registry.rules import access
from registry.selectors.calendar import calendar_current

BATCH = 1000


def results_due(visits: Sequence[Inspection], plan: InspectionPlan, *, actor: Account | None) -> None:
    """Set the deadline of each visit, the county's working days after the plan's last day; in the draw's transaction.

    In bulk, as a draw takes thousands of visits.
    """
    rule = county_inspections().recording
    due = calendar_current().add(plan.ends_on, rule.working_days)
    rows = [
        Deadline(
            code=RESULT_DEADLINE, label="登记抽查结果", subject_id=visit.subject_id, object_kind=INSPECTION_KIND,
            object_id=visit.pk, department=plan.department, role=access.HANDLER, starts_on=plan.ends_on,
            days=rule.working_days, unit=Deadline.Unit.WORKING, due_on=due.on, is_provisional=due.provisional,
            clause=rule.clause, is_assumed=rule.assumed, version=1,
        )
        for visit in visits
    ]  # fmt: skip
    bulk_create_with_history(rows, Deadline, batch_size=BATCH, default_user=actor, default_change_reason="deadline.set")
