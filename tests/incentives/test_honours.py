"""Honours: nominated, checked, publicised, objected to, recognised, in force by dates. Days are counted by hand."""

import datetime as dt

import pytest

from incentives.models import Honour
from incentives.rules import honours as rules
from incentives.selectors.honour_checks import honour_check, red_list_of
from incentives.selectors.honours import honour_row, honours_due, honours_in_force, honours_public, nominations_public
from incentives.services.honour_decisions import honour_end, honour_refuse
from incentives.services.honour_reminders import honours_remind, reapply_from
from incentives.services.honours import honour_withdraw, objection_answer, objection_register
from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Event, Notice, OrganizationRole, RecordItem
from tests.factories import make_account, make_department, make_record, make_subject
from tests.incentives.honouring import (
    AFTER,
    DISTRICT,
    HEARD_UNTIL,
    MONDAY,
    SAFETY,
    honoured,
    make_jury,
    nominate,
    publicise,
    recognise,
)
from tests.incentives.promising import make_people, sign
from tests.sanctions.case_world import CaseWorld, add_penalty

pytestmark = pytest.mark.django_db
Day = dt.date


def check(jury, key=DISTRICT, on=MONDAY):
    return honour_check(jury.subject, red_list_of(key, kind="organization", on=on), on)


def by_code(found):
    return {each.code: each for each in found.criteria}


# --- the check


def test_three_clean_years_are_computed_and_told():
    jury = make_jury()
    found = check(jury)
    assert (found.met, found.is_passed, found.relied_on) == (True, True, ["5.6"])
    assert "3年" in by_code(found)["5.6"].sentence


@pytest.mark.parametrize(("on", "clean"), [(Day(2026, 6, 1), False), (Day(2026, 6, 2), True)])
def test_a_penalty_of_2023_06_01_stands_against_it_through_the_corresponding_day(on, clean):
    jury = make_jury(on=Day(2026, 5, 1))
    add_penalty(jury.subject, decided_on=Day(2023, 6, 1), confirmed_on=Day(2023, 6, 1))
    found = check(jury, on=on)
    assert by_code(found)["5.6"].met is clean
    assert [each.kind for each in found.hurdles] == ([] if clean else ["record"])


def test_the_record_that_stands_against_it_is_named_with_the_day_on_which_it_no_longer_does():
    jury = make_jury()
    record = add_penalty(jury.subject, decided_on=Day(2024, 3, 15), confirmed_on=Day(2024, 3, 15))
    criterion = by_code(check(jury))["5.6"]
    assert criterion.records == (record.pk,)
    assert record.number in criterion.sentence
    assert "2027-03-16" in criterion.outlook  # three years of 2024-03-15 end on 2027-03-15


def test_misconduct_of_another_field_is_no_clean_year():
    jury = make_jury()
    record = make_record(jury.subject, kind="misconduct", decided_on=Day(2026, 1, 5), confirmed_on=Day(2026, 1, 5))
    RecordItem(record=record, pack_id="mem-2023-11", code="B1").save_by(None, reason="test")
    assert not by_code(check(jury))["5.6"].met


def test_a_repaired_record_still_stands_against_an_honour():
    jury = make_jury()
    add_penalty(
        jury.subject, decided_on=Day(2025, 1, 5), confirmed_on=Day(2025, 1, 5), state="repaired",
        repaired_on=Day(2025, 9, 1),
    )  # fmt: skip
    assert not check(jury).met


def test_a_draft_says_nothing():
    jury = make_jury()
    make_record(jury.subject, decided_on=Day(2026, 1, 5), state="draft")
    assert check(jury).is_passed


def test_all_six_criteria_of_the_ministry_are_needed_and_the_missing_ones_named():
    jury = make_jury(SAFETY)
    found = check(jury, SAFETY)
    assert found.needs == "all"
    assert {code for code, each in by_code(found).items() if not each.met} == {"2.1", "2.5"}
    assert "标准化达到一级" in found.refusal


def test_with_a_public_commitment_and_the_first_grade_all_six_are_met():
    people = make_people("county-default", SAFETY)
    sign(people)
    people.subject.standardisation = 1
    people.subject.save_by(None, reason="test")
    red_list = red_list_of(SAFETY, kind="organization", on=MONDAY)
    assert honour_check(people.subject, red_list, MONDAY).is_passed


def test_an_entry_on_a_negative_list_bars_even_the_nomination():
    world = CaseWorld()
    world.case("published")
    jury = make_jury(on=Day(2026, 6, 15))
    jury = type(jury)(world.subject, jury.department, jury.handler, jury.reviewer, jury.approver)
    with pytest.raises(RuleRefused, match="不能列入红名单") as refused:
        nominate(jury, on=Day(2026, 6, 15))
    assert refused.value.code == "honour-barred"
    assert "严重失信" in refused.value.message or "名单" in refused.value.message


def test_a_principal_with_a_record_is_shown_to_be_weighed():
    jury = make_jury()
    person = make_subject("演示负责人乙", kind="person")
    OrganizationRole(organization=jury.subject, person=person, role="principal").save_by(None, reason="test")
    make_record(person, decided_on=Day(2026, 1, 5), confirmed_on=Day(2026, 1, 5))
    found = check(jury)
    assert found.is_passed
    assert [each.kind for each in found.to_weigh] == ["person"]


def test_a_cancelled_firm_cannot_be_put_forward():
    jury = make_jury(status="cancelled")
    with pytest.raises(RuleRefused, match="注销"):
        nominate(jury)


# --- nomination


def test_a_nomination_is_numbered_told_and_kept():
    jury = make_jury()
    honour = nominate(jury)
    assert (honour.state, honour.list_code, honour.nominator) == ("nominated", "red", "演示行业协会")
    assert "信红提〔2026〕0001号" in honour.number
    assert Event.objects.filter(name="honour.nominated", object_id=honour.pk).count() == 1
    assert Notice.objects.filter(kind="honour.nominated", department=jury.department).count() == 1


def test_a_department_nominates_in_its_own_name():
    jury = make_jury()
    other = make_department()
    user = make_account("department", department=other)
    honour = nominate(jury, kind="自治区各级行政管理部门和组织、中央驻宁机构", actor=user)
    assert (honour.nominator, honour.nominator_department) == (other.name, other)


def test_who_the_pack_does_not_name_cannot_nominate():
    with pytest.raises(InvalidInput, match="可以提名的是") as refused:
        nominate(make_jury(), kind="路人")
    assert refused.value.field == "kind"


def test_a_second_open_nomination_is_refused():
    jury = make_jury()
    first = nominate(jury)
    with pytest.raises(Conflict, match=first.number):
        nominate(jury)


def test_a_subject_cannot_nominate_itself():
    jury = make_jury()
    with pytest.raises(NotAllowed):
        nominate(jury, actor=make_account("subject", subject=jury.subject))


# --- publicity and objections


def test_publicity_lasts_five_working_days_and_is_public_by_dates():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    assert (honour.publicity_from, honour.publicity_until) == (MONDAY, HEARD_UNTIL)
    shown = {day: nominations_public(day).count() for day in (Day(2026, 5, 31), MONDAY, HEARD_UNTIL, AFTER)}
    assert shown == {Day(2026, 5, 31): 0, MONDAY: 1, HEARD_UNTIL: 1, AFTER: 0}
    assert honour_row(honour, HEARD_UNTIL).state == "publicised"
    assert honour_row(honour, AFTER).state == "heard"


def test_who_does_not_meet_the_criteria_is_not_publicised():
    jury = make_jury()
    honour = nominate(jury)
    add_penalty(jury.subject, decided_on=Day(2026, 5, 20), confirmed_on=Day(2026, 5, 20))
    with pytest.raises(RuleRefused, match="核对没有通过"):
        publicise(jury, honour)


def test_the_nominator_does_not_review():
    jury = make_jury()
    both = make_account("handler", "reviewer", department=jury.department)
    honour = nominate(jury, actor=both)
    with pytest.raises(NotAllowed, match="另一名审核人员"):
        publicise(type(jury)(jury.subject, jury.department, jury.handler, both, jury.approver), honour)


def test_nobody_is_recognised_before_the_publicity_is_over():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    with pytest.raises(RuleRefused, match="期满之前不能认定"):
        recognise(jury, honour, HEARD_UNTIL)
    assert recognise(jury, honour, AFTER).state == "recognised"


WEDNESDAY = Day(2026, 6, 3)


def objection(jury, honour, on=WEDNESDAY, **given):
    return objection_register(
        honour_id=honour.pk, text="近期有欠薪（演示）。", sender="演示群众，000-0000000", received_on=on,
        actor=jury.handler, on=on, **given,
    )  # fmt: skip


def test_an_objection_is_answered_before_recognition_and_its_sender_is_sealed():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    made = objection(jury, honour)
    assert "演示群众" not in made.from_sealed
    with pytest.raises(RuleRefused, match="1件公示异议没有答复"):
        recognise(jury, honour)
    objection_answer(
        objection_id=made.pk, is_upheld=False, reason="经核查不属实。", actor=jury.reviewer, on=Day(2026, 6, 8)
    )
    assert recognise(jury, honour).state == "recognised"


def test_an_objection_that_is_right_rules_recognition_out():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    made = objection(jury, honour)
    objection_answer(objection_id=made.pk, is_upheld=True, reason="属实。", actor=jury.reviewer, on=Day(2026, 6, 8))
    with pytest.raises(RuleRefused, match="异议成立，不能认定"):
        recognise(jury, honour)
    refused = honour_refuse(honour_id=honour.pk, reason="公示异议成立。", actor=jury.approver, on=AFTER)
    assert refused.state == "refused"
    assert not honours_in_force([jury.subject.pk], AFTER)


def test_an_objection_after_the_last_day_is_shown_the_other_way():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    with pytest.raises(RuleRefused, match="举报"):
        objection(jury, honour, on=AFTER)


def test_a_withdrawn_nomination_is_public_no_longer_and_may_come_again():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    honour_withdraw(honour_id=honour.pk, reason="材料不全。", actor=jury.handler, on=MONDAY)
    assert not nominations_public(MONDAY).exists()
    assert nominate(jury).pk != honour.pk


# --- recognition and term


def test_an_honour_is_in_force_for_the_pack_s_term_by_dates_alone():
    honour = honoured(make_jury())
    # One year from 2026-06-09 ends on 2027-06-09; nothing has to run on the day after.
    days = [Day(2026, 6, 8), AFTER, Day(2027, 6, 9), Day(2027, 6, 10)]
    assert [bool(honours_in_force([honour.subject_id], day)) for day in days] == [False, True, True, False]
    assert [honours_public(day).count() for day in days] == [0, 1, 1, 0]
    assert honour.last_day == Day(2027, 6, 9)
    assert honour.document.number
    assert honour.relied_on == ["5.6"]


def test_reviewer_and_nominator_do_not_decide():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    both = make_account("reviewer", "approver", department=jury.department)
    Honour.objects.get(pk=honour.pk)
    honour.reviewed_by = both
    honour.save_by(None, reason="test")
    with pytest.raises(NotAllowed, match="另一名审批人员"):
        recognise(type(jury)(jury.subject, jury.department, jury.handler, jury.reviewer, both), honour)


def test_what_happened_since_the_review_is_checked_again_on_the_day_of_the_decision():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    add_penalty(jury.subject, decided_on=Day(2026, 6, 5), confirmed_on=Day(2026, 6, 5))
    with pytest.raises(RuleRefused, match="核对没有通过"):
        recognise(jury, honour)


def test_another_department_s_officers_decide_nothing():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    stranger = make_account("approver", department=make_department())
    with pytest.raises(NotAllowed, match="其他部门不能认定"):
        recognise(type(jury)(jury.subject, jury.department, jury.handler, jury.reviewer, stranger), honour)


def test_a_renewal_begins_when_the_running_term_is_over():
    jury = make_jury()
    first = honoured(jury)
    second = nominate(jury, on=Day(2027, 5, 17))
    assert second.renews == first
    second = publicise(jury, second, Day(2027, 5, 17))
    second = recognise(jury, second, second.publicity_until + dt.timedelta(days=1))
    assert second.starts_on == first.ends_on == Day(2027, 6, 10)
    assert second.last_day == Day(2028, 6, 10)
    assert len(honours_in_force([jury.subject.pk], Day(2027, 6, 9))[jury.subject.pk]) == 1
    assert honours_in_force([jury.subject.pk], Day(2027, 6, 10))[jury.subject.pk] == [second]


def test_an_honour_recognised_wrongly_is_ended_from_today():
    jury = make_jury()
    honour = honoured(jury)
    ended = honour_end(
        honour_id=honour.pk, why=rules.REVOKED, reason="推荐材料不实。", actor=jury.approver, on=Day(2026, 9, 1)
    )
    assert [bool(honours_in_force([honour.subject_id], day)) for day in (Day(2026, 8, 31), Day(2026, 9, 1))] == [
        True,
        False,
    ]
    assert ended.end_document.number
    with pytest.raises(TransitionRefused):
        honour_end(honour_id=honour.pk, why=rules.REVOKED, reason="再次。", actor=jury.approver, on=Day(2026, 9, 2))


def test_what_is_due_is_told_to_the_department_that_recognises():
    jury = make_jury()
    honour = nominate(jury)
    assert [each.due for each in honours_due(jury.department, MONDAY)] == [MONDAY]
    publicise(jury, honour)
    assert not honours_due(jury.department, HEARD_UNTIL).exists()
    assert [each.due for each in honours_due(jury.department, AFTER)] == [HEARD_UNTIL]


# --- reminders


def test_the_subject_is_reminded_once_to_apply_again_and_once_of_the_end():
    honour = honoured(make_jury())
    # 30 days before 2027-06-09 is 2027-05-10.
    assert reapply_from(honour) == Day(2027, 5, 10)
    counts = {
        day: honours_remind(on=day, at=clock.now())["reminded"]
        for day in (
            Day(2027, 5, 9),
            Day(2027, 5, 10),
            Day(2027, 5, 11),
            Day(2027, 6, 9),
            Day(2027, 6, 10),
            Day(2027, 6, 20),
        )
    }
    assert list(counts.values()) == [0, 1, 0, 0, 1, 0]
    titles = [
        each.title for each in Notice.objects.filter(kind="honour.reminder", subject=honour.subject).order_by("pk")
    ]
    assert [title[:4] for title in titles] == ["即将期满", "已期满："]


def test_who_has_applied_again_is_not_reminded():
    jury = make_jury()
    honoured(jury)
    nominate(jury, on=Day(2027, 5, 3))
    assert honours_remind(on=Day(2027, 5, 12), at=clock.now()) == {"reminded": 0}
