"""A subject's records as the department that decided them may read them, as they stood on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.models import Account, Record, Subject

State = Record.State


@dataclass(frozen=True, slots=True)
class RecordOn:
    """A record as it stood on a day: its state by the dates that had come by then."""

    record: Record
    state: str
    on: date

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)

    def by_then(self, day: date | None) -> date | None:
        """Return a date of the record, None where it had not come yet."""
        return day if day is not None and day <= self.on else None


def subject_records(
    subject: Subject, *, account: Account, until: date, after: int, limit: int
) -> tuple[Sequence[RecordOn], bool]:
    """Return the subject's records decided by `account`'s department up to `until`, in order of id beyond `after`, at
    most `limit`, and whether there are more. Drafts and secret records are never told. One query."""
    found = Record.objects.filter(
        subject=subject, department=account.department_id, is_secret=False, decided_on__lte=until, pk__gt=after
    ).exclude(state=State.DRAFT)
    rows = list(found.defer("facts").order_by("pk")[: limit + 1])
    return [RecordOn(each, _state(each, until), until) for each in rows[:limit]], len(rows) > limit


def _state(record: Record, on: date) -> str:
    if record.voided_on is not None and record.voided_on <= on:
        return State.VOIDED
    return State.REPAIRED if record.repaired_on is not None and record.repaired_on <= on else State.CONFIRMED
