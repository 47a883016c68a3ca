"""The case procedure: each step allowed, refused by state, role, stale form and missing condition."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document as Docx

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Event, Notice, RecordEvidence
from registry.services.evidence import attachment_keep_own
from registry.services.policies import policy_deactivate
from sanctions.models import Case, ListEntry
from sanctions.services import cases, defences
from sanctions.services.candidates import candidates_evaluate
from sanctions.services.case_evidence import case_evidence_add
from tests.factories import make_account, make_department
from tests.sanctions.case_world import DEFENCE_UNTIL, HEARD, OPENED, SERVED, CaseWorld, a_file, add_penalty

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return CaseWorld()


# One row a step: the state it starts from, who does it, how it is called. mem-2023-11 has no step upward.
STEPS = {
    "evidence": ("collecting", "handler", lambda **kw: cases.case_evidence_complete(**kw)),
    "review": ("collected", "reviewer", lambda **kw: cases.case_review(**kw)),
    "return": ("collected", "reviewer", lambda **kw: cases.case_return(reason="补充笔录", **kw)),
    "notice": ("reviewed", "handler", lambda **kw: cases.case_notice(**kw)),
    "serve": ("noticed", "handler", lambda **kw: cases.case_serve(served_on=OPENED, receipt="直接送达", **kw)),
    "deliberate": ("noticed", "handler", lambda **kw: cases.case_deliberate(minutes="一致同意", **kw)),
    "decide": ("deliberated", "approver", lambda **kw: cases.case_decide(**kw)),
    "publish": ("decided", "publisher", lambda **kw: cases.case_publish(**kw)),
    "drop": ("collected", "approver", lambda **kw: cases.case_drop(reason="证据不足", **kw)),
    "assign": ("collecting", "approver", None),
    "take": ("collecting", "handler", lambda **kw: cases.case_take(**kw)),
    "defend": ("noticed", "handler", lambda **kw: defences.defence_receive(
        statement="事实不符", received_on=SERVED, **kw)),
    "waive": ("noticed", "handler", lambda **kw: defences.defence_waive(received_on=SERVED, **kw)),
    "hear": ("noticed", "reviewer", lambda **kw: defences.hearing_answer(
        is_held=True, heard_on=SERVED, text="已当面听取", **kw)),
    "reject-defence": ("noticed", "reviewer", lambda **kw: defences.defence_decide(
        is_upheld=False, reason="不成立", **kw)),
    "uphold-defence": ("noticed", "reviewer", lambda **kw: defences.defence_decide(
        is_upheld=True, reason="成立", **kw)),
}  # fmt: skip
ROLES = ("handler", "reviewer", "approver", "publisher", "department", "auditor", "administrator")


def step_call(world, name, **kwargs):
    if name == "assign":
        return cases.case_assign(handler=world.handler, **kwargs)
    return STEPS[name][2](**kwargs)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_refused_to_every_other_role(world, name):
    state, right_role, _ = STEPS[name]
    case = world.case(state)
    also = {"drop": "reviewer", "assign": "reviewer"}.get(name)
    allowed = []
    for role in ROLES:
        if role in (right_role, also):
            continue
        try:
            step_call(world, name, case_id=case.pk, actor=world.account(role), on=HEARD)
        except NotAllowed:
            continue
        allowed.append(role)
    assert allowed == []


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_refused_on_a_stale_form(world, name):
    state, role, _ = STEPS[name]
    case = world.case(state)
    with pytest.raises(Conflict) as refusal:
        step_call(world, name, case_id=case.pk, actor=world.account(role), on=HEARD, version=case.version - 1)
    assert refusal.value.code == "stale-version"


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_refused_when_the_case_is_over(world, name):
    case = world.case("collected")
    cases.case_drop(case_id=case.pk, reason="证据不足", actor=world.approver, on=OPENED)
    with pytest.raises(TransitionRefused, match="已终止"):
        step_call(world, name, case_id=case.pk, actor=world.account(STEPS[name][1]), on=HEARD)


# --- opening


def test_opening_numbers_the_case_and_keeps_the_reasons(world):
    case = world.case()
    assert case.number == "信监立〔2026〕0001号"
    assert case.policy == world.policy
    assert case.mode == "binding"
    assert any("第七条第（一）项" in sentence for sentence in case.sentences)


def test_a_bureaus_number_carries_its_name(world):
    bureau = make_department(name="演示应急局")
    actor = make_account("handler", department=bureau)
    case = cases.case_open(candidate_id=world.candidate().pk, handler=actor, actor=actor, on=OPENED)
    assert case.number == f"{bureau.short_name}信监立〔2026〕0001号"


def test_opening_takes_the_candidate(world):
    case = world.case()
    assert case.candidate.state == "taken"
    assert [ground.record for ground in case.grounds.all()] == world.records
    assert case.grounds.get().clauses == ["第七条第（一）项"]


def test_a_candidate_is_taken_once(world):
    case = world.case()
    with pytest.raises(TransitionRefused) as refusal:
        cases.case_open(candidate_id=case.candidate_id, handler=None, actor=world.handler, on=OPENED)
    assert refusal.value.code == "candidate-settled"


@pytest.mark.parametrize("role", ["reviewer", "approver", "publisher", "auditor", "department"])
def test_only_a_handler_opens(world, role):
    with pytest.raises(NotAllowed):
        cases.case_open(candidate_id=world.candidate().pk, handler=None, actor=world.account(role), on=OPENED)


def test_opening_is_refused_when_the_ground_was_voided_since(world):
    candidate = world.candidate()
    void(world.records[0], OPENED)
    with pytest.raises(RuleRefused) as refusal:
        cases.case_open(candidate_id=candidate.pk, handler=None, actor=world.handler, on=OPENED)
    assert refusal.value.code == "no-longer-due"


def test_opening_is_refused_when_the_policy_is_no_longer_in_use(world):
    candidate = world.candidate()
    policy_deactivate(activation=candidate.activation, note="改用新政策", actor=None, on=OPENED)
    with pytest.raises(RuleRefused) as refusal:
        cases.case_open(candidate_id=candidate.pk, handler=None, actor=world.handler, on=OPENED)
    assert refusal.value.code == "policy-not-in-use"


def test_the_handler_named_at_opening_must_be_one(world):
    with pytest.raises(InvalidInput) as refusal:
        cases.case_open(candidate_id=world.candidate().pk, handler=world.reviewer, actor=world.handler, on=OPENED)
    assert refusal.value.field == "handler"


def void(record, on):
    record.state, record.voided_on = "voided", on
    record.save_by(None, reason="test")


# --- the unassigned queue


def test_an_unassigned_case_is_taken_once(world):
    case = cases.case_open(candidate_id=world.candidate().pk, handler=None, actor=world.handler, on=OPENED)
    cases.case_take(case_id=case.pk, actor=world.handler, on=OPENED)
    with pytest.raises(Conflict, match="经办"):
        cases.case_take(case_id=case.pk, actor=make_account("handler", department=world.office), on=OPENED)


def test_the_reviewer_cannot_become_the_handler(world):
    both = make_account("handler", "reviewer", department=world.office)
    case = world.case("collected")
    cases.case_review(case_id=case.pk, actor=both, on=OPENED)
    with pytest.raises(NotAllowed) as refusal:
        cases.case_assign(case_id=case.pk, handler=both, actor=world.approver, on=OPENED)
    assert refusal.value.code == "same-as-reviewer"


def test_assigning_to_somebody_without_the_role_is_refused(world):
    case = world.case()
    with pytest.raises(InvalidInput):
        cases.case_assign(case_id=case.pk, handler=world.publisher, actor=world.approver, on=OPENED)


# --- evidence


def test_evidence_is_not_complete_without_any_file(world):
    case = world.case()
    with pytest.raises(RuleRefused) as refusal:
        cases.case_evidence_complete(case_id=case.pk, actor=world.handler, on=OPENED)
    assert refusal.value.code == "no-evidence"


def test_a_file_behind_the_record_is_evidence_too(world):
    case = world.case()
    attachment = attachment_keep_own(content=b"x", name="x.pdf", media_type="application/pdf", actor=None)
    RecordEvidence(record=world.records[0], attachment=attachment, label="决定书").save_by(None, reason="test")
    assert cases.case_evidence_complete(case_id=case.pk, actor=world.handler, on=OPENED).state == "collected"


def test_the_same_file_is_refused_twice(world):
    case = world.case()
    case_evidence_add(case_id=case.pk, upload=a_file(), label="笔录", actor=world.handler, on=OPENED)
    with pytest.raises(Conflict) as refusal:
        case_evidence_add(case_id=case.pk, upload=a_file("副本.pdf"), label="副本", actor=world.handler, on=OPENED)
    assert refusal.value.field == "file"


def test_a_file_of_a_wrong_type_is_refused(world):
    case = world.case()
    upload = SimpleUploadedFile("a.exe", b"MZ\x90\x00", content_type="application/pdf")
    with pytest.raises(InvalidInput):
        case_evidence_add(case_id=case.pk, upload=upload, label="材料", actor=world.handler, on=OPENED)


def test_another_handler_cannot_act_in_the_case(world):
    case = world.case()
    with pytest.raises(NotAllowed) as refusal:
        case_evidence_add(
            case_id=case.pk, upload=a_file(), label="笔录", on=OPENED,
            actor=make_account("handler", department=world.office),
        )  # fmt: skip
    assert refusal.value.code == "not-the-handler"


# --- review: four eyes


def test_the_handler_does_not_review_the_own_case(world):
    both = make_account("handler", "reviewer", department=world.office)
    case = cases.case_open(candidate_id=world.candidate().pk, handler=both, actor=both, on=OPENED)
    case_evidence_add(case_id=case.pk, upload=a_file(), label="笔录", actor=both, on=OPENED)
    cases.case_evidence_complete(case_id=case.pk, actor=both, on=OPENED)
    with pytest.raises(NotAllowed) as refusal:
        cases.case_review(case_id=case.pk, actor=both, on=OPENED)
    assert refusal.value.code == "same-as-handler"


def test_a_returned_case_tells_its_handler_why(world):
    case = world.case("collected")
    case = cases.case_return(case_id=case.pk, reason="补充笔录", actor=world.reviewer, on=OPENED)
    assert case.state == "collecting"
    assert Notice.objects.get(account=world.handler).body == "补充笔录"


def test_returning_needs_a_reason(world):
    case = world.case("collected")
    with pytest.raises(RuleRefused) as refusal:
        cases.case_return(case_id=case.pk, reason=" ", actor=world.reviewer, on=OPENED)
    assert refusal.value.field == "reason"


# --- notice and service


def test_the_notice_is_a_numbered_document_with_facts_basis_and_rights(world):
    case = world.case("noticed")
    document = case.documents.get(step="notice").document
    with document.attachment.file.open("rb") as file:
        docx = Docx(file)
    text = "\n".join(paragraph.text for paragraph in docx.paragraphs)
    assert document.number == "信监告〔2026〕0001号"
    assert document.title == "列入告知书"  # as the pack calls it
    assert world.subject.name in text
    assert "陈述、申辩" in text
    assert "5个工作日" in text
    assert "应急管理部令第11号" in text
    assert world.records[0].number in [cell.text for table in docx.tables for row in table.rows for cell in row.cells]


def test_the_subject_is_told(world):
    case = world.case("noticed")
    notice = Notice.objects.get(kind="case.notice", object_id=case.pk)
    assert notice.subject == world.subject


def test_the_defence_period_runs_five_working_days_from_service(world):
    case = world.serve(world.case("noticed"))
    assert case.defence_until == DEFENCE_UNTIL
    deadline = Deadline.objects.get(code="defence", object_id=case.pk)
    assert (deadline.due_on, deadline.is_assumed, deadline.clause) == (DEFENCE_UNTIL, True, "8")


def test_service_marks_the_notice_served(world):
    case = world.serve(world.case("noticed"))
    assert Notice.objects.get(kind="case.notice", object_id=case.pk).served_on == SERVED


@pytest.mark.parametrize("served_on", [OPENED - dt.timedelta(days=1), HEARD + dt.timedelta(days=1)])
def test_service_before_the_notice_or_in_the_future_is_refused(world, served_on):
    case = world.case("noticed")
    with pytest.raises(InvalidInput) as refusal:
        cases.case_serve(case_id=case.pk, served_on=served_on, receipt="直接送达", actor=world.handler, on=HEARD)
    assert refusal.value.field == "served_on"


def test_service_is_recorded_once(world):
    case = world.serve(world.case("noticed"))
    with pytest.raises(TransitionRefused, match="不能重复登记"):
        world.serve(case)


# --- decision


def test_no_deliberation_before_service(world):
    case = world.case("noticed")
    with pytest.raises(RuleRefused) as refusal:
        cases.case_deliberate(case_id=case.pk, minutes="同意", actor=world.handler, on=HEARD)
    assert refusal.value.code == "not-served"


def test_no_deliberation_on_the_last_day_of_the_period(world):
    case = world.serve(world.case("noticed"))
    with pytest.raises(RuleRefused) as refusal:
        cases.case_deliberate(case_id=case.pk, minutes="同意", actor=world.handler, on=DEFENCE_UNTIL)
    assert refusal.value.code == "defence-period-open"
    assert "2026年6月10日" in refusal.value.message


def test_deliberation_on_the_day_after_the_period(world):
    case = world.serve(world.case("noticed"))
    assert cases.case_deliberate(case_id=case.pk, minutes="同意", actor=world.handler, on=HEARD).state == "deliberated"


def test_deliberation_needs_minutes(world):
    case = world.serve(world.case("noticed"))
    with pytest.raises(InvalidInput) as refusal:
        cases.case_deliberate(case_id=case.pk, minutes=" ", actor=world.handler, on=HEARD)
    assert refusal.value.field == "minutes"


@pytest.mark.parametrize(("role", "code"), [("handler", "same-as-handler"), ("reviewer", "same-as-reviewer")])
def test_who_handled_or_reviewed_does_not_decide(world, role, code):
    both = make_account(role, "approver", department=world.office)
    setattr(world, role, both)
    case = world.case("deliberated")
    with pytest.raises(NotAllowed) as refusal:
        cases.case_decide(case_id=case.pk, actor=both, on=HEARD)
    assert refusal.value.code == code


def test_the_decision_keeps_number_day_approver_and_policy(world):
    case = world.case("decided")
    assert case.decision_number == "信监决〔2026〕0001号"
    assert (case.decided_on, case.approver, case.policy) == (HEARD, world.approver, world.policy)
    event = Event.objects.get(name="case.decide", object_id=case.pk)
    assert event.payload["policy_hash"] == world.policy.content_hash


@pytest.mark.parametrize(
    ("state", "code", "due_on"),
    [
        ("collecting", "collect", dt.date(2026, 6, 23)),  # 15 working days after Monday the 1st, the 19th is a holiday
        ("collected", "review", dt.date(2026, 6, 4)),
        ("reviewed", "notice", dt.date(2026, 6, 4)),
        ("deliberated", "decide", dt.date(2026, 6, 18)),  # 5 working days after Thursday the 11th
        # 20 working days after Thursday 2026-06-11; 2026-06-19 (Friday) is the Dragon Boat holiday.
        ("decided", "publish", dt.date(2026, 7, 10)),
    ],
)
def test_each_state_has_the_limit_of_its_next_step(world, state, code, due_on):
    case = world.case(state)
    due = Deadline.objects.filter(object_id=case.pk, met_on=None, cancelled_on=None).values_list("code", "due_on")
    assert list(due) == [(code, due_on)]


def test_a_decision_is_refused_when_its_only_ground_was_voided(world):
    case = world.case("deliberated")
    void(world.records[0], HEARD)
    with pytest.raises(RuleRefused) as refusal:
        cases.case_decide(case_id=case.pk, actor=world.approver, on=HEARD)
    assert refusal.value.code == "no-longer-due"
    assert world.records[0].number in refusal.value.message
    assert "作废" in refusal.value.message


def test_a_decision_rests_only_on_the_grounds_that_are_left():
    world = CaseWorld(codes=("B1", "B2"))
    case = world.case("deliberated")
    void(world.records[0], HEARD)
    case = cases.case_decide(case_id=case.pk, actor=world.approver, on=HEARD)
    assert [ground.record for ground in case.grounds.all()] == [world.records[1]]


def test_a_record_found_after_opening_cannot_carry_the_decision(world):
    case = world.case("deliberated")
    void(world.records[0], HEARD)
    add_penalty(world.subject, "B1", decided_on=world.decided, confirmed_on=HEARD)
    with pytest.raises(RuleRefused) as refusal:
        cases.case_decide(case_id=case.pk, actor=world.approver, on=HEARD)
    assert refusal.value.code == "no-longer-due"


def test_a_decision_is_refused_when_the_policy_was_switched_off(world):
    case = world.case("deliberated")
    policy_deactivate(activation=case.candidate.activation, note="改用新政策", actor=None, on=HEARD)
    with pytest.raises(RuleRefused) as refusal:
        cases.case_decide(case_id=case.pk, actor=world.approver, on=HEARD)
    assert refusal.value.code == "policy-not-in-use"


# --- publication and the end


def test_publication_opens_a_public_entry_on_the_grounds(world):
    case = world.case("published")
    assert case.entry.is_public
    assert case.entry.starts_on == HEARD
    assert [ground.record for ground in case.entry.grounds.all()] == world.records


def test_publication_meets_the_publication_deadline(world):
    case = world.case("published")
    assert Deadline.objects.get(code="publish", object_id=case.pk).met_on == HEARD


def test_a_published_case_raises_no_candidate_again(world):
    case = world.case("published")
    outcome = candidates_evaluate(subject=world.subject, actor=None, on=HEARD)
    assert outcome.raised == []
    assert Case.objects.exclude(pk=case.pk).count() == 0


def test_an_internal_case_takes_force_without_being_public():
    world = CaseWorld(pack_id="nanning-urban", codes=("severe", "severe"))
    case = world.case("published")
    assert (case.mode, case.entry.is_public) == ("internal", False)


def test_a_dropped_case_cancels_its_deadlines(world):
    case = world.serve(world.case("noticed"))
    cases.case_drop(case_id=case.pk, reason="证据不足", actor=world.approver, on=HEARD)
    assert not Deadline.objects.filter(object_id=case.pk, met_on=None, cancelled_on=None).exists()


def test_a_decision_not_yet_published_is_revoked_by_an_approver(world):
    case = world.case("decided")
    other = make_account("approver", department=world.office)
    case = cases.case_drop(case_id=case.pk, reason="发现程序错误", actor=other, on=HEARD)
    assert case.state == "dropped"
    assert not ListEntry.objects.exists()


def test_every_step_writes_one_event(world):
    case = world.case("published")
    names = Event.objects.filter(object_kind="sanctions.case", object_id=case.pk).order_by("id")
    assert list(names.values_list("name", flat=True)) == [
        "case.open", "case.add-evidence", "case.evidence", "case.review", "case.notice", "case.serve",
        "case.deliberate", "case.decide", "case.publish",
    ]  # fmt: skip


def test_the_documents_of_a_whole_case(world):
    case = world.case("published")
    # the decision and the notice of repair go together (两书同达)
    steps = ["open", "review", "notice", "deliberate", "decide", "repair-notice"]
    assert [paper.step for paper in case.documents.all()] == steps


def test_officers_of_another_department_take_no_step_of_a_case(world):
    case = world.case("collected")
    stranger = make_account("reviewer", department=make_department())
    with pytest.raises(NotAllowed) as refused:
        cases.case_review(case_id=case.pk, actor=stranger, on=OPENED)
    assert refused.value.code == "other-department"
