"""Two at once, on PostgreSQL: orders, endings, activations and entries are never doubled."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from registry.base.errors import TransitionRefused
from registry.models import Notice, PolicyActivation
from registry.services.policies import policy_activate
from sanctions.models import ListEntry, MeasureOrder, OrderFeedback
from sanctions.services.endings import endings_dispatch
from sanctions.services.orders import order_receive, orders_dispatch
from tests.factories import make_account, make_department
from tests.sanctions.listing import close_case, load_policy, make_decided_case, make_entry, run_policy
from tests.sanctions.test_case_races import at_once, split

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]

DAY = dt.date(2026, 3, 2)
GONE = dt.date(2029, 3, 3)


def test_two_dispatches_at_once_give_each_order_once():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    make_department("emergency")
    make_department("market")
    run_policy("mem-2023-11", on=DAY)
    first, second = at_once(*[lambda: orders_dispatch(entry=entry, actor=None, on=DAY)] * 2)
    assert sorted([len(first), len(second)]) == [0, 6]


def test_two_officers_of_one_department_receive_an_order_once():
    market = make_department("market")
    run_policy("mem-2023-11", on=DAY)
    make_entry("mem-2023-11", "blacklist", on=DAY)
    order = MeasureOrder.objects.get(department=market)
    officers = [make_account("department", department=market) for _ in range(2)]
    done, refused = split(at_once(*(lambda who=who: order_receive(order=order, actor=who, on=DAY) for who in officers)))
    assert (len(done), [type(each) for each in refused], OrderFeedback.objects.count()) == (1, [TransitionRefused], 1)


def test_two_runs_of_the_job_at_once_announce_an_ending_once():
    make_department("market")
    run_policy("mem-2023-11", on=DAY)
    make_entry("mem-2023-11", "blacklist", on=DAY)
    at_once(*[lambda: endings_dispatch(on=GONE)] * 2)
    assert (Notice.objects.filter(kind="order.ending").count(), Notice.objects.filter(kind="entry.ended").count()) == (
        1,
        1,
    )


def test_two_activations_at_once_leave_one_running():
    version = load_policy("mem-2023-11")
    at_once(
        *(
            lambda mode=mode: policy_activate(version=version, mode=mode, actor=None, on=DAY)
            for mode in ("binding", "internal")
        )
    )
    assert PolicyActivation.objects.filter(ends_on=None).count() == 1


def test_two_overlapping_entries_at_once_leave_one():
    first = make_entry("saws-2017-49", "blacklist", on=dt.date(2017, 6, 1))
    rows = []
    for start in (dt.date(2020, 1, 1), dt.date(2020, 6, 1)):
        case = make_decided_case("saws-2017-49", "blacklist", decided_on=start, subject=first.subject)
        close_case(case)
        rows.append(
            ListEntry(
                case=case, subject=first.subject, policy=first.policy, pack_id=first.pack_id,
                list_code=first.list_code, list_label="名单", is_public=False, department=first.department, clause="1",
                decided_on=start, starts_on=start, term_ends_on=start + dt.timedelta(days=366),
                ends_on=start + dt.timedelta(days=366),
            )
        )  # fmt: skip

    def save(row: ListEntry) -> str:
        try:
            with transaction.atomic():
                row.save_by(None, reason="test")
        except IntegrityError as error:
            return "refused" if "entries_do_not_overlap" in str(error) else str(error)
        return "saved"

    assert sorted(at_once(*(lambda row=row: save(row) for row in rows))) == ["refused", "saved"]
