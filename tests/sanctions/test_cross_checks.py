"""Cross-checks: honours beside negative lists, several fields at once, a listed person's other companies."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.base.errors import InvalidInput, NotAllowed, TransitionRefused
from registry.models import Department, Event, Notice, OrganizationRole, Subject
from sanctions.models import CrossCheck, ListEntry
from sanctions.selectors import good_standing
from sanctions.selectors.cross_checks import cross_checks
from sanctions.selectors.good_standing import GoodStanding
from sanctions.services.cross_checks import cross_check_handle, cross_checks_run, subject_cross_check
from sanctions.services.entries import entry_end
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.listing import make_entry, run_policy

DAY = dt.date(2026, 3, 2)
LATER = dt.date(2026, 6, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(monkeypatch):
    """Honours in force, as a higher app would tell them."""
    honours: list[GoodStanding] = []

    def source(subject_ids, on):
        return [
            each
            for each in honours
            if each.subject_id in subject_ids and each.since <= on and (each.until is None or on < each.until)
        ]

    monkeypatch.setattr(good_standing, "_sources", {"test": source})
    return honours


@pytest.fixture
def county(held):
    run_policy("mem-2023-11", on=DAY)


def honour(subject: Subject, department: Department, number: int = 1) -> GoodStanding:
    return GoodStanding(f"honour:{number}", subject.pk, "守信红名单", department.pk, dt.date(2025, 1, 1), None)


def listed(subject: Subject | None = None, pack: str = "mem-2023-11", on: dt.date = DAY) -> ListEntry:
    return make_entry(pack, "blacklist", on=on, subject=subject)


def standing(on: dt.date, state: str = "open") -> list[CrossCheck]:
    return list(cross_checks(on, state=state))


def test_a_red_list_holder_who_is_blacklisted_is_flagged_at_once_and_both_departments_are_told(county, held):
    subject, red = make_subject(), make_department()
    held.append(honour(subject, red))
    entry = listed(subject)
    (flag,) = standing(DAY)
    assert (flag.kind, flag.subject, list(flag.entries.all())) == ("honour", subject, [entry])
    assert "守信红名单" in flag.basis
    told = Notice.objects.filter(kind="cross-check.honour")
    assert set(told.values_list("department", flat=True)) == {red.pk, entry.department_id}
    assert all(subject.name in body for body in told.values_list("body", flat=True))


def test_a_blacklisted_subject_who_is_honoured_later_is_flagged_by_whoever_honours(county, held):
    entry = listed()
    assert standing(DAY) == []
    held.append(honour(entry.subject, make_department()))
    subject_cross_check(subject=entry.subject, actor=None, on=LATER)
    assert [flag.kind for flag in standing(LATER)] == ["honour"]


def test_the_night_finds_what_no_act_told_and_finds_it_once(county, held):
    entry = listed()
    held.append(honour(entry.subject, make_department()))
    assert cross_checks_run(on=LATER) == {"opened": 1, "closed": 0}
    assert cross_checks_run(on=LATER) == {"opened": 0, "closed": 0}
    assert CrossCheck.objects.count() == 1
    assert Notice.objects.filter(kind="cross-check.honour").count() == 2


def test_a_flag_closes_itself_when_the_honour_is_gone(county, held):
    entry = listed()
    held.append(honour(entry.subject, make_department()))
    cross_checks_run(on=LATER)
    held.clear()
    assert cross_checks_run(on=LATER) == {"opened": 0, "closed": 1}
    assert standing(LATER) == []
    assert [flag.closed_on for flag in standing(LATER, "gone")] == [LATER]


def test_an_entry_ended_early_takes_its_flag_with_it_in_the_same_act(county, held):
    entry = listed()
    held.append(honour(entry.subject, make_department()))
    subject_cross_check(subject=entry.subject, actor=None, on=DAY)
    entry_end(entry=entry, reason="revoked", ends_on=DAY, note="复议撤销", actor=None, on=LATER)
    assert CrossCheck.objects.get().closed_on == LATER


def test_no_flag_stands_a_day_longer_than_its_entry_whether_or_not_a_job_ran(county, held):
    entry = listed()
    held.append(honour(entry.subject, make_department()))
    subject_cross_check(subject=entry.subject, actor=None, on=DAY)
    # mem-2023-11: three years from publication on 2 March 2026.
    assert len(standing(dt.date(2029, 3, 2))) == 1
    assert standing(dt.date(2029, 3, 3)) == []
    assert cross_checks_run(on=dt.date(2029, 3, 3)) == {"opened": 0, "closed": 1}


def test_the_department_of_the_honour_is_not_told_the_name_of_an_internal_list(held):
    run_policy("yiyuan-2021", on=DAY, mode="internal")
    subject, red = make_subject(), make_department()
    held.append(honour(subject, red))
    entry = make_entry("yiyuan-2021", "focus", on=DAY, subject=subject, mode="internal")
    bodies = dict(Notice.objects.filter(kind="cross-check.honour").values_list("department", "body"))
    assert entry.list_label not in bodies[red.pk]
    assert entry.list_label in bodies[entry.department_id]


def test_two_fields_blacklists_are_flagged_with_the_rule_that_says_what_follows(county):
    run_policy("mohurd-urban-2018", on=DAY)
    run_policy("yiyuan-2021", on=DAY, mode="internal")
    subject = make_subject()
    listed(subject)
    assert standing(DAY) == []
    listed(subject, "mohurd-urban-2018", LATER)
    (flag,) = standing(LATER)
    assert (flag.kind, flag.entries.count()) == ("domains", 2)
    assert "从重" in flag.explanation  # 沂源 二·三·1: two fields or more
    assert "二·三·1" in flag.explanation


def test_two_lists_of_one_field_are_no_several_fields(county):
    subject = make_subject()
    listed(subject)
    listed(subject, "saws-2017-49", LATER)
    assert {entry.domain for entry in ListEntry.objects.all()} == {"work-safety"}
    assert standing(LATER) == []


@pytest.fixture
def person():
    return make_subject("张三", kind="person")


def leads(person: Subject, organization: Subject, **fields) -> OrganizationRole:
    return OrganizationRole(
        organization=organization, person=person, role="legal-representative", **fields
    ).save_by(None, reason="test")  # fmt: skip


def test_a_listed_persons_other_company_is_told_as_information_and_as_nothing_else(county, person):
    company = make_subject()
    leads(person, company)
    listed(person)
    (flag,) = standing(DAY)
    assert (flag.kind, flag.subject, flag.person) == ("company", company, person)
    assert "法定代表人" in flag.basis
    for said in ("仅供日常监管参考", "不是对该单位的认定", "不得限制其办理任何事项", "不得对外提供"):
        assert said in flag.explanation
    # Nobody is told, and nothing stands on the company's own timeline.
    assert not Notice.objects.filter(kind__startswith="cross-check").exists()
    assert not Event.objects.filter(subject=company, name__startswith="cross-check").exists()
    assert not ListEntry.objects.filter(subject=company).exists()


def test_the_company_by_which_the_person_was_listed_is_not_another_company(county, person):
    company = make_subject()
    leads(person, company)
    own = listed(company)
    entry = listed(person)
    entry.case.parent = own.case
    entry.case.save_by(None, reason="test")
    subject_cross_check(subject=person, actor=None, on=DAY)
    assert standing(DAY) == []


def test_a_role_given_up_takes_the_flag_with_it_on_that_day(county, person):
    role = leads(person, make_subject(), starts_on=dt.date(2020, 1, 1))
    listed(person)
    role.ends_on = LATER
    role.save_by(None, reason="test")
    assert len(standing(LATER - dt.timedelta(days=1))) == 1
    assert standing(LATER) == []
    assert cross_checks_run(on=LATER)["closed"] == 1


def test_a_role_taken_up_later_is_met_by_the_night(county, person):
    listed(person)
    leads(person, make_subject(), starts_on=LATER)
    assert cross_checks_run(on=LATER - dt.timedelta(days=1)) == {"opened": 0, "closed": 0}
    assert cross_checks_run(on=LATER) == {"opened": 1, "closed": 0}


def test_a_flag_is_handled_once_in_words_by_who_may(county, held):
    entry = listed()
    held.append(honour(entry.subject, make_department()))
    subject_cross_check(subject=entry.subject, actor=None, on=DAY)
    (flag,) = standing(DAY)
    reviewer = make_account("reviewer")
    with pytest.raises(NotAllowed):
        cross_check_handle(flag=flag, outcome="noted", note="已知悉", actor=make_account("approver"), on=DAY)
    with pytest.raises(InvalidInput) as refusal:
        cross_check_handle(flag=flag, outcome="noted", note=" ", actor=reviewer, on=DAY)
    assert refusal.value.field == "note"
    cross_check_handle(flag=flag, outcome="passed-on", note="已转发展改革局移出红名单", actor=reviewer, on=DAY)
    assert [each.pk for each in standing(DAY, "handled")] == [flag.pk]
    with pytest.raises(TransitionRefused):
        cross_check_handle(flag=flag, outcome="noted", note="再次", actor=reviewer, on=DAY)
    # Handled, not gone: the night neither opens it anew nor closes it.
    assert cross_checks_run(on=DAY) == {"opened": 0, "closed": 0}


def test_a_flag_whose_ground_is_gone_needs_no_handling(county, held):
    entry = listed()
    held.append(honour(entry.subject, make_department()))
    subject_cross_check(subject=entry.subject, actor=None, on=DAY)
    with pytest.raises(TransitionRefused) as refusal:
        cross_check_handle(
            flag=CrossCheck.objects.get(), outcome="noted", note="x", actor=make_account("reviewer"),
            on=dt.date(2029, 3, 3),
        )  # fmt: skip
    assert "依据已经消失" in refusal.value.message


def test_the_number_of_queries_does_not_grow_with_the_listed(county, held):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert cross_checks_run(on=LATER) == {"opened": 0, "closed": 0}
        return len(captured)

    listed()
    one = asked()
    for _ in range(5):
        listed()
    assert asked() == one


def test_officers_find_filter_and_handle_flags_on_pages(county, person):
    company = make_subject("演示关联有限公司")
    leads(person, company)
    listed(person)
    flag = CrossCheck.objects.get()
    client = Client()
    client.force_login(make_account("handler"))
    text = client.get(reverse("sanctions:cross-check-list")).content.decode()
    assert "演示关联有限公司" in text
    assert "演示关联" not in client.get(reverse("sanctions:cross-check-list") + "?kind=honour").content.decode()
    detail = client.get(reverse("sanctions:cross-check-detail", args=[flag.public_id])).content.decode()
    assert "不是对该单位的认定" in detail
    response = client.post(
        reverse("sanctions:cross-check-handle", args=[flag.public_id]),
        {"outcome": "noted", "note": "已知悉", "version": flag.version},
    )
    assert response.status_code == 302
    flag.refresh_from_db()
    assert flag.note == "已知悉"


def test_departments_never_see_cross_checks(county):
    client = Client()
    client.force_login(make_account("department", department=make_department()))
    assert client.get(reverse("sanctions:cross-check-list")).status_code == 403
