"""Queues of deadlines: what is open for whom, days left in working days, the basis in words."""

import datetime as dt

import pytest

from registry import clock
from registry.models import PolicyVersion
from registry.selectors.deadlines import (
    DeadlineFilters,
    deadline_views,
    due_soon_until,
    object_deadlines,
    open_deadlines,
    overdue_until,
)
from registry.services.deadlines import Basis, deadline_meet, deadline_pause, deadline_set
from registry.services.policies import packs_load
from tests.factories import make_account, make_department, make_record, make_subject

pytestmark = pytest.mark.django_db
# 2026-02-11 plus 7 working days is 2026-02-27: the Spring Festival of 2026 lies between.
START, DUE = dt.date(2026, 2, 11), dt.date(2026, 2, 27)


def make_deadline(days=7, *, department=None, account=None, role="", starts_on=START, obj=None, **basis):
    record = obj or make_record(make_subject())
    return deadline_set(
        "dual-publicity", "双公示", obj=record, subject=record.subject, department=department or make_department(),
        starts_on=starts_on, basis=Basis(days=days, unit="working", **basis), account=account, role=role, actor=None,
    )  # fmt: skip


@pytest.fixture
def officer(db):
    return make_account("handler")


def queue(viewer, **filters):
    return list(open_deadlines(account=viewer, on=START, filters=DeadlineFilters(**filters)))


def view(deadline, on):
    return deadline_views([deadline], on)[0]


@pytest.mark.parametrize(
    ("on", "left"),
    [
        (START, 7),
        (dt.date(2026, 2, 26), 1),
        (DUE, 0),
        (dt.date(2026, 2, 28), -1),  # a Saturday worked for the Spring Festival
        (dt.date(2026, 3, 1), -1),
        (dt.date(2026, 3, 2), -2),
    ],
)
def test_days_left_are_working_days(on, left):
    assert view(make_deadline(), on).days_left == left


def test_basis_names_document_clause_start_and_length(officer):
    packs_load(at=clock.now())
    version = PolicyVersion.objects.get(pack_id="mem-2023-11")
    deadline = make_deadline(20, policy_hash=version.content_hash, clause="12", assumed=True)
    text = view(deadline, START).basis_text
    assert text == f"《{version.title}》第十二条，自2026-02-11起20个工作日（期限为本机关设定）"


def test_basis_without_a_pack_is_its_clause():
    assert view(make_deadline(clause="行政处罚法第四十八条"), START).basis_text == (
        "行政处罚法第四十八条，自2026-02-11起7个工作日"
    )


def test_met_deadlines_leave_the_queue(officer):
    record = make_record(make_subject())
    make_deadline(obj=record)
    deadline_meet(record, "dual-publicity", actor=None, on=START)
    assert queue(officer) == []


def test_queue_is_in_order_of_due_day(officer):
    late, early = make_deadline(9), make_deadline(3)
    assert queue(officer) == [early, late]


def test_mine_and_unassigned_are_apart(officer):
    mine, free = make_deadline(account=officer), make_deadline()
    assert queue(officer, account=officer) == [mine]
    assert queue(officer, unassigned=True) == [free]


def test_roles_leave_what_others_must_do_out(officer):
    reviewers, anybodys = make_deadline(role="reviewer"), make_deadline()
    assert queue(officer, roles=frozenset({"handler"})) == [anybodys]
    assert queue(officer, roles=frozenset({"reviewer"})) == [reviewers, anybodys]


def test_soon_and_overdue_split_at_their_days(officer):
    due_tomorrow = make_deadline(1)
    make_deadline(7)
    assert queue(officer, due_from=START, due_until=due_soon_until(START)) == [due_tomorrow]
    assert overdue_until(dt.date(2026, 2, 13)) == due_tomorrow.due_on


def test_a_deadline_whose_clock_stands_still_is_open_but_neither_soon_nor_overdue(officer):
    deadline = make_deadline(1)
    deadline_pause(deadline_id=deadline.pk, reason="补正", actor=None, on=START)
    assert (queue(officer), queue(officer, due_until=DUE), queue(officer, due_from=START)) == ([deadline], [], [])


def test_a_deadline_whose_clock_stands_still_is_not_shown_as_overdue():
    deadline = make_deadline()
    deadline_pause(deadline_id=deadline.pk, reason="补正", actor=None, on=START)
    shown = object_deadlines(deadline.object_kind, deadline.object_id, dt.date(2026, 3, 2))
    assert [(each.is_paused, each.is_overdue) for each in shown] == [(True, False)]


def test_department_sees_its_own_only():
    department = make_department()
    own = make_deadline(department=department)
    make_deadline()
    assert queue(make_account("department", department=department)) == [own]


def test_administrator_sees_none():
    make_deadline()
    assert queue(make_account("administrator")) == []


def test_deadlines_of_one_object():
    record = make_record(make_subject())
    deadline = make_deadline(obj=record)
    make_deadline()
    assert [each.deadline for each in object_deadlines("registry.record", record.pk, START)] == [deadline]


def test_views_take_the_same_queries_however_many(django_assert_num_queries, officer):
    packs_load(at=clock.now())
    version = PolicyVersion.objects.get(pack_id="mem-2023-11")
    for _ in range(6):
        make_deadline(policy_hash=version.content_hash, clause="12")
    deadlines = queue(officer)
    deadline_views(deadlines, START)  # the pack is parsed once a process
    with django_assert_num_queries(2):
        deadline_views(deadlines, START)
