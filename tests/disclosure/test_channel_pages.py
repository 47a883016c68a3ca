"""Pages of channels: what officers see and do, what administrators see and do not, empty and error states."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from disclosure.models import Acknowledgement, Channel, ChannelFile, Submission
from registry import clock
from registry.models import AttachmentDownload, Event
from registry.services.outbox import outbox_drain
from tests.disclosure import county
from tests.disclosure.channel_samples import make_channel, noon, penalty, reported, returned, state_of
from tests.factories import make_account

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
DECIDED = dt.date(2026, 11, 2)  # due on the 11th


@pytest.fixture(autouse=True)
def _running(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: DAY)
    monkeypatch.setattr(clock, "now", lambda: noon(DAY))
    county.activate("test-dual")


@pytest.fixture
def channel():
    return make_channel()


def page(client, name, *args, role="publisher", **query):
    client.force_login(make_account(role))
    response = client.get(reverse(f"publications:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def lacking(html, *words):
    return [word for word in words if word not in html]


def test_without_a_channel_the_pages_say_what_to_do(client):
    assert lacking(page(client, "channel-list"), "还没有公示渠道", "请系统管理员在本页启用") == []
    assert "还没有公示渠道" in page(client, "submission-list")
    assert lacking(page(client, "channel-list", role="administrator"), "启用文件报送渠道", "启用接口推送渠道") == []


def test_an_administrator_opens_a_file_channel_which_is_owed_what_was_decided(client):
    record = penalty(on=DECIDED)
    client.force_login(make_account("administrator"))
    given = {"code": "xinyong", "name": "信用中国", "since_on": "2026-11-01", "takes_penalties": "on", "counts": "on"}
    url = reverse("publications:channel-new", args=["file"])
    assert "代码须为" in client.post(url, given | {"code": "-"}).content.decode()
    assert "至少选择一种" in client.post(url, given | {"takes_penalties": ""}).content.decode()
    assert client.post(url, given).status_code == 302
    assert "已有渠道使用" in client.post(url, given).content.decode()
    outbox_drain(now=lambda: noon(DAY))
    assert state_of(record) == ("report", "owed")


def test_an_administrator_pauses_and_closes_and_a_stale_page_is_told(client, channel):
    client.force_login(make_account("administrator"))
    step = {name: reverse("publications:channel-step", args=[channel.public_id, name]) for name in ("pause", "close")}
    client.post(step["pause"], {"version": channel.version})
    assert Channel.objects.get().is_paused
    stale = client.post(step["close"], {"version": channel.version, "reason": "平台已停办"}, follow=True)
    assert ("已被他人修改" in stale.content.decode(), Channel.objects.get().closed_on) == (True, None)
    client.post(step["close"], {"version": channel.version + 1, "reason": "平台已停办"})
    assert Channel.objects.get().closed_on == DAY


def test_an_administrator_sees_numbers_and_no_party(client, channel):
    record = penalty(on=DECIDED)
    html = page(client, "channel-list", role="administrator")
    assert (channel.name in html, record.subject.name in html, "submissions" in html) == (True, False, False)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [("all", 4), ("owed", 1), ("sent", 1), ("refused", 1), ("accepted", 1), ("late", 1), ("stuck", 1), ("dead", 0)],
)
@pytest.mark.usefixtures("channel")
def test_the_table_is_filtered_by_state(client, shown, expected):
    for answered in (None, "accepted", "refused"):
        reported(penalty(on=DECIDED), on=DECIDED, answered=answered)
    penalty(on=DECIDED)
    html = page(client, "submission-list", shown=shown)
    assert html.count("经过和办理") == expected
    assert page(client, "submission-list", shown="nonsense").count("经过和办理") == 4


@pytest.mark.usefixtures("channel")
def test_a_refused_record_says_why_and_the_ways_out_to_whoever_may(client):
    record = penalty(on=DECIDED)
    reported(record, on=DECIDED, answered="refused")
    submission = record.submissions.get()
    publisher = page(client, "submission-detail", submission.public_id)
    reviewer = page(client, "submission-detail", submission.public_id, role="reviewer")
    assert lacking(publisher, "演示退回", "重新报送", "2026-11-11") == []
    assert ("更正记录</a>" in publisher, "更正记录</a>" in reviewer) == (False, True)
    client.force_login(make_account("publisher"))
    url = reverse("publications:submission-resend", args=[submission.public_id])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "平台误退"})
    assert state_of(record) == ("report", "owed")
    again = client.post(url, {"reason": "再来"})
    assert "已在待报送中" in again.content.decode()


@pytest.mark.usefixtures("channel")
def test_the_record_page_and_the_workbench_show_what_was_sent_back(client):
    record = penalty(on=DECIDED)
    reported(record, on=DECIDED, answered="refused")
    client.force_login(make_account("publisher"))
    html = client.get(reverse("registry:record-detail", args=[record.public_id])).content.decode()
    assert lacking(html, "公示渠道", "已退回", "演示退回") == []
    work = client.get(reverse("workbench")).content.decode()
    assert lacking(work, record.number, "更正记录，或者重新报送", "公示渠道退回、无法报送的") == []


def test_files_are_made_by_button_downloaded_with_a_trace_and_answered_on_the_page(client, channel):
    record = penalty(on=DECIDED)
    officer = make_account("publisher")
    client.force_login(officer)
    done = client.post(reverse("publications:channel-send", args=[channel.public_id]), follow=True).content.decode()
    assert lacking(done, "已报送", "xinyong-20261120-0001-行政处罚.xlsx") == []
    file = ChannelFile.objects.get()
    response = client.get(reverse("publications:channel-file", args=[file.public_id]))
    assert b"".join(response.streaming_content).startswith(b"PK")
    assert AttachmentDownload.objects.get().account == officer
    url = reverse("publications:channel-files", args=[channel.public_id])
    upload = SimpleUploadedFile("回执.xlsx", returned([(record, "成功", "")]).read())
    result = client.post(url, {"sent": file.pk, "file": upload}, follow=True).content.decode()
    assert lacking(result, "回执已读入", "回执.xlsx") == []
    assert (state_of(record), Acknowledgement.objects.get().read_by) == (("report", "accepted"), officer)
    bad = client.post(url, {"file": SimpleUploadedFile("坏.csv", "什么".encode())})
    assert bad.status_code == 422
    assert Event.objects.filter(name="channel.acknowledged").count() == 1


def test_a_file_with_identity_numbers_goes_only_to_who_may_see_them(client):
    channel = make_channel(with_identities=True)
    penalty(on=DECIDED)
    client.force_login(make_account("publisher"))
    client.post(reverse("publications:channel-send", args=[channel.public_id]))
    url = reverse("publications:channel-file", args=[ChannelFile.objects.get().public_id])
    assert client.get(url).status_code == 403
    client.force_login(make_account("handler"))
    assert client.get(url).status_code == 200


@pytest.mark.usefixtures("channel")
def test_the_sheet_is_an_event_and_queries_do_not_grow(client, django_assert_max_num_queries):
    for _ in range(8):
        reported(penalty(on=DECIDED), on=DECIDED, answered="refused")
    client.force_login(make_account("publisher"))
    sheet = client.get(reverse("publications:submission-sheet"), {"shown": "refused"})
    assert b"".join(sheet.streaming_content).startswith(b"PK")
    assert Event.objects.filter(name="publicity.exported").count() == 1
    with django_assert_max_num_queries(16):
        client.get(reverse("publications:submission-list"))
    assert Submission.objects.count() == 8
