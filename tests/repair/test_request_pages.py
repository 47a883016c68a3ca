"""Pages of requests: the subject sees its own alone, officers decide on one screen, each refusal at its field."""

import datetime as dt

import pytest
from django.urls import reverse

from registry import clock
from registry.models import Document, Record
from repair.models import Objection, RepairApplication, Review
from repair.services.objection_decisions import objection_refuse
from repair.services.objections import objection_file, objection_supplement
from repair.services.repairs import repair_file
from tests.factories import make_department
from tests.repair.people import make_people
from tests.repair.scenes import accepted_objection, accepted_repair, browser, penalty
from tests.sanctions.case_world import a_file
from tests.sanctions.listing import load_policy

pytestmark = pytest.mark.django_db
Day = dt.date
TODAY = Day(2026, 6, 1)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def people():
    load_policy("ndrc-2025-36")
    return make_people()


@pytest.fixture
def record(people) -> Record:
    return penalty(
        people, "警告", decided_on=Day(2026, 5, 1), corrected_on=Day(2026, 5, 2), fulfilled_on=Day(2026, 5, 2)
    )


def text(response) -> str:
    return response.content.decode()


def mine(name: str, *args) -> str:
    return reverse(f"my-requests:{name}", args=args)


def office(name: str, *args) -> str:
    return reverse(f"requests:{name}", args=args)


# --- the subject's side


def test_an_objection_is_filed_with_its_file_and_seen_with_its_way(people, record) -> None:
    own = browser(people.own)
    assert record.number in text(own.get(mine("list")))
    data = {"statement": "不是我单位", "file_1": a_file("证明.pdf"), "label_1": "租赁合同"}
    answer = own.post(mine("object", "record", record.public_id), data)
    objection = Objection.objects.get()
    assert answer.url == mine("detail", "objections", objection.public_id)
    page = text(own.get(answer.url))
    for words in (objection.number, "租赁合同", "待受理", "撤回"):
        assert words in page


def test_an_objection_without_words_is_refused_at_its_field(people, record) -> None:
    answer = browser(people.own).post(mine("object", "record", record.public_id), {"statement": " "})
    assert answer.status_code == 422
    assert "事实和理由" in text(answer)
    assert not Objection.objects.exists()


def test_what_another_subject_has_is_not_there(people, record) -> None:
    stranger = browser(make_people().own)
    objection = accepted_objection(people, TODAY, record_id=record.pk)
    application = repair_file(
        subject_id=people.subject.pk, statement="", actor=people.own, on=TODAY, record_id=record.pk
    )
    slip = Document.objects.get(object_id=objection.pk, kind="request-accept").attachment.public_id
    addresses = [
        mine("object", "record", record.public_id),
        mine("apply", "record", record.public_id, "repair"),
        mine("detail", "objections", objection.public_id),
        mine("answer", "objections", objection.public_id),
        mine("withdraw", "objections", objection.public_id),
        mine("complain", objection.public_id),
        mine("detail", "repairs", application.public_id),
        mine("withdraw", "repairs", application.public_id),
        mine("file", "objections", objection.public_id, slip),
    ]
    assert {stranger.get(address).status_code for address in addresses} == {404}
    assert {stranger.post(address, {"statement": "x"}).status_code for address in addresses[:-1]} == {404}
    assert browser(people.own).get(addresses[-1]).status_code == 200


def test_a_file_of_another_request_is_not_sent(people, record) -> None:
    other = make_people()
    foreign = accepted_objection(other, TODAY, record_id=penalty(other, "警告", decided_on=Day(2026, 5, 1)).pk)
    slip = Document.objects.get(object_id=foreign.pk, kind="request-accept").attachment.public_id
    objection = accepted_objection(people, TODAY, record_id=record.pk)
    assert browser(people.own).get(mine("file", "objections", objection.public_id, slip)).status_code == 404


def test_what_is_wanted_is_answered_and_the_clock_runs_again(people, record) -> None:
    application = accepted_repair(people, TODAY, record_id=record.pk)
    browser(people.handler).post(
        office("step", "repairs", application.public_id, "supplement"), {"reason": "请提交信用承诺书"}
    )
    own = browser(people.own)
    page = text(own.get(mine("detail", "repairs", application.public_id)))
    assert "请提交信用承诺书" in page
    answer = own.post(mine("answer", "repairs", application.public_id), {"paper_commitment": a_file("承诺书.pdf")})
    assert answer.status_code == 302
    application.refresh_from_db()
    assert application.state == "accepted"
    assert application.files.filter(kind="commitment").exists()


def test_withdrawing_asks_first(people, record) -> None:
    objection = accepted_objection(people, TODAY, record_id=record.pk)
    own = browser(people.own)
    assert "撤回后不再办理" in text(own.get(mine("withdraw", "objections", objection.public_id)))
    own.post(mine("withdraw", "objections", objection.public_id), {"version": objection.version})
    objection.refresh_from_db()
    assert objection.state == "withdrawn"


def test_a_refused_objection_shows_its_reason_clause_and_ways(people, record) -> None:
    make_department(kind="joint-conference")
    objection = accepted_objection(people, TODAY, record_id=record.pk)
    objection_refuse(objection_id=objection.pk, reason="证据充分", actor=people.approver, on=TODAY)
    own = browser(people.own)
    page = text(own.get(mine("detail", "objections", objection.public_id)))
    for words in ("证据充分", "行政复议", "投诉", "异议处理决定书"):
        assert words in page
    answer = own.post(mine("complain", objection.public_id), {"statement": "仍有异议"})
    assert Objection.objects.get(level="complaint").public_id.hex in answer.url.replace("-", "")


def test_the_repair_page_tells_class_day_conditions_and_own_proof(people, record) -> None:
    late = penalty(people, "责令停产停业", decided_on=Day(2026, 4, 10))
    page = text(browser(people.own).get(mine("repair")))
    for words in ("轻微失信", "严重失信", "2027-04-11", "本机关已有记录", "申请时提交", "须先", "不收取任何费用"):
        assert words in page
    assert mine("apply", "record", record.public_id, "repair") in page
    assert mine("apply", "record", late.public_id, "repair") not in page  # too early


def test_applying_asks_only_for_what_the_rule_asks_for(people, record) -> None:
    own, address = browser(people.own), mine("apply", "record", record.public_id, "repair")
    page = text(own.get(address))
    assert "paper_commitment" in page
    for name in ("paper_fulfilment", "paper_training", "paper_credit-report"):
        assert name not in page
    own.post(address, {"paper_commitment": a_file("承诺书.pdf")})
    application = RepairApplication.objects.get()
    assert set(application.files.values_list("kind", flat=True)) == {"commitment", "fulfilment"}


# --- the officers' side


def test_the_list_is_filtered_and_shows_due_day_and_a_clock_that_stands(people, record) -> None:
    objection = accepted_objection(people, TODAY, record_id=record.pk)
    application = accepted_repair(people, TODAY, record_id=record.pk)
    client = browser(people.approver)
    page = text(client.get(office("list")))
    assert objection.number in page
    # ten working days after 2026-06-01, a Monday: 端午 is on Friday 2026-06-19, the tenth is 2026-06-15
    assert "2026-06-15" in page
    assert objection.number not in text(client.get(office("list"), {"kind": "repair", "state": "open"}))
    browser(people.handler).post(office("step", "repairs", application.public_id, "supplement"), {"reason": "承诺书"})
    assert "期限中止" in text(client.get(office("list"), {"kind": "repair", "state": "open"}))
    assert "没有符合条件的申请" in text(client.get(office("list"), {"text": "没有这个单位", "state": "open"}))


def test_the_page_of_a_repair_has_all_that_its_decision_needs(people, record) -> None:
    application = accepted_repair(people, TODAY, "commitment", record_id=record.pk)
    page = text(browser(people.approver).get(office("detail", "repairs", application.public_id)))
    for words in (
        "条件均已具备", "修复条件", record.number, "信用承诺书", "受理通知书", "已经整改", "本机关已有记录", "2026-06-15"
    ):  # fmt: skip
        assert words in page


def test_a_step_is_offered_to_whom_it_belongs(people, record) -> None:
    application = accepted_repair(people, TODAY, "commitment", record_id=record.pk)
    grant = office("step", "repairs", application.public_id, "grant")
    page = office("detail", "repairs", application.public_id)
    assert grant in text(browser(people.approver).get(page))
    assert grant not in text(browser(people.handler).get(page))
    assert grant not in text(browser(make_people().approver).get(page))


def test_repair_is_refused_too_early_with_the_day_named_and_not_granted(people) -> None:
    late = penalty(
        people, "责令停产停业", decided_on=Day(2026, 4, 10), corrected_on=Day(2026, 5, 1), fulfilled_on=Day(2026, 5, 1)
    )
    application = accepted_repair(people, TODAY, "commitment", record_id=late.pk)
    client = browser(people.approver)
    answer = client.post(office("step", "repairs", application.public_id, "grant"), {"reason": "同意"})
    assert answer.status_code == 422
    assert "2027-04-11" in text(answer)
    page = text(client.get(office("step", "repairs", application.public_id, "refuse"), {"text": "conditions"}))
    assert "最短期限未满" in page
    client.post(office("step", "repairs", application.public_id, "refuse"), {"reason": "期限未满"})
    application.refresh_from_db()
    assert (application.state, application.refusals) == ("refused", ["too-early"])


def test_every_text_for_answers_can_be_filled(people, record) -> None:
    objection = accepted_objection(people, TODAY, record_id=record.pk)
    client = browser(people.approver)
    for step, code in (("refuse", "facts-clear"), ("grant", "wrong-facts"), ("refuse", "in-term")):
        page = text(client.get(office("step", "objections", objection.public_id, step), {"text": code}))
        assert "经核查" in page
        assert "{" not in page.split("<textarea", 1)[1].split("</textarea>", 1)[0]


def test_an_objection_is_upheld_through_the_form_of_the_record(people, record) -> None:
    objection = accepted_objection(people, TODAY, record_id=record.pk)
    client = browser(people.approver)
    leads = client.post(
        office("step", "objections", objection.public_id, "grant"), {"remedy": "correct", "reason": "金额有误"}
    )
    assert leads.url == office("correct", objection.public_id)
    form = client.get(leads.url).context["form"]
    assert form.initial["reason"] == "金额有误"
    data = {
        "reason": "金额有误", "title": "更正后的事由", "number": record.number, "department": record.department_id,
        "decided_on": "2026-05-01", "violation_type": "演示", "basis": "演示依据", "procedure": "ordinary",
        "kinds": ["警告"], "content_text": "警告",
    }  # fmt: skip
    assert client.post(leads.url, data).status_code == 302
    objection.refresh_from_db()
    assert (objection.state, objection.replaced_by.title) == ("granted", "更正后的事由")


def test_a_batch_accepts_each_on_its_own(people, record) -> None:
    ours = objection_file(subject_id=people.subject.pk, statement="x", actor=people.own, on=TODAY, record_id=record.pk)
    others = make_people()
    theirs = objection_file(
        subject_id=others.subject.pk, statement="x", actor=others.own, on=TODAY,
        record_id=penalty(others, "警告", decided_on=Day(2026, 5, 1)).pk,
    )  # fmt: skip
    chosen = [f"objections:{ours.public_id}", f"objections:{theirs.public_id}", "objections:nonsense"]
    page = text(browser(people.handler).post(office("accept-many"), {"chosen": chosen}))
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.state, theirs.state) == ("accepted", "filed")
    assert "谁认定、谁处理" in page
    assert page.count("未办成") == 1


def test_what_came_on_paper_is_registered_from_the_subjects_file(people, record) -> None:
    client = browser(people.handler)
    assert office("register", people.subject.public_id) in text(
        client.get(reverse("registry:subject-detail", args=[people.subject.public_id]))
    )
    data = {"kind": "repair", "target": f"record:{record.pk}", "statement": "窗口", "file_1": a_file("承诺书.pdf"),
            "label_1": "信用承诺书"}  # fmt: skip
    client.post(office("register", people.subject.public_id), data)
    application = RepairApplication.objects.get()
    assert application.is_on_paper
    assert application.files.filter(kind="commitment").exists()


def test_a_courts_outcome_is_entered_with_its_document(people, record) -> None:
    data = {
        "kind": "suit", "target": f"record:{record.pk}", "authority": "演示县人民法院", "number": "（2026）演01行初1号",
        "decided_on": "2026-05-30", "outcome": "revoked", "note": "撤销处罚", "file": a_file("判决书.pdf"),
    }  # fmt: skip
    assert browser(people.approver).post(office("review-new", people.subject.public_id), data).status_code == 302
    record.refresh_from_db()
    assert (Review.objects.get().outcome, record.state) == ("revoked", "voided")


def test_a_changed_penalty_asks_for_its_right_content_first(people, record) -> None:
    client, address = browser(people.approver), office("review-new", people.subject.public_id)
    data = {
        "kind": "reconsideration", "target": f"record:{record.pk}", "authority": "演示县人民政府", "number": "演府复1号",
        "decided_on": "2026-05-30", "outcome": "changed", "note": "改为警告",
    }  # fmt: skip
    page = client.post(address, data | {"file": a_file("决定.pdf")})
    assert "变更后的记录" in text(page)
    assert not Review.objects.exists()
    right = {
        "reason": "改为警告", "title": "变更后", "number": record.number, "department": record.department_id,
        "decided_on": "2026-05-01", "violation_type": "演示", "basis": "演示依据", "procedure": "ordinary",
        "kinds": ["警告"], "content_text": "警告",
    }  # fmt: skip
    sent = data | {"file": a_file("决定.pdf")} | {f"right-{name}": value for name, value in right.items()}
    assert client.post(address, sent).status_code == 302
    assert Review.objects.get().replaced_by.title == "变更后"


# --- the workbench


def test_a_request_lies_with_whose_turn_it_is(people, record) -> None:
    objection = objection_file(
        subject_id=people.subject.pk, statement="x", actor=people.own, on=TODAY, record_id=record.pk
    )
    bench = reverse("workbench")
    assert objection.number in text(browser(people.handler).get(bench, {"queue": "mine"}))
    assert objection.number not in text(browser(people.approver).get(bench, {"queue": "mine"}))
    assert objection.number not in text(browser(make_people().handler).get(bench, {"queue": "mine"}))
    browser(people.handler).post(office("step", "objections", objection.public_id, "accept"), {})
    assert objection.number in text(browser(people.approver).get(bench, {"queue": "mine"}))
    objection_supplement(objection_id=objection.pk, wanted="凭证", actor=people.handler, on=TODAY)
    assert objection.number not in text(browser(people.approver).get(bench, {"queue": "mine"}))
    whole = text(browser(people.approver).get(bench, {"scope": "whole", "queue": "all"}))
    assert "等待当事人补正" in whole


def test_a_late_request_is_overdue_and_one_whose_clock_stands_is_not(people, record, monkeypatch) -> None:
    application = accepted_repair(people, TODAY, record_id=record.pk)
    monkeypatch.setattr(clock, "today", lambda: Day(2026, 6, 16))
    bench = reverse("workbench")
    overdue = {"queue": "overdue", "scope": "whole"}
    assert application.number in text(browser(people.approver).get(bench, overdue))
    browser(people.handler).post(office("step", "repairs", application.public_id, "supplement"), {"reason": "承诺书"})
    assert application.number not in text(browser(people.approver).get(bench, overdue))
