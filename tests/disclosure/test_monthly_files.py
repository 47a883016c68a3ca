"""The month's reports are ready on the first day after it, once, and the office is told by when the packs ask for them."""

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse

from disclosure.models import MonthlyFile
from disclosure.selectors.monthly import reports_due
from disclosure.services.monthly import monthly_files_make
from registry.models import AttachmentDownload, Event, Notice
from tests.factories import make_account, make_department, make_record, make_subject
from tests.sanctions.listing import run_policy

pytestmark = pytest.mark.django_db
FIRST = dt.date(2026, 11, 1)
OCTOBER = dt.date(2026, 10, 1)


@pytest.fixture
def office():
    return make_department(kind="credit-office")


def test_the_files_of_the_month_before_are_made_once_however_often_or_late_the_job_runs(office):
    make_record(make_subject(), decided_on=dt.date(2026, 10, 20), number="演罚〔2026〕7号")
    assert monthly_files_make(on=FIRST) == {"reports": 2}
    assert monthly_files_make(on=FIRST) == monthly_files_make(on=dt.date(2026, 11, 30)) == {"reports": 0}
    assert set(MonthlyFile.objects.values_list("kind", "month")) == {("listing", OCTOBER), ("publicity", OCTOBER)}
    assert Notice.objects.filter(kind="monthly.ready").count() == 1
    assert Event.objects.filter(name="monthly.made").count() == 2


def test_months_that_were_missed_are_made_up_for_in_order(office):
    monthly_files_make(on=FIRST)
    assert monthly_files_make(on=dt.date(2027, 2, 3)) == {"reports": 6}
    assert MonthlyFile.objects.order_by("-month").first().month == dt.date(2027, 1, 1)


def test_without_an_office_nothing_is_made():
    assert monthly_files_make(on=FIRST) == {"reports": 0}


def test_the_office_is_told_what_is_ready_and_until_when(office):
    monthly_files_make(on=FIRST)
    notice = Notice.objects.get(kind="monthly.ready")
    assert notice.department == office
    assert "名单信息汇总表（0行）" in notice.body
    # No pack in use names a day: the county's own has the 3rd and the 10th.
    for day in ("2026-11-03", "2026-11-10"):
        assert f"{day}前（含当日），报上级应急管理部门" in notice.body


def test_a_pack_in_use_that_names_a_day_stands_in_place_of_the_countys_own(office):
    run_policy("city-work-safety", on=dt.date(2026, 1, 1), mode="internal")
    assert [(each.until, each.rule.to) for each in reports_due(OCTOBER, FIRST)] == [
        (dt.date(2026, 11, 3), "省级安全监管部门")
    ]


def test_the_form_counts_the_months_decisions_and_the_download_is_logged(office, client):
    make_record(make_subject(), decided_on=dt.date(2026, 10, 20), number="演罚〔2026〕7号")
    make_record(make_subject(), decided_on=dt.date(2026, 11, 1), number="演罚〔2026〕8号")
    monthly_files_make(on=FIRST)
    form = MonthlyFile.objects.get(kind="publicity")
    client.force_login(make_account("handler", department=office))
    assert "2026年10月" in client.get(reverse("publications:monthly")).content.decode()
    answer = client.get(reverse("publications:monthly-file", args=[form.public_id]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    produced = [row[4] for row in book["双公示月报"].iter_rows(min_row=2, values_only=True) if row[3] == "行政处罚"]
    assert produced[-1] == 1
    assert AttachmentDownload.objects.filter(attachment=form.attachment).count() == 1
