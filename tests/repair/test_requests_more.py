"""Experts drawn, removal reminded of, the governing law of old decisions, documents asked for, subjects merged."""

import datetime as dt
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.base.errors import Conflict, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Document, Notice
from registry.services.merging import subjects_merge
from repair.models import Expert, Objection, RemovalReminder
from repair.rules.drawing import Candidate, draw, pool_hash, redraw
from repair.selectors.overview import matter_of
from repair.selectors.verdicts import removal_window
from repair.services.documents import repair_notice_make
from repair.services.experts import expert_add, expert_retire, experts_draw
from repair.services.objection_decisions import objection_refuse
from repair.services.objections import complaint_file, objection_accept, objection_file, objection_withdraw
from repair.services.reminders import removal_reminders
from repair.services.repair_decisions import repair_grant
from repair.services.repairs import repair_file, repair_verify
from tests.factories import make_account, make_department, make_subject
from tests.repair.people import make_people
from tests.repair.scenes import accepted_objection, accepted_repair, entry_of, penalty
from tests.sanctions.case_world import CaseWorld
from tests.sanctions.listing import load_policy

Day = dt.date
CANDIDATES = st.lists(st.integers(0, 999), min_size=1, max_size=30, unique=True).map(
    lambda codes: [Candidate(str(code), f"专家{code}", "法律") for code in codes]
)


# --- experts


@given(CANDIDATES, st.text(min_size=1, max_size=20), st.integers(1, 10))
def test_a_draw_is_the_same_whoever_repeats_it(pool: list[Candidate], seed: str, number: int) -> None:
    first = draw(pool, seed=seed, number=number)
    assert draw(list(reversed(pool)), seed=seed, number=number) == first
    assert len(first) == min(number, len(pool))
    assert set(first) <= set(pool)
    assert len(set(first)) == len(first)


def test_the_order_drawn_is_that_of_the_digests() -> None:
    pool = [Candidate("a", "甲", "法律"), Candidate("b", "乙", "安全")]
    digests = {code: hashlib.sha256(f"seed|{code}".encode()).hexdigest() for code in ("a", "b")}
    assert [each.code for each in draw(pool, seed="seed", number=2)] == sorted(digests, key=digests.__getitem__)


def test_an_altered_pool_is_noticed() -> None:
    pool = [Candidate("a", "甲", "法律"), Candidate("b", "乙", "安全")]
    kept = {"pool": [["a", "甲", "法律"], ["b", "丙", "安全"]], "pool_hash": pool_hash(pool), "seed": "s", "number": 1}
    assert redraw(kept) is None


def _complaint(people, office):
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    objection = accepted_objection(people, Day(2026, 6, 1), record_id=record.pk)
    objection_refuse(objection_id=objection.pk, reason="证据充分", actor=people.approver, on=Day(2026, 6, 3))
    return complaint_file(objection_id=objection.pk, statement="仍有异议", actor=people.own, on=Day(2026, 6, 5))


def _pool(office, number, **fields):
    clerk = make_account("approver", department=office)
    return [
        expert_add(name=f"专家{index}", field="法律", department_id=fields.get("department_id"), actor=clerk,
                   on=Day(2026, 1, 1))
        for index in range(number)
    ]  # fmt: skip


@pytest.mark.django_db
def test_experts_are_drawn_once_with_seed_and_pool_kept() -> None:
    office, people = make_department(kind="joint-conference"), make_people()
    complaint = _complaint(people, office)
    _pool(office, 5)
    own = _pool(office, 2, department_id=people.department.pk)
    gone = _pool(office, 1)[0]
    clerk = make_account("handler", "approver", department=office)
    expert_retire(expert_id=gone.pk, actor=clerk, on=Day(2026, 6, 1))
    drawn = experts_draw(objection_id=complaint.pk, actor=clerk, on=Day(2026, 6, 6))
    assert len(drawn.experts) == 3  # the county's value
    left_out = {str(each.public_id) for each in (*own, gone)}
    assert left_out.isdisjoint(row[0] for row in drawn.draw["pool"])
    assert len(drawn.draw["pool"]) == 5
    assert [each.code for each in redraw(drawn.draw)] == [each["code"] for each in drawn.experts]
    assert Notice.objects.filter(kind="complaint.drawn", subject=people.subject).count() == 1
    with pytest.raises(TransitionRefused, match="不能重新抽取"):
        experts_draw(objection_id=complaint.pk, actor=clerk, on=Day(2026, 6, 7))


@pytest.mark.django_db
def test_a_pool_that_is_too_small_is_refused() -> None:
    office, people = make_department(kind="joint-conference"), make_people()
    complaint = _complaint(people, office)
    _pool(office, 2)
    with pytest.raises(RuleRefused, match="不足3人"):
        experts_draw(objection_id=complaint.pk, actor=make_account("handler", department=office), on=Day(2026, 6, 6))
    assert Expert.objects.count() == 2


# --- complaints and papers


@pytest.mark.django_db
def test_a_complaint_does_not_come_beside_an_open_objection() -> None:
    make_department(kind="joint-conference")
    people = make_people()
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    first = accepted_objection(people, Day(2026, 6, 1), record_id=record.pk)
    objection_refuse(objection_id=first.pk, reason="证据充分", actor=people.approver, on=Day(2026, 6, 3))
    objection_file(
        subject_id=people.subject.pk, statement="新的事实", actor=people.own, on=Day(2026, 6, 4), record_id=record.pk
    )
    with pytest.raises(Conflict, match="正在办理的异议"):
        complaint_file(objection_id=first.pk, statement="仍有异议", actor=people.own, on=Day(2026, 6, 5))


@pytest.mark.django_db
def test_another_departments_window_does_not_withdraw_for_the_subject() -> None:
    people, others = make_people(), make_people()
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    objection = objection_file(
        subject_id=people.subject.pk, statement="x", actor=people.own, on=Day(2026, 6, 1), record_id=record.pk
    )
    with pytest.raises(NotAllowed, match="谁认定、谁处理"):
        objection_withdraw(objection_id=objection.pk, actor=others.handler, on=Day(2026, 6, 2))
    assert objection_withdraw(objection_id=objection.pk, actor=people.handler, on=Day(2026, 6, 2)).state == "withdrawn"


@pytest.mark.django_db
def test_a_complaint_is_called_a_complaint_when_accepted() -> None:
    office, people = make_department(kind="joint-conference"), make_people()
    complaint = _complaint(people, office)
    objection_accept(objection_id=complaint.pk, actor=make_account("reviewer", department=office), on=Day(2026, 6, 8))
    assert "投诉" in Notice.objects.filter(kind="objection.accepted").latest("pk").body


# --- the governing law


@pytest.mark.django_db
def test_what_was_done_before_the_edition_is_repaired_by_the_law_of_its_decision() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = penalty(
        people, "没收违法所得", occurred_on=Day(2026, 2, 1), decided_on=Day(2026, 4, 10), corrected_on=Day(2026, 5, 1),
        fulfilled_on=Day(2026, 5, 1),
    )  # fmt: skip
    (way,) = matter_of(people.subject, record=record, on=Day(2026, 7, 11)).ways
    # three months from 2026-04-10 end on 2026-07-10
    assert (way.allowed, way.earliest) == (True, Day(2026, 7, 11))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "label", "wanted", "earliest"),
    [
        # half a year from 2022-05-10 ends on 2022-11-10; three months on 2022-08-10
        ("责令停产停业", "严重失信", {"commitment", "training", "credit-report"}, Day(2022, 11, 11)),
        ("罚款", "一般失信", {"commitment"}, Day(2022, 8, 11)),
    ],
)
def test_an_older_law_asks_for_more_documents_of_serious_penalties(kind, label, wanted, earliest) -> None:
    load_policy("ndrc-2019-527")
    people = make_people()
    record = penalty(people, kind, decided_on=Day(2022, 5, 10), fulfilled_on=Day(2022, 6, 1))
    matter = matter_of(people.subject, record=record, on=Day(2026, 6, 1))
    (way,) = matter.ways
    assert {each.kind for each in way.wanted if each.needed} == wanted
    assert (matter.class_label, way.earliest) == (label, earliest)


@pytest.mark.django_db
def test_the_2026_rule_asks_for_two_documents_and_not_for_what_we_have() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    bare = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    known = penalty(
        people, "警告", decided_on=Day(2026, 5, 2), corrected_on=Day(2026, 5, 5), fulfilled_on=Day(2026, 5, 6)
    )
    asked = {
        record.pk: {each.kind for each in matter_of(people.subject, record=record, on=Day(2026, 6, 1)).ways[0].wanted}
        for record in (bare, known)
    }
    assert asked == {bare.pk: {"fulfilment", "commitment"}, known.pk: {"commitment"}}
    way = matter_of(people.subject, record=known, on=Day(2026, 6, 1)).ways[0]
    proof = next(each for each in way.conditions if each.code == "fulfilled")
    assert (proof.state, "2026-05-06" in proof.way) == ("met", True)


@pytest.mark.django_db
def test_public_welfare_stands_in_for_a_person_where_the_pack_says_so() -> None:
    company, person = make_people(), make_people(subject=make_subject("演示居民", kind="person"))
    wanted = []
    for people in (company, person):
        entry = entry_of(people, "county-plan", "blacklist", Day(2020, 6, 1))
        way = matter_of(people.subject, entry=entry, on=Day(2020, 7, 1)).ways[0]
        wanted.append({(each.kind, each.needed) for each in way.wanted})
    assert "public-welfare" not in {kind for kind, _ in wanted[0]}
    assert ("public-welfare", False) in wanted[1]


@pytest.mark.django_db
def test_a_verification_notes_the_days_that_were_lacking() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    application = accepted_repair(people, Day(2026, 6, 1), "commitment", record_id=record.pk)
    with pytest.raises(RuleRefused, match="尚未纠正"):
        repair_grant(application_id=application.pk, reason="x", actor=people.approver, on=Day(2026, 6, 2))
    repair_verify(
        application_id=application.pk, verified_on=Day(2026, 6, 2), text="现场已整改", corrected_on=Day(2026, 5, 20),
        fulfilled_on=Day(2026, 5, 21), actor=people.handler, on=Day(2026, 6, 2),
    )  # fmt: skip
    repair_grant(application_id=application.pk, reason="条件具备", actor=people.approver, on=Day(2026, 6, 2))
    record.refresh_from_db()
    assert (record.corrected_on, record.fulfilled_on, record.state) == (Day(2026, 5, 20), Day(2026, 5, 21), "repaired")


# --- removal


@pytest.mark.django_db
def test_removal_takes_effect_only_in_the_last_days_where_the_pack_says_so() -> None:
    people = make_people()
    entry = entry_of(people, "jinan-coal-2020", "blacklist", Day(2020, 11, 2), mode="internal")
    # One year ends on Tuesday 2021-11-02. Back from it: 11-02, 11-01, 10-29 to 25, 10-22 to 20 are ten working days;
    # 10-19, 10-18, 10-15 to 11, and, over the holiday with 10-09 (Saturday) and 10-08 worked, 09-30 to 27, 09-26
    # (Sunday) worked, 09-24, 09-23, 09-22, 09-18 (Saturday) worked, 09-17, 09-16 make the thirtieth.
    assert removal_window(entry, on=Day(2021, 9, 1)).apply_from == Day(2021, 9, 16)
    application = accepted_repair(people, Day(2021, 9, 22), entry_id=entry.pk, kind="removal")
    assert application.clause == "7.5"
    repair_grant(application_id=application.pk, reason="期满前", actor=people.approver, on=Day(2021, 9, 24))
    entry.refresh_from_db()
    application.refresh_from_db()
    assert (entry.ends_on, application.effective_on) == (Day(2021, 10, 20), Day(2021, 10, 20))


@pytest.mark.django_db
def test_the_subject_is_reminded_once_before_the_window_opens_and_once_before_it_closes() -> None:
    people = make_people()
    entry = entry_of(people, "saws-2017-49", "blacklist", Day(2017, 6, 1))
    # the window runs from 2018-04-20 to 2018-06-01; seven days (assumed) ahead
    sent = {}
    for day in (
        Day(2018, 4, 12),
        Day(2018, 4, 13),
        Day(2018, 4, 13),
        Day(2018, 4, 20),
        Day(2018, 5, 24),
        Day(2018, 5, 25),
        Day(2018, 6, 1),
    ):
        sent[day] = sent.get(day, 0) + removal_reminders(on=day)["reminded"]
    assert {day for day, number in sent.items() if number} == {Day(2018, 4, 13), Day(2018, 5, 25)}
    assert sorted(RemovalReminder.objects.values_list("stage", flat=True)) == ["closing", "opening"]
    told = Notice.objects.get(kind="removal.opening")
    assert "2018-04-20至2018-06-01" in told.body
    assert told.subject_id == entry.subject_id


@pytest.mark.django_db
def test_who_has_applied_is_not_reminded() -> None:
    people = make_people()
    entry = entry_of(people, "saws-2017-49", "blacklist", Day(2017, 6, 1))
    repair_file(
        subject_id=people.subject.pk, statement="", actor=people.own, on=Day(2018, 5, 21), entry_id=entry.pk,
        kind="removal",
    )  # fmt: skip
    assert removal_reminders(on=Day(2018, 5, 28)) == {"reminded": 0}


# --- two documents together, and merging


@pytest.mark.django_db
def test_the_notice_of_repair_comes_with_every_listing_decision() -> None:
    world = CaseWorld()
    case = world.case("decided")
    titles = [each.document.title for each in case.documents.order_by("pk")]
    assert titles[-1] == "信用修复告知书"
    told = Notice.objects.get(kind="case.decided")
    notice = Document.objects.get(kind="repair-notice", object_id=case.pk)
    assert notice.number in told.body
    assert told.channel == "paper"


@pytest.mark.django_db
def test_the_notice_of_repair_is_made_for_a_penalty() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = penalty(people, "没收违法所得", decided_on=Day(2026, 4, 10))
    document = repair_notice_make(record_id=record.pk, actor=people.handler, on=Day(2026, 4, 10))
    assert document.title == "信用修复告知书"
    assert Notice.objects.get(kind="repair.notice").channel == "paper"
    honour = penalty(people, decided_on=Day(2026, 4, 10), kind="honour")
    with pytest.raises(RuleRefused, match="没有可以告知"):
        repair_notice_make(record_id=honour.pk, actor=people.handler, on=Day(2026, 4, 10))


@pytest.mark.django_db
def test_requests_go_along_when_subjects_are_merged() -> None:
    people, other = make_people(subject=make_subject(uscc=None)), make_people()
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    objection = objection_file(
        subject_id=people.subject.pk, statement="x", actor=people.own, on=Day(2026, 6, 1), record_id=record.pk
    )
    subjects_merge(
        loser_id=people.subject.pk,
        winner_id=other.subject.pk,
        reason="重复",
        version=None,
        actor=people.approver,
        on=Day(2026, 6, 2),
    )
    assert Objection.objects.get(pk=objection.pk).subject_id == other.subject.pk
