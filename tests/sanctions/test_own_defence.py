"""Defence online: by the subject's own account, in time and late; the case waits; documents signed for electronically."""

import datetime as dt

import pytest
from django.urls import reverse

from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Notice
from registry.services.service_consents import service_consent_give
from sanctions.models import Case, Defence
from sanctions.rules.lifecycle import Procedure
from sanctions.services import cases, defences
from sanctions.services.defences import DefenceUpload
from sanctions.services.own_service import own_notice_receive
from tests.factories import make_account, make_subject
from tests.sanctions.case_world import DEFENCE_UNTIL, HEARD, OPENED, SERVED, CaseWorld, a_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return CaseWorld()


@pytest.fixture
def own(world):
    return make_account("subject", subject=world.subject)


@pytest.fixture
def case(world):
    return world.serve(world.case("noticed"))


def defend(case, own, on, **fields):
    return defences.own_defence_receive(
        case_id=case.pk, **{"statement": "事实不符。", **fields}, actor=own, on=on
    )  # fmt: skip


def test_the_days_of_this_file_are_those_of_the_pack(case):
    assert (case.served_on, case.defence_until) == (SERVED, DEFENCE_UNTIL)


def test_a_statement_on_the_last_day_is_in_time_and_holds_the_case(world, case, own):
    defence = defend(case, own, DEFENCE_UNTIL, wants_hearing=True, uploads=[DefenceUpload(a_file("照片.pdf"), "照片")])
    assert (defence.received_on, defence.is_online, defence.wants_hearing) == (DEFENCE_UNTIL, True, True)
    assert [each.label for each in defence.files.all()] == ["照片"]
    assert Deadline.objects.get(object_id=case.pk, code="defence").met_on == DEFENCE_UNTIL
    for step in (
        lambda: cases.case_deliberate(case_id=case.pk, minutes="同意", actor=world.handler, on=HEARD),
        lambda: cases.case_decide(case_id=case.pk, actor=world.approver, on=HEARD),
    ):
        with pytest.raises((RuleRefused, TransitionRefused)):
            step()


def test_the_case_waits_for_the_end_of_the_period_and_not_longer(world, case):
    with pytest.raises(RuleRefused) as refusal:
        cases.case_deliberate(case_id=case.pk, minutes="同意", actor=world.handler, on=DEFENCE_UNTIL)
    assert refusal.value.code == "defence-period-open"
    assert cases.case_deliberate(case_id=case.pk, minutes="同意", actor=world.handler, on=HEARD).state == "deliberated"


def test_a_statement_one_day_late_is_heard_and_marked(world, case, own):
    from_event = case.pk
    defend(case, own, HEARD)
    event = world.subject.events.filter(name="case.defend", object_id=from_event).get()
    assert event.payload["is_late"] is True
    notice = Notice.objects.get(kind="case.defend")
    assert notice.account == world.handler
    assert "逾期提出" in notice.body
    with pytest.raises(RuleRefused):
        cases.case_deliberate(case_id=case.pk, minutes="同意", actor=world.handler, on=HEARD)


def test_after_the_decision_nothing_is_taken_in_and_the_ways_out_are_told(world, case, own):
    world.advance(case, "decided")
    with pytest.raises(TransitionRefused) as refusal:
        defend(case, own, HEARD)
    assert "行政复议" in refusal.value.message
    assert not Defence.objects.filter(case=case).exists()


def test_before_service_there_is_nothing_to_answer(world, own):
    case = world.case("noticed")
    with pytest.raises(RuleRefused) as refusal:
        defend(case, own, OPENED)
    assert refusal.value.code == "not-served"


def test_another_subjects_account_is_refused_and_an_officer_has_no_way_in(world, case):
    other = make_account("subject", subject=make_subject())
    for actor in (other, world.handler):
        with pytest.raises(NotAllowed):
            defend(case, actor, SERVED)
        with pytest.raises(NotAllowed):
            defences.own_defence_waive(case_id=case.pk, is_confirmed=True, actor=actor, on=SERVED)


def test_a_waiver_is_express_and_lets_the_case_go_on(world, case, own):
    with pytest.raises(InvalidInput):
        defences.own_defence_waive(case_id=case.pk, is_confirmed=False, actor=own, on=SERVED)
    defences.own_defence_waive(case_id=case.pk, is_confirmed=True, actor=own, on=SERVED)
    assert cases.case_deliberate(case_id=case.pk, minutes="同意", actor=world.handler, on=SERVED).state == "deliberated"


def test_a_statement_replaces_the_waiver_while_the_case_is_undecided(case, own):
    defences.own_defence_waive(case_id=case.pk, is_confirmed=True, actor=own, on=SERVED)
    defence = defend(case, own, DEFENCE_UNTIL)
    assert (defence.is_waived, defence.statement) == (False, "事实不符。")


def test_a_bad_file_keeps_nothing(case, own):
    with pytest.raises(InvalidInput):
        defend(case, own, SERVED, uploads=[DefenceUpload(a_file("程序.exe"), "")])
    assert not Defence.objects.exists()


# --- electronic service


def arrived(case):
    """The case's notice, delivered to the mailbox by the relay."""
    notice = Notice.objects.get(kind="case.notice", object_id=case.pk)
    notice.state = Notice.State.DELIVERED
    notice.save()
    return notice


def test_signing_serves_the_notice_only_after_consent_and_starts_the_period(world, own):
    case = world.case("noticed")
    notice = arrived(case)
    with pytest.raises(RuleRefused) as refusal:
        own_notice_receive(notice_id=notice.pk, actor=own, on=SERVED)
    assert refusal.value.code == "no-consent"
    service_consent_give(is_agreed=True, actor=own, on=SERVED)
    own_notice_receive(notice_id=notice.pk, actor=own, on=SERVED)
    case.refresh_from_db()
    notice.refresh_from_db()
    assert (case.served_on, case.defence_until) == (SERVED, DEFENCE_UNTIL)
    assert (notice.state, notice.served_on) == (Notice.State.SERVED, SERVED)
    assert "电子送达" in notice.receipt
    with pytest.raises(TransitionRefused):
        own_notice_receive(notice_id=notice.pk, actor=own, on=HEARD)


def test_another_subject_cannot_sign(world):
    notice = arrived(world.case("noticed"))
    other = make_account("subject", subject=make_subject())
    service_consent_give(is_agreed=True, actor=other, on=SERVED)
    with pytest.raises(NotAllowed):
        own_notice_receive(notice_id=notice.pk, actor=other, on=SERVED)


# --- pages


def test_the_subject_defends_on_its_page_and_officers_see_files_and_request(client, settings, world, case, own):
    settings.PRETEND_TODAY = DEFENCE_UNTIL
    client.force_login(own)
    page = client.get(reverse("my-cases:detail", args=[case.public_id])).content.decode()
    assert "2026年6月10日" in page
    response = client.post(
        reverse("my-cases:defend", args=[case.public_id]),
        {"statement": "处罚所说的日期不对。", "wants_hearing": "on", "version": case.version,
         "papers": [a_file("甲.pdf"), a_file("乙.pdf", b"%PDF-1.4\n2 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")]},
    )  # fmt: skip
    assert response.status_code == 302
    assert Defence.objects.get(case=case).files.count() == 2
    client.force_login(world.handler)
    office = client.get(reverse("sanctions:case-detail", args=[case.public_id])).content.decode()
    assert "要求听证或者当面陈述" in office
    assert "甲.pdf" in office
    assert "网上提交" in office


def test_the_page_says_that_a_statement_is_late_and_takes_it(client, settings, case, own):
    settings.PRETEND_TODAY = HEARD
    client.force_login(own)
    address = reverse("my-cases:defend", args=[case.public_id])
    assert "期限已于2026年6月10日届满" in client.get(address).content.decode()
    client.post(address, {"statement": "住院未能及时提交。", "version": case.version})
    assert "逾期提出" in client.get(reverse("my-cases:detail", args=[case.public_id])).content.decode()


def test_an_empty_statement_and_a_stale_page_are_refused_at_the_field(client, settings, case, own):
    settings.PRETEND_TODAY = DEFENCE_UNTIL
    client.force_login(own)
    address = reverse("my-cases:defend", args=[case.public_id])
    assert (
        "请填写陈述申辩意见的内容" in client.post(address, {"statement": " ", "version": case.version}).content.decode()
    )
    stale = client.post(address, {"statement": "意见", "version": case.version - 1}).content.decode()
    assert "已被他人修改" in stale
    assert "意见" in stale
    assert not Defence.objects.exists()


def test_a_case_of_which_no_notice_was_given_is_not_shown(client, settings, world, own):
    settings.PRETEND_TODAY = OPENED
    case = world.case("reviewed")
    client.force_login(own)
    assert client.get(reverse("my-cases:detail", args=[case.public_id])).status_code == 404
    assert case.number not in client.get(reverse("my-cases:list")).content.decode()


def test_the_subject_sees_no_internal_document(client, settings, world, case, own):
    settings.PRETEND_TODAY = DEFENCE_UNTIL
    client.force_login(own)
    shown = {"notice": 200, "review": 404, "open": 404}
    for step, expected in shown.items():
        document = Case.objects.get(pk=case.pk).documents.filter(step=step).first()
        if document is None:
            assert step == "open"
            continue
        address = reverse("portal:document-file", args=[document.document.attachment.public_id])
        assert client.get(address).status_code == expected
    assert Procedure.of([]).has("notice")


def test_consented_documents_open_after_signing_only(client, settings, world, own):
    settings.PRETEND_TODAY = SERVED
    case = world.case("noticed")
    notice = arrived(case)
    service_consent_give(is_agreed=True, actor=own, on=SERVED)
    client.force_login(own)
    page = reverse("portal:message", args=[notice.pk])
    file = reverse(
        "portal:document-file", args=[case.documents.get(step="notice").document.attachment.public_id]
    )  # fmt: skip
    assert notice.body not in client.get(page).content.decode()
    assert client.get(file).status_code == 422
    client.post(reverse("portal:message-sign", args=[notice.pk]))
    case.refresh_from_db()
    assert case.served_on == SERVED
    assert client.get(file).status_code == 200
    assert dt.date(2026, 6, 3) == SERVED
