"""Pages of the red list: putting forward, steps, what each role sees, the public list by dates."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incentives.models import Honour
from registry import clock
from tests.factories import make_account, make_department
from tests.incentives.honouring import ASSOCIATION, DEPARTMENTS, DISTRICT, make_jury, nominate, publicise, recognise
from tests.sanctions.case_world import add_penalty

pytestmark = pytest.mark.django_db


def client_of(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page(client, name, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def honoured_today(jury) -> Honour:
    """Recognised today, after a publicity that ended yesterday."""
    today = clock.today()
    honour = publicise(jury, nominate(jury, on=today - dt.timedelta(days=20)), today - dt.timedelta(days=20))
    return recognise(jury, honour, today)


@pytest.fixture
def jury():
    return make_jury(on=clock.today() - dt.timedelta(days=20))


def test_an_officer_sees_the_check_before_putting_forward_and_puts_forward(jury):
    client = client_of(jury.handler)
    text = page(client, "honours:new", jury.subject.public_id)
    assert "核对通过" in text
    assert "连续3年无不良信用记录" in text
    given = {
        "kind": ASSOCIATION, "nominator": "演示行业协会", "department": jury.department.pk, "grounds": "诚信经营。",
    }  # fmt: skip
    answer = client.post(f"{reverse('honours:new', args=[jury.subject.public_id])}?list={DISTRICT}", given)
    honour = Honour.objects.get()
    assert answer.url == reverse("honours:detail", args=[honour.public_id])


def test_a_record_that_stands_against_it_is_named_on_the_page(jury):
    record = add_penalty(jury.subject, decided_on=clock.today(), confirmed_on=clock.today())
    text = page(client_of(jury.handler), "honours:new", jury.subject.public_id)
    assert "核对没有通过" in text
    assert record.number in text


def test_a_department_puts_forward_in_its_own_name_and_sees_no_records(jury):
    user = make_account("department", department=make_department(name="演示推荐局"))
    add_penalty(jury.subject, decided_on=clock.today(), confirmed_on=clock.today(), number="演密〔2026〕1号")
    client = client_of(user)
    text = page(client, "honours:new", jury.subject.public_id)
    assert "演密〔2026〕1号" not in text
    given = {"kind": DEPARTMENTS, "nominator": "别的单位", "department": jury.department.pk, "grounds": "诚信经营。"}
    client.post(reverse("honours:new", args=[jury.subject.public_id]), given)
    honour = Honour.objects.get()
    assert honour.nominator == "演示推荐局"
    text = page(client, "honours:detail", honour.public_id)
    assert "演密〔2026〕1号" not in text
    assert "推荐理由" in text


def test_another_department_does_not_see_a_nomination(jury):
    honour = nominate(jury, on=clock.today())
    stranger = make_account("department", department=make_department())
    assert client_of(stranger).get(reverse("honours:detail", args=[honour.public_id])).status_code == 404


def test_a_refusal_stays_on_the_form_with_what_was_typed(jury):
    add_penalty(jury.subject, decided_on=clock.today(), confirmed_on=clock.today())
    honour = nominate(jury, on=clock.today())
    address = reverse("honours:step", args=[honour.public_id, "publicise"])
    answer = client_of(jury.reviewer).post(address, {"reason": "已逐项核对", "version": honour.version})
    assert answer.status_code == 422
    assert "核对没有通过" in answer.content.decode()
    assert "已逐项核对" in answer.content.decode()


def test_the_way_from_nomination_to_recognition_by_pages(jury):
    past = clock.today() - dt.timedelta(days=20)
    honour = publicise(jury, nominate(jury, on=past), past)
    address = reverse("honours:step", args=[honour.public_id, "recognise"])
    answer = client_of(jury.approver).post(address, {"reason": "公示无异议。", "version": honour.version})
    assert answer.status_code == 302
    assert "在列" in page(client_of(jury.handler), "honours:detail", honour.public_id)
    assert "认定书" in page(client_of(jury.handler), "honours:detail", honour.public_id)


def test_who_may_not_take_a_step_is_told_who_may(jury):
    honour = nominate(jury, on=clock.today())
    text = page(client_of(jury.handler), "honours:step", honour.public_id, "publicise")
    assert "可以办理的角色是：审核" in text


def test_the_list_is_narrowed_by_state(jury):
    honour = honoured_today(jury)
    client = client_of(jury.handler)
    assert honour.number not in page(client, "honours:list")
    assert honour.number in page(client, "honours:list", state="in-force")
    assert "没有符合条件" in page(client, "honours:list", state="refused")


def test_the_subject_s_file_shows_its_honours(jury):
    honour = honoured_today(jury)
    assert honour.number in page(client_of(jury.handler), "registry:subject-detail", jury.subject.public_id)


# --- the public


def test_the_public_sees_an_honour_while_it_is_in_force_and_not_a_day_longer(jury):
    honour = honoured_today(jury)
    visitor = Client()
    assert jury.subject.name in page(visitor, "disclosure:honours")
    assert "连续3年无不良信用记录" in page(visitor, "disclosure:honour", honour.public_id)
    assert honour.list_label in page(visitor, "disclosure:subject", jury.subject.public_id)
    honour.ends_on = clock.today()
    honour.save_by(None, reason="test")
    assert jury.subject.name not in page(visitor, "disclosure:honours")
    assert visitor.get(reverse("disclosure:honour", args=[honour.public_id])).status_code == 404
    assert honour.list_label not in page(visitor, "disclosure:subject", jury.subject.public_id)


def test_the_public_sees_a_nomination_only_while_it_is_publicised(jury):
    honour = nominate(jury, on=clock.today())
    visitor = Client()
    assert visitor.get(reverse("disclosure:honour", args=[honour.public_id])).status_code == 404
    publicise(jury, honour, clock.today())
    assert jury.subject.name in page(visitor, "disclosure:honours", show="nominations")
    assert jury.subject.name not in page(visitor, "disclosure:honours")
    text = page(visitor, "disclosure:honour", honour.public_id)
    assert "异议" in text
    assert "演示行业协会" in text


def test_a_person_is_shown_masked_and_never_found_by_name():
    jury = make_jury(on=clock.today() - dt.timedelta(days=20), name="张演示", kind="person")
    honour = honoured_today(jury)
    visitor = Client()
    listed = page(visitor, "disclosure:honours")
    assert "张演示" not in listed
    assert "张*" in listed
    assert "张演示" not in page(visitor, "disclosure:honour", honour.public_id)
    assert "没有找到" in page(visitor, "disclosure:honours", q="张演示")


def test_the_lists_cost_the_same_however_many_stand_on_them(jury):

    honoured_today(jury)
    visitor, officer = Client(), client_of(jury.handler)

    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as public:
            page(visitor, "disclosure:honours")
        with CaptureQueriesContext(connection) as office:
            page(officer, "honours:list", state="in-force")
        return len(public), len(office)

    cost()  # what is kept by the process is read once
    before = cost()
    for number in range(3):
        first = Honour.objects.first()
        first.pk, first.public_id, first.number = None, f"00000000-0000-4000-8000-00000000000{number}", f"另{number}"
        first.document = None
        first.starts_on -= dt.timedelta(days=800)
        first.save_by(None, reason="test")
    assert cost() == before
