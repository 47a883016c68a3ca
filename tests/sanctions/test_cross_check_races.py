"""Cross-checks by several hands at once, on PostgreSQL: one flag a ground, one handling a flag, files made once."""

import datetime as dt

import pytest

from registry.base.errors import Conflict, TransitionRefused
from registry.models import Notice
from sanctions.models import CrossCheck
from sanctions.selectors import good_standing
from sanctions.selectors.good_standing import GoodStanding
from sanctions.services.cross_checks import cross_check_handle, cross_checks_run
from tests.factories import make_account, make_department
from tests.sanctions.listing import make_entry, run_policy
from tests.sanctions.test_case_races import at_once, split

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]
DAY = dt.date(2026, 3, 2)


@pytest.fixture
def listed(monkeypatch):
    """Six listed subjects, each of which holds an honour that no act told of."""
    monkeypatch.setattr(good_standing, "_sources", {})
    run_policy("mem-2023-11", on=DAY)
    entries, red = [make_entry("mem-2023-11", "blacklist", on=DAY) for _ in range(6)], make_department()
    held = [
        GoodStanding(f"honour:{each.subject_id}", each.subject_id, "守信红名单", red.pk, DAY, None) for each in entries
    ]
    monkeypatch.setitem(
        good_standing._sources, "test", lambda ids, on: [each for each in held if each.subject_id in ids]
    )
    return entries


def test_four_nights_at_once_leave_one_flag_a_ground_and_tell_each_department_once(listed):
    done, refused = split(at_once(*(lambda: cross_checks_run(on=DAY) for _ in range(4))))
    assert refused == []
    assert sum(each["opened"] for each in done) == 6
    assert CrossCheck.objects.filter(closed_on=None).count() == 6
    assert Notice.objects.filter(kind="cross-check.honour").count() == 12


def test_two_officers_at_once_give_one_handling_and_one_clear_refusal(listed):
    cross_checks_run(on=DAY)
    flag = CrossCheck.objects.first()
    officers = [make_account("handler"), make_account("reviewer")]
    done, refused = split(
        at_once(
            *(
                lambda who=who: cross_check_handle(flag=flag, outcome="noted", note="已知悉", actor=who, on=DAY)
                for who in officers
            )
        )
    )
    assert len(done) == 1
    assert [type(each) for each in refused] in ([TransitionRefused], [Conflict])
    flag.refresh_from_db()
    assert flag.handled_by in officers
