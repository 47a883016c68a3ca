"""Honours as cross-checks ask about them: the negative lists lie below and know no red list."""

from collections.abc import Collection
from datetime import date

from incentives.selectors.honours import honours_in_force
from sanctions.selectors.good_standing import GoodStanding


def honours_held(subject_ids: Collection[int], on: date) -> list[GoodStanding]:
    """Return the honours in force on `on` of these subjects. One query."""
    return [
        GoodStanding(
            f"honour:{honour.pk}", honour.subject_id, honour.list_label, honour.department_id, honour.starts_on,
            honour.ends_on,
        )
        for held in honours_in_force(subject_ids, on).values()
        for honour in held
        if honour.starts_on is not None
    ]  # fmt: skip
