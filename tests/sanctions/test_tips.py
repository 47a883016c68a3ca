"""Reports of misconduct: the life of a tip, its limits by hand, who may do what, and the reward."""

import datetime as dt
import uuid

import pytest

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Attachment, Deadline, Notice, Record
from registry.services.calendar import calendar_day_set
from registry.services.merging import subjects_merge
from sanctions.models import Tip
from sanctions.rules import tips as rules
from sanctions.selectors.tips import code_digest, code_fits, queue_counts, tip_by_code, tips_due, tips_visible_to
from sanctions.services import tip_rewards, tips
from sanctions.services.tip_identity import Reporter, identity_open
from sanctions.services.tip_receiving import tip_answer
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.reports import NAME, REPORTER, Desk, a_photo, file_tip

pytestmark = pytest.mark.django_db
Day = dt.date
MONDAY = Day(2026, 9, 28)


@pytest.fixture
def desk() -> Desk:
    return Desk(make_department(kind="credit-office"))


# --- receiving and the receipt code


def test_a_code_has_a_hundred_bits_and_is_kept_only_as_a_keyed_digest(desk, settings):
    filed = file_tip(on=MONDAY)
    assert len(filed.code) == 20
    assert set(filed.code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    kept = Tip.objects.values().get()
    assert filed.code not in str(kept)
    before = kept["code_digest"]
    settings.FIELD_HASH_KEY = "another key"
    assert code_digest(filed.code) != before


def test_a_code_is_found_however_it_is_written(desk):
    filed = file_tip(on=MONDAY)
    shown = rules.code_text(filed.code)
    assert [len(each) for each in shown.split("-")] == [4, 4, 4, 4, 4]
    for typed in (shown, shown.lower(), filed.code, f" {shown.replace('-', ' ')} ", shown.replace("0", "O")):
        assert tip_by_code(typed) == filed.tip


@pytest.mark.parametrize("text", ["", "0000-0000-0000-0000-0000", "信举〔2026〕0001号", "1", "A" * 400])
def test_any_other_text_finds_nothing(desk, text):
    filed = file_tip(on=MONDAY)
    assert tip_by_code(text) is None
    assert not code_fits(filed.tip, text)


def test_the_code_of_another_tip_does_not_fit(desk):
    one, other = file_tip(on=MONDAY), file_tip(on=MONDAY)
    assert code_fits(one.tip, one.code)
    assert not code_fits(one.tip, other.code)


def test_one_form_sent_twice_is_one_tip(desk):
    key = uuid.uuid4()
    file_tip(on=MONDAY, form_key=key)
    with pytest.raises(Conflict):
        file_tip(on=MONDAY, form_key=key)
    assert Tip.objects.count() == 1


def test_nothing_is_kept_of_a_tip_whose_file_is_refused(desk):
    for files in ([a_photo("脚本.exe")], [a_photo(f"{number}.png") for number in range(6)]):
        with pytest.raises(InvalidInput) as refused:
            file_tip(on=MONDAY, files=files)
        assert refused.value.field == "uploads"
    assert (Tip.objects.count(), Attachment.objects.count()) == (0, 0)


def test_a_file_above_the_limit_is_refused(desk, settings):
    settings.TIP_FILE_MAX_BYTES = 40
    with pytest.raises(InvalidInput, match="超过上限"):
        file_tip(on=MONDAY, files=[a_photo()])


def test_a_file_loses_its_name_and_lies_sealed(desk):
    file_tip(on=MONDAY, files=[a_photo()])
    stored = Attachment.objects.get()
    assert (stored.name, stored.uploaded_by) == ("举报材料1.png", None)
    with open(stored.file.path, "rb") as raw:  # noqa: PTH123
        assert b"PNG" not in raw.read()
    assert stored.file.open("rb").read().startswith(b"\x89PNG")


def test_without_an_office_nobody_is_told_that_it_was_received():
    with pytest.raises(RuleRefused):
        file_tip(on=MONDAY)


# --- limits, reckoned by hand


def test_limits_run_from_step_to_step(desk):
    tip = file_tip(on=MONDAY).tip
    # Monday 28 September 2026: 29, 30, then the holiday of 1 to 7 October, 8, 9, Saturday 10 worked, 12, 13.
    assert (tip.due_on, tip.due_label) == (Day(2026, 10, 13), "决定是否受理举报")
    subject = make_subject()
    desk.accept(tip, Day(2026, 10, 9))
    tip.refresh_from_db()
    assert tip.due_on == Day(2026, 12, 8)  # 22 days of October, 30 of November, 8 of December
    tips.tip_match(tip_id=tip.pk, subject=subject, actor=desk.handler, on=Day(2026, 10, 9))
    desk.investigate(tip, Day(2026, 11, 2))
    conclude = {"outcome": "verified", "answer": "属实。", "actor": desk.approver, "on": Day(2026, 11, 3)}
    tips.tip_conclude(tip_id=tip.pk, **conclude)
    tip.refresh_from_db()
    assert tip.due_on == Day(2026, 11, 10)  # Tuesday: 4, 5, 6, 9, 10
    tips.tip_tell(tip_id=tip.pk, actor=desk.handler, on=Day(2026, 11, 4))
    tip.refresh_from_db()
    assert tip.due_on is None
    tip_rewards.reward_propose(tip_id=tip.pk, yuan=500, reason="首报", actor=desk.handler, on=Day(2026, 11, 4))
    granted = {"is_granted": True, "yuan": 800, "reason": "同意"}
    tip_rewards.reward_decide(tip_id=tip.pk, **granted, actor=desk.approver, on=Day(2026, 11, 5))
    tip.refresh_from_db()
    assert (tip.due_on, tip.reward_yuan) == (Day(2026, 12, 7), 800)  # 5 December is a Saturday
    assert not Deadline.objects.exists()


def test_a_changed_calendar_moves_a_running_limit(desk):
    tip = file_tip(on=Day(2026, 6, 1)).tip
    assert tip.due_on == Day(2026, 6, 10)
    calendar_day_set(
        day=Day(2026, 6, 8), is_working=False, note="汛情", actor=make_account("administrator"), on=Day(2026, 6, 2)
    )
    tip.refresh_from_db()
    assert tip.due_on == Day(2026, 6, 11)


def test_what_is_due_is_counted_and_ordered(desk):
    late, soon = file_tip(on=Day(2026, 6, 1)).tip, file_tip(on=Day(2026, 6, 3)).tip  # due 10 and 12 June
    assert list(tips_due(on=Day(2026, 6, 11))) == [late, soon]
    counts = queue_counts(tips_due(on=Day(2026, 6, 11)), Day(2026, 6, 11))
    assert (counts["waiting"], counts["overdue"], counts["soon"], counts["closed"]) == (2, 1, 1, 0)
    tips.tip_decline(
        tip_id=late.pk, reason="不属于信用监管范围，请向法院起诉。", actor=desk.approver, on=Day(2026, 6, 11)
    )
    assert list(tips_due(on=Day(2026, 6, 11))) == [soon]


# --- who may do what


def test_steps_are_refused_out_of_turn(desk):
    tip = file_tip(on=MONDAY).tip
    with pytest.raises(TransitionRefused, match="待受理"):
        desk.investigate(tip, MONDAY)
    desk.accept(tip, MONDAY)
    with pytest.raises(TransitionRefused):
        tips.tip_decline(tip_id=tip.pk, reason="不予受理", actor=desk.approver, on=MONDAY)


def test_of_two_officers_accepting_the_second_is_told(desk):
    tip = file_tip(on=MONDAY).tip
    desk.accept(tip, MONDAY)
    other = make_account("handler", department=make_department())
    with pytest.raises(TransitionRefused):
        tips.tip_accept(tip_id=tip.pk, handler=other, actor=other, on=MONDAY)
    tip.refresh_from_db()
    assert (tip.handler, tip.department) == (desk.handler, desk.department)


def test_only_its_own_handler_works_on_a_tip_and_another_concludes(desk):
    tip = file_tip(on=MONDAY).tip
    desk.accept(tip, MONDAY)
    colleague = make_account("handler", department=desk.department)
    with pytest.raises(NotAllowed):
        tips.tip_investigate(tip_id=tip.pk, findings="查", actor=colleague, on=MONDAY)
    both = make_account("handler", "approver", department=desk.department)
    tips.tip_assign(tip_id=tip.pk, handler=both, reason="经办人休假", actor=desk.approver, on=MONDAY)
    tips.tip_investigate(tip_id=tip.pk, findings="查", actor=both, on=MONDAY)
    with pytest.raises(NotAllowed, match="另一名"):
        tips.tip_conclude(tip_id=tip.pk, outcome="unverified", answer="未查实。", actor=both, on=MONDAY)


def test_a_stale_form_is_refused(desk):
    tip = file_tip(on=MONDAY).tip
    with pytest.raises(Conflict):
        tips.tip_accept(tip_id=tip.pk, handler=desk.handler, actor=desk.handler, on=MONDAY, version=tip.version + 1)


def test_a_tip_goes_only_to_who_can_handle_it(desk):
    tip = file_tip(on=MONDAY).tip
    for unfit in (desk.reviewer, make_account("handler")):  # no such right, no department
        with pytest.raises(InvalidInput):
            tips.tip_accept(tip_id=tip.pk, handler=unfit, actor=desk.handler, on=MONDAY)


def test_a_verified_tip_needs_its_subject(desk):
    tip = file_tip(on=MONDAY).tip
    desk.accept(tip, MONDAY)
    desk.investigate(tip, MONDAY)
    with pytest.raises(RuleRefused, match="匹配主体"):
        tips.tip_conclude(tip_id=tip.pk, outcome="verified", answer="属实。", actor=desk.approver, on=MONDAY)
    with pytest.raises(RuleRefused, match="移送机关"):
        tips.tip_conclude(tip_id=tip.pk, outcome="handed-over", answer="已移送。", actor=desk.approver, on=MONDAY)


def test_who_sees_which_tip(desk):
    waiting, taken = file_tip(on=MONDAY).tip, file_tip(on=MONDAY).tip
    desk.accept(taken, MONDAY)
    outsider = make_account("handler", department=make_department())
    assert set(tips_visible_to(desk.handler, MONDAY)) == {waiting, taken}
    assert set(tips_visible_to(outsider, MONDAY)) == {waiting}
    for watcher in (desk.approver, desk.reviewer, desk.auditor):
        assert set(tips_visible_to(watcher, MONDAY)) == {waiting, taken}
    for role in ("publisher", "department", "administrator"):
        assert not tips_visible_to(make_account(role, department=desk.department), MONDAY).exists()
    assert not tips_visible_to(make_account("subject", "approver", subject=make_subject()), MONDAY).exists()


# --- asking back


def test_the_reporter_answers_what_was_asked_and_the_handler_is_told(desk):
    filed = file_tip(on=MONDAY)
    with pytest.raises(RuleRefused):
        tip_answer(code=filed.code, text="补充", files=[], on=MONDAY)
    desk.accept(filed.tip, MONDAY)
    tips.tip_ask(tip_id=filed.tip.pk, question="是哪一个班？", actor=desk.handler, on=MONDAY)
    with pytest.raises(TransitionRefused, match="还没有回答"):
        tips.tip_ask(tip_id=filed.tip.pk, question="几点？", actor=desk.handler, on=MONDAY)
    tip_answer(code=filed.code, text="夜班", files=[a_photo()], on=MONDAY)
    assert [each.text for each in filed.tip.messages.all()] == ["是哪一个班？", "夜班"]
    assert filed.tip.files.count() == 1
    assert Notice.objects.filter(account=desk.handler, kind="tip.answered").count() == 1
    with pytest.raises(RuleRefused):
        tip_answer(code=filed.code, text="再补充", files=[], on=MONDAY)


# --- the record and the reward


def test_a_verified_tip_leads_to_one_record_draft_that_does_not_name_it(desk):
    tip, subject = file_tip(on=MONDAY).tip, make_subject()
    desk.verify(tip, subject, MONDAY)
    wanted = {
        "title": "停用瓦斯监测",
        "facts": "停测4小时。",
        "occurred_on": MONDAY,
        "actor": desk.handler,
        "on": MONDAY,
    }
    record = tips.tip_draft_record(tip_id=tip.pk, **wanted)
    tip.refresh_from_db()
    assert tip.record == record
    assert (record.state, record.kind, record.subject) == (Record.State.DRAFT, Record.Kind.MISCONDUCT, subject)
    assert "举报" not in f"{record.title}{record.facts}{record.number}"
    with pytest.raises(TransitionRefused):
        tips.tip_draft_record(tip_id=tip.pk, **wanted)


def test_no_record_and_no_reward_without_verification(desk):
    tip = file_tip(on=MONDAY).tip
    desk.accept(tip, MONDAY)
    desk.investigate(tip, MONDAY)
    tips.tip_conclude(tip_id=tip.pk, outcome="unverified", answer="未发现停用。", actor=desk.approver, on=MONDAY)
    with pytest.raises(TransitionRefused, match="查证属实"):
        tips.tip_draft_record(
            tip_id=tip.pk, title="停用", facts="停用。", occurred_on=None, actor=desk.handler, on=MONDAY
        )
    with pytest.raises(TransitionRefused, match="查证属实"):
        tip_rewards.reward_propose(tip_id=tip.pk, yuan=1, reason="奖", actor=desk.handler, on=MONDAY)


def _granted(desk: Desk) -> tuple[Tip, str]:
    filed = file_tip(on=MONDAY)
    desk.verify(filed.tip, make_subject(), MONDAY)
    tips.tip_tell(tip_id=filed.tip.pk, actor=desk.handler, on=MONDAY)
    tip_rewards.reward_propose(tip_id=filed.tip.pk, yuan=500, reason="首报", actor=desk.handler, on=MONDAY)
    tip_rewards.reward_decide(
        tip_id=filed.tip.pk, is_granted=True, yuan=500, reason="同意", actor=desk.approver, on=MONDAY
    )
    return filed.tip, filed.code


def test_a_reward_takes_three_persons_and_the_receipt_code(desk):
    tip, code = _granted(desk)
    for wrong in (desk.approver, desk.handler):  # decided it; no right
        with pytest.raises(NotAllowed):
            tip_rewards.reward_pay(tip_id=tip.pk, code=code, voucher="付2026-11", actor=wrong, on=MONDAY)
    with pytest.raises(InvalidInput):
        tip_rewards.reward_pay(tip_id=tip.pk, code="0" * 20, voucher="付2026-11", actor=desk.reviewer, on=MONDAY)
    tip_rewards.reward_pay(tip_id=tip.pk, code=code, voucher="付2026-11", actor=desk.reviewer, on=MONDAY)
    tip.refresh_from_db()
    assert (tip.reward, tip.reward_voucher, tip.due_on) == ("paid", "付2026-11", None)
    with pytest.raises(TransitionRefused):
        tip_rewards.reward_pay(tip_id=tip.pk, code=code, voucher="付2026-12", actor=desk.reviewer, on=MONDAY)


def test_without_the_code_a_reward_is_paid_only_by_who_opened_the_identity(desk):
    tip, _ = _granted(desk)
    with pytest.raises(InvalidInput, match="回执码"):
        tip_rewards.reward_pay(tip_id=tip.pk, code="", voucher="付2026-11", actor=desk.reviewer, on=MONDAY)
    identity_open(tip_id=tip.pk, reason="兑付举报奖励核对", actor=desk.reviewer, on=MONDAY)
    with pytest.raises(InvalidInput, match="举报人信息"):
        tip_rewards.reward_pay(tip_id=tip.pk, code="", voucher=f"付{NAME}", actor=desk.reviewer, on=MONDAY)
    tip_rewards.reward_pay(tip_id=tip.pk, code="", voucher="付2026-11", actor=desk.reviewer, on=MONDAY)


def test_who_handles_a_tip_cannot_decide_its_reward(desk):
    both = make_account("handler", "approver", department=desk.department)
    filed = file_tip(on=MONDAY)
    tips.tip_accept(tip_id=filed.tip.pk, handler=both, actor=both, on=MONDAY)
    tips.tip_match(tip_id=filed.tip.pk, subject=make_subject(), actor=both, on=MONDAY)
    tips.tip_investigate(tip_id=filed.tip.pk, findings="查", actor=both, on=MONDAY)
    tips.tip_conclude(tip_id=filed.tip.pk, outcome="verified", answer="属实。", actor=desk.approver, on=MONDAY)
    tip_rewards.reward_propose(tip_id=filed.tip.pk, yuan=500, reason="首报", actor=both, on=MONDAY)
    with pytest.raises(NotAllowed):
        tip_rewards.reward_decide(tip_id=filed.tip.pk, is_granted=True, yuan=500, reason="同意", actor=both, on=MONDAY)


def test_a_merged_subject_takes_its_tips_along(desk):
    tip, loser, winner = file_tip(on=MONDAY).tip, make_subject(uscc=None), make_subject()
    desk.accept(tip, MONDAY)
    tips.tip_match(tip_id=tip.pk, subject=loser, actor=desk.handler, on=MONDAY)
    subjects_merge(loser_id=loser.pk, winner_id=winner.pk, reason="重复", version=None, actor=desk.approver, on=MONDAY)
    tip.refresh_from_db()
    assert tip.subject == winner


def test_an_anonymous_tip_has_nobody_to_open(desk):
    tip = file_tip(on=MONDAY, what="停用监测。", reporter=Reporter()).tip
    with pytest.raises(RuleRefused, match="匿名"):
        identity_open(tip_id=tip.pk, reason="需要核实情况", actor=desk.reviewer, on=MONDAY)
    assert not REPORTER.is_empty
