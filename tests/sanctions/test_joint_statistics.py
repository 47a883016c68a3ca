"""Statistics and monthly reports: counted by hand from a small county, the same on the page, in SQL and in the rows."""

import copy
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document
from openpyxl import load_workbook

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from registry.models import Deadline, Event
from sanctions.models import JointReport, OrderFeedback
from sanctions.rules.joint_figures import OUTCOMES
from sanctions.selectors.joint_reports import month_due, report_differences
from sanctions.selectors.joint_statistics import (
    Span,
    asked_rows,
    asked_with_outcome,
    department_scope,
    joint_figures,
    reported_in,
)
from sanctions.services.entries import entry_end, entry_pause, entry_resume
from sanctions.services.joint_reports import joint_report_make, joint_reports_make_due
from sanctions.services.orders import (
    order_add_effect,
    order_carry_out,
    order_confirm_end,
    order_receive,
    order_refuse,
)
from tests.factories import make_account, make_department
from tests.sanctions.joint import make_answer_deadline
from tests.sanctions.listing import make_entry, make_order

pytestmark = pytest.mark.django_db

MARCH = dt.date(2026, 3, 1)
DAY = dt.date(2026, 3, 2)  # a Monday; ten working days later is Monday the 16th
END = dt.date(2026, 3, 31)


def march(day):
    return dt.date(2026, 3, day)


class County:
    """Two departments; one order each for six listed subjects, answered in six ways."""

    def __init__(self):
        self.market, self.finance = make_department("market"), make_department("finance")
        self.office = make_department("credit-office", kind="credit-office")
        self.officer = make_account("department", department=self.market)
        self.treasurer = make_account("department", department=self.finance)

    def order(self, on=DAY, department=None, **fields):
        entry = make_entry("mem-2023-11", "blacklist", on=on)
        order = make_order(entry, department or self.market, on=on, **fields)
        make_answer_deadline(order, on=on)
        return order

    def carry_out(self, order, on, **given):
        order_receive(order=order, actor=self.officer, on=on)
        return order_carry_out(
            order=order, text="已限制", done_on=on, document_number="", upload=None, actor=self.officer, on=on, **given
        )

    def everything(self):
        self.punctual = self.carry_out(self.order(), march(9), amount=Decimal("1000.50"), cases=2)  # 5 working days
        self.late = self.carry_out(self.order(), march(18))  # 12 working days, two too many
        self.refused = self.order(department=self.finance)
        order_refuse(order=self.refused, reason="没有相关事项", actor=self.treasurer, on=march(3))  # 1 working day
        self.overdue = self.order()
        self.waiting = self.order(on=march(24))
        self.lapsed = self.order()
        entry_end(entry=self.lapsed.entry, reason="revoked", ends_on=march(5), note="复议撤销",
                  actor=make_account("approver"), on=march(5))  # fmt: skip
        return self


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(lambda: County().everything())


@pytest.fixture
def county(made, db):
    return copy.deepcopy(made)


def span(**given):
    return Span(**{"first": MARCH, "last": END, "as_of": END, **given})


def test_the_figures_of_a_month_by_hand(county):
    figures = joint_figures(span())
    answer, effect = figures.total.answer, figures.total.effect
    assert (answer.asked, answer.in_time, answer.late, answer.waiting, answer.overdue, answer.lapsed) == (
        6,
        2,
        1,
        1,
        1,
        1,
    )
    # answered 3 of 5; in time 2 of 3 + 1; 5 + 12 + 1 working days over three
    assert (answer.rate, answer.punctual_rate, answer.mean_days) == (Decimal("60.0"), Decimal("50.0"), Decimal("6.0"))
    assert (effect.carried_out, effect.refused, effect.amount, effect.cases) == (2, 1, Decimal("1000.50"), 2)
    assert figures.total.asks["ending"].asked == 1


def test_departments_and_measures_add_up_to_the_total(county):
    figures = joint_figures(span())
    assert [row.code for row in figures.departments] == ["finance", "market"]
    for rows in (figures.departments, figures.measures):
        assert sum(row.answer.asked for row in rows) == figures.total.answer.asked
        assert sum(row.effect.carried_out for row in rows) == figures.total.effect.carried_out


@pytest.mark.parametrize("as_of", [march(4), march(16), march(17), march(20), END, dt.date(2026, 5, 31)])
def test_the_rows_behind_a_figure_are_as_many_as_the_figure_on_any_day(county, as_of):
    asked = span(as_of=as_of)
    answer = joint_figures(asked).total.answer
    for outcome in OUTCOMES:
        rows = asked_rows(list(asked_with_outcome(asked, outcome=outcome)), as_of)
        assert {row.outcome for row in rows} <= {outcome}
        assert len(rows) == getattr(answer, outcome.replace("-", "_")), outcome


def test_a_pause_counts_neither_as_delay_nor_as_working_time(county):
    order = county.order()
    reviewer = make_account("reviewer")
    pause = entry_pause(entry=order.entry, reason="复议停止执行", actor=reviewer, on=march(4))
    order.entry.refresh_from_db()
    assert asked_with_outcome(span(), outcome="waiting").filter(object_id=order.pk).exists()
    entry_resume(entry=pause.entry, note="维持", actor=reviewer, on=march(11))
    county.carry_out(order, march(20))
    row = next(row for row in asked_rows(list(asked_with_outcome(span())), END) if row.order == order)
    # fourteen working days, less five from Wednesday the 4th to Tuesday the 10th
    assert (row.outcome, row.days) == ("in-time", 9)
    assert joint_figures(span()).total.answer.in_time == 3


def test_effects_are_counted_on_the_day_of_the_feedback_and_added(county):
    order_add_effect(
        order=county.punctual, text="又取消一次投标资格", done_on=march(30), document_number="", upload=None,
        amount=Decimal(500), cases=None, actor=county.officer, on=dt.date(2026, 4, 2),
    )  # fmt: skip
    april = Span(dt.date(2026, 4, 1), dt.date(2026, 4, 30), dt.date(2026, 4, 30))
    assert joint_figures(april).total.effect.amount == 500
    assert joint_figures(span()).total.effect.amount == Decimal("1000.50")
    assert joint_figures(april).total.effect.carried_out == 0
    assert reported_in(april).count() == 1


def test_an_order_answered_twice_the_same_way_is_counted_once_and_its_amounts_are_added(county):
    first = OrderFeedback.objects.filter(kind=OrderFeedback.Kind.CARRIED_OUT, order=county.punctual).get()
    OrderFeedback.objects.create(
        order=county.punctual, kind=first.kind, on=first.on, account=first.account, amount=Decimal(70), cases=3
    )
    effect = joint_figures(span()).total.effect
    assert (effect.carried_out, effect.refused, effect.amount, effect.cases) == (2, 1, Decimal("1070.50"), 5)


def test_an_effect_without_a_number_and_of_an_order_not_carried_out_is_refused(county):
    given = {"text": "x", "done_on": march(30), "document_number": "", "upload": None, "on": march(30)}
    with pytest.raises(InvalidInput, match="至少填写"):
        order_add_effect(order=county.punctual, amount=None, cases=None, actor=county.officer, **given)
    with pytest.raises(InvalidInput, match="涉及金额"):
        order_add_effect(order=county.punctual, amount=Decimal(-1), cases=None, actor=county.officer, **given)


def test_a_confirmed_ending_counts_as_answered(county):
    order_confirm_end(order=county.lapsed, text="", actor=county.officer, on=march(9))
    ending = joint_figures(span()).total.asks["ending"]
    assert (ending.asked, ending.in_time, ending.days) == (1, 1, 2)


def test_a_department_sees_its_own_figures_only(county):
    assert department_scope(county.treasurer, END) == county.finance.pk
    figures = joint_figures(span(department=county.finance.pk))
    assert ([row.code for row in figures.departments], figures.total.answer.asked) == (["finance"], 1)
    assert department_scope(make_account("handler"), END) is None


def test_the_number_of_queries_does_not_grow_with_the_rows(county):
    with CaptureQueriesContext(connection) as few:
        joint_figures(span())
        asked_rows(list(asked_with_outcome(span())), END)
    for _ in range(8):
        county.order()
    with CaptureQueriesContext(connection) as many:
        joint_figures(span())
        asked_rows(list(asked_with_outcome(span())), END)
    assert len(many) == len(few)


# --- the monthly report --------------------------------------------------------------------------------------------


APRIL_1 = dt.date(2026, 4, 1)


def sheet_of(report):
    with report.sheet.file.open("rb") as file:
        return load_workbook(io.BytesIO(file.read()))


def test_the_job_makes_the_last_month_once(county):
    assert [joint_reports_make_due(on=on) for on in (END, APRIL_1, APRIL_1)] == [
        {"reports": 0}, {"reports": 1}, {"reports": 0},
    ]  # fmt: skip
    report = JointReport.objects.get()
    assert (report.month, report.edition, report.as_of, report.made_by) == (MARCH, 1, END, None)
    assert report.number == "信联报〔2026〕0001号"
    assert Event.objects.filter(name="joint-report.made").count() == 1


def test_a_late_run_makes_every_month_that_is_missing(county):
    joint_reports_make_due(on=APRIL_1)
    assert joint_reports_make_due(on=dt.date(2026, 7, 5)) == {"reports": 3}
    assert month_due(dt.date(2026, 7, 5)) is None


def test_the_report_has_a_sheet_with_every_row_and_a_document_that_names_no_subject(county):
    report = make(county)
    book = sheet_of(report)
    assert book.sheetnames == ["部门", "措施", "反馈落实", "确认暂停", "确认恢复", "确认解除", "反馈"]
    assert (book["反馈落实"].max_row, book["反馈"].max_row, book["部门"].max_row) == (1 + 6, 1 + 3, 1 + 2 + 1)
    with report.paper.file.open("rb") as file:
        document = Document(io.BytesIO(file.read()))
    text = "\n".join(each.text for each in document.paragraphs)
    assert "派发联合惩戒任务6项" in text
    assert "响应率60.0%" in text
    assert county.punctual.entry.subject.name not in text


def make(county, on=APRIL_1, reason=""):
    return joint_report_make(month=MARCH, reason=reason, actor=make_account("reviewer"), on=on)


def test_a_report_keeps_its_figures_when_more_is_answered_later(county):
    report = make(county)
    county.carry_out(county.overdue, dt.date(2026, 4, 8))
    report.refresh_from_db()
    assert report.figures["total"]["asks"]["answer"]["overdue"] == 1
    # what happened after the closing day is no difference: on that day the task was unanswered
    assert report_differences(report) == []


def test_a_report_says_when_later_facts_differ_and_a_new_edition_says_why(county):
    report = make(county)
    deadline = Deadline.objects.get(object_id=county.late.pk, code="order-answer")
    deadline.due_on = march(18)  # as when a day off is announced late
    deadline.save_by(None, reason="test")
    told = {(each.where, each.what): (each.kept, each.now) for each in report_differences(report)}
    assert told[("合计", "反馈落实：按期办理")] == ("2", "3")
    with pytest.raises(InvalidInput, match="理由"):
        make(county)
    again = make(county, reason="放假安排调整")
    report.refresh_from_db()
    assert (again.edition, again.reason, report.edition) == (2, "放假安排调整", 1)
    assert report.figures["total"]["asks"]["answer"]["in_time"] == 2


def test_the_same_report_is_not_made_again(county):
    make(county)
    with pytest.raises(Conflict, match="没有变化"):
        make(county, reason="再来一次")


def test_a_month_that_is_not_over_and_who_may_not(county):
    with pytest.raises(RuleRefused, match="还没有结束"):
        make(county, on=END)
    with pytest.raises(NotAllowed):
        joint_report_make(month=MARCH, reason="", actor=county.officer, on=APRIL_1)


def test_nothing_is_made_where_no_office_is_set_up(county):
    county.office.is_active = False
    county.office.save_by(None, reason="test")
    assert joint_reports_make_due(on=APRIL_1) == {"reports": 0}
    with pytest.raises(RuleRefused, match="没有设立"):
        make(county)
