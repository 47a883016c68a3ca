"""Commitments: what is offered, whose name stands under it, which text was signed, how long it runs and is public."""

import datetime as dt
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import docx
import pytest
from django.db import connection

from incentives.models import Commitment, Signature
from incentives.rules.texts import Terms, commitment_text, text_digest
from incentives.selectors.offers import offers_on
from incentives.services.commitments import (
    Wanted,
    commitment_cancel,
    commitment_draft,
    commitment_end,
    commitment_fulfil,
    commitment_sign,
    commitment_sign_new,
    commitment_take,
)
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Event, Notice, OrganizationRole
from tests.factories import make_account, make_department, make_subject
from tests.incentives.promising import MONDAY, PROMISE, SAFETY, VOLUNTARY, make_people, on_paper, online, sign
from tests.sanctions.case_world import activate

pytestmark = pytest.mark.django_db
Day = dt.date
ONE = dt.timedelta(days=1)


# --- what is offered


def test_the_six_kinds_of_the_county_are_offered_with_their_clause():
    make_people()
    offers = [each for promises in (False, True) for each in offers_on(MONDAY, kind="organization", promises=promises)]
    assert {each.rule.code for each in offers} == {
        "notified-commitment", "missing-papers", "voluntary-publicity", "industry-self-discipline", "credit-repair",
        "safety-duty",
    }  # fmt: skip
    assert {each.basis for each in offers} == {"《县域信用监管默认规则》信用承诺"}


def test_persons_are_not_offered_what_only_organisations_promise():
    make_people()
    found = {each.rule.code for each in offers_on(MONDAY, kind="person", promises=False)}
    assert found == {"notified-commitment", "voluntary-publicity", "credit-repair"}


def test_only_packs_that_the_office_runs_offer():
    make_people()
    assert not any(
        each.version.pack_id == "huainan-2021" for each in offers_on(MONDAY, kind="organization", promises=False)
    )
    activate("huainan-2021", MONDAY, "internal")
    codes = {
        each.rule.code
        for each in offers_on(MONDAY, kind="organization", promises=False)
        if each.version.pack_id == "huainan-2021"
    }
    assert codes == {"duty-performance", "internal-safety"}


# --- the text


def test_the_text_says_who_promises_what_to_whom_until_when_and_what_follows():
    text = commitment_text(
        Terms(
            title="容缺受理信用承诺", subject="演示企业", uscc="91370323TEST000000", department="演示局", basis="《演示规则》二",
            guarantees=["在期限内补齐所缺材料"], matter="许可证延期", is_public=True,
            obligations=[("补齐验收报告", Day(2026, 6, 22))],
        )
    )  # fmt: skip
    assert text.split("\n") == [
        "容缺受理信用承诺",
        "承诺人：演示企业",
        "统一社会信用代码：91370323TEST000000",
        "受诺部门：演示局",
        "所涉事项：许可证延期",
        "依据：《演示规则》二",
        "承诺人自愿向受诺部门作出以下承诺：",
        "1. 在期限内补齐所缺材料。",
        "按期完成下列事项：",
        "（一）补齐验收报告，不迟于2026年6月22日。",
        "本承诺自签署之日起至上述事项完成之日有效。",
        "违背本承诺的，经告知并听取陈述后依法认定，记入信用记录。",
        "承诺人同意本承诺及其履行情况向社会公示，接受监督。",
    ]


def test_the_digest_is_sha256_of_the_exact_text():
    assert text_digest("承诺") == hashlib.sha256("承诺".encode()).hexdigest()
    assert text_digest("承诺") != text_digest("承诺 ")


def test_the_signature_keeps_digest_time_account_and_how_the_signer_was_confirmed():
    people = make_people()
    commitment = sign(people)
    kept = commitment.signature
    assert kept.sha256 == hashlib.sha256(commitment.text.encode()).hexdigest()
    assert (kept.account, kept.signed_on, kept.confirmed_by) == (people.own, MONDAY, "password")
    assert (kept.signer, kept.capacity) == (people.own.display_name, "账号持有人")
    assert kept.at is not None
    event = Event.objects.get(name="commitment.sign")
    assert event.payload["sha256"] == kept.sha256


def test_the_signed_copy_holds_the_text_and_the_digest():
    commitment = sign(make_people())
    document = docx.Document(io.BytesIO(commitment.signature.copy.file.read()))
    written = [each.text for each in document.paragraphs]
    assert all(line in written for line in commitment.text.split("\n"))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert f"SHA-256 {commitment.signature.sha256}" in cells


def test_no_later_step_changes_the_text():
    people = make_people()
    commitment = sign(people)
    before = commitment.text
    commitment_end(commitment_id=commitment.pk, reason="业务停止", actor=people.handler, on=MONDAY + ONE)
    commitment.refresh_from_db()
    assert commitment.text == before
    assert set(commitment.history.values_list("text", flat=True)) == {before}


def test_what_was_not_read_is_not_signed():
    people = make_people()
    given = replace(online(people, VOLUNTARY), sha256=text_digest("别的内容"))
    with pytest.raises(Conflict, match="内容有变化"):
        commitment_sign_new(
            subject_id=people.subject.pk, key=VOLUNTARY, department_id=people.department.pk, signature=given,
            actor=people.own, on=MONDAY,
        )  # fmt: skip
    assert not Commitment.objects.exists()


# --- who signs


def test_nobody_signs_for_another_subject():
    people, stranger = make_people(), make_account("subject", subject=make_subject())
    for actor in (stranger, people.handler):
        with pytest.raises(NotAllowed):
            commitment_sign_new(
                subject_id=people.subject.pk, key=VOLUNTARY, department_id=people.department.pk,
                signature=online(people, VOLUNTARY), actor=actor, on=MONDAY,
            )  # fmt: skip
    assert not Commitment.objects.exists()


@pytest.mark.parametrize("name", ["", "演示负责人", "演示负责人乙"])
def test_a_name_that_is_nobodys_there_is_refused_at_its_field(name):
    people = make_people()
    given = replace(online(people, VOLUNTARY), name=name)
    with pytest.raises(InvalidInput, match="不一致") as refusal:
        commitment_sign_new(
            subject_id=people.subject.pk, key=VOLUNTARY, department_id=people.department.pk, signature=given,
            actor=people.own, on=MONDAY,
        )  # fmt: skip
    assert refusal.value.field == "name"


def test_the_registered_principal_may_sign():
    people = make_people()
    assert sign(people, name=people.principal.name).signature.capacity == "主要负责人"


def test_what_the_principal_must_sign_the_holder_of_the_account_cannot():
    people = make_people()
    with pytest.raises(InvalidInput, match="登记的主要负责人"):
        sign(people, SAFETY)
    assert sign(people, SAFETY, name=people.principal.name).signature.signer == people.principal.name


def test_a_principal_who_has_left_cannot_sign_from_that_day():
    people = make_people()
    role = OrganizationRole.objects.get()
    role.ends_on = MONDAY
    role.save_by(None, reason="test")
    with pytest.raises(RuleRefused, match="还没有登记"):
        sign(people, SAFETY, name=people.principal.name)


def test_without_a_confirmed_identity_nothing_is_signed():
    people = make_people()
    given = replace(online(people, VOLUNTARY), confirmed_by="")
    with pytest.raises(NotAllowed, match="确认是您本人"):
        commitment_sign_new(
            subject_id=people.subject.pk, key=VOLUNTARY, department_id=people.department.pk, signature=given,
            actor=people.own, on=MONDAY,
        )  # fmt: skip


# --- how long it runs


def test_a_year_runs_through_the_corresponding_day_and_is_public_through_it():
    commitment = sign(make_people())
    assert commitment.last_day == Day(2027, 6, 1)
    assert not Commitment.objects.public(Day(2026, 5, 31)).exists()
    assert Commitment.objects.public(Day(2026, 6, 1)).get() == commitment
    assert Commitment.objects.public(Day(2027, 6, 1)).exists()
    assert not Commitment.objects.public(Day(2027, 6, 2)).exists()


def test_one_runs_at_a_time_and_a_new_one_follows_when_its_term_is_over():
    people = make_people()
    first = sign(people)
    with pytest.raises(Conflict, match="不需要重复签署"):
        sign(people, on=Day(2027, 6, 1))
    second = sign(people, on=Day(2027, 6, 2))
    first.refresh_from_db()
    assert (first.state, first.closed_on) == ("ended", Day(2027, 6, 2))
    assert second.last_day == Day(2028, 6, 2)


def test_another_matter_is_another_commitment():
    people = make_people()
    key = "county-default|notified-commitment"
    assert sign(people, key, matter="许可甲").pk != sign(people, key, matter="许可乙").pk


# --- on paper, drawn up by an officer


def test_what_came_on_paper_is_kept_with_its_scan():
    people = make_people()
    commitment = commitment_draft(
        subject_id=people.subject.pk, key=VOLUNTARY, wanted=Wanted(), paper=on_paper(), actor=people.handler, on=MONDAY
    )
    assert (commitment.state, commitment.department) == ("signed", people.department)
    assert commitment.signature.paper.name == "承诺书.pdf"
    assert commitment.signature.confirmed_by == "paper"


def test_a_draft_waits_for_the_subject_and_is_signed_online_as_it_was_drawn_up():
    people = make_people()
    wanted = Wanted("整改", [("修复护栏", Day(2026, 6, 8)), ("复训人员", Day(2026, 6, 15))])
    draft = commitment_draft(
        subject_id=people.subject.pk, key=VOLUNTARY, wanted=wanted, actor=people.handler, on=MONDAY
    )
    assert draft.state == "drafted"
    assert Notice.objects.filter(subject=people.subject, kind="commitment.drafted").count() == 1
    given = replace(online(people, VOLUNTARY), sha256=text_digest(draft.text))
    signed = commitment_sign(commitment_id=draft.pk, signature=given, actor=people.own, on=MONDAY)
    assert signed.state == "signed"
    assert [each.due_on for each in signed.obligations.all()] == [Day(2026, 6, 8), Day(2026, 6, 15)]


def test_a_draft_is_signed_once():
    people = make_people()
    draft = commitment_draft(
        subject_id=people.subject.pk, key=VOLUNTARY, wanted=Wanted(), actor=people.handler, on=MONDAY
    )
    given = replace(online(people, VOLUNTARY), sha256=text_digest(draft.text))
    commitment_sign(commitment_id=draft.pk, signature=given, actor=people.own, on=MONDAY)
    with pytest.raises(TransitionRefused, match="履行中"):
        commitment_sign(commitment_id=draft.pk, signature=given, actor=people.own, on=MONDAY)
    with pytest.raises(TransitionRefused):
        commitment_take(commitment_id=draft.pk, paper=on_paper(), actor=people.handler, on=MONDAY)
    assert Signature.objects.count() == 1


def test_a_draft_whose_day_is_over_is_not_signed_any_more():
    people = make_people()
    wanted = Wanted("整改", [("修复护栏", Day(2026, 6, 8))])
    draft = commitment_draft(
        subject_id=people.subject.pk, key=VOLUNTARY, wanted=wanted, actor=people.handler, on=MONDAY
    )
    given = replace(online(people, VOLUNTARY), sha256=text_digest(draft.text))
    with pytest.raises(RuleRefused, match="2026-06-08"):
        commitment_sign(commitment_id=draft.pk, signature=given, actor=people.own, on=Day(2026, 6, 9))


@pytest.mark.parametrize(("day", "words"), [(Day(2026, 5, 29), "早于今天"), (Day(2026, 6, 6), "休息日")])
def test_what_cannot_be_kept_is_not_drawn_up(day, words):
    people = make_people()
    with pytest.raises(InvalidInput, match=words):
        commitment_draft(
            subject_id=people.subject.pk, key=VOLUNTARY, wanted=Wanted("整改", [("修复护栏", day)]),
            actor=people.handler, on=MONDAY,
        )  # fmt: skip


def test_officers_of_another_department_do_not_touch_it():
    people = make_people()
    commitment = sign(people)
    other = make_account("handler", department=make_department())
    with pytest.raises(NotAllowed, match="其他部门不能办理"):
        commitment_end(commitment_id=commitment.pk, reason="停业", actor=other, on=MONDAY)


def test_ending_and_cancelling_say_why():
    people = make_people()
    commitment = sign(people)
    with pytest.raises(RuleRefused, match="理由"):
        commitment_end(commitment_id=commitment.pk, reason=" ", actor=people.handler, on=MONDAY)
    draft = commitment_draft(
        subject_id=people.subject.pk, key=SAFETY, wanted=Wanted(), actor=people.handler, on=MONDAY
    )  # fmt: skip
    cancelled = commitment_cancel(commitment_id=draft.pk, reason="重复", actor=people.handler, on=MONDAY)
    assert (cancelled.state, cancelled.outcome_reason) == ("cancelled", "重复")


def test_a_commitment_kept_is_closed_and_stays_public_through_its_term():
    people = make_people()
    commitment = commitment_fulfil(commitment_id=sign(people).pk, actor=people.reviewer, on=MONDAY + ONE)
    assert (commitment.state, commitment.closed_on) == ("fulfilled", Day(2026, 6, 2))
    assert Commitment.objects.public(Day(2027, 6, 1)).exists()


def test_a_stale_form_is_refused():
    people = make_people()
    commitment = sign(people)
    with pytest.raises(Conflict, match="刷新"):
        commitment_fulfil(commitment_id=commitment.pk, actor=people.reviewer, on=MONDAY, version=commitment.version - 1)


def test_the_subject_does_not_promise_missing_papers_by_itself():
    people = make_people()
    with pytest.raises(NotAllowed, match="受理窗口"):
        sign(people, PROMISE)


# --- two at once


@pytest.mark.postgres
@pytest.mark.usefixtures("needs_postgres")
@pytest.mark.django_db(transaction=True)
def test_two_signatures_at_once_give_one_commitment_and_one_refusal():
    people, barrier = make_people(), Barrier(2)

    def attempt(_):
        try:
            barrier.wait(timeout=10)
            sign(people)
        except Conflict as refusal:
            return refusal.code
        finally:
            connection.close()
        return "signed"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, range(2)))
    assert outcomes == ["commitment-running", "signed"]
    assert Signature.objects.count() == Commitment.objects.count() == 1
