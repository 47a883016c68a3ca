"""Two officers at once: one gets through, the other a clear refusal, and nothing is doubled."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from registry.base.errors import DomainError
from registry.models import Event, Record, Subject
from registry.rules.synthetic import make_uscc
from registry.services.evidence import record_evidence_add
from registry.services.merging import subjects_merge
from registry.services.records import record_confirm, record_draft_create, record_void
from registry.services.resolving import subject_resolve
from tests.factories import make_account, make_department, make_subject
from tests.registry.record_values import PENALTY, TODAY

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]
CODE = make_uscc("9", "1", "139999", 77)


def both(*acts):
    """Run the acts in threads of their own, let go together; return what each gave or was refused with."""
    barrier, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        try:
            barrier.wait(timeout=30)
            outcomes[index] = act()
        except DomainError as refusal:
            outcomes[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def refusals(outcomes):
    return [outcome.code for outcome in outcomes if isinstance(outcome, DomainError)]


def draft(handler):
    return record_draft_create(
        subject_id=make_subject().pk, department_id=make_department().pk, content=PENALTY, actor=handler, on=TODAY
    )


def test_two_confirming_at_once_give_one_fact_and_one_refusal():
    handler, reviewer = make_account("handler"), make_account("reviewer")
    record = draft(handler)

    def confirming(actor):
        return lambda: record_confirm(record_id=record.pk, version=record.version, actor=actor, on=TODAY)

    assert refusals(both(confirming(handler), confirming(reviewer))) == ["record-state"]
    assert Event.objects.filter(name="record.confirmed").count() == 1


def test_confirming_and_voiding_at_once_leave_one_outcome():
    handler = make_account("handler")
    record = draft(handler)
    common = {"record_id": record.pk, "version": record.version, "actor": handler, "on": TODAY}
    outcomes = both(lambda: record_confirm(**common), lambda: record_void(reason="重复", **common))
    record.refresh_from_db()
    assert len(refusals(outcomes)) == 1
    assert record.state in ("confirmed", "voided")


def test_same_document_entered_twice_at_once_is_one_record():
    handler, department, subject = make_account("handler"), make_department(), make_subject()

    def entering():
        return record_draft_create(
            subject_id=subject.pk, department_id=department.pk, content=PENALTY, actor=handler, on=TODAY
        )

    assert refusals(both(entering, entering)) == ["record-doubled"]
    assert Record.objects.count() == 1


def test_unknown_code_reported_twice_at_once_is_one_subject():
    handler = make_account("handler")

    def resolving():
        return subject_resolve(name="演示甲有限公司", uscc=CODE, actor=handler, on=TODAY)

    outcomes = both(resolving, resolving)
    assert sorted(outcome.created for outcome in outcomes) == [False, True]
    assert Subject.objects.filter(uscc=CODE).count() == 1


def test_merges_crossing_each_other_do_not_wait_for_ever():
    approver = make_account("approver")
    one, other = make_subject(uscc=None), make_subject(uscc=None)

    def merging(loser, winner):
        return lambda: subjects_merge(
            loser_id=loser.pk, winner_id=winner.pk, reason="重复", version=None, actor=approver, on=TODAY
        )

    assert refusals(both(merging(one, other), merging(other, one))) == ["subject-merged"]


def test_same_file_added_twice_at_once_is_one_evidence():
    handler = make_account("handler")
    record = draft(handler)

    def adding():
        upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4 x")
        return record_evidence_add(record_id=record.pk, upload=upload, label="决定书", actor=handler, on=TODAY)

    assert refusals(both(adding, adding)) == ["evidence-doubled"]
    assert record.evidence.count() == 1
