"""List entries: term, publicity, overlap, moving to a higher list, early end, pause."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Event, Notice
from sanctions import signals
from sanctions.models import Case, EntryPause, ListEntry
from sanctions.selectors.entries import entries_in_force, entries_visible_to, entry_list, entry_state, list_choices
from sanctions.services.entries import entry_end, entry_open, entry_pause, entry_resume
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.listing import close_case, make_decided_case, make_entry

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 2)
ONE_DAY = dt.timedelta(days=1)


def in_force(entry: ListEntry, on: dt.date) -> bool:
    return entries_in_force(entry.subject, on).filter(pk=entry.pk).exists()


# --- term ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2017, 5, 31), False),
        (dt.date(2017, 6, 1), True),
        (dt.date(2018, 6, 1), True),
        (dt.date(2018, 6, 2), False),
    ],
)
def test_one_year_from_publication_runs_through_the_corresponding_day(day, expected):
    entry = make_entry("saws-2017-49", "blacklist", on=dt.date(2017, 6, 1))
    assert in_force(entry, day) is expected


@pytest.mark.parametrize(("day", "expected"), [(dt.date(2029, 3, 2), True), (dt.date(2029, 3, 3), False)])
def test_the_safety_list_runs_three_years(day, expected):
    assert in_force(make_entry("mem-2023-11", "blacklist", on=DAY), day) is expected


def test_a_term_from_29_february_ends_on_the_month_end():
    entry = make_entry("saws-2017-49", "blacklist", on=dt.date(2020, 2, 29))
    assert entry_state(entry, dt.date(2020, 3, 1)).last_day == dt.date(2021, 2, 28)


def test_the_term_counts_from_publication_not_from_decision():
    case = make_decided_case("mem-2023-11", "blacklist", decided_on=dt.date(2026, 2, 10))
    entry = entry_open(case=case, actor=None, on=DAY)
    assert (entry.starts_on, entry.ends_on) == (DAY, dt.date(2029, 3, 3))


def test_a_second_entry_on_the_same_list_is_the_second_time():
    subject = make_subject()
    make_entry("saws-2017-49", "blacklist", on=dt.date(2017, 6, 1), subject=subject)
    assert make_entry("saws-2017-49", "blacklist", on=dt.date(2019, 6, 1), subject=subject).time == 2


# --- taking force --------------------------------------------------------------------------------------------------


def test_a_binding_public_list_makes_a_public_entry():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    assert (entry.is_public, entry.published_on) == (True, DAY)


def test_internal_grading_is_never_public():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY, mode="internal")
    assert (entry.is_public, entry.published_on) == (False, None)


def test_a_local_list_is_not_public_after_2020_even_in_a_case_marked_binding():
    assert make_entry("nanning-urban", "blacklist", on=DAY).is_public is False


def test_the_grounds_of_the_case_support_the_entry():
    case = make_decided_case("mem-2023-11", "blacklist", decided_on=DAY)
    entry = entry_open(case=case, actor=None, on=DAY)
    assert list(entry.grounds.values_list("record")) == list(case.grounds.values_list("record"))


def test_the_entry_names_the_clauses_its_grounds_met():
    assert make_entry("mem-2023-11", "blacklist", on=DAY).clause == "第七条第（一）项"


def test_an_undecided_case_lists_nobody():
    case = make_decided_case("mem-2023-11", "blacklist", decided_on=DAY)
    case.state = Case.State.DELIBERATED
    case.save_by(None, reason="test")
    with pytest.raises(TransitionRefused, match="尚未认定"):
        entry_open(case=case, actor=None, on=DAY)


def test_only_a_publisher_makes_an_entry_take_force():
    case = make_decided_case("mem-2023-11", "blacklist", decided_on=DAY)
    with pytest.raises(NotAllowed):
        entry_open(case=case, actor=make_account("handler", "reviewer", "approver"), on=DAY)


@pytest.mark.parametrize(("born", "refused"), [(dt.date(2008, 3, 3), True), (dt.date(2008, 3, 2), False)])
def test_a_person_is_listed_from_the_eighteenth_birthday_on(born, refused):
    person = make_subject("张三", kind="person", born_on=born)
    case = make_decided_case("mem-2023-11", "blacklist", decided_on=DAY, subject=person)
    if refused:
        with pytest.raises(RuleRefused, match="未成年人"):
            entry_open(case=case, actor=None, on=DAY)
    else:
        assert entry_open(case=case, actor=None, on=DAY).pk


def test_the_subject_is_told_until_when_and_how_to_object():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    body = Notice.objects.get(kind="entry.opened", subject=entry.subject).body
    assert ("2029-03-02" in body, "异议" in body) == (True, True)


def test_taking_force_is_an_event_and_a_signal():
    seen = []
    receiver = lambda entry, actor, on, **kwargs: seen.append((entry.pk, on))  # noqa: E731
    signals.entry_opened.connect(receiver)
    try:
        entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    finally:
        signals.entry_opened.disconnect(receiver)
    assert (seen, Event.objects.filter(name="entry.opened").count()) == ([(entry.pk, DAY)], 1)


# --- no overlap ----------------------------------------------------------------------------------------------------


def test_a_second_entry_while_the_first_is_in_force_is_refused_with_its_days():
    subject = make_subject()
    make_entry("mem-2023-11", "blacklist", on=DAY, subject=subject)
    case = make_decided_case("mem-2023-11", "blacklist", decided_on=DAY + ONE_DAY, subject=subject)
    with pytest.raises(Conflict, match="2029-03-02"):
        entry_open(case=case, actor=None, on=DAY + ONE_DAY)


def copy_of(entry: ListEntry, starts_on: dt.date, ends_on: dt.date, **fields) -> ListEntry:
    """An entry row made past the service, to ask the database itself."""
    case = make_decided_case(entry.pack_id, fields.get("list_code", entry.list_code), decided_on=starts_on,
                             subject=entry.subject)  # fmt: skip
    close_case(case)
    values = {"pack_id": entry.pack_id, "list_code": entry.list_code, "subject": entry.subject} | fields
    return ListEntry(
        case=case, policy=entry.policy, list_label="名单", is_public=False, department=entry.department, clause="1",
        decided_on=starts_on, starts_on=starts_on, term_ends_on=ends_on, ends_on=ends_on, **values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (dt.date(2018, 6, 1), dt.date(2019, 6, 2)),  # begins on the last day of the first
        (dt.date(2016, 6, 1), dt.date(2017, 6, 2)),  # its last day is the first day of the first
        (dt.date(2017, 9, 1), dt.date(2017, 10, 1)),  # inside
        (dt.date(2017, 1, 1), dt.date(2020, 1, 1)),  # around
    ],
)
def test_the_database_refuses_overlapping_entries_on_one_list(starts_on, ends_on):
    entry = make_entry("saws-2017-49", "blacklist", on=dt.date(2017, 6, 1))
    row = copy_of(entry, starts_on, ends_on)
    with pytest.raises(IntegrityError, match="entries_do_not_overlap"), transaction.atomic():
        row.save_by(None, reason="test")


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "fields"),
    [
        (dt.date(2018, 6, 2), dt.date(2019, 6, 3), {}),  # the day after
        (dt.date(2017, 9, 1), dt.date(2018, 9, 1), {"list_code": "joint-sanction"}),
        (dt.date(2017, 9, 1), dt.date(2018, 9, 1), {"pack_id": "another"}),
        (dt.date(2017, 9, 1), dt.date(2017, 9, 1), {}),  # empty: ended on its first day
    ],
)
def test_the_database_takes_what_does_not_overlap(starts_on, ends_on, fields):
    entry = make_entry("saws-2017-49", "blacklist", on=dt.date(2017, 6, 1))
    assert copy_of(entry, starts_on, ends_on, **fields).save_by(None, reason="test").pk


def test_the_database_refuses_an_entry_moved_onto_another():
    entry = make_entry("saws-2017-49", "blacklist", on=dt.date(2017, 6, 1))
    later = copy_of(entry, dt.date(2018, 6, 2), dt.date(2019, 6, 3)).save_by(None, reason="test")
    later.starts_on = dt.date(2018, 6, 1)
    with pytest.raises(IntegrityError, match="entries_do_not_overlap"), transaction.atomic():
        later.save_by(None, reason="test")


# --- highest list only ---------------------------------------------------------------------------------------------


def test_a_higher_list_ends_the_lower_entry_of_the_same_pack_as_moved():
    subject = make_subject()
    lower = make_entry("nanning-urban", "yellow", on=DAY, subject=subject, mode="internal")
    make_entry("nanning-urban", "warning-red", on=DAY + ONE_DAY, subject=subject, mode="internal")
    lower.refresh_from_db()
    assert (lower.ends_on, lower.end_reason) == (DAY + ONE_DAY, "moved")


def test_a_lower_list_is_refused_while_a_higher_entry_of_the_same_pack_is_in_force():
    subject = make_subject()
    make_entry("nanning-urban", "warning-red", on=DAY, subject=subject, mode="internal")
    case = make_decided_case("nanning-urban", "yellow", decided_on=DAY, subject=subject, mode="internal")
    with pytest.raises(RuleRefused, match="更高等级"):
        entry_open(case=case, actor=None, on=DAY)


def test_where_the_pack_keeps_both_lists_both_stand():
    subject = make_subject()
    day = dt.date(2018, 6, 15)
    joint = make_entry("saws-2017-49", "joint-sanction", on=day, subject=subject)
    make_entry("saws-2017-49", "blacklist", on=day, subject=subject)
    assert in_force(joint, day)


# --- early end -----------------------------------------------------------------------------------------------------


def end(entry: ListEntry, **asked) -> ListEntry:
    asked = {"reason": "repaired", "ends_on": DAY + 5 * ONE_DAY, "note": "准予修复", "actor": None,
             "on": DAY + 5 * ONE_DAY} | asked  # fmt: skip
    return entry_end(entry=entry, **asked)


def test_a_repaired_entry_is_not_in_force_from_that_day():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    end(entry)
    assert [in_force(entry, DAY + days * ONE_DAY) for days in (4, 5)] == [True, False]


def test_an_end_in_the_future_is_kept_and_comes_by_itself():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    end(entry, ends_on=DAY + 9 * ONE_DAY)
    assert [in_force(entry, DAY + days * ONE_DAY) for days in (8, 9)] == [True, False]


def test_a_revoked_entry_may_end_back_to_its_first_day():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    end(entry, reason="revoked", ends_on=DAY)
    assert in_force(entry, DAY) is False


def test_a_repaired_entry_cannot_end_in_the_past():
    with pytest.raises(InvalidInput, match="终止日"):
        end(make_entry("mem-2023-11", "blacklist", on=DAY), ends_on=DAY + 4 * ONE_DAY)


def test_no_early_end_lies_beyond_the_term():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    with pytest.raises(InvalidInput, match="终止日"):
        end(entry, ends_on=entry.ends_on)


def test_the_end_of_the_term_is_not_asked_for():
    with pytest.raises(InvalidInput, match="期满自动终止"):
        end(make_entry("mem-2023-11", "blacklist", on=DAY), reason="term")


def test_an_early_end_needs_its_reason_in_words():
    with pytest.raises(InvalidInput, match="说明"):
        end(make_entry("mem-2023-11", "blacklist", on=DAY), note="  ")


def test_an_entry_that_has_run_out_cannot_be_ended():
    entry = make_entry("saws-2017-49", "blacklist", on=dt.date(2017, 6, 1))
    with pytest.raises(TransitionRefused, match="2018-06-02"):
        end(entry, ends_on=dt.date(2018, 6, 2), on=dt.date(2018, 6, 2))


def test_an_end_is_decided_once():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    end(entry, ends_on=DAY + 9 * ONE_DAY)
    with pytest.raises(TransitionRefused, match="已决定"):
        end(entry, ends_on=DAY + 8 * ONE_DAY)


@pytest.mark.parametrize("role", ["handler", "reviewer", "publisher", "department", "auditor", "administrator"])
def test_only_an_approver_ends_an_entry(role):
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    with pytest.raises(NotAllowed):
        end(entry, actor=make_account(role))


def test_ending_from_a_stale_form_is_refused():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    with pytest.raises(Conflict):
        end(entry, version=entry.version + 1)


# --- pause ---------------------------------------------------------------------------------------------------------


def test_a_paused_entry_stays_in_force():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    entry_pause(entry=entry, reason="复议停止执行", actor=None, on=DAY)
    assert entry_state(entry, DAY).code == "paused"


def test_pausing_twice_is_refused():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    entry_pause(entry=entry, reason="复议停止执行", actor=None, on=DAY)
    with pytest.raises(TransitionRefused):
        entry_pause(entry=entry, reason="复议停止执行", actor=None, on=DAY)


def test_the_database_refuses_two_open_pauses():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    EntryPause(entry=entry, starts_on=DAY, reason="一").save_by(None, reason="test")
    with pytest.raises(IntegrityError):
        EntryPause(entry=entry, starts_on=DAY, reason="二").save_by(None, reason="test")


def test_paused_time_is_added_where_the_pack_adds_it():
    entry = make_entry("city-plan", "blacklist", on=dt.date(2020, 1, 10))
    entry_pause(entry=entry, reason="异议核查", actor=None, on=dt.date(2020, 3, 1))
    entry_resume(entry=entry, note="异议不成立", actor=None, on=dt.date(2020, 3, 21))
    entry.refresh_from_db()
    assert entry.ends_on - ONE_DAY == dt.date(2021, 1, 30)


def test_paused_time_is_not_added_elsewhere():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    entry_pause(entry=entry, reason="复议停止执行", actor=None, on=DAY)
    entry_resume(entry=entry, note="复议维持", actor=None, on=DAY + 20 * ONE_DAY)
    entry.refresh_from_db()
    assert entry.ends_on == dt.date(2029, 3, 3)


def test_resuming_what_is_not_paused_is_refused():
    with pytest.raises(TransitionRefused):
        entry_resume(entry=make_entry("mem-2023-11", "blacklist", on=DAY), note="", actor=None, on=DAY)


@pytest.mark.parametrize("role", ["handler", "publisher", "department", "auditor"])
def test_only_reviewer_or_approver_pauses(role):
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    with pytest.raises(NotAllowed):
        entry_pause(entry=entry, reason="复议停止执行", actor=make_account(role), on=DAY)


# --- who sees ------------------------------------------------------------------------------------------------------


def test_a_department_user_does_not_see_entries_that_are_neither_public_nor_ordered_to_it():
    make_entry("mem-2023-11", "blacklist", on=DAY, mode="internal")
    account = make_account("department", department=make_department())
    assert entries_visible_to(account, DAY).count() == 0


def test_a_subject_user_sees_no_entry_here():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    assert entries_visible_to(make_account("subject", subject=entry.subject), DAY).count() == 0


def test_the_list_of_entries_in_force_leaves_out_those_that_ran_out():
    make_entry("saws-2017-49", "blacklist", on=dt.date(2017, 6, 1))
    current = make_entry("mem-2023-11", "blacklist", on=DAY)
    assert list(entry_list(make_account("handler"), DAY, state="in-force")) == [current]


# An entry of 2 March 2026 is in force through 2 March 2029 and over on the 3rd.
@pytest.mark.parametrize(
    ("on", "found"),
    [
        (dt.date(2029, 1, 31), False),
        (dt.date(2029, 2, 1), True),
        (dt.date(2029, 3, 2), True),
        (dt.date(2029, 3, 3), False),
    ],
)
def test_the_list_of_what_expires_reaches_thirty_days_ahead(on, found):
    make_entry("mem-2023-11", "blacklist", on=DAY)
    assert entry_list(make_account("handler"), on, state="expiring").exists() is found


def test_an_early_end_is_not_the_end_of_a_term():
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    end = {"reason": "repaired", "ends_on": DAY + ONE_DAY, "note": "准予修复"}
    entry_end(entry=entry, actor=make_account("approver"), on=DAY, **end)
    assert not entry_list(make_account("handler"), DAY, state="expiring").exists()


def test_the_lists_to_choose_from_are_those_of_visible_entries():
    officer, elsewhere = make_account("handler"), make_account("department", department=make_department())
    assert list_choices(officer, DAY) == []
    for pack, code in (
        ("saws-2017-49", "blacklist"),
        ("saws-2017-49", "joint-sanction"),
        ("saws-2017-49", "blacklist"),
    ):
        make_entry(pack, code, on=DAY)
    newest = make_entry("mem-2023-11", "blacklist", on=DAY + ONE_DAY)
    hidden = make_entry("nanning-urban", "yellow", on=DAY, mode="internal")
    assert not hidden.is_public
    for account in (officer, elsewhere):
        seen = entries_visible_to(account, DAY).order_by("starts_on", "pk").values_list("list_code", "list_label")
        assert list_choices(account, DAY) == sorted(dict(seen).items())
    assert ("blacklist", newest.list_label) in list_choices(elsewhere, DAY)
    assert "yellow" in dict(list_choices(officer, DAY))
