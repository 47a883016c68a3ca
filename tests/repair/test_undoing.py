"""False papers found after granting, and other authorities' repairs: what comes back, what ends, for how long."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disclosure.models import Publication, PublicNote
from disclosure.services.records import record_publish
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Department, Document, Notice, Record
from registry.rules.policy.standing import listing_state
from registry.selectors.policies import pack_of
from repair.services.repair_undoing import Origin, repair_mirror, repair_undo
from repair.services.repairs import repair_file
from sanctions.models import MeasureOrder
from sanctions.selectors.history import entry_fact, history_of, world_of
from sanctions.services.orders import order_confirm_end
from tests.factories import make_account, make_department
from tests.repair.people import make_people
from tests.repair.scenes import (
    accepted_objection,
    entry_of,
    granted_repair,
    penalty,
    put_right_by_subject,
    undone_repair,
)
from tests.sanctions.listing import load_policy, make_order, run_policy

pytestmark = pytest.mark.django_db
Day = dt.date


def test_a_record_repaired_on_false_papers_stands_again_and_is_public_again() -> None:
    run_policy("ndrc-2025-36", on=Day(2026, 4, 1))
    people = make_people()
    record = penalty(
        people, "没收违法所得", decided_on=Day(2026, 4, 10), corrected_on=Day(2026, 5, 1), fulfilled_on=Day(2026, 5, 1)
    )
    publication = record_publish(record_id=record.pk, actor=None, on=Day(2026, 4, 13), until=Day(2027, 4, 10))
    application = granted_repair(people, Day(2026, 7, 13), "commitment", record_id=record.pk)
    undone_repair(people, application, Day(2026, 9, 1))
    record.refresh_from_db()
    publication.refresh_from_db()
    application.refresh_from_db()
    assert (record.state, record.repaired_on) == ("confirmed", None)
    assert publication.is_visible(Day(2026, 9, 1))
    assert publication.last_day == Day(2027, 4, 10)
    # barred for three years (assumed) from 2026-09-01
    assert (application.undone_on, application.barred_until) == (Day(2026, 9, 1), Day(2029, 9, 1))
    told = Notice.objects.get(kind="repair.undone").body
    assert "整改照片系伪造" in told
    assert "行政复议" in told
    with pytest.raises(RuleRefused, match="虚假材料"):
        repair_file(
            subject_id=people.subject.pk, statement="", actor=people.own, on=Day(2026, 9, 2), record_id=record.pk
        )


def test_an_entry_comes_back_for_the_rest_of_its_term() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2024, 3, 1))
    term_ends_on = entry.ends_on
    put_right_by_subject(entry, Day(2024, 4, 1))
    application = granted_repair(people, Day(2025, 3, 3), entry_id=entry.pk)
    undone_repair(people, application, Day(2025, 4, 2))
    entry.refresh_from_db()
    # three years from 2024-03-01 end on 2027-03-01, inclusive; this pack adds no time
    assert term_ends_on == Day(2027, 3, 2)
    assert (entry.ends_on, entry.end_reason) == (Day(2027, 3, 2), "term")
    gap = entry.pauses.get()
    assert (gap.starts_on, gap.ends_on) == (Day(2025, 3, 3), Day(2025, 4, 2))
    assert Publication.objects.get(subject=people.subject, kind="entry").is_visible(Day(2025, 4, 2))


def test_where_paused_time_is_added_the_days_off_the_list_are_too() -> None:
    people = make_people()
    entry = entry_of(people, "city-plan", "blacklist", Day(2020, 1, 10))
    put_right_by_subject(entry, Day(2020, 2, 1))
    application = granted_repair(people, Day(2020, 6, 1), entry_id=entry.pk)
    undone_repair(people, application, Day(2020, 7, 1))
    entry.refresh_from_db()
    # one year ends on 2021-01-10; thirty days in June lead to 2021-02-09, inclusive
    assert entry.ends_on == Day(2021, 2, 10)
    # the pack's own reckoning comes to the same last day
    pack = pack_of(entry.policy)
    history = history_of(world_of(people.subject), pack, Day(2020, 8, 1))
    listing = next(each for each in history.listings if each.id == entry_fact(entry))
    assert listing_state(pack, listing, history.records, Day(2020, 8, 1)).last_day == Day(2021, 2, 9)


def test_a_note_of_repair_goes_with_the_repair() -> None:
    people = make_people()
    entry = entry_of(people, "city-plan", "blacklist", Day(2020, 1, 10))
    put_right_by_subject(entry, Day(2020, 2, 1))
    application = granted_repair(people, Day(2020, 6, 1), entry_id=entry.pk)
    note = PublicNote.objects.get()
    # three months (assumed) from 2020-06-01 end on 2020-09-01, inclusive
    assert (note.kind, note.visible_from, note.visible_until) == ("repair", Day(2020, 6, 1), Day(2020, 9, 2))
    undone_repair(people, application, Day(2020, 7, 1))
    note.refresh_from_db()
    assert note.visible_until == Day(2020, 7, 1)


def test_where_the_pack_publishes_no_note_there_is_none() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2024, 3, 1))
    put_right_by_subject(entry, Day(2024, 4, 1))
    granted_repair(people, Day(2025, 3, 3), entry_id=entry.pk)
    assert not PublicNote.objects.exists()


def test_lifted_measures_are_asked_for_again() -> None:
    run_policy("memo-2016-1001", on=Day(2024, 1, 1))
    department = Department(code="finance", name="演示财政局", short_name="财政局").save_by(None, reason="test")
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2024, 3, 1))
    order = MeasureOrder.objects.filter(entry=entry, department=department).first()
    assert order is not None
    foreign = make_order(entry, make_department(), on=Day(2024, 3, 1), catalogue="gone", measure_code="x")
    put_right_by_subject(entry, Day(2024, 4, 1))
    application = granted_repair(people, Day(2025, 3, 3), entry_id=entry.pk)
    order.refresh_from_db()
    order_confirm_end(
        order=order, text="已解除", actor=make_account("department", department=department), on=Day(2025, 3, 4)
    )
    undone_repair(people, application, Day(2025, 4, 2))
    order.refresh_from_db()
    foreign.refresh_from_db()
    assert (order.state, order.ending, order.dispatched_on) == ("dispatched", "", Day(2025, 4, 2))
    assert foreign.ending == "dispatched"  # no catalogue in use carries it any more


def test_what_has_no_term_left_is_not_put_back_and_the_subject_is_told() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2024, 3, 1))
    put_right_by_subject(entry, Day(2024, 4, 1))
    application = granted_repair(people, Day(2025, 3, 3), entry_id=entry.pk)
    undone_repair(people, application, Day(2027, 3, 2))
    entry.refresh_from_db()
    assert entry.ends_on == Day(2025, 3, 3)
    assert "期限到2027-03-01已满" in Notice.objects.get(kind="repair.undone").body


def test_only_a_granted_repair_is_taken_back_and_only_once() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = penalty(
        people, "警告", decided_on=Day(2026, 5, 1), corrected_on=Day(2026, 5, 2), fulfilled_on=Day(2026, 5, 2)
    )
    application = granted_repair(people, Day(2026, 6, 1), "commitment", record_id=record.pk)
    with pytest.raises(RuleRefused, match="理由"):
        repair_undo(application_id=application.pk, reason=" ", actor=people.approver, on=Day(2026, 6, 2))
    with pytest.raises(NotAllowed):
        repair_undo(application_id=application.pk, reason="x", actor=people.handler, on=Day(2026, 6, 2))
    undone_repair(people, application, Day(2026, 6, 3))
    with pytest.raises(TransitionRefused, match="已于2026-06-03撤销"):
        undone_repair(people, application, Day(2026, 6, 4))


# --- other authorities' repairs


def _origin(**values: object) -> Origin:
    given = {"authority": "某市应急管理局", "number": "演修〔2026〕1号", "decided_on": Day(2026, 6, 1)} | values
    return Origin(file=SimpleUploadedFile("决定.txt", "演示".encode()), **given)


def test_another_authoritys_repair_ends_publication_here() -> None:
    run_policy("ndrc-2025-36", on=Day(2026, 4, 1))
    people, ours = make_people(), make_people(department=make_department(kind="credit-office"))
    record = penalty(people, "没收违法所得", decided_on=Day(2026, 4, 10))
    publication = record_publish(record_id=record.pk, actor=None, on=Day(2026, 4, 13), until=Day(2027, 4, 10))
    application = repair_mirror(
        subject_id=people.subject.pk, origin=_origin(), record_id=record.pk, actor=ours.approver, on=Day(2026, 6, 2)
    )
    record.refresh_from_db()
    publication.refresh_from_db()
    assert record.state == Record.State.REPAIRED
    assert not publication.is_visible(Day(2026, 6, 2))
    assert (application.state, application.origin_number) == ("granted", "演修〔2026〕1号")
    assert application.files.get().kind == "decision"


def test_a_bureau_does_not_end_what_another_decided() -> None:
    people, other = make_people(), make_people()
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    with pytest.raises(NotAllowed, match="信用监管办公室"):
        repair_mirror(
            subject_id=people.subject.pk, origin=_origin(), record_id=record.pk, actor=other.approver,
            on=Day(2026, 6, 2),
        )  # fmt: skip
    record.refresh_from_db()
    assert record.state == Record.State.CONFIRMED


def test_an_own_decision_is_not_repaired_by_entering_it() -> None:
    people = make_people()
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    with pytest.raises(NotAllowed, match="由本部门"):
        repair_mirror(
            subject_id=people.subject.pk, origin=_origin(), record_id=record.pk, actor=people.approver,
            on=Day(2026, 6, 2),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"authority": " "}, "修复机关"),
        ({"number": ""}, "文号"),
        ({"decided_on": Day(2026, 6, 3)}, "不可用"),
        ({"decided_on": Day(2026, 4, 30)}, "不可用"),
    ],
)
def test_what_is_mirrored_names_its_document(values: dict[str, object], match: str) -> None:
    people, ours = make_people(), make_people(department=make_department(kind="credit-office"))
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    with pytest.raises(InvalidInput, match=match):
        repair_mirror(
            subject_id=people.subject.pk, origin=_origin(**values), record_id=record.pk, actor=ours.approver,
            on=Day(2026, 6, 2),
        )  # fmt: skip


def test_a_foreign_repair_is_not_entered_over_an_open_application() -> None:
    load_policy("ndrc-2025-36")
    people, ours = make_people(), make_people(department=make_department(kind="credit-office"))
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    repair_file(subject_id=people.subject.pk, statement="", actor=people.own, on=Day(2026, 6, 1), record_id=record.pk)
    with pytest.raises(Conflict, match="正在办理"):
        repair_mirror(
            subject_id=people.subject.pk, origin=_origin(), record_id=record.pk, actor=ours.approver,
            on=Day(2026, 6, 2),
        )  # fmt: skip


# --- the same steps leave documents


def test_every_outward_step_leaves_a_numbered_document() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = penalty(
        people, "警告", decided_on=Day(2026, 5, 1), corrected_on=Day(2026, 5, 2), fulfilled_on=Day(2026, 5, 2)
    )
    application = granted_repair(people, Day(2026, 6, 1), "commitment", record_id=record.pk)
    undone_repair(people, application, Day(2026, 6, 3))
    made = Document.objects.filter(object_kind="repair.repairapplication", object_id=application.pk)
    assert [each.title for each in made] == [
        "受理通知书", "信用修复决定书", "拟撤销信用修复告知书", "撤销信用修复决定书",
    ]  # fmt: skip
    assert len({each.number for each in made}) == 4


def test_an_objection_ends_in_a_decision_document() -> None:
    people = make_people()
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    objection = accepted_objection(people, Day(2026, 6, 1), record_id=record.pk)
    made = Document.objects.filter(object_kind="repair.objection", object_id=objection.pk)
    assert [each.title for each in made] == ["受理通知书"]
