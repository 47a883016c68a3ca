"""Pages of random inspections: a plan from the year's arithmetic to a published result, as each officer meets it."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from incentives.models import Inspection, InspectionPlan, InspectionYear, Inspector, InspectorConflict
from incentives.services.inspection_results import other_note
from registry.models import AttachmentDownload, Record
from tests.factories import make_account, make_department, make_subject
from tests.incentives.inspecting import LATER, MONDAY, TUESDAY, Bureau, subjects
from tests.sanctions.case_world import activate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_monday(settings):
    settings.PRETEND_TODAY = MONDAY


def client_of(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def plan_form(bureau: Bureau, **changes) -> dict[str, object]:
    given = {
        "title": "工贸企业安全生产抽查", "matters": [bureau.matter.pk], "starts_on": "2026-03-01", "ends_on": "2026-06-30",
        "reveal_on": "2026-03-20", "share_ungraded": 50, "each": 2, "most": 20,
    }  # fmt: skip
    return given | changes


def step(client: Client, name: str, row, step_name: str, **data):
    address = reverse(f"inspections:{name}-step", args=[row.public_id, step_name])
    assert client.get(address).status_code == 200
    row.refresh_from_db()
    return client.post(address, {"version": row.version, **data})


def test_a_plan_goes_from_the_year_to_a_public_result(settings):
    bureau = Bureau()
    subjects(4)
    handler, reviewer, approver, publisher = (
        client_of(bureau.officer(role)) for role in ("handler", "reviewer", "approver", "publisher")
    )
    figures = {"year": 2026, "people": 4, "other_days": 200, "idle_days": 100, "visit_days": 1}
    assert handler.post(reverse("inspections:year-edit"), figures).status_code == 302
    year = InspectionYear.objects.get()
    page = handler.get(reverse("inspections:year", args=[year.public_id])).content.decode()
    # 248 days × 4 people = 992; 992 − 200 − 100 = 692
    assert "992" in page
    assert "692" in page
    assert step(approver, "year", year, "approve").status_code == 302

    new = reverse("inspections:plan-new", args=[year.public_id])
    assert handler.get(new).status_code == 200
    assert handler.post(new, plan_form(bureau)).status_code == 302
    plan = InspectionPlan.objects.get()
    estimate = handler.get(reverse("inspections:plan-estimate", args=[plan.public_id])).content.decode()
    assert "预计检查2户" in estimate
    edited = plan_form(bureau, title="另一个名称", version=plan.version)
    assert handler.post(reverse("inspections:plan-edit", args=[plan.public_id]), edited).status_code == 302
    assert step(approver, "plan", plan, "approve").status_code == 302
    assert step(handler, "plan", plan, "draw").status_code == 422  # the digest has not been public for a day

    settings.PRETEND_TODAY = TUESDAY
    assert step(handler, "plan", plan, "draw").status_code == 302
    plan.refresh_from_db()
    assert plan.seed in handler.get(reverse("inspections:plan", args=[plan.public_id])).content.decode()
    assert "完全一致" in reviewer.get(reverse("inspections:plan-redraw", args=[plan.public_id])).content.decode()

    visit = plan.visits.first()
    assert step(reviewer, "visit", visit, "replace", reason="已停业").status_code == 302
    visit = plan.visits.get(replaces__isnull=False)
    result = {"inspected_on": "2026-03-03", "result": "pending", "summary": "未建立隐患排查台账"}
    assert step(handler, "visit", visit, "record", **result).status_code == 302
    assert Record.objects.get().state == "draft"
    publish = reverse("inspections:results-publish", args=[plan.public_id])
    assert publisher.post(publish, {"chosen": [visit.pk, "x"]}).status_code == 302
    visit.refresh_from_db()
    assert visit.state == "published"
    page = publisher.get(reverse("inspections:visit", args=[visit.public_id])).content.decode()
    assert "未建立隐患排查台账" in page


def test_a_refusal_stands_on_the_form_with_what_was_typed():
    bureau = Bureau()
    year = bureau.year()
    handler = client_of(bureau.officer("handler"))
    answer = handler.post(
        reverse("inspections:plan-new", args=[year.public_id]), plan_form(bureau, ends_on="2027-01-05")
    )
    assert answer.status_code == 422
    assert "须在2026年之内" in answer.content.decode()
    assert 'value="工贸企业安全生产抽查"' in answer.content.decode()


def test_who_may_not_take_a_step_is_told_who_may():
    bureau = Bureau()
    subjects(2)
    plan = bureau.approved()
    address = reverse("inspections:plan-step", args=[plan.public_id, "draw"])
    page = client_of(bureau.officer("publisher")).get(address).content.decode()
    assert "可以办理的角色是：经办、审核" in page
    stranger = make_account("handler", department=make_department())
    assert "其他部门不能办理" in client_of(stranger).get(address).content.decode()
    unknown = reverse("inspections:plan-step", args=[plan.public_id, "unheard-of"])
    assert client_of(stranger).get(unknown).status_code == 404


def test_a_department_sees_only_the_plans_in_which_it_inspects():
    bureau = Bureau()
    subjects(2)
    plan = bureau.approved()
    stranger = client_of(make_account("department", department=make_department()))
    assert stranger.get(reverse("inspections:plan", args=[plan.public_id])).status_code == 404
    assert plan.title not in stranger.get(reverse("inspections:list")).content.decode()
    own = client_of(make_account("department", department=bureau.department))
    assert own.get(reverse("inspections:plan", args=[plan.public_id])).status_code == 200
    assert own.get(reverse("inspections:plan-population", args=[plan.public_id])).status_code == 403


def test_the_population_is_sent_as_it_was_hashed_and_the_download_is_logged(settings):
    bureau = Bureau()
    subjects(4)
    plan = bureau.drawn()
    settings.PRETEND_TODAY = TUESDAY
    auditor = make_account("auditor", department=bureau.department)
    answer = client_of(auditor).get(reverse("inspections:plan-population", args=[plan.public_id]))
    content = b"".join(answer.streaming_content)
    assert content.decode().count("\tungraded\t") == 4
    assert AttachmentDownload.objects.get().account == auditor


def test_the_registers_are_kept_on_their_pages():
    bureau, subject = Bureau(staff=1), make_subject()
    handler, inspector = client_of(bureau.officer("handler")), Inspector.objects.get()
    matter = {
        "label": "特种作业检查",
        "content": "持证上岗",
        "basis": "《中华人民共和国安全生产法》第三十条",
        "way": "site",
    }
    assert handler.post(reverse("inspections:matter-new"), matter).status_code == 302
    assert handler.post(reverse("inspections:matter-new"), matter).status_code == 422
    assert handler.post(reverse("inspections:matter-end", args=[bureau.matter.public_id])).status_code == 302
    page = handler.get(reverse("inspections:matter-list")).content.decode()
    assert "特种作业检查" in page
    assert "2026-03-02移出" in page

    person = {
        "name": "演示检查员",
        "certificate": "演示9999",
        "starts_on": "2026-01-01",
        "qualifications": ["machinery"],
    }
    assert handler.post(reverse("inspections:inspector-new"), person).status_code == 302
    assert "演示检查员" in handler.get(reverse("inspections:inspector-list")).content.decode()

    address = reverse("inspections:inspector", args=[inspector.public_id])
    assert handler.post(address, {"code": "91370323MA0000000X", "kind": "kin"}).status_code == 422
    assert handler.post(address, {"code": subject.uscc, "kind": "kin", "note": "配偶持股"}).status_code == 302
    row = InspectorConflict.objects.get()
    assert "配偶持股" in handler.get(address).content.decode()
    assert handler.post(reverse("inspections:conflict-end", args=[row.pk])).status_code == 302
    assert handler.post(reverse("inspections:inspector-end", args=[inspector.public_id])).status_code == 302
    inspector.refresh_from_db()
    assert inspector.ends_on == MONDAY


def test_another_inspection_is_noted_from_the_file_and_the_cap_is_shown(settings):
    activate("county-default", MONDAY)
    bureau, subject = Bureau(), make_subject()
    handler = client_of(bureau.officer("handler"))
    address = reverse("inspections:other-new", args=[subject.public_id])
    data = {"source": "complaint", "inspected_on": "2026-03-02", "summary": "核查举报"}
    assert "上限1次" in handler.get(address).content.decode()
    assert handler.post(address, data).status_code == 302
    page = handler.get(reverse("registry:subject-detail", args=[subject.public_id])).content.decode()
    assert "举报投诉核查" in page
    assert "已达到上限1次" in page
    assert handler.post(address, data | {"inspected_on": "2026-03-03"}).status_code == 422


def test_a_visit_that_is_still_to_be_made_is_not_announced_on_the_file():
    bureau, subject = Bureau(), make_subject()
    bureau.drawn(shares={"ungraded": 100})
    page = client_of(bureau.officer("handler")).get(reverse("registry:subject-detail", args=[subject.public_id]))
    assert "没有已经进行的检查" in page.content.decode()


def test_lists_take_a_constant_number_of_queries(django_assert_max_num_queries):
    bureau = Bureau(staff=6)
    subjects(30)
    plan = bureau.drawn(shares={"ungraded": 100})
    for _ in range(5):
        bureau.plan(title="另一个计划")
    handler = client_of(bureau.officer("handler"))
    with django_assert_max_num_queries(40):
        handler.get(reverse("inspections:plan", args=[plan.public_id]))
    with django_assert_max_num_queries(20):
        handler.get(reverse("inspections:list"))


# --- the public


def public_page(plan: InspectionPlan) -> str:
    answer = Client().get(reverse("disclosure:inspection-plan", args=[plan.public_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_draft_is_not_public_and_an_approved_plan_shows_only_its_digest():
    bureau = Bureau()
    subjects(4)
    plan = bureau.plan(reveal_on=LATER)
    address = reverse("disclosure:inspection-plan", args=[plan.public_id])
    assert Client().get(address).status_code == 404
    plan = bureau.approved(reveal_on=LATER)
    page = public_page(plan)
    assert plan.seed_hash in page
    assert "名单还没有公开" in page
    assert plan.title in Client().get(reverse("disclosure:inspections")).content.decode()


def test_seed_and_names_come_on_their_day_without_tiers_or_inspectors(settings):
    bureau = Bureau()
    made = subjects(2)
    plan = bureau.draw(bureau.approved(reveal_on=LATER, shares={"ungraded": 100}))
    settings.PRETEND_TODAY = LATER - dt.timedelta(days=1)
    page = public_page(plan)
    assert plan.population_hash in page
    assert plan.seed not in page
    assert made[0].name not in page
    settings.PRETEND_TODAY = LATER
    page = public_page(plan)
    assert plan.seed in page
    assert all(each.name in page for each in made)
    assert "未评定" not in page
    assert "ungraded" not in page
    assert not any(each.name in page for each in bureau.inspectors)


def a_published_finding(bureau: Bureau, settings) -> Inspection:
    subjects(1)
    plan = bureau.drawn(shares={"ungraded": 100})
    settings.PRETEND_TODAY = TUESDAY
    visit = plan.visits.get()
    handler, publisher = client_of(bureau.officer("handler")), client_of(bureau.officer("publisher"))
    step(handler, "visit", visit, "record", inspected_on="2026-03-03", result="pending", summary="台账缺失")
    visit.refresh_from_db()
    assert "台账缺失" not in public_page(plan)
    step(publisher, "visit", visit, "publish")
    visit.refresh_from_db()
    return visit


def test_a_result_is_shown_once_published_and_goes_with_its_record(settings):
    bureau = Bureau()
    visit = a_published_finding(bureau, settings)
    assert "台账缺失" in public_page(visit.plan)
    record = visit.record
    record.disputed_on = TUESDAY
    record.save_by(None, reason="test")
    assert "异议处理中" in public_page(visit.plan)
    record.state, record.voided_on = "voided", TUESDAY
    record.save_by(None, reason="test")
    page = public_page(visit.plan)
    assert "台账缺失" not in page
    assert "结果不再公开" in page


def test_a_result_and_the_names_go_when_their_time_is_over(settings):
    visit = a_published_finding(Bureau(), settings)
    settings.PRETEND_TODAY = dt.date(2027, 3, 3)
    assert "台账缺失" in public_page(visit.plan)
    settings.PRETEND_TODAY = dt.date(2027, 3, 4)
    assert "台账缺失" not in public_page(visit.plan)
    # the plan ended on 2026-06-30: names are shown through 2027-06-30
    settings.PRETEND_TODAY = dt.date(2027, 6, 30)
    assert visit.subject.name in public_page(visit.plan)
    settings.PRETEND_TODAY = dt.date(2027, 7, 1)
    assert visit.subject.name not in public_page(visit.plan)


def test_a_replaced_one_stays_on_the_list_with_the_reason(settings):
    bureau = Bureau()
    subjects(3)
    plan = bureau.drawn()
    settings.PRETEND_TODAY = TUESDAY
    visit = plan.visits.first()
    step(client_of(bureau.officer("reviewer")), "visit", visit, "replace", reason="已停业，联系人演示电话13800000000")
    page = public_page(plan)
    assert "更换理由：已停业" in page
    assert "13800000000" not in page


def test_the_matters_and_caps_are_public():
    bureau = Bureau()
    activate("county-default", MONDAY)
    page = Client().get(reverse("disclosure:inspection-matters")).content.decode()
    assert bureau.matter.basis in page
    assert "危险化学品、金属冶炼" in page


def test_a_cancelled_plan_says_why_in_public():
    bureau = Bureau()
    subjects(2)
    plan = bureau.approved()
    step(client_of(bureau.officer("approver")), "plan", plan, "cancel", reason="并入专项检查")
    assert "并入专项检查" in public_page(plan)


def test_other_sources_are_never_public():
    bureau, subject = Bureau(), make_subject()
    note = {"inspected_on": MONDAY, "actor": bureau.officer("handler"), "on": MONDAY}
    other_note(subject_id=subject.pk, source="complaint", summary="核查举报", **note)
    assert not Inspection.objects.results_public(MONDAY).exists()
