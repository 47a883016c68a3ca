"""Pages of tiers: the officers' list and sheet, one subject, the subject's own page and its objection."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from incentives.models import TierAssessment, TierObjection
from incentives.selectors.tiers import tier_history, tiers_are_stale
from incentives.services.tiers import tier_mark, tiers_recompute
from registry import clock
from registry.models import Department
from tests.factories import make_account, make_department, make_subject
from tests.incentives.honouring import honoured, make_jury
from tests.incentives.test_tier_sets import edition
from tests.sanctions.case_world import activate, add_penalty
from tests.streaming import loaded_at_once

pytestmark = pytest.mark.django_db


def client_of(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def officer(db):
    activate("county-default", clock.today() - dt.timedelta(days=30))
    return client_of(make_account("handler"))


def text_of(client, name, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def graded(**fields):
    subject = make_subject(**fields)
    tiers_recompute(on=clock.today())
    return subject


def test_the_list_tells_tiers_what_is_missing_and_is_narrowed(officer):
    good = graded(risk="low", standardisation=1, industry="建材")
    unknown = graded(standardisation=1, industry="纺织")
    everybody = text_of(officer, "tiers:list")
    assert good.name in everybody
    assert "安全风险等级" in everybody
    assert unknown.name not in text_of(officer, "tiers:list", tier="A")
    assert good.name not in text_of(officer, "tiers:list", missing="risk")
    assert unknown.name in text_of(officer, "tiers:list", missing="risk")
    assert unknown.name not in text_of(officer, "tiers:list", industry="建材")
    assert "没有符合条件" in text_of(officer, "tiers:list", tier="D")


def test_the_list_says_that_a_new_edition_has_graded_nobody_yet(officer):
    graded(risk="low", standardisation=1)
    assert "还没有按它评定" not in text_of(officer, "tiers:list")
    assert not tiers_are_stale(clock.today())
    edition(1, clock.today())
    assert "还没有按它评定" in text_of(officer, "tiers:list")
    assert tiers_are_stale(clock.today()), "a draw now would go by the old tiers"
    tiers_recompute(on=clock.today())
    assert "还没有按它评定" not in text_of(officer, "tiers:list")
    assert not tiers_are_stale(clock.today())


def test_the_sheet_holds_what_the_list_shows(officer):
    good = graded(risk="low", standardisation=1)
    graded(standardisation=1)
    with loaded_at_once() as held:
        answer = officer.get(reverse("tiers:xlsx"), {"tier": "A"})
    assert held[TierAssessment] == 0, "the rows go from the database into the sheet, none is kept"
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    )
    assert rows[0][0] == "名称"
    assert [row[0] for row in rows[1:]] == [good.name]


def test_one_subject_s_page_gives_reasons_effects_and_the_next_day(officer):
    subject = graded(risk="low", standardisation=1)
    record = add_penalty(subject, decided_on=clock.today(), confirmed_on=clock.today())
    text = text_of(officer, "tiers:subject", subject.public_id)
    assert "C级" in text
    assert "等级变动中还是A级" in text, "the job has not looked yet"
    assert record.number in text
    assert "如无此项，为A级" in text
    assert "起变动" in text


def test_a_missing_fact_is_named_with_the_way_to_register_it(officer):
    subject = graded(standardisation=1)
    text = text_of(officer, "tiers:subject", subject.public_id)
    assert "没有登记：安全风险等级" in text
    assert "登记缺少的事实" in text
    assert "登记安全风险等级为低风险、一般风险：为A级" in text
    assert "没有登记安全风险等级，不能判断：风险等级为低风险、一般风险。" in text
    assert text.count("登记后才能判断") == 2, "A and B ask for the risk, C and D do not decide by it without a record"


def test_a_fact_that_is_not_registered_is_named_where_it_changes_nothing(officer):
    subject = make_subject(standardisation=1)
    for _ in range(3):
        # Three penalties within a year are D whatever the risk.
        add_penalty(subject, decided_on=clock.today(), confirmed_on=clock.today())
    text = text_of(officer, "tiers:subject", subject.public_id)
    assert "没有登记：安全风险等级。不论登记为哪一级，今日等级都相同" in text
    assert "D级" in text
    assert "登记缺少的事实" in text


def test_the_history_tells_what_each_tier_rested_on(officer):
    subject = graded(risk="larger", standardisation=3)
    record = add_penalty(subject, decided_on=clock.today(), confirmed_on=clock.today())
    tier_mark(subject=subject, cause=f"记录变动：{record}", on=clock.today())
    tiers_recompute(on=clock.today())
    [now] = tier_history(subject)
    assert [(each.label, each.records) for each in now.grounds] == [
        ("较大风险", ()), ("标准化三级", ()),
        # The one record counts as a bad one for A and B, and as a penalty for D.
        ("近3年内的不良记录、近1年内的不良记录、近1年内受到行政处罚", (str(record),)),
    ]  # fmt: skip
    text = text_of(officer, "tiers:subject", subject.public_id)
    assert f"近3年内的不良记录、近1年内的不良记录、近1年内受到行政处罚：{record}" in text


def test_the_file_shows_the_tier(officer):
    subject = graded(risk="low", standardisation=1)
    assert "A级" in text_of(officer, "registry:subject-detail", subject.public_id)


def test_without_a_pack_the_page_says_so():
    assert "现行政策没有信用等级" in text_of(client_of(make_account("reviewer")), "tiers:list")


def test_a_subject_sees_its_own_tier_and_objects(officer):
    office = make_department(kind=Department.Kind.CREDIT_OFFICE)
    subject = graded(risk="low", standardisation=1)
    own = client_of(make_account("subject", subject=subject))
    assert "A级" in text_of(own, "my-standing:home")
    assert "绿色通道" in text_of(own, "my-standing:home")
    assert "提出等级异议" in text_of(own, "my-standing:home")
    assert own.post(reverse("my-standing:object"), {"text": "风险等级有误。"}).status_code == 302
    assert "提出等级异议" not in text_of(own, "my-standing:home"), "one is open"
    objection = TierObjection.objects.get()
    reviewer = client_of(make_account("reviewer", department=office))
    assert "风险等级有误" in text_of(reviewer, "tiers:objection", objection.public_id)
    answer = reviewer.post(
        reverse("tiers:objection", args=[objection.public_id]), {"answer": "维持。", "version": objection.version}
    )
    assert answer.status_code == 302
    assert "维持。" in text_of(own, "my-standing:home")
    assert "没有等级异议" in text_of(reviewer, "tiers:objections")


def test_a_subject_sees_its_honour_and_what_it_brings():
    today = clock.today()
    jury = make_jury(on=today - dt.timedelta(days=30))
    honour = honoured(jury, on=today - dt.timedelta(days=20))
    own = client_of(make_account("subject", subject=jury.subject))
    text = text_of(own, "my-standing:home")
    assert honour.number in text
    assert "公共资源交易中信用加分" in text


def test_the_list_costs_the_same_for_few_and_many(officer):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            text_of(officer, "tiers:list")
        return len(queries)

    graded(risk="low", standardisation=1, industry="建材")
    cost()
    before = cost()
    for _ in range(5):
        graded(risk="low", industry="建材")
    assert TierAssessment.objects.count() == 6
    assert cost() == before
