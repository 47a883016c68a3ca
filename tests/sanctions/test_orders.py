"""Measure orders: who gets them, what each department may do with them, and that nothing is dispatched twice."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.models import Deadline, Event, Notice, RecordItem
from registry.rules.joint_action import JointAction, load_joint_action
from sanctions.models import ListEntry, MeasureOrder, OrderFeedback
from sanctions.selectors.order_counts import numbers_by_department
from sanctions.selectors.orders import (
    in_queue,
    measures_for,
    order_state,
    orders_in_force,
    orders_visible_to,
    without_counterpart,
)
from sanctions.services.endings import endings_dispatch
from sanctions.services.entries import entry_pause
from sanctions.services.orders import (
    order_carry_out,
    order_confirm_end,
    order_receive,
    order_refuse,
    orders_dispatch,
)
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.listing import make_entry, run_policy

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 2)
GONE = dt.date(2029, 3, 3)
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def emergency():
    return make_department("emergency")


@pytest.fixture
def market():
    return make_department("market")


@pytest.fixture
def listed(emergency, market) -> ListEntry:
    run_policy("mem-2023-11", on=DAY)
    return make_entry("mem-2023-11", "blacklist", on=DAY)


@pytest.fixture
def order(listed, market) -> MeasureOrder:
    return MeasureOrder.objects.get(department=market)


@pytest.fixture
def officer(market):
    return make_account("department", department=market)


def carry_out(order, actor, **asked):
    asked = {"text": "已限制登记", "done_on": DAY, "document_number": "演市监函〔2026〕3号", "upload": None,
             "on": DAY + 3 * ONE_DAY} | asked  # fmt: skip
    return order_carry_out(order=order, actor=actor, **asked)


# --- dispatch ------------------------------------------------------------------------------------------------------


def test_taking_force_dispatches_an_order_to_each_department_the_catalogue_names(listed):
    held = set(MeasureOrder.objects.values_list("measure_code", "department__code"))
    assert held == {("M1", "emergency"), ("M2", "emergency"), ("M3", "emergency"), ("M3", "market"),
                    ("M4", "emergency"), ("M5", "emergency")}  # fmt: skip


def test_nothing_is_ordered_while_no_catalogue_is_active(emergency):
    make_entry("mem-2023-11", "blacklist", on=DAY)
    assert MeasureOrder.objects.count() == 0


def test_the_memo_of_2016_goes_to_the_bureaus_that_took_over(listed):
    make_department("finance")
    run_policy("memo-2016-1001", on=DAY)
    make_entry("mem-2023-11", "blacklist", on=DAY)
    measures = MeasureOrder.objects.filter(department__code="finance").values_list("measure_code", flat=True)
    assert "18" in set(measures)


def test_internal_grading_orders_no_measure_that_reduces_rights(emergency, market):
    run_policy("mem-2023-11", on=DAY)
    make_entry("mem-2023-11", "blacklist", on=DAY, mode="internal")
    assert set(MeasureOrder.objects.values_list("measure_code", flat=True)) == {"M1"}


def test_a_person_gets_the_measures_that_reach_persons(emergency, market):
    run_policy("mem-2023-11", on=DAY)
    person = make_subject("张三", kind="person", born_on=dt.date(1980, 1, 1))
    make_entry("mem-2023-11", "blacklist", on=DAY, subject=person)
    assert set(MeasureOrder.objects.values_list("measure_code", flat=True)) == {"M3", "M4", "M5"}


@pytest.mark.parametrize(("code", "barred"), [("7.2", True), ("7.3", False)])
def test_a_bar_for_single_misconduct_follows_the_grounds_of_the_entry(code, barred):
    """The provincial plan, (七): three years' bar for those who head a gravely unlawful enterprise, for nobody else."""
    day = dt.date(2020, 6, 1)
    run_policy("province-plan", on=day)
    entry = make_entry("province-plan", "blacklist", on=day, subject=make_subject(kind="person"))
    RecordItem(record=entry.grounds.get().record, pack_id="province-plan", code=code).save_by(None, reason="test")
    offered = {measure.code for measure in measures_for(entry, day)[0]}
    assert ("M13" in offered, "M12" in offered) == (barred, True)


def test_dispatching_again_adds_nothing(listed):
    before = (MeasureOrder.objects.count(), Notice.objects.count(), Deadline.objects.count())
    orders_dispatch(entry=listed, actor=None, on=DAY)
    assert (MeasureOrder.objects.count(), Notice.objects.count(), Deadline.objects.count()) == before


def test_the_database_refuses_the_same_order_twice(order):
    with pytest.raises(IntegrityError), transaction.atomic():
        MeasureOrder(
            entry=order.entry, department=order.department, catalogue=order.catalogue, catalogue_hash="x",
            measure_code=order.measure_code, measure_label="x", is_mandatory=True, dispatched_on=DAY,
        ).save_by(None, reason="test")  # fmt: skip


def test_each_department_is_told_once_with_all_its_measures(listed):
    told = Notice.objects.filter(kind="order.dispatched").values_list("department__code", flat=True)
    assert sorted(told) == ["emergency", "market"]


def test_an_order_is_answered_within_ten_working_days_marked_as_assumed(order):
    deadline = Deadline.objects.get(object_id=order.pk, code="order-answer")
    # 2026-03-02 is a Monday; ten working days after it is Monday 2026-03-16
    assert (deadline.due_on, deadline.is_assumed) == (dt.date(2026, 3, 16), True)


def test_the_order_keeps_the_edition_of_the_catalogue_it_rests_on(order):
    assert order.catalogue_hash == order.entry.policy.content_hash


def test_an_inactive_department_gets_no_order(market, emergency):
    market.is_active = False
    market.save_by(None, reason="test")
    run_policy("mem-2023-11", on=DAY)
    make_entry("mem-2023-11", "blacklist", on=DAY)
    assert MeasureOrder.objects.filter(department=market).count() == 0


def test_an_authority_nobody_here_stands_for_is_shown_with_the_reason(emergency):
    run_policy("memo-2016-1001", on=DAY)
    rows = {row.name: row.reason for row in without_counterpart(DAY)}
    assert ("县级没有海关机构" in rows["海关总署"], "finance" in rows["财政部"]) == (True, True)


# --- receive -------------------------------------------------------------------------------------------------------


def test_the_department_receives_its_order(order, officer):
    received = order_receive(order=order, actor=officer, on=DAY)
    assert (received.state, received.received_on) == ("received", DAY)


def test_another_department_cannot_receive_it(order, emergency):
    with pytest.raises(NotAllowed, match="其他部门"):
        order_receive(order=order, actor=make_account("department", department=emergency), on=DAY)


@pytest.mark.parametrize("role", ["handler", "reviewer", "approver", "publisher", "auditor", "administrator"])
def test_only_a_department_user_answers_orders(order, role):
    with pytest.raises(NotAllowed):
        order_receive(order=order, actor=make_account(role, department=order.department), on=DAY)


def test_receiving_twice_is_refused(order, officer):
    order_receive(order=order, actor=officer, on=DAY)
    with pytest.raises(TransitionRefused, match="已签收"):
        order_receive(order=order, actor=officer, on=DAY)


def test_receiving_from_a_stale_page_is_refused(order, officer):
    with pytest.raises(Conflict):
        order_receive(order=order, actor=officer, on=DAY, version=order.version + 1)


def test_an_order_whose_entry_is_over_is_not_received(order, officer):
    with pytest.raises(TransitionRefused, match="不得再采取"):
        order_receive(order=order, actor=officer, on=GONE)


# --- carry out -----------------------------------------------------------------------------------------------------


def test_carrying_out_meets_the_deadline_and_keeps_the_document(order, officer):
    order_receive(order=order, actor=officer, on=DAY)
    carry_out(order, officer)
    met = Deadline.objects.get(object_id=order.pk, code="order-answer").met_on
    feedback = OrderFeedback.objects.get(order=order, kind="carried-out")
    assert (met, feedback.document_number, feedback.done_on) == (DAY + 3 * ONE_DAY, "演市监函〔2026〕3号", DAY)


def test_an_order_is_received_before_it_is_carried_out(order, officer):
    with pytest.raises(TransitionRefused):
        carry_out(order, officer)


@pytest.mark.parametrize("done_on", [DAY - ONE_DAY, DAY + 4 * ONE_DAY])
def test_the_day_it_was_done_lies_in_the_entry_and_not_in_the_future(order, officer, done_on):
    order_receive(order=order, actor=officer, on=DAY)
    with pytest.raises(InvalidInput, match="实施日期"):
        carry_out(order, officer, done_on=done_on)


def test_a_measure_is_not_carried_out_while_it_is_paused(order, officer):
    order_receive(order=order, actor=officer, on=DAY)
    entry_pause(entry=order.entry, reason="复议停止执行", actor=None, on=DAY + ONE_DAY)
    with pytest.raises(InvalidInput, match="暂停"):
        carry_out(order, officer, done_on=DAY + 2 * ONE_DAY)


def test_what_was_done_must_be_said(order, officer):
    order_receive(order=order, actor=officer, on=DAY)
    with pytest.raises(InvalidInput, match="写明"):
        carry_out(order, officer, text=" ")


def test_a_measure_done_in_time_may_be_reported_after_the_end(order, officer):
    order_receive(order=order, actor=officer, on=DAY)
    assert carry_out(order, officer, done_on=GONE - ONE_DAY, on=GONE + ONE_DAY).state == "carried-out"


# --- refuse --------------------------------------------------------------------------------------------------------


def test_refusing_needs_a_reason(order, officer):
    with pytest.raises(InvalidInput, match="理由"):
        order_refuse(order=order, reason="", actor=officer, on=DAY)


def test_a_refused_measure_is_not_in_force(order, officer):
    order_refuse(order=order, reason="没有该主体的登记", actor=officer, on=DAY)
    assert order not in orders_in_force(MeasureOrder.objects.all(), DAY)


def test_a_refused_measure_may_still_be_carried_out(order, officer):
    order_refuse(order=order, reason="没有该主体的登记", actor=officer, on=DAY)
    assert carry_out(order, officer).state == "carried-out"


def test_an_order_carried_out_cannot_be_refused(order, officer):
    order_receive(order=order, actor=officer, on=DAY)
    carry_out(order, officer)
    with pytest.raises(TransitionRefused):
        order_refuse(order=order, reason="改主意", actor=officer, on=DAY + 3 * ONE_DAY)


# --- confirm the end -----------------------------------------------------------------------------------------------


def test_the_lifting_is_confirmed_from_the_day_the_entry_is_over_without_any_job(order, officer):
    closed = order_confirm_end(order=order, text="已恢复", actor=officer, on=GONE)
    assert (closed.ending, closed.ending_confirmed_on, closed.ending_dispatched_on) == ("confirmed", GONE, GONE)


def test_the_job_leaves_alone_what_was_confirmed_before_it_ran(order, officer):
    order_confirm_end(order=order, text="已恢复", actor=officer, on=GONE)
    endings_dispatch(on=GONE)
    order.refresh_from_db()
    assert order.ending == "confirmed"


def test_a_lifting_is_not_confirmed_while_the_entry_is_in_force(order, officer):
    with pytest.raises(TransitionRefused, match="仍在列"):
        order_confirm_end(order=order, text="", actor=officer, on=GONE - ONE_DAY)


def test_a_lifting_is_confirmed_once(order, officer):
    order_confirm_end(order=order, text="", actor=officer, on=GONE)
    with pytest.raises(TransitionRefused, match="已经解除"):
        order_confirm_end(order=order, text="", actor=officer, on=GONE)


def test_confirming_meets_the_deadline_to_lift(order, officer):
    endings_dispatch(on=GONE)
    order_confirm_end(order=order, text="", actor=officer, on=GONE + ONE_DAY)
    assert Deadline.objects.get(object_id=order.pk, code="order-ending").met_on == GONE + ONE_DAY


def test_a_lifted_order_takes_no_further_answer(order, officer):
    order_receive(order=order, actor=officer, on=DAY)
    order_confirm_end(order=order, text="", actor=officer, on=GONE)
    with pytest.raises(TransitionRefused, match="已于"):
        carry_out(order, officer, on=GONE)


def test_every_answer_is_an_event(order, officer):
    order_receive(order=order, actor=officer, on=DAY)
    carry_out(order, officer)
    order_confirm_end(order=order, text="", actor=officer, on=GONE)
    names = list(Event.objects.filter(object_id=order.pk, name__startswith="order.").values_list("name", flat=True))
    assert sorted(names) == ["order.carried_out", "order.end_confirmed", "order.received"]


# --- who sees what -------------------------------------------------------------------------------------------------


def test_a_department_sees_its_own_orders_only(order, officer):
    assert list(orders_visible_to(officer, DAY)) == [order]


def test_an_officer_sees_every_order(order):
    assert orders_visible_to(make_account("handler"), DAY).count() == MeasureOrder.objects.count()


def test_a_subject_user_sees_no_order(order):
    assert orders_visible_to(make_account("subject", subject=order.entry.subject), DAY).count() == 0


def test_queues_move_with_the_answers(order, officer):
    mine = orders_visible_to(officer, DAY)
    seen = [in_queue(mine, "waiting", DAY).count()]
    order_receive(order=order, actor=officer, on=DAY)
    seen.append(in_queue(mine, "answering", DAY).count())
    carry_out(order, officer)
    seen += [in_queue(mine, "in-force", DAY).count(), in_queue(mine, "in-force", GONE).count()]
    assert seen == [1, 1, 1, 0]


def test_the_office_sees_who_is_late(order, market):
    assert numbers_by_department(dt.date(2026, 3, 17))["late"][market.pk] == 1


def test_an_order_is_not_late_on_its_due_day(order, market):
    assert numbers_by_department(dt.date(2026, 3, 16))["late"][market.pk] == 0


def test_an_order_of_an_entry_that_ran_out_reads_as_waiting_to_be_lifted(order):
    assert order_state(order, GONE, paused=False).code == "ending"


# --- the county's table --------------------------------------------------------------------------------------------


def test_every_department_of_the_memo_is_in_the_countys_table():
    names = {"负有安全监管监察职责的部门", "国家发展改革委", "国家发展改革委等有关单位", "财政部", "人民银行", "证监会", "科技部", "工商总局",
             "银监会", "人力资源社会保障部", "保监会", "国土资源部", "国资委", "海关总署", "质检总局", "国家认监委", "环境保护部", "税务总局",
             "中央文明办", "各部门"}  # fmt: skip
    assert names - set(load_joint_action().by_name) == set()


def test_a_counterpart_of_nobody_must_say_why():
    with pytest.raises(ValueError, match="reason"):
        JointAction.model_validate(
            {"answer": {"working_days": 1}, "ending": {"working_days": 1}, "departments": ({"names": ("甲",)},)}
        )


def test_every_department_means_each_bureau():
    codes, unmatched = load_joint_action().match(
        ["各部门"], frozenset({"market", "office", "finance"}), frozenset({"market", "finance"})
    )
    assert (codes, unmatched) == (("finance", "market"), ())
