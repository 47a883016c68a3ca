"""Officers' publicity pages: what is due when, publishing one or several, taking down with a reason."""

import datetime as dt

import pytest
from django.urls import reverse

from disclosure.models import Publication
from disclosure.selectors import office
from disclosure.services.records import record_publish
from registry import clock
from registry.models import Deadline
from registry.services.deadlines import deadline_pause
from registry.signals import record_confirmed
from registry.views.panels import panels_for
from tests.disclosure import county
from tests.factories import make_account, make_subject

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 20)  # a Friday; the next working day is Monday, 23 November
UNTIL = dt.date(2027, 11, 20)


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    county.activate("test-dual")


@pytest.fixture
def publisher(client):
    account = make_account("publisher")
    client.force_login(account)
    return account


def confirmed(decided_on=dt.date(2026, 11, 11), **fields):
    record = county.make_penalty(make_subject(), decided_on=decided_on, **fields)
    record_confirmed.send(sender=type(record), record=record, actor=None, on=TODAY)
    return record


def post_batch(client, *records, until=UNTIL):
    data = {"records": [record.pk for record in records], "until": until.isoformat() if until else ""}
    return client.post(reverse("publications:publish-batch"), data, follow=True).content.decode()


def test_due_days_fall_into_late_today_next_working_day_and_later():
    """Seven working days in November 2026 (no holidays): decided on the 10th, due on the 19th, and so on."""
    for day in (10, 11, 12, 16):
        confirmed(dt.date(2026, 11, day))
    assert office.due_counts(on=TODAY) == {"late": 1, "today": 1, "tomorrow": 1, "later": 1, "paused": 0}


def test_a_deadline_whose_clock_stands_still_is_in_no_other_bucket():
    record = confirmed(dt.date(2026, 11, 10))  # due on the 19th
    deadline = Deadline.objects.get(object_id=record.pk)
    deadline_pause(deadline_id=deadline.pk, reason="中止", actor=None, on=dt.date(2026, 11, 12))
    assert office.due_counts(on=TODAY) == {"late": 0, "today": 0, "tomorrow": 0, "later": 0, "paused": 1}


def test_overdue_by_a_weekend_is_overdue():
    confirmed(dt.date(2026, 11, 11))
    (row,) = office.due_rows(list(office.due_deadlines(on=dt.date(2026, 11, 22))), on=dt.date(2026, 11, 22))
    assert row.days_left == -1


def test_due_page_shows_the_record_its_day_and_basis(client, publisher):
    record = confirmed()
    html = client.get(reverse("publications:due")).content.decode()
    assert [word for word in (record.number, "2026-11-20", "今日到期", "第二条") if word not in html] == []


def test_due_page_can_be_narrowed(client, publisher):
    late, today = confirmed(dt.date(2026, 11, 10)), confirmed(dt.date(2026, 11, 11))
    html = client.get(reverse("publications:due"), {"when": "late"}).content.decode()
    assert late.number in html
    assert today.number not in html


def test_due_page_asks_the_same_for_one_and_for_many(client, publisher, django_assert_max_num_queries):
    for _ in range(10):
        confirmed()
    with django_assert_max_num_queries(18):
        client.get(reverse("publications:due"))


def test_batch_publishes_and_leaves_the_queue(client, publisher):
    records = [confirmed(), confirmed()]
    assert "已公示2条" in post_batch(client, *records)
    assert not Deadline.objects.filter(met_on__isnull=True).exists()


def test_batch_reports_what_it_could_not_publish(client, publisher):
    record = confirmed()
    assert "请填写公示截止期" in post_batch(client, record, until=None)


def test_batch_takes_only_records_that_are_due(client, publisher):
    stranger = county.make_penalty(make_subject(), decided_on=TODAY)
    post_batch(client, stranger)
    assert not Publication.objects.exists()


def test_batch_with_nothing_ticked_says_so(client, publisher):
    assert "没有勾选任何记录" in post_batch(client)


def test_single_publication_by_form(client, publisher):
    record = confirmed()
    address = reverse("publications:publish-record", kwargs={"public_id": record.public_id})
    response = client.post(address, {"until": UNTIL.isoformat()})
    assert response.status_code == 302
    assert Publication.objects.get().last_day == UNTIL


def test_publisher_sees_before_publishing_what_the_public_will_see(client, publisher):
    record = confirmed(facts=f"负责人电话{county.MOBILE}，未经许可生产")
    html = client.get(reverse("publications:publish-record", kwargs={"public_id": record.public_id})).content.decode()
    assert "负责人电话138****1234，未经许可生产" in html


def test_refused_day_is_shown_at_its_field_and_kept(client, publisher):
    record = confirmed()
    address = reverse("publications:publish-record", kwargs={"public_id": record.public_id})
    html = client.post(address, {"until": "2026-11-19"}).content.decode()
    assert "早于今天" in html
    assert 'value="2026-11-19"' in html


def test_exempt_record_shows_why_instead_of_a_form(client, publisher):
    record = county.make_penalty(make_subject(), decided_on=TODAY, procedure="summary")
    html = client.get(reverse("publications:publish-record", kwargs={"public_id": record.public_id})).content.decode()
    assert "适用简易程序作出的行政处罚不公示" in html


def published():
    record = confirmed()
    return record_publish(record_id=record.pk, actor=None, on=TODAY, until=UNTIL)


def test_withdrawing_asks_first_and_names_the_consequence(client, publisher):
    publication = published()
    address = reverse("publications:withdraw", kwargs={"public_id": publication.public_id})
    assert "公众不再能看到" in client.get(address).content.decode()


def test_withdrawing_by_form(client, publisher):
    publication = published()
    address = reverse("publications:withdraw", kwargs={"public_id": publication.public_id})
    client.post(address, {"reason": "含有个人信息", "version": publication.version})
    publication.refresh_from_db()
    assert publication.withdrawn_on == TODAY


def test_stale_withdraw_form_is_refused_and_kept(client, publisher):
    publication = published()
    address = reverse("publications:withdraw", kwargs={"public_id": publication.public_id})
    html = client.post(address, {"reason": "含有个人信息", "version": publication.version - 1}).content.decode()
    assert "已被他人修改" in html
    assert "含有个人信息" in html


def test_lists_by_state(client, publisher):
    publication = published()
    listing = reverse("publications:list")
    assert publication.title in client.get(listing).content.decode()
    assert publication.title not in client.get(listing, {"state": "withdrawn"}).content.decode()


def test_list_is_searched_by_document_number(client, publisher):
    publication = published()
    number = publication.snapshot["number"].replace("〔", "[").replace("〕", "]")
    html = client.get(reverse("publications:list"), {"q": number}).content.decode()
    assert publication.title in html


def test_detail_shows_what_the_public_sees_and_the_timeline(client, publisher):
    publication = published()
    html = client.get(reverse("publications:detail", kwargs={"public_id": publication.public_id})).content.decode()
    assert "未取得许可从事生产" in html
    assert "公示行政处罚" in html


def test_correction_by_form(client, publisher):
    publication = published()
    address = reverse("publications:correct", kwargs={"public_id": publication.public_id})
    response = client.post(address, {"reason": "补联系电话", "version": publication.version})
    assert response.status_code == 302


def test_panel_on_the_subjects_file_holds_its_publications(rf, publisher):
    publication = published()
    request = rf.get("/")
    request.user = publisher
    panels = {panel.name: panel for panel in panels_for(request, publication.subject)}
    assert panels["publicity"].context["rows"] == [(publication, True)]


def test_without_a_running_policy_the_due_page_says_so(client, publisher, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: dt.date(2018, 7, 20))
    account = make_account("publisher")
    client.force_login(account)
    assert "没有启用规定双公示时限的政策" in client.get(reverse("publications:due")).content.decode()


def test_a_department_does_not_see_a_subjects_publications_among_them_withdrawn_ones(rf):
    publication = county.make_publication(confirmed())
    request = rf.get("/")
    request.user = make_account("department", department=publication.department)
    assert "publicity" not in [panel.name for panel in panels_for(request, publication.subject)]
