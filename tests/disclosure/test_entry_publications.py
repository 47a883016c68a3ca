"""List entries on the public pages: opened with the entry, gone the day after the last day, with no job run."""

import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure.models import Publication
from disclosure.services.publications import publication_correct, publication_withdraw
from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.models import Event
from registry.signals import record_changed
from sanctions import signals
from sanctions.models import EntryPause, ListEntry
from tests.disclosure import county
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db

SINCE = dt.date(2026, 3, 2)
LAST = dt.date(2029, 3, 2)
AFTER = dt.date(2029, 3, 3)


@pytest.fixture
def version():
    return county.activate("test-lists")["test-lists"]


@pytest.fixture
def entry(version):
    return county.make_entry(make_subject("演示矿业有限公司"), version=version, starts_on=SINCE, ends_on=AFTER)


def published(entry):
    county.open_entry(entry, on=SINCE)
    return Publication.objects.get(object_id=entry.pk)


def visible(on):
    return Publication.objects.visible(on).exists()


def test_last_day_is_public(entry):
    published(entry)
    assert visible(LAST)


def test_day_after_the_last_day_is_gone_with_no_job_run(entry):
    published(entry)
    assert not visible(AFTER)


def test_day_before_the_first_day_is_not_public(entry):
    published(entry)
    assert not visible(SINCE - dt.timedelta(days=1))


def test_entry_that_is_not_public_is_never_published(version):
    internal = county.make_entry(
        make_subject(), version=version, starts_on=SINCE, ends_on=AFTER, is_public=False, list_code="focus",
        list_label="重点关注名单",
    )  # fmt: skip
    county.open_entry(internal, on=SINCE)
    assert not Publication.objects.exists()


def test_opening_twice_publishes_once(entry):
    county.open_entry(entry, on=SINCE)
    county.open_entry(entry, on=SINCE)
    assert Publication.objects.count() == 1


def test_snapshot_says_what_the_public_must_know(entry):
    snapshot = published(entry).snapshot
    assert snapshot["list_label"] == "安全生产严重失信主体名单"
    assert snapshot["policy"]["number"] == "演示部令第9号"
    assert snapshot["clause"] == "第六条"
    assert snapshot["number"] == entry.case.decision_number
    assert snapshot["department"]["name"] == entry.department.name


def test_snapshot_holds_mandatory_and_recommended_measures_apart(entry):
    measures = {each["code"]: each["mandatory"] for each in published(entry).snapshot["measures"]}
    assert measures == {"1": True, "2": False}


def test_person_is_masked_in_title_and_snapshot(version):
    company = make_subject("演示矿业有限公司")
    person = county.add_person(company, "王建国")
    entry = county.make_entry(
        person, version=version, starts_on=SINCE, ends_on=AFTER, sentences=[f"王建国（{county.IDENTITY}）指使无证生产"]
    )
    publication = published(entry)
    text = publication.title + json.dumps(publication.snapshot, ensure_ascii=False)
    assert "王建国" not in text
    assert county.IDENTITY not in text
    assert publication.snapshot["subject"]["name"] == "王*"


def test_names_of_an_organisations_people_are_masked_in_its_reasons(version):
    company = make_subject("演示矿业有限公司", address="某路1号")
    county.add_person(company, "王建国")
    entry = county.make_entry(
        company, version=version, starts_on=SINCE, ends_on=AFTER, sentences=["主要负责人王建国拒不改正"]
    )
    assert published(entry).snapshot["reasons"] == ["主要负责人王*拒不改正"]


def test_early_end_takes_it_down_the_same_day(entry):
    published(entry)
    county.end_entry(entry, ends_on=dt.date(2026, 11, 22), on=dt.date(2026, 11, 22))
    assert not visible(dt.date(2026, 11, 22))


def test_early_end_leaves_the_days_before_as_they_were(entry):
    published(entry)
    county.end_entry(entry, ends_on=dt.date(2026, 11, 22), on=dt.date(2026, 11, 22))
    assert visible(dt.date(2026, 11, 21))


def test_end_decided_for_a_later_day_needs_nothing_on_that_day(entry):
    published(entry)
    county.end_entry(entry, ends_on=dt.date(2026, 12, 1), on=dt.date(2026, 11, 22))
    assert visible(dt.date(2026, 11, 30))
    assert not visible(dt.date(2026, 12, 1))


def test_wrong_entry_ended_back_to_its_first_day_is_gone_today(entry):
    published(entry)
    county.end_entry(entry, ends_on=SINCE, on=dt.date(2026, 11, 22), reason="revoked")
    assert not visible(dt.date(2026, 11, 22))


def resumed(entry):
    pause = EntryPause(entry=entry, starts_on=dt.date(2026, 11, 2), ends_on=dt.date(2026, 11, 22), reason="复议")
    pause.save_by(None, reason="test")
    signals.entry_resumed.send(sender=ListEntry, entry=entry, pause=pause, actor=None, on=dt.date(2026, 11, 22))


def test_longer_term_after_a_pause_keeps_it_public(entry):
    published(entry)
    entry.ends_on = entry.term_ends_on = AFTER + dt.timedelta(days=20)
    entry.save_by(None, reason="test")
    resumed(entry)
    assert visible(AFTER + dt.timedelta(days=19))
    assert not visible(AFTER + dt.timedelta(days=20))


def test_longer_term_rewrites_the_last_day_in_the_remedies(entry):
    publication = published(entry)
    entry.ends_on = entry.term_ends_on = dt.date(2029, 3, 23)
    entry.save_by(None, reason="test")
    resumed(entry)
    publication.refresh_from_db()
    assert "2029年3月22日" in publication.snapshot["repair"][0]


def test_disputed_ground_marks_the_entry_and_unmarks_it(entry):
    publication = published(entry)
    record = entry.grounds.get().record
    record.disputed_on = dt.date(2026, 9, 1)
    record.save_by(None, reason="test")
    record_changed.send(sender=type(record), record=record, change="disputed", actor=None, on=dt.date(2026, 9, 1))
    publication.refresh_from_db()
    assert publication.disputed_on == dt.date(2026, 9, 1)
    record.disputed_on = None
    record.save_by(None, reason="test")
    record_changed.send(sender=type(record), record=record, change="disputed", actor=None, on=dt.date(2026, 9, 9))
    publication.refresh_from_db()
    assert publication.disputed_on is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    length=st.integers(0, 60),
    withdrawn=st.none() | st.integers(-5, 70),
    ask=st.integers(-10, 80),
)
def test_the_query_and_the_test_in_memory_agree(first, length, withdrawn, ask):
    day = dt.timedelta(days=1)
    subject, department = make_subject(), make_department()
    publication = Publication(
        kind="entry", subject=subject, object_kind="x", object_id=subject.pk, department=department, title="x",
        decided_on=first, published_on=first, visible_from=first, visible_until=first + length * day,
        withdrawn_on=None if withdrawn is None else first + withdrawn * day,
    ).save_by(None, reason="test")  # fmt: skip
    on = first + ask * day
    expected = 0 <= ask < length and (withdrawn is None or ask < withdrawn)
    found = Publication.objects.visible(on).filter(pk=publication.pk).exists()
    assert (found, publication.is_visible(on)) == (expected, expected)


def test_withdrawing_by_hand_takes_it_down_today_and_keeps_why(entry):
    publication = published(entry)
    publication_withdraw(
        publication_id=publication.pk, reason="含有个人信息", actor=make_account("publisher"), on=dt.date(2026, 4, 1)
    )
    publication.refresh_from_db()
    assert not publication.is_visible(dt.date(2026, 4, 1))
    assert publication.withdraw_reason == "含有个人信息"


def test_withdrawing_is_an_event(entry):
    publication = published(entry)
    publication_withdraw(
        publication_id=publication.pk, reason="含有个人信息", actor=make_account("publisher"), on=dt.date(2026, 4, 1)
    )
    assert Event.objects.filter(name="publication.withdrawn", subject=entry.subject).count() == 1


def test_withdrawing_twice_is_refused(entry):
    publication = published(entry)
    actor = make_account("publisher")
    publication_withdraw(publication_id=publication.pk, reason="误发", actor=actor, on=dt.date(2026, 4, 1))
    with pytest.raises(TransitionRefused):
        publication_withdraw(publication_id=publication.pk, reason="误发", actor=actor, on=dt.date(2026, 4, 1))


def test_withdrawing_needs_the_role(entry):
    with pytest.raises(NotAllowed):
        publication_withdraw(
            publication_id=published(entry).pk, reason="误发", actor=make_account("handler"), on=dt.date(2026, 4, 1)
        )


def test_withdrawing_needs_a_reason(entry):
    with pytest.raises(InvalidInput):
        publication_withdraw(
            publication_id=published(entry).pk, reason=" ", actor=make_account("publisher"), on=dt.date(2026, 4, 1)
        )


def test_withdrawing_from_a_stale_form_is_refused(entry):
    publication = published(entry)
    with pytest.raises(Conflict):
        publication_withdraw(
            publication_id=publication.pk, reason="误发", actor=make_account("publisher"), on=dt.date(2026, 4, 1),
            version=publication.version + 1,
        )  # fmt: skip


def test_correction_writes_the_snapshot_anew_and_shows_it_again(entry):
    publication = published(entry)
    actor = make_account("publisher")
    publication_withdraw(publication_id=publication.pk, reason="部门有误", actor=actor, on=dt.date(2026, 4, 1))
    entry.department.contact = "0533-0000001"
    entry.department.save_by(None, reason="test")
    publication_correct(publication_id=publication.pk, reason="补联系电话", actor=actor, on=dt.date(2026, 4, 2))
    publication.refresh_from_db()
    assert publication.snapshot["department"]["contact"] == "0533-0000001"
    assert publication.is_visible(dt.date(2026, 4, 2))


def test_correction_cannot_revive_an_ended_entry(entry):
    publication = published(entry)
    county.end_entry(entry, ends_on=dt.date(2026, 4, 1), on=dt.date(2026, 4, 1))
    with pytest.raises(TransitionRefused):
        publication_correct(
            publication_id=publication.pk, reason="误撤", actor=make_account("publisher"), on=dt.date(2026, 4, 2)
        )
