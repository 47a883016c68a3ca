"""What ends while an objection is examined is put right all the same: nobody's well-founded objection fails by time."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disclosure.models import PublicNote
from registry.base.errors import InvalidInput
from registry.models import Record
from registry.services.records import record_void
from repair.services.objection_decisions import objection_uphold
from repair.services.reviews import Ruling, review_enter
from sanctions.models import ListEntry
from tests.factories import make_record
from tests.repair.people import People, make_people
from tests.repair.scenes import accepted_objection, entry_of

pytestmark = pytest.mark.django_db
Day = dt.date


def _ended_entry(people: People) -> tuple[ListEntry, Day]:
    """An entry that ran for its year, and the day after its last."""
    entry = entry_of(people, "nanning-urban", "blacklist", Day(2022, 6, 6), mode="internal")
    return entry, entry.ends_on


def test_an_objection_is_upheld_after_the_term_has_run_out() -> None:
    people = make_people()
    entry, over = _ended_entry(people)
    objection = accepted_objection(people, over - dt.timedelta(days=3), entry_id=entry.pk)
    upheld = objection_uphold(
        objection_id=objection.pk, remedy="revoke", reason="不是该单位", actor=people.approver, on=over
    )
    entry.refresh_from_db()
    assert upheld.state == "granted"
    assert (entry.end_reason, entry.ends_on, entry.disputed_on) == ("revoked", entry.starts_on, None)
    # The next entry of this kind is the first one, not a repeated one.
    again = entry_of(people, "nanning-urban", "blacklist", Day(2024, 6, 6), mode="internal")
    assert again.time == 1


def test_an_entry_that_rested_on_a_wrong_record_is_undone_when_it_is_over() -> None:
    people = make_people()
    entry, over = _ended_entry(people)
    record = entry.grounds.get().record
    objection = accepted_objection(people, over, record_id=record.pk)
    objection_uphold(objection_id=objection.pk, remedy="void", reason="查无此事", actor=people.approver, on=over)
    entry.refresh_from_db()
    assert (entry.end_reason, entry.ends_on) == ("corrected", entry.starts_on)


def test_what_was_public_and_wrong_is_corrected_in_public_also_when_it_is_over() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2024, 3, 1))
    over = entry.ends_on
    objection = accepted_objection(people, over, entry_id=entry.pk)
    objection_uphold(objection_id=objection.pk, remedy="revoke", reason="主体有误", actor=people.approver, on=over)
    assert "自始不在列" in PublicNote.objects.get(subject=people.subject).text


def test_a_record_voided_meanwhile_does_not_leave_its_objection_open() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = accepted_objection(people, Day(2026, 6, 1), record_id=record.pk)
    record_void(record_id=record.pk, reason="重复登记", version=None, actor=people.approver, on=Day(2026, 6, 2))
    upheld = objection_uphold(
        objection_id=objection.pk, remedy="void", reason="重复登记", actor=people.approver, on=Day(2026, 6, 3)
    )
    record.refresh_from_db()
    assert (upheld.state, record.voided_on) == ("granted", Day(2026, 6, 2))


def test_a_record_that_is_no_longer_used_is_voided_not_corrected() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = accepted_objection(people, Day(2026, 6, 1), record_id=record.pk)
    record.refresh_from_db()
    record.state, record.repaired_on = Record.State.REPAIRED, Day(2026, 6, 2)
    record.save_by(None, reason="test")
    with pytest.raises(InvalidInput, match="请选择“作废记录”"):
        objection_uphold(
            objection_id=objection.pk, remedy="correct", reason="有误", actor=people.approver, on=Day(2026, 6, 3)
        )


def test_a_court_revokes_an_entry_that_is_over() -> None:
    people = make_people()
    entry, over = _ended_entry(people)
    ruling = Ruling(
        "suit", "演示县人民法院", "（2023）演行初1号", over, "revoked", "撤销列入决定",
        SimpleUploadedFile("判决.txt", "演示".encode()),
    )  # fmt: skip
    review_enter(subject_id=people.subject.pk, ruling=ruling, entry_id=entry.pk, actor=people.approver, on=over)
    entry.refresh_from_db()
    assert (entry.end_reason, entry.ends_on) == ("revoked", entry.starts_on)
