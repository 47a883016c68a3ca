"""A row of a queue, whatever it is about."""

from dataclasses import dataclass

from registry.selectors.deadlines import DeadlineView
from sanctions.selectors.tips import TipDue

Key = tuple[str, int]


@dataclass(frozen=True)
class WorkItem:
    """One thing to do. `needs`: the permission that the page of the next step asks for. `due` comes without its basis, which stands apart. `holder`: who has it, "" when nobody; `step_url`: "" while nothing can be done."""

    kind: str
    number: str
    url: str
    subject: str
    detail: str
    step: str
    step_url: str
    step_who: str
    holder: str
    due: DeadlineView | TipDue | None
    needs: str = ""
    basis: str = ""
