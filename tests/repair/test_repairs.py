"""Credit repair and removal: conditions asked of the governing rule, refused with the day named, granted at once."""

import datetime as dt

import pytest

from disclosure.models import Publication
from disclosure.services.records import record_publish
from registry.base.errors import Conflict, NotAllowed, RuleRefused
from registry.models import Deadline, Notice, PenaltyDetail, Record
from repair.models import RepairApplication, RepairFile
from repair.services.repair_decisions import outcome_of, repair_decline, repair_grant, repair_refuse
from repair.services.repairs import Paper, repair_accept, repair_answer, repair_file, repair_supplement, repair_verify
from sanctions.models import ListEntry
from tests.factories import make_record
from tests.repair.people import People, make_people
from tests.sanctions.case_world import a_file
from tests.sanctions.listing import load_policy, make_entry, run_policy

pytestmark = pytest.mark.django_db
Day = dt.date


def _penalty(people: People, *kinds: str, decided_on: Day, **fields: object) -> Record:
    record = make_record(people.subject, department=people.department, decided_on=decided_on, **fields)
    PenaltyDetail(
        record=record, violation_type="演示", basis="演示依据", kinds=list(kinds), content="演示", authority="演示机关"
    ).save_by(None, reason="test")
    return record


def _apply(people: People, on: Day, *papers: str, **target: object) -> RepairApplication:
    return repair_file(
        subject_id=people.subject.pk, statement="已经整改", actor=people.own, on=on,
        papers=[Paper(kind, a_file()) for kind in papers], **target,
    )  # fmt: skip


def _accepted(people: People, on: Day, *papers: str, **target: object) -> RepairApplication:
    application = _apply(people, on, *papers, **target)
    return repair_accept(application_id=application.pk, actor=people.handler, on=on)


def test_a_serious_penalty_is_refused_before_a_year_is_over_and_granted_after_it() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = _penalty(
        people, "责令停产停业", decided_on=Day(2026, 4, 10), corrected_on=Day(2026, 5, 1), fulfilled_on=Day(2026, 5, 1)
    )
    early = _accepted(people, Day(2027, 4, 9), "commitment", record_id=record.pk)
    # one year from 2026-04-10 ends on 2027-04-10, inclusive: the first possible day is the 11th
    with pytest.raises(RuleRefused, match="最早可于2027-04-11修复"):
        repair_grant(application_id=early.pk, reason="已整改", actor=people.approver, on=Day(2027, 4, 10))
    repair_refuse(application_id=early.pk, reason="期限未满", actor=people.approver, on=Day(2027, 4, 10))
    early.refresh_from_db()
    told = Notice.objects.get(kind="repair.refuse").body
    assert early.refusals == ["too-early"]
    assert "自2027-04-11起" in told
    assert "行政复议" in told

    late = _accepted(people, Day(2027, 4, 11), "commitment", record_id=record.pk)
    repair_grant(application_id=late.pk, reason="条件具备", actor=people.approver, on=Day(2027, 4, 11))
    record.refresh_from_db()
    assert (record.state, record.repaired_on) == ("repaired", Day(2027, 4, 11))


def test_what_our_own_records_prove_is_not_asked_for() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = _penalty(
        people, "警告", decided_on=Day(2026, 5, 1), corrected_on=Day(2026, 5, 10), fulfilled_on=Day(2026, 5, 10)
    )
    application = _accepted(people, Day(2026, 6, 1), "commitment", record_id=record.pk)
    own = application.files.get(kind=RepairFile.Kind.FULFILMENT)
    assert "2026-05-10履行完毕" in own.own_source
    assert outcome_of(application, Day(2026, 6, 1)).codes == ()


def test_a_missing_commitment_is_named() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = _penalty(people, "警告", decided_on=Day(2026, 5, 1), corrected_on=Day(2026, 5, 10))
    application = _accepted(people, Day(2026, 6, 1), record_id=record.pk)
    assert set(outcome_of(application, Day(2026, 6, 1)).codes) == {"not-fulfilled", "no-commitment"}


def test_publication_ends_on_the_very_day() -> None:
    run_policy("ndrc-2025-36", on=Day(2026, 4, 1))
    people = make_people()
    record = _penalty(
        people, "没收违法所得", decided_on=Day(2026, 4, 10), corrected_on=Day(2026, 5, 1), fulfilled_on=Day(2026, 5, 1)
    )
    publication = record_publish(record_id=record.pk, actor=None, on=Day(2026, 4, 13), until=Day(2027, 4, 10))
    # three months from 2026-04-10 end on 2026-07-10
    application = _accepted(people, Day(2026, 7, 13), "commitment", record_id=record.pk)
    assert publication.is_visible(Day(2026, 7, 13))
    repair_grant(application_id=application.pk, reason="条件具备", actor=people.approver, on=Day(2026, 7, 13))
    publication.refresh_from_db()
    assert not publication.is_visible(Day(2026, 7, 13))


def test_early_removal_of_a_safety_entry_waits_twelve_months() -> None:
    people = make_people()
    entry = make_entry(
        "mem-2023-11", "blacklist", on=Day(2024, 3, 1), subject=people.subject, department=people.department
    )
    ground = entry.grounds.get().record
    ground.corrected_on = ground.fulfilled_on = Day(2024, 4, 1)
    ground.save_by(None, reason="test")
    early = _accepted(people, Day(2025, 3, 1), entry_id=entry.pk)
    with pytest.raises(RuleRefused, match="2025-03-02"):
        repair_grant(application_id=early.pk, reason="已整改", actor=people.approver, on=Day(2025, 3, 1))
    # twelve months from publication end on 2025-03-01, inclusive
    repair_grant(application_id=early.pk, reason="已整改", actor=people.approver, on=Day(2025, 3, 2))
    entry.refresh_from_db()
    assert (entry.end_reason, entry.ends_on) == (ListEntry.EndReason.REPAIRED, Day(2025, 3, 2))
    assert not Publication.objects.get(subject=people.subject).is_visible(Day(2025, 3, 2))


def test_a_new_serious_act_stands_against_early_removal() -> None:
    people = make_people()
    entry = make_entry(
        "mem-2023-11", "blacklist", on=Day(2024, 3, 1), subject=people.subject, department=people.department
    )
    ground = entry.grounds.get().record
    ground.corrected_on = ground.fulfilled_on = Day(2024, 4, 1)
    ground.save_by(None, reason="test")
    fresh = _penalty(people, "罚款", decided_on=Day(2024, 9, 1))
    fresh.items.create(pack_id="mem-2023-11", code="B1")
    application = _accepted(people, Day(2025, 6, 2), entry_id=entry.pk)
    assert outcome_of(application, Day(2025, 6, 2)).codes == ("new-misconduct",)


@pytest.mark.parametrize(
    ("filed_on", "codes"),
    [
        # The 30 working days that end on the last day, 2018-06-01: one in June, 22 in May (off on the 1st), and back
        # over Saturday 04-28, which was worked, 23 to 27 April and 20 April.
        (Day(2018, 4, 19), ("too-early",)),
        (Day(2018, 4, 20), ()),
        (Day(2018, 6, 1), ()),
    ],
)
def test_removal_may_be_applied_for_only_in_its_window(filed_on: Day, codes: tuple[str, ...]) -> None:
    people = make_people()
    entry = make_entry(
        "saws-2017-49", "blacklist", on=Day(2017, 6, 1), subject=people.subject, department=people.department
    )
    application = _accepted(people, filed_on, entry_id=entry.pk, kind="removal")
    assert outcome_of(application, filed_on).codes == codes


def test_the_clock_of_two_terms_runs_by_the_pack() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = _penalty(people, "警告", decided_on=Day(2026, 5, 1))
    application = _apply(people, Day(2026, 6, 1), record_id=record.pk)
    accept = Deadline.objects.get(object_id=application.pk, code="repair-accept")
    # three working days after Monday 2026-06-01
    assert accept.due_on == Day(2026, 6, 4)
    repair_supplement(application_id=application.pk, wanted="请提供承诺书", actor=people.handler, on=Day(2026, 6, 2))
    repair_answer(
        application_id=application.pk, statement="", papers=[Paper("commitment", a_file())], actor=people.own,
        on=Day(2026, 6, 5),
    )  # fmt: skip
    accept.refresh_from_db()
    # the clock stood on the 2nd, 3rd and 4th
    assert accept.due_on == Day(2026, 6, 9)


def test_false_papers_bar_for_the_period_of_the_pack() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = _penalty(people, "警告", decided_on=Day(2026, 5, 1), corrected_on=Day(2026, 5, 2))
    application = _accepted(people, Day(2026, 6, 1), "fulfilment", "commitment", record_id=record.pk)
    repair_refuse(
        application_id=application.pk, reason="证明系伪造", actor=people.approver, on=Day(2026, 6, 3),
        has_false_papers=True,
    )  # fmt: skip
    application.refresh_from_db()
    # three years (assumed) from 2026-06-03
    assert application.barred_until == Day(2029, 6, 3)
    with pytest.raises(RuleRefused, match="虚假材料"):
        _apply(people, Day(2029, 6, 3), record_id=record.pk)
    assert _apply(people, Day(2029, 6, 4), record_id=record.pk).state == "filed"


def test_one_matter_has_one_open_application_and_only_its_own_subject_files() -> None:
    load_policy("ndrc-2025-36")
    people, stranger = make_people(), make_people()
    record = _penalty(people, "警告", decided_on=Day(2026, 5, 1))
    _apply(people, Day(2026, 6, 1), record_id=record.pk)
    with pytest.raises(Conflict):
        _apply(people, Day(2026, 6, 1), record_id=record.pk)
    with pytest.raises(NotAllowed):
        _apply(stranger, Day(2026, 6, 1), record_id=record.pk)


def test_verification_and_refusal_to_accept_leave_their_trace() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = _penalty(people, "警告", decided_on=Day(2026, 5, 1))
    application = _accepted(people, Day(2026, 6, 1), record_id=record.pk)
    repair_verify(
        application_id=application.pk, verified_on=Day(2026, 6, 2), text="现场已整改", actor=people.handler,
        on=Day(2026, 6, 3),
    )  # fmt: skip
    application.refresh_from_db()
    assert (application.verified_on, application.state) == (Day(2026, 6, 2), "accepted")

    other = _penalty(people, "警告", decided_on=Day(2026, 5, 2))
    declined = _apply(people, Day(2026, 6, 1), record_id=other.pk)
    repair_decline(application_id=declined.pk, reason="不属于本机关", actor=people.approver, on=Day(2026, 6, 2))
    assert "行政复议" in Notice.objects.get(kind="repair.decline").body


def test_a_repaired_record_supports_nothing_new() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = _penalty(
        people, "警告", decided_on=Day(2026, 5, 1), corrected_on=Day(2026, 5, 2), fulfilled_on=Day(2026, 5, 2)
    )
    application = _accepted(people, Day(2026, 6, 1), "commitment", record_id=record.pk)
    repair_grant(application_id=application.pk, reason="条件具备", actor=people.approver, on=Day(2026, 6, 2))
    with pytest.raises(RuleRefused, match="不需要信用修复"):
        _apply(people, Day(2026, 6, 3), record_id=record.pk)
