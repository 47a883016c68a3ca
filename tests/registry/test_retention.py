"""What has outlived its time goes, from the history too; what is held, due later or a fact never does."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed
from registry.base.personal_data import text_seal
from registry.models import (
    Attachment,
    Claim,
    ClaimCode,
    Event,
    ImportBatch,
    ImportRow,
    JobRun,
    Notice,
    OrganizationRole,
    OutboxMessage,
    Record,
    RetentionHold,
    RetentionMark,
    RetentionTally,
    Subject,
    SubjectName,
)
from registry.rules.policy.values import Duration
from registry.rules.retention import REDACTED_NAME, county_retention, over_by
from registry.services import retention
from registry.services.events import events_verify
from registry.services.evidence import attachment_store
from registry.services.outbox import outbox_drain
from registry.services.retention import hold_lift, hold_set, retention_run
from registry.services.subjects import person_create
from tests.factories import make_account, make_department, make_record, make_subject

D = dt.date
TODAY = D(2026, 11, 20)
LONG_AGO = dt.datetime(2019, 3, 1, 4, tzinfo=dt.UTC)
NUMBER = "11010519491231002X"


# --- the day ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kept", "on", "last"),
    [
        # One year from 2025-11-19 is kept through 2026-11-19 and goes on the 20th.
        ({"years": 1}, D(2026, 11, 20), D(2025, 11, 19)),
        ({"days": 30}, D(2026, 11, 20), D(2026, 10, 20)),
        # Six months from 31 August end on the last of February, as those from the 28th do.
        ({"months": 6}, D(2026, 3, 1), D(2025, 8, 31)),
        ({"months": 6}, D(2026, 2, 28), D(2025, 8, 27)),
    ],
)
def test_the_last_day_whose_time_is_over(kept, on, last):
    assert over_by(Duration(**kept), on) == last


@given(
    day=st.dates(D(2000, 1, 1), D(2090, 1, 1)),
    years=st.integers(0, 10),
    months=st.integers(0, 24),
    days=st.integers(1, 90),
)
def test_a_thing_goes_the_day_after_it_was_kept_for_its_time_and_not_before(day, years, months, days):
    kept = Duration(years=years, months=months, days=days)
    last = kept.last_day(day)
    assert over_by(kept, last) < day
    assert over_by(kept, last + dt.timedelta(days=1)) >= day


def test_the_county_names_every_time_with_clause_and_reason():
    values = county_retention()
    for name in type(values).model_fields:
        rule = getattr(values, name)
        assert rule.clause
        assert not rule.assumed or rule.reason


# --- rows ---------------------------------------------------------------------------------------------------------
pytestmark = pytest.mark.django_db


def run_until_gone(on=TODAY):
    """Mark, wait for the grace, clear; returns the counts of the second run."""
    retention_run(on=on)
    counts = retention_run(on=on + dt.timedelta(days=30))
    while outbox_drain(now=clock.now)["done"]:
        pass
    return counts


def stored(name="授权书.pdf", department=None):
    upload = SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")
    actor = make_account("handler", department=department or make_department())
    return attachment_store(upload=upload, actor=actor), actor


def old_person(**fields):
    """A person taken in long ago, with a former name and a version under it."""
    person = person_create(
        name="王某某", document_type="身份证", document_number=NUMBER, born_on=D(1949, 12, 31), actor=None, on=D(2019, 3, 1),
        **fields,
    )  # fmt: skip
    person.address = "河湾县某街道1号"
    person.save_by(None, reason="test")
    Subject.history.filter(id=person.pk).update(history_date=LONG_AGO)
    return person


def history_text(model, pk):
    """Everything that the row versions hold, as one text."""
    return str(list(model.history.filter(id=pk).values()))


def test_a_person_whose_records_are_long_over_is_redacted_in_the_row_its_names_and_every_version():
    person = old_person()
    record = make_record(person, decided_on=D(2019, 5, 1))
    sealed, digest = person.document_sealed, person.document_hash
    run_until_gone()
    person.refresh_from_db()
    assert (person.name, person.document_sealed, person.document_hash, person.born_on, person.address) == (
        REDACTED_NAME, "", None, None, "",
    )  # fmt: skip
    told = history_text(Subject, person.pk) + "".join(
        history_text(SubjectName, pk) for pk in SubjectName.objects.values_list("pk", flat=True)
    )
    told += str(list(SubjectName.objects.values()))
    for secret in ("王某某", sealed, digest, "河湾县某街道", "1949"):
        assert secret not in told
    assert Record.objects.get(pk=record.pk).decided_on == D(2019, 5, 1)
    assert events_verify(anchor="") == []


@pytest.mark.parametrize("what", ["record", "place", "account", "new", "organization"])
def test_a_person_about_whom_something_is_not_over_stays(what):
    person = old_person()
    if what == "record":
        make_record(person, decided_on=TODAY - dt.timedelta(days=5 * 365))
    elif what == "place":
        OrganizationRole(organization=make_subject(), person=person, role="principal").save_by(None, reason="test")
    elif what == "account":
        make_account("subject", subject=person)
    elif what == "new":
        Subject.history.filter(id=person.pk).update(history_date=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    else:
        person.kind, person.document_hash = Subject.Kind.ORGANIZATION, None
        person.save_by(None, reason="test")
        Subject.history.filter(id=person.pk).update(history_date=LONG_AGO)
    run_until_gone()
    assert Subject.objects.get(pk=person.pk).name == "王某某"


def test_what_cannot_be_undone_is_shown_first_and_goes_after_the_grace():
    person = old_person()
    assert retention_run(on=TODAY)["marked"] == 1
    mark = RetentionMark.objects.get(kind="persons")
    assert (mark.object_id, mark.marked_on, mark.goes_on, mark.done_on) == (person.pk, TODAY, D(2026, 12, 20), None)
    assert retention_run(on=D(2026, 12, 19)) == {"marked": 0, "unmarked": 0, "cleared": 0}
    assert retention_run(on=D(2026, 12, 20))["cleared"] == 1
    assert retention_run(on=D(2026, 12, 21)) == {"marked": 0, "unmarked": 0, "cleared": 0}
    assert RetentionTally.objects.get(kind="persons").count == 1
    assert Event.objects.filter(name="retention.cleared").count() == 1


def test_a_new_record_within_the_grace_takes_the_mark_away():
    person = old_person()
    retention_run(on=TODAY)
    make_record(person, decided_on=TODAY)
    assert retention_run(on=D(2026, 12, 20)) == {"marked": 0, "unmarked": 1, "cleared": 0}
    assert Subject.objects.get(pk=person.pk).name == "王某某"


@pytest.mark.parametrize("over", ["subject", "kind"])
def test_what_is_held_stays_until_the_hold_is_lifted(over):
    auditor = make_account("auditor", department=make_department())
    person = old_person()
    retention_run(on=TODAY)
    what = {"kind": "", "subject": person} if over == "subject" else {"kind": "persons", "subject": None}
    hold = hold_set(**what, reason="法院协助调查（2026）1号", actor=auditor, on=TODAY)
    assert retention_run(on=D(2027, 6, 1))["cleared"] == 0
    assert Subject.objects.get(pk=person.pk).name == "王某某"
    hold_lift(hold_id=hold.pk, actor=auditor, on=D(2027, 6, 2))
    run_until_gone(D(2027, 6, 2))
    assert Subject.objects.get(pk=person.pk).name == REDACTED_NAME


def test_a_finished_imports_cells_and_file_go_and_what_became_of_its_rows_stays():
    attachment, actor = stored("penalties.pdf")
    batch = ImportBatch.objects.create(
        kind="penalty", state="done", attachment=attachment, department=actor.department, file_format="xlsx",
        uploaded_by=actor, uploaded_at=LONG_AGO, uploaded_on=D(2019, 3, 1), finished_at=LONG_AGO,
    )  # fmt: skip
    row = ImportRow.objects.create(batch=batch, number=1, cells_sealed=text_seal(NUMBER), state="imported")
    running = ImportBatch.objects.create(
        kind="penalty", state="previewed", attachment=stored("other.pdf", actor.department)[0], department=actor.department,
        file_format="xlsx", uploaded_by=actor, uploaded_at=LONG_AGO, uploaded_on=D(2019, 3, 1),
    )  # fmt: skip
    waiting = ImportRow.objects.create(batch=running, number=1, cells_sealed=text_seal(NUMBER))
    storage, name = attachment.file.storage, attachment.file.name
    run_until_gone()
    row.refresh_from_db()
    waiting.refresh_from_db()
    attachment.refresh_from_db()
    assert (row.cells_sealed, row.state, attachment.scan) == ("", "imported", Attachment.Scan.REMOVED)
    assert not storage.exists(name)
    assert waiting.cells_sealed


def test_old_codes_and_their_versions_are_deleted_and_open_ones_stay():
    fields = {"code_hash": "a" * 64, "issued_on": D(2026, 1, 1), "expires_on": D(2026, 3, 1)}
    ClaimCode(subject=make_subject(), used_on=D(2026, 2, 1), **fields).save_by(None, reason="test")
    kept = ClaimCode(subject=make_subject(), **(fields | {"expires_on": D(2026, 11, 1)})).save_by(None, reason="test")
    retention_run(on=TODAY)
    assert list(ClaimCode.objects.all()) == [kept]
    assert ClaimCode.history.count() == 1


def test_a_decided_claims_contact_goes_from_its_versions_too():
    attachment, actor = stored()
    claim = Claim(
        receipt_hash="r", applicant="李某", contact_sealed=text_seal("13800000000"), document_hash="d" * 64, username="li",
        letter=attachment, state="refused", reason="材料不全", filed_on=D(2020, 1, 2), decided_on=D(2020, 1, 9), decided_by=actor,
    ).save_by(actor, reason="test")  # fmt: skip
    sealed = claim.contact_sealed
    run_until_gone()
    claim.refresh_from_db()
    assert (claim.contact_sealed, claim.document_hash) == ("", "")
    assert sealed not in history_text(Claim, claim.pk)


def test_old_runs_and_effects_go_but_each_jobs_newest_and_what_reminders_are_known_by():
    for name in ("a", "a", "b"):
        JobRun.objects.create(name=name, started_at=LONG_AGO, finished_at=LONG_AGO)
    for topic in ("notice.deliver", "deadline.remind"):
        OutboxMessage.objects.create(
            topic=topic, key=f"{topic}:1", created_at=LONG_AGO, available_at=LONG_AGO, done_at=LONG_AGO
        )
    owed = OutboxMessage.objects.create(topic="notice.deliver", key="2", created_at=LONG_AGO, available_at=LONG_AGO)
    retention_run(on=TODAY)
    assert sorted(JobRun.objects.values_list("name", flat=True)) == ["a", "b"]
    assert set(OutboxMessage.objects.values_list("key", flat=True)) == {"deadline.remind:1", owed.key}


def test_what_a_subject_was_told_is_evidence_and_stays():
    department, subject = make_department(), make_subject()
    for to in ({"subject": subject}, {"department": department}):
        Notice.objects.create(
            kind="t", title="t", body="b", state="delivered", queued_at=LONG_AGO, delivered_at=LONG_AGO, **to
        )
    run_until_gone()
    assert list(Notice.objects.values_list("subject", flat=True)) == [subject.pk]


def test_a_run_killed_between_chunks_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 2)
    for _ in range(6):
        JobRun.objects.create(name="a", started_at=LONG_AGO, finished_at=LONG_AGO)
    clear, cleared = retention._clear, []

    def dies(kind, ids, on):
        if len(cleared) == 2:
            raise KeyboardInterrupt
        cleared.append(ids)
        return clear(kind, ids, on)

    monkeypatch.setattr(retention, "_clear", dies)
    with pytest.raises(KeyboardInterrupt):
        retention_run(on=TODAY)
    assert JobRun.objects.count() == 2
    monkeypatch.setattr(retention, "_clear", clear)
    assert retention_run(on=TODAY)["cleared"] == 1
    assert RetentionTally.objects.get(kind="job-runs").count == 5


# --- holds and the page -------------------------------------------------------------------------------------------
def test_a_hold_names_one_thing_with_a_reason_once_and_by_who_may():
    auditor = make_account("auditor", department=make_department())
    with pytest.raises(InvalidInput, match="选择一项"):
        hold_set(kind="", subject=None, reason="x", actor=auditor, on=TODAY)
    with pytest.raises(InvalidInput, match="依据和理由"):
        hold_set(kind="persons", subject=None, reason=" ", actor=auditor, on=TODAY)
    with pytest.raises(NotAllowed):
        hold_set(
            kind="persons",
            subject=None,
            reason="x",
            actor=make_account("handler", department=make_department()),
            on=TODAY,
        )
    hold_set(kind="persons", subject=None, reason="x", actor=auditor, on=TODAY)
    with pytest.raises(Conflict, match="已经封存"):
        hold_set(kind="persons", subject=None, reason="x", actor=auditor, on=TODAY)


def test_the_page_tells_what_would_go_and_changes_nothing(client, settings):
    settings.PRETEND_TODAY = TODAY
    old_person()
    client.force_login(make_account("administrator", department=make_department()))
    page = client.get(reverse("registry:retention")).content.decode()
    assert "自然人身份信息" in page
    assert "个人信息保护法第十九条、第四十七条" in page
    assert not RetentionMark.objects.exists()
    answer = client.post(reverse("registry:retention-hold"), {"kind": "persons", "reason": "审计"}, follow=True)
    assert "已封存" in answer.content.decode()
    client.post(reverse("registry:retention-lift", args=[RetentionHold.objects.get().pk]))
    assert RetentionHold.objects.get().ends_on == TODAY
