"""Figures of dual publicity: counted by hand for a small month; the rows behind a figure are as many as it says."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from disclosure.models import Channel, PublicityExemption
from disclosure.rules.publicity_figures import Counts, Line, ranking
from disclosure.selectors.publicity_figures import (
    SHOWN,
    decision_rows,
    decisions_shown,
    lines_by_department,
    lines_by_month,
    month_span,
)
from disclosure.services.records import record_publish
from registry import clock
from registry.models import Event
from tests.disclosure import channel_samples as channels
from tests.disclosure import county
from tests.disclosure.publicity_samples import make_missing, make_spot_check
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)  # a Friday; November 2026 has no holidays
NOVEMBER = dt.date(2026, 11, 1)
UNTIL = dt.date(2027, 11, 1)


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    county.activate("test-dual")
    channels.make_channel()


@pytest.fixture
def department():
    return make_department("yingji")


def day(number):
    return dt.date(2026, 11, number)


def decided(decided_on, *, reported, department, published=None, make=county.make_penalty, answer="accepted", **fields):
    """A record confirmed, sent and answered on one day."""
    record = make(make_subject(), decided_on=decided_on, department=department, **fields)
    channels.confirmed(record, on=reported)
    channels.reported(record, on=reported, answered=answer)
    if published is not None:
        record_publish(record_id=record.pk, actor=make_account("publisher"), on=published, until=UNTIL)
    return record


@pytest.fixture
def month(department):
    """Seven working days after the 2nd are the 11th, after the 4th the 13th, after the 16th the 25th."""
    return {
        "good": decided(day(2), reported=day(3), department=department, published=day(11)),
        "late": decided(day(2), reported=day(12), department=department, published=day(12)),
        "waiting": decided(day(16), reported=day(17), department=department),
        "forgotten": decided(day(4), reported=day(5), department=department),
        "permit": decided(day(4), reported=day(13), department=department, make=county.make_permit, published=day(13)),
        "summary": decided(day(4), reported=day(5), department=department, procedure="summary"),
        "draft": decided(day(4), reported=day(16), department=department, state="draft"),
        "void": decided(day(4), reported=day(5), department=department, state="voided", voided_on=day(6)),
    }


def rows_of(shown):
    found = decisions_shown(month_span(NOVEMBER, on=TODAY), shown=shown)
    return decision_rows(list(found), shown=shown, on=TODAY)


def counted(**fields):
    lines, _ = lines_by_department(month_span(NOVEMBER, on=TODAY, **fields))
    return lines[0]


@pytest.mark.usefixtures("month")
def test_penalties_of_a_month_are_counted_as_by_hand():
    """Good, late, waiting, forgotten and the draft must be public; the draft went nowhere, and its 13th is over."""
    assert counted().penalty == Counts(
        known=5, reported=4, accepted=4, published=2, late=1, unreported=1, unpublished=1, published_late=1, pending=1,
        exempt=1,
    )  # fmt: skip


@pytest.mark.usefixtures("month")
def test_permits_are_counted_apart():
    assert counted().permit == Counts(known=1, reported=1, accepted=1, published=1)


def test_the_rates_are_those_of_the_assessments(department, month):
    """Produced 6 known + 1 concealed = 7; reported 5; published 3; accepted 4 of the 5, one sent back; in time 4 of 5."""
    channels.reported(month["forgotten"], on=day(6), answered="refused")
    make_missing(make_spot_check(department, make_account("handler")), decided_on=day(9))
    assert counted().total.rates == (Decimal("71.4"), Decimal("42.9"), Decimal("80.0"), Decimal("80.0"))


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("late", 1),
        ("unreported", 1),
        ("refused", 0),
        ("unanswered", 0),
        ("unpublished", 1),
        ("published-late", 1),
        ("pending", 1),
        ("undated", 0),
        ("exempt", 1),
        ("all", 6),
    ],
)
def test_the_rows_behind_a_figure_are_as_many_as_it_says(shown, number):
    assert decisions_shown(month_span(NOVEMBER, on=TODAY), shown=shown).count() == number


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("on", [day(10), TODAY, dt.date(2026, 12, 31)])
def test_each_figure_is_the_number_of_its_rows_on_any_day(department, month, on):
    """Counted by the rules from what is alike, and found by the database's conditions, one at a time."""
    channels.reported(month["late"], on=day(13), answered="refused")
    other = make_department("shichang")
    decided(day(2), reported=day(3), department=other, published=day(4))
    channels.confirmed(county.make_permit(make_subject(), decided_on=day(18), department=other), on=day(19))
    span = month_span(NOVEMBER, on=on)
    total = lines_by_department(span)[1].total
    names = {"all": "known", **{name: name.replace("-", "_") for name in SHOWN if name not in ("all", "undated")}}
    found = {figure: decisions_shown(span, shown=shown).count() for shown, figure in names.items()}
    assert {figure: getattr(total, figure) for figure in found} == found


def test_a_late_row_says_its_days(month):
    """From the 2nd to the 12th are eight working days, one day more than allowed."""
    found = decisions_shown(month_span(NOVEMBER, on=TODAY), shown="late")
    rows = {row.record.pk: row for row in decision_rows(list(found), shown="late", on=TODAY)}
    row = rows[month["late"].pk]
    assert (row.due_on, row.reported_on, row.used, row.over_by) == (day(11), day(12), 8, 1)


def test_what_is_not_yet_public_is_overdue_until_today(month):
    found = decisions_shown(month_span(NOVEMBER, on=TODAY), shown="unpublished")
    (row,) = decision_rows(list(found), shown="unpublished", on=TODAY)
    assert (row.record.pk, row.due_on, row.over_by) == (month["forgotten"].pk, day(13), 7)


def test_why_a_record_is_exempt_is_kept_with_it(month):
    exemption = PublicityExemption.objects.get(record=month["summary"])
    assert (exemption.code, exemption.on) == ("summary-procedure", day(5))
    assert "简易程序" in exemption.reason


def test_a_correction_keeps_the_day_on_which_the_first_was_reported(department):
    """Three times corrected, and still reported on the 3rd; accepted only as it was corrected."""
    record = decided(day(2), reported=day(3), department=department)
    for number in (12, 18, 19):
        record = channels.corrected(record, on=day(number), make=channels.penalty)
    assert counted().penalty == Counts(known=1, reported=1, unanswered=1, unpublished=1)


def test_a_decision_sent_back_says_why_and_is_no_longer_so_when_its_correction_is_taken(department):
    record = decided(day(2), reported=day(3), department=department, answer="refused")
    (row,) = rows_of("refused")
    assert (row.record.pk, row.answer) == (record.pk, "演示退回")
    new = channels.corrected(record, on=day(18))
    channels.reported(new, on=day(18))
    assert counted().penalty == Counts(known=1, reported=1, accepted=1, unpublished=1)


def test_a_channel_that_does_not_count_moves_no_figure(department):
    channel = Channel.objects.get()
    channel.counts = False
    channel.save_by(None, reason="test")
    decided(day(2), reported=day(3), department=department)
    assert counted().penalty == Counts(known=1, unreported=1, unpublished=1)


def test_what_is_reported_after_a_spot_check_is_late_and_no_longer_concealed(department):
    missing = make_missing(make_spot_check(department, make_account("handler")), decided_on=day(2))
    assert counted().penalty == Counts(concealed=1)
    decided(day(2), reported=day(19), department=department, number=missing.number, number_normalized=missing.number)
    assert counted().penalty == Counts(known=1, reported=1, accepted=1, late=1, unpublished=1)


def test_what_need_not_be_reported_is_not_produced(department):
    make_missing(make_spot_check(department, make_account("handler")), decided_on=day(2), verdict="not-due")
    assert lines_by_department(month_span(NOVEMBER, on=TODAY))[0] == []


@pytest.mark.usefixtures("month")
def test_months_are_told_apart_and_a_month_without_decisions_stands_with_nothing(department):
    decided(dt.date(2026, 9, 1), reported=dt.date(2026, 9, 2), department=department)
    lines = lines_by_month(month_span(NOVEMBER, on=TODAY, months=3))
    assert [(line.code, line.total.reported) for line in lines] == [("2026-11", 5), ("2026-10", 0), ("2026-09", 1)]


def test_a_span_of_twelve_months_ends_with_the_month():
    span = month_span(dt.date(2026, 2, 11), on=TODAY, months=12)
    assert (span.first, span.last) == (dt.date(2025, 3, 1), dt.date(2026, 2, 28))


def test_nearly_all_is_never_shown_as_all():
    assert Counts(known=9999, reported=9999, concealed=1).reported_rate == Decimal("99.9")


def test_equal_departments_share_a_place():
    lines = [
        Line(code, code, penalty=Counts(known=2, reported=2, accepted=n)) for code, n in (("a", 1), ("b", 2), ("c", 2))
    ]
    assert [(each.place, each.line.code) for each in ranking([*lines, Line("d", "d")])] == [
        (1, "b"),
        (1, "c"),
        (3, "a"),
    ]


@pytest.mark.usefixtures("month")
def test_queries_do_not_grow_with_the_rows(department, django_assert_max_num_queries):
    for number in range(5):
        decided(day(5), reported=day(6), department=department, fine=1000 + number)
    with django_assert_max_num_queries(12):
        lines_by_department(month_span(NOVEMBER, on=TODAY))


# --- pages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def officer(client):
    account = make_account("handler")
    client.force_login(account)
    return account


@pytest.mark.usefixtures("month", "officer")
def test_the_page_shows_the_rates_and_what_they_mean(client):
    html = client.get(reverse("publications:figures"), {"month": "2026-11"}).content.decode()
    missing = [word for word in ("80.0%", "83.3%", "及时率", "上报 ÷ 产生", "shown=late") if word not in html]
    assert missing == []


@pytest.mark.usefixtures("month", "officer")
@pytest.mark.parametrize("shown", SHOWN)
def test_every_drill_down_is_shown(client, shown):
    response = client.get(reverse("publications:figures-rows"), {"month": "2026-11", "shown": shown})
    assert response.status_code == 200


@pytest.mark.usefixtures("officer")
@pytest.mark.parametrize("query", ["month=nonsense", "month=2026-11&department=nobody", "shown=x", "month=2999-01"])
def test_nonsense_in_the_address_shows_this_month(client, query):
    assert client.get(f"{reverse('publications:figures')}?{query}").status_code == 200


@pytest.mark.usefixtures("officer")
def test_a_month_without_decisions_says_so(client):
    html = client.get(reverse("publications:figures"), {"month": "2026-03"}).content.decode()
    assert "没有作出应当公示的决定" in html


@pytest.mark.usefixtures("month", "officer")
def test_twelve_months_lead_to_their_rows(client):
    html = client.get(reverse("publications:figures-months"), {"month": "2026-11"}).content.decode()
    assert "month=2026-11&amp;shown=late" in html


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("name", ["figures-sheet", "figures-rows-sheet"])
def test_a_download_is_a_sheet_and_an_event(client, officer, name):
    response = client.get(reverse(f"publications:{name}"), {"month": "2026-11"})
    assert b"".join(response.streaming_content).startswith(b"PK")
    assert Event.objects.get(name="publicity.exported").actor == officer
