"""The public side of tips: the form, the receipt shown once, progress by code, and nothing for the reported subject."""

import datetime as dt
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from registry import clock
from registry.models import Attachment, Deadline, Event, Notice
from sanctions.models import Tip, TipIdentity
from sanctions.services import tip_rewards, tips
from tests.access_samples import SAMPLES, World
from tests.access_table import ACCESS, LOGIN, PUBLIC
from tests.factories import make_department, make_subject
from tests.sanctions.reports import ADDRESS, NAME, PHONE, TRACES, Desk, a_photo, file_tip

pytestmark = pytest.mark.django_db
FORM, PROGRESS, ANSWER = (reverse(f"disclosure:tip-{name}") for name in ("new", "progress", "answer"))
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}")
MARK = "夜间停用瓦斯监测四小时"


@pytest.fixture
def desk() -> Desk:
    return Desk(make_department(kind="credit-office"))


def written(**changes):
    given = {
        "about": "演示矿业有限公司", "what": MARK, "happened_when": "10月中旬", "place": "二号井", "name": NAME,
        "phone": PHONE, "address": ADDRESS, "website": "", "form_key": str(uuid.uuid4()),
    }  # fmt: skip
    return given | changes


def sent(client: Client, **changes) -> str:
    """Send the form and return the receipt code."""
    page = client.post(FORM, written(**changes)).content.decode()
    found = CODE.findall(page)
    assert len(found) == 1
    return found[0]


def test_the_form_takes_a_tip_with_files_and_shows_the_code_once(desk, client):
    response = client.post(FORM, written(uploads=[a_photo(), a_photo("b.png")]))
    page = response.content.decode()
    assert CODE.search(page)
    assert "no-store" in response["Cache-Control"]
    assert [trace for trace in TRACES if trace in page] == []
    assert Tip.objects.get().files.count() == 2
    assert CODE.search(client.get(FORM).content.decode()) is None


def test_nothing_of_a_tip_stays_in_the_browser(desk, client):
    code = sent(client)
    client.post(PROGRESS, {"code": code})
    assert "sessionid" not in client.cookies


def test_reporting_asks_for_the_token_of_the_form(desk):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(FORM, written()).status_code == 403
    assert not Tip.objects.exists()


def test_an_anonymous_tip_is_taken_in(desk, client):
    sent(client, name="", phone="", address="")
    assert Tip.objects.count() == 1
    assert not TipIdentity.objects.exists()


def test_a_filled_trap_is_told_and_nothing_is_taken_in(desk, client):
    page = client.post(FORM, written(website="http://example.org")).content.decode()
    assert "请清空后重新提交" in page
    assert MARK in page  # what was typed stays
    assert not Tip.objects.exists()


@pytest.mark.parametrize("field", ["about", "what", "happened_when", "place"])
def test_a_missing_field_is_told_at_the_field(desk, client, field):
    page = client.post(FORM, written(**{field: " "})).content.decode()
    assert f'id="id_{field}_error"' in page
    assert not Tip.objects.exists()


def test_a_wrong_file_is_told_at_the_field_and_leaves_nothing(desk, client):
    page = client.post(FORM, written(uploads=[a_photo("账本.exe")])).content.decode()
    assert 'id="id_uploads_error"' in page
    assert (Tip.objects.count(), Attachment.objects.count()) == (0, 0)


def test_sending_the_same_form_again_makes_no_second_tip(desk, client):
    given = written()
    client.post(FORM, given)
    assert "已经收到" in client.post(FORM, given).content.decode()
    assert Tip.objects.count() == 1


def test_too_many_tips_in_a_minute_are_held_up(desk, client, settings):
    settings.TIPS_A_MINUTE = 2
    codes = [client.post(FORM, written()).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert Tip.objects.count() == 2


# --- progress


def told(client: Client, code: str) -> str:
    response = client.post(PROGRESS, {"code": code})
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


def test_progress_follows_the_tip_and_says_the_result_only_once_told(desk, client):
    code, today = sent(client), clock.today()
    tip, subject = Tip.objects.get(), make_subject("保密矿业有限公司")
    assert "已收到，等待受理" in told(client, code)
    desk.verify(tip, subject, today)
    page = told(client, code)
    assert "结果待反馈" in page
    assert "夜班停用监测属实" not in page
    tips.tip_tell(tip_id=tip.pk, actor=desk.handler, on=today)
    assert "夜班停用监测属实" in told(client, code)
    tip_rewards.reward_propose(tip_id=tip.pk, yuan=500, reason="首报", actor=desk.handler, on=today)
    assert "500元" not in told(client, code)
    tip_rewards.reward_decide(tip_id=tip.pk, is_granted=True, yuan=800, reason="同意", actor=desk.approver, on=today)
    page = told(client, code)
    assert "800元" in page
    # Neither whom the office took it to be about, nor who works on it, nor who reported.
    hidden = (subject.name, subject.uscc, desk.handler.display_name, desk.department.name, tip.number, *TRACES)
    assert [word for word in hidden if word in page.replace(f"到{desk.department.name}领取", "")] == []


def test_a_tip_not_taken_in_tells_why(desk, client):
    code = sent(client)
    tips.tip_decline(
        tip_id=Tip.objects.get().pk, reason="属于劳动争议，请申请仲裁。", actor=desk.approver, on=clock.today()
    )
    page = told(client, code)
    assert "不予受理" in page
    assert "属于劳动争议，请申请仲裁。" in page


def test_the_reporter_answers_on_the_page(desk, client):
    code, tip = sent(client), Tip.objects.get()
    desk.accept(tip, clock.today())
    assert ANSWER not in told(client, code)
    tips.tip_ask(tip_id=tip.pk, question="是哪一个班？", actor=desk.handler, on=clock.today())
    page = told(client, code)
    assert "是哪一个班？" in page
    page = client.post(ANSWER, {"code": code, "answer": f"夜班，{NAME}记的", "uploads": [a_photo()]}).content.decode()
    assert "您的回答已收到" in page
    assert NAME not in page
    assert tip.files.count() == 1


def test_an_empty_answer_is_told_and_a_wrong_code_answers_nothing(desk, client):
    code, tip = sent(client), Tip.objects.get()
    desk.accept(tip, clock.today())
    tips.tip_ask(tip_id=tip.pk, question="是哪一个班？", actor=desk.handler, on=clock.today())
    assert 'id="id_answer_error"' in client.post(ANSWER, {"code": code, "answer": ""}).content.decode()
    assert "没有查到" in client.post(ANSWER, {"code": "0" * 20, "answer": "夜班"}).content.decode()
    assert tip.messages.count() == 1


def test_every_wrong_code_is_answered_alike(desk, client):
    code, number = sent(client), Tip.objects.get().number
    near = code[:-1] + ("0" if code[-1] != "0" else "1")
    pages = {
        re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", told(client, wrong))
        for wrong in (near, number, "1", "0000-0000-0000-0000-0000")
    }
    assert len(pages) == 1
    assert "没有查到" in pages.pop()


def test_wrong_codes_shut_the_page_also_for_a_right_one(desk, client, settings):
    settings.TIP_CODES_A_MINUTE = 3
    code = sent(client)
    for _ in range(3):
        assert client.post(PROGRESS, {"code": "0" * 20}).status_code == 200
    assert client.post(PROGRESS, {"code": code}).status_code == 429
    assert client.post(ANSWER, {"code": code, "answer": "x"}).status_code == 429


def test_right_codes_are_not_counted(desk, client, settings):
    settings.TIP_CODES_A_MINUTE = 3
    code = sent(client)
    assert [client.post(PROGRESS, {"code": code}).status_code for _ in range(5)] == [200] * 5


# --- the reported subject


REACHED = sorted(
    name
    for name, rule in ACCESS.items()
    if not name.startswith(("mfa_", "account_")) and (rule in (PUBLIC, LOGIN) or {"subject", "department"} & set(rule))
)


@pytest.mark.parametrize("name", REACHED)
def test_no_page_of_the_subject_a_department_or_the_public_shows_a_tip(name):
    world = World()
    desk = Desk(make_department(kind="credit-office"))
    today = clock.today()
    tip = file_tip(on=today, about=f"{world.subject.name}，{MARK}", what=MARK).tip
    desk.verify(tip, world.subject, today)
    address = reverse(name, kwargs=SAMPLES[name](world) if name in SAMPLES else {})
    marks = (MARK, tip.number, str(tip.public_id), "夜班停用监测属实", "停测4小时", *TRACES)
    for role in ("subject", "department", ""):
        client = Client()
        if role:
            client.force_login(world.accounts[role])
        body = b"".join(client.get(address)).decode(errors="replace")
        assert [mark for mark in marks if mark in body] == [], role


def test_nothing_about_a_tip_hangs_on_its_subject(desk):
    subject = make_subject()
    tip = file_tip(on=dt.date(2026, 9, 28)).tip
    desk.verify(tip, subject, dt.date(2026, 9, 28))
    assert Event.objects.filter(name__startswith="tip.").count() == 5
    assert not Event.objects.filter(subject=subject).exists()
    assert not Notice.objects.filter(subject=subject).exists()
    assert not Deadline.objects.filter(subject=subject).exists()
    assert not any(subject.name in event.text for event in Event.objects.all())
