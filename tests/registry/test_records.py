"""Records: draft → confirmed → corrected or voided; classification, findings, marks."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Event, PolicyVersion, Record
from registry.rules.policy.loader import PackLibrary, load_packs
from registry.services.classifying import ItemCode, finding_add, finding_remove, record_classify
from registry.services.policies import packs_load, policy_activate
from registry.services.record_marks import (
    record_dispute,
    record_dispute_end,
    record_mark_corrected,
    record_mark_fulfilled,
)
from registry.services.records import (
    record_confirm,
    record_correct,
    record_draft_create,
    record_same,
    record_update,
    record_void,
)
from registry.signals import record_changed, record_confirmed
from tests.factories import make_account, make_department, make_subject
from tests.registry.record_values import ACCIDENT, PENALTY, PERMIT, TODAY, penalty

pytestmark = pytest.mark.django_db
LIST_PACK, FINDING_PACK = "mem-2023-11", "mohurd-urban-2018"


@pytest.fixture
def handler(db):
    return make_account("handler")


@pytest.fixture
def approver(db):
    return make_account("approver")


@pytest.fixture
def department(db):
    return make_department(name="演示县应急管理局")


@pytest.fixture
def signals():
    """Every record signal sent, as (record pk, change)."""
    seen = []

    def confirmed(sender, record, **_):
        seen.append((record.pk, "confirmed"))

    def changed(sender, record, change, **_):
        seen.append((record.pk, change))

    record_confirmed.connect(confirmed)
    record_changed.connect(changed)
    yield seen
    record_confirmed.disconnect(confirmed)
    record_changed.disconnect(changed)


@pytest.fixture
def draft(handler, department):
    return enter(handler, department)


@pytest.fixture
def fact(draft, handler):
    return confirm(draft, handler)


@pytest.fixture
def active_pack():
    packs_load(at=clock.now(), library=PackLibrary({name: load_packs()[name] for name in (LIST_PACK, FINDING_PACK)}))
    for pack_id in (LIST_PACK, FINDING_PACK):
        version = PolicyVersion.objects.get(pack_id=pack_id)
        policy_activate(version=version, mode="internal", actor=None, on=TODAY)


def enter(handler, department, content=PENALTY, subject=None):
    return record_draft_create(
        subject_id=(subject or make_subject()).pk, department_id=department.pk, content=content, actor=handler, on=TODAY
    )


def confirm(record, actor, **changes):
    return record_confirm(**{"record_id": record.pk, "version": record.version, "actor": actor, "on": TODAY, **changes})


# --- drafts -------------------------------------------------------------------------------------------------------
def test_draft_keeps_the_penalty_columns(draft):
    detail = draft.penalty
    assert (detail.kinds, detail.fine, detail.procedure) == (["警告", "罚款"], Decimal("20000"), "ordinary")


def test_authority_defaults_to_the_deciding_department(draft):
    assert (draft.penalty.authority, draft.penalty.source) == ("演示县应急管理局", "演示县应急管理局")


def test_permit_and_accident_keep_theirs(handler, department):
    permit, accident = enter(handler, department, PERMIT), enter(handler, department, ACCIDENT)
    assert (permit.permit.permit_kind, accident.accident.deaths) == ("普通", 3)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"decided_on": dt.date(2026, 6, 2)}, "decided_on"),
        ({"decided_on": dt.date(2026, 3, 31)}, "decided_on"),
        ({"occurred_on": dt.date(2026, 6, 2), "decided_on": None}, "occurred_on"),
        ({"basis": ""}, "basis"),
        ({"kinds": ()}, "kinds"),
        ({"kinds": ("没收财产",)}, "kinds"),
        ({"fine": None}, "fine"),
        ({"fine": Decimal("-1")}, "fine"),
        ({"kinds": ("没收违法所得",)}, "confiscated"),
        ({"kinds": ("吊销许可证件",)}, "licence"),
        ({"procedure": "secret"}, "procedure"),
        ({"number": "演" * 129}, "number"),
    ],
)
def test_wrong_penalty_is_refused_at_its_field(handler, department, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        enter(handler, department, penalty(**changes))
    assert refusal.value.field == field


def test_permit_ending_before_it_begins_is_refused(handler, department):
    detail = replace(PERMIT.detail, valid_until=dt.date(2026, 5, 5))
    with pytest.raises(InvalidInput, match="早于有效期自"):
        enter(handler, department, replace(PERMIT, detail=detail))


def test_details_of_another_kind_are_refused(handler, department):
    with pytest.raises(InvalidInput, match="种类不符"):
        enter(handler, department, replace(PENALTY, kind="permit"))


def test_same_number_in_other_brackets_is_refused_naming_the_record(handler, department, draft):
    with pytest.raises(Conflict, match="演应急罚〔2026〕12号"):
        enter(handler, department, penalty(number="演应急罚[2026]12号"), subject=draft.subject)


def test_same_number_for_another_subject_is_another_record(handler, department, draft):
    assert enter(handler, department).pk != draft.pk


def test_record_same_finds_any_spelling(draft, department):
    found = record_same(subject=draft.subject, department=department, kind="penalty", number="演应急罚（2026） 12号")
    assert found == draft


def test_draft_may_be_changed(draft, handler, department):
    changed = record_update(
        record_id=draft.pk, department_id=department.pk, content=penalty(title="另一事由", fine=Decimal("30000")),
        version=draft.version, actor=handler, on=TODAY,
    )  # fmt: skip
    assert (changed.title, changed.penalty.fine) == ("另一事由", Decimal("30000"))


def test_change_on_a_stale_form_is_refused(draft, handler, department):
    with pytest.raises(Conflict, match="刷新"):
        record_update(
            record_id=draft.pk, department_id=department.pk, content=PENALTY, version=draft.version - 1,
            actor=handler, on=TODAY,
        )  # fmt: skip


def test_fact_may_not_be_changed(fact, handler, department):
    with pytest.raises(TransitionRefused, match="更正"):
        record_update(
            record_id=fact.pk, department_id=department.pk, content=PENALTY, version=None, actor=handler, on=TODAY
        )


@pytest.mark.parametrize("role", ["reviewer", "approver", "publisher", "department", "auditor", "administrator"])
def test_only_a_handler_enters_records(role, department):
    with pytest.raises(NotAllowed):
        enter(make_account(role), department)


# --- confirming ---------------------------------------------------------------------------------------------------
def test_confirmed_record_is_a_fact_of_that_day_and_tells_higher_apps(draft, handler, signals):
    record = confirm(draft, handler)
    assert (record.state, record.confirmed_on) == ("confirmed", TODAY)
    assert signals == [(record.pk, "confirmed")]


def test_confirming_writes_its_event(fact, handler):
    event = Event.objects.get(name="record.confirmed")
    assert (event.actor, event.subject, event.payload["decided_on"]) == (handler, fact.subject, "2026-05-20")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (replace(PENALTY, number=""), "number"),
        (replace(PENALTY, decided_on=None), "decided_on"),
        (replace(ACCIDENT, occurred_on=None), "occurred_on"),
    ],
)
def test_incomplete_draft_is_not_confirmed(handler, department, content, field):
    draft = enter(handler, department, content)
    with pytest.raises(RuleRefused, match="不能确认") as refusal:
        confirm(draft, handler)
    assert refusal.value.field == field


def test_accident_needs_no_document_number(handler, department):
    assert confirm(enter(handler, department, ACCIDENT), handler).state == "confirmed"


def test_confirming_twice_is_refused(fact, handler):
    with pytest.raises(TransitionRefused, match="已确认"):
        confirm(fact, handler)


def test_confirming_a_stale_draft_is_refused(draft, handler):
    with pytest.raises(Conflict, match="刷新"):
        confirm(draft, handler, version=draft.version + 1)


@pytest.mark.parametrize("role", ["approver", "publisher", "department", "auditor", "administrator"])
def test_only_handlers_and_reviewers_confirm(role, draft):
    with pytest.raises(NotAllowed):
        confirm(draft, make_account(role))


# --- correcting ---------------------------------------------------------------------------------------------------
def correct(record, actor, content, **changes):
    values = {"reason": "决定书日期录错", "version": record.version, "actor": actor, "on": TODAY}
    return record_correct(
        record_id=record.pk, department_id=record.department_id, content=content, **{**values, **changes}
    )


def test_correction_makes_a_new_fact_that_points_to_the_voided_one(fact, approver):
    new = correct(fact, approver, penalty(decided_on=dt.date(2026, 5, 21)))
    fact.refresh_from_db()
    assert (new.corrects, new.state, new.decided_on) == (fact, "confirmed", dt.date(2026, 5, 21))
    assert (fact.state, fact.voided_on, fact.decided_on) == ("voided", TODAY, dt.date(2026, 5, 20))


def test_correction_keeps_both_times_of_recording(fact, approver):
    before = Record.objects.get(pk=fact.pk).recorded_at
    new = correct(fact, approver, PENALTY)
    assert Record.objects.get(pk=fact.pk).recorded_at == before
    assert new.recorded_at > before


def test_correction_takes_classification_and_findings_over(fact, approver, handler, active_pack):
    record_classify(record_id=fact.pk, items=[ItemCode(LIST_PACK, "B1")], version=None, actor=handler, on=TODAY)
    finding_add(
        record_id=fact.pk, code="ignored-notice", reason="见卷宗", version=None, actor=handler, on=TODAY
    )  # fmt: skip
    fact.refresh_from_db()
    new = correct(fact, approver, PENALTY)
    assert [item.code for item in new.items.all()] == ["B1"]
    assert [finding.code for finding in new.findings.all()] == ["ignored-notice"]
    assert new.is_classified


def test_correction_tells_of_the_voided_then_of_the_new(fact, approver, signals):
    new = correct(fact, approver, PENALTY)
    assert signals == [(fact.pk, "voided"), (new.pk, "confirmed")]


def test_correction_without_a_reason_is_refused(fact, approver):
    with pytest.raises(InvalidInput, match="理由"):
        correct(fact, approver, PENALTY, reason="  ")


def test_incomplete_correction_changes_nothing(fact, approver):
    with pytest.raises(RuleRefused):
        correct(fact, approver, penalty(number=""))
    fact.refresh_from_db()
    assert fact.state == "confirmed"


def test_correction_of_a_draft_is_refused(draft, approver):
    with pytest.raises(TransitionRefused, match="草稿"):
        correct(draft, approver, PENALTY)


def test_handler_may_not_correct(fact, handler):
    with pytest.raises(NotAllowed):
        correct(fact, handler, PENALTY)


def test_correction_on_a_stale_form_is_refused(fact, approver):
    with pytest.raises(Conflict, match="刷新"):
        correct(fact, approver, PENALTY, version=fact.version - 1)


# --- voiding ------------------------------------------------------------------------------------------------------
def void(record, actor, **changes):
    values = {"reason": "重复登记", "version": record.version, "actor": actor, "on": TODAY}
    return record_void(record_id=record.pk, **{**values, **changes})


def test_void_takes_the_record_out_from_the_day(fact, approver, signals):
    record = void(fact, approver)
    assert (record.state, record.voided_on, record.void_reason) == ("voided", TODAY, "重复登记")
    assert signals[-1] == (record.pk, "voided")


def test_number_of_a_voided_record_is_free_again(fact, approver, handler, department):
    void(fact, approver)
    assert enter(handler, department, subject=fact.subject).state == "draft"


def test_handler_may_void_a_draft_without_days(handler, department):
    draft = enter(handler, department, replace(PENALTY, decided_on=None))
    assert void(draft, handler).state == "voided"


def test_handler_may_not_void_a_fact(fact, handler):
    with pytest.raises(NotAllowed):
        void(fact, handler)


def test_void_twice_is_refused(fact, approver):
    voided = void(fact, approver)
    with pytest.raises(TransitionRefused, match="2026-06-01"):
        void(voided, approver)


def test_void_on_a_stale_form_is_refused(fact, approver):
    with pytest.raises(Conflict, match="刷新"):
        void(fact, approver, version=fact.version + 3)


# --- classification and findings ----------------------------------------------------------------------------------
def classify(record, actor, *codes, **changes):
    items = [ItemCode(LIST_PACK, code) for code in codes]
    return record_classify(
        **{"record_id": record.pk, "items": items, "version": None, "actor": actor, "on": TODAY, **changes}
    )


def test_classification_replaces_the_one_before(fact, handler, active_pack):
    classify(fact, handler, "B1", "B2")
    classify(fact, handler, "B2", "B3")
    assert sorted(fact.items.values_list("code", flat=True)) == ["B2", "B3"]


def test_removed_classification_stays_in_the_history_with_its_actor(fact, handler, active_pack):
    classify(fact, handler, "B1")
    item = fact.items.get()
    history = item.history
    pk = item.pk
    classify(fact, handler)
    gone = history.model.objects.filter(id=pk, history_type="-").get()
    assert gone.history_user == handler


def test_empty_classification_says_that_no_clause_fits(fact, handler):
    assert classify(fact, handler).is_classified


def test_unknown_clause_is_refused_listing_the_valid(fact, handler, active_pack):
    with pytest.raises(InvalidInput, match=r"9\.99.*B1"):
        classify(fact, handler, "9.99")


def test_clause_of_a_pack_not_active_is_refused(fact, handler):
    with pytest.raises(InvalidInput, match="没有启用"):
        classify(fact, handler, "B1")


def test_classification_tells_higher_apps(fact, handler, active_pack, signals):
    classify(fact, handler, "B1")
    assert signals[-1] == (fact.pk, "classified")


def test_classifying_a_voided_record_is_refused(fact, handler, approver):
    void(fact, approver)
    with pytest.raises(TransitionRefused):
        classify(fact, handler)


def test_approver_may_not_classify(fact, approver):
    with pytest.raises(NotAllowed):
        classify(fact, approver)


def test_classifying_on_a_stale_form_is_refused(fact, handler):
    with pytest.raises(Conflict, match="刷新"):
        classify(fact, handler, version=fact.version - 1)


def find(record, actor, code="ignored-notice", **changes):
    values = {"reason": "伪造记录，见卷宗第3页", "version": None, "actor": actor, "on": TODAY, **changes}
    return finding_add(record_id=record.pk, code=code, **values)


def test_finding_keeps_reason_day_and_finder(fact, handler, active_pack, signals):
    finding = find(fact, handler)
    assert (finding.reason, finding.found_on, finding.found_by) == ("伪造记录，见卷宗第3页", TODAY, handler)
    assert signals[-1] == (fact.pk, "finding")


def test_finding_no_policy_asks_for_is_refused(fact, handler, active_pack):
    with pytest.raises(InvalidInput, match="ignored-notice"):
        find(fact, handler, "egregious")


def test_finding_without_a_reason_is_refused(fact, handler, active_pack):
    with pytest.raises(InvalidInput, match="理由"):
        find(fact, handler, reason="")


def test_finding_twice_is_refused(fact, handler, active_pack):
    find(fact, handler)
    with pytest.raises(Conflict):
        find(fact, handler)


def test_finding_taken_back_is_gone_and_told(fact, handler, active_pack, signals):
    finding = find(fact, handler)
    finding_remove(finding_id=finding.pk, reason="证据不足", actor=handler, on=TODAY)
    assert not fact.findings.exists()
    assert Event.objects.filter(name="finding.removed", payload__reason="证据不足").exists()


# --- marks --------------------------------------------------------------------------------------------------------
def test_corrected_and_fulfilled_days_are_kept(fact, handler, signals):
    record_mark_corrected(record_id=fact.pk, corrected_on=dt.date(2026, 5, 30), version=None, actor=handler, on=TODAY)
    record = record_mark_fulfilled(record_id=fact.pk, fulfilled_on=TODAY, version=None, actor=handler, on=TODAY)
    assert (record.corrected_on, record.fulfilled_on) == (dt.date(2026, 5, 30), TODAY)
    assert [change for _, change in signals[-2:]] == ["corrected", "fulfilled"]


def test_mark_in_the_future_is_refused(fact, handler):
    with pytest.raises(InvalidInput, match="晚于今天"):
        record_mark_fulfilled(
            record_id=fact.pk, fulfilled_on=dt.date(2026, 6, 2), version=None, actor=handler, on=TODAY
        )


def test_mark_before_the_conduct_is_refused(fact, handler):
    with pytest.raises(InvalidInput, match="早于行为发生日期"):
        record_mark_corrected(
            record_id=fact.pk, corrected_on=dt.date(2026, 3, 31), version=None, actor=handler, on=TODAY
        )


def test_draft_takes_no_marks(draft, handler):
    with pytest.raises(TransitionRefused, match="草稿"):
        record_mark_fulfilled(record_id=draft.pk, fulfilled_on=TODAY, version=None, actor=handler, on=TODAY)


def test_dispute_marks_and_unmarks(fact, handler, signals):
    disputed = record_dispute(record_id=fact.pk, disputed_on=TODAY, version=None, actor=handler, on=TODAY)
    assert disputed.disputed_on == TODAY
    record = record_dispute_end(record_id=fact.pk, reason="异议不成立", version=None, actor=handler, on=TODAY)
    assert record.disputed_on is None
    assert [change for _, change in signals[-2:]] == ["disputed", "disputed"]


def test_ending_a_dispute_that_is_not_there_is_refused(fact, handler):
    with pytest.raises(TransitionRefused, match="没有异议"):
        record_dispute_end(record_id=fact.pk, reason="无", version=None, actor=handler, on=TODAY)


def test_auditor_may_not_mark(fact):
    with pytest.raises(NotAllowed):
        record_dispute(record_id=fact.pk, disputed_on=TODAY, version=None, actor=make_account("auditor"), on=TODAY)
