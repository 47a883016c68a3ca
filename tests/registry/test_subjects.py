"""Subjects: taken in with their identifiers checked, renamed with history, resolved for imports, merged with a trail."""

import datetime as dt

import pytest

from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.models import Event, NameGram, Subject
from registry.rules.synthetic import make_identity, make_uscc
from registry.services.merging import subjects_merge
from registry.services.resolving import subject_resolve
from registry.services.subjects import (
    former_name_add,
    organization_create,
    person_create,
    subject_rename,
    subject_update,
)
from registry.signals import subject_changed, subject_merging
from tests.factories import make_account, make_department, make_record, make_subject

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)
CODE = make_uscc("9", "1", "139999", 41)
OTHER_CODE = make_uscc("9", "1", "139999", 42)
IDENTITY = make_identity("139999", dt.date(1980, 5, 6), 11)


@pytest.fixture
def handler(db):
    return make_account("handler")


@pytest.fixture
def approver(db):
    return make_account("approver")


def create(handler, **changes):
    values = {"name": "演示甲矿业有限公司", "category": "enterprise", "uscc": CODE, "actor": handler, "on": TODAY}
    return organization_create(**{**values, **changes})


# --- taking in ----------------------------------------------------------------------------------------------------
def test_organization_is_kept_with_normalised_code_and_full_width_brackets(handler):
    subject = create(handler, name=" 演示(县)矿业 有限公司 ", uscc=CODE.lower())
    assert (subject.name, subject.uscc) == ("演示（县）矿业 有限公司", CODE)


def test_present_name_is_searchable_by_its_grams(handler):
    name = create(handler).names.get()
    assert {"演", "矿", "矿业"} <= set(NameGram.objects.filter(name=name).values_list("gram", flat=True))


def test_taking_in_writes_one_event_by_the_actor(handler):
    subject = create(handler)
    assert list(Event.objects.filter(subject=subject).values_list("name", "actor_id")) == [
        ("subject.created", handler.pk)
    ]


@pytest.mark.parametrize(("position", "replacement"), [(17, "0"), (18, "0")])
def test_wrong_check_digit_is_refused_naming_its_position(handler, position, replacement):
    digit = CODE[position - 1]
    wrong = CODE[: position - 1] + (replacement if digit != replacement else "1") + CODE[position:]
    with pytest.raises(InvalidInput, match=f"第{position}位") as refusal:
        create(handler, uscc=wrong)
    assert refusal.value.field == "uscc"


@pytest.mark.parametrize("authority", ["N", "A", "Y"])
def test_codes_of_villages_army_and_others_are_valid(handler, authority):
    assert create(handler, category="other", uscc=make_uscc(authority, "1", "139999", 7)).uscc[0] == authority


def test_code_of_a_sole_trader_under_another_category_is_refused(handler):
    with pytest.raises(InvalidInput, match="92") as refusal:
        create(handler, uscc=make_uscc("9", "2", "139999", 5))
    assert refusal.value.field == "category"


def test_same_code_twice_is_refused_naming_the_holder(handler):
    create(handler)
    with pytest.raises(Conflict, match="演示甲矿业有限公司"):
        create(handler, name="演示乙矿业有限公司")


def test_organization_cannot_be_taken_in_as_a_person(handler):
    with pytest.raises(InvalidInput, match="类别"):
        create(handler, category="person", uscc="")


def test_two_of_one_name_without_codes_cannot_be_told_apart(handler):
    create(handler, uscc="")
    with pytest.raises(Conflict, match="同名"):
        create(handler, uscc="", name="演示甲矿业有限公司 ")


@pytest.mark.parametrize("role", ["reviewer", "approver", "publisher", "department", "auditor", "administrator"])
def test_only_a_handler_may_take_in(role):
    with pytest.raises(NotAllowed, match="经办"):
        create(make_account(role))


def test_person_number_is_kept_sealed_and_masked_only(handler):
    person = person_create(name="演示张三", document_number=IDENTITY, actor=handler, on=TODAY)
    row = Subject.objects.filter(pk=person.pk).values().get()
    history = person.history.values().get()
    events = Event.objects.filter(subject=person).values().get()
    assert IDENTITY not in str([row, history, events])
    assert person.document_masked == f"{IDENTITY[:3]}***********{IDENTITY[-4:]}"


def test_person_birth_day_is_read_from_the_identity_card(handler):
    person = person_create(name="演示张三", document_number=IDENTITY, actor=handler, on=TODAY)
    assert person.born_on == dt.date(1980, 5, 6)


def test_person_birth_day_differing_from_the_number_is_refused(handler):
    with pytest.raises(InvalidInput, match="不一致"):
        person_create(name="演示张三", document_number=IDENTITY, born_on=dt.date(1981, 5, 6), actor=handler, on=TODAY)


def test_refusal_of_an_identity_number_does_not_repeat_it(handler):
    wrong = IDENTITY[:17] + ("1" if IDENTITY[17] != "1" else "2")
    with pytest.raises(InvalidInput, match="第18位") as refusal:
        person_create(name="演示张三", document_number=wrong, actor=handler, on=TODAY)
    assert wrong not in refusal.value.message


def test_same_identity_number_in_lower_case_is_the_same_person(handler):
    number = next(
        each for each in (make_identity("139999", dt.date(1980, 5, 6), n) for n in range(200)) if each[-1] == "X"
    )
    person_create(name="演示张三", document_number=number, actor=handler, on=TODAY)
    with pytest.raises(Conflict, match=r"\*\*\*"):
        person_create(name="演示李四", document_number=number.lower(), actor=handler, on=TODAY)


# --- changing -----------------------------------------------------------------------------------------------------
def test_update_tells_which_things_differ(handler):
    subject = create(handler)
    subject_update(subject_id=subject.pk, version=subject.version, actor=handler, on=TODAY, risk="major", industry="")
    event = Event.objects.filter(subject=subject, name="subject.updated").get()
    assert event.payload == {"fields": ["risk"]}


def test_update_without_a_difference_writes_nothing(handler):
    subject = create(handler, industry="采矿业")
    subject_update(subject_id=subject.pk, version=subject.version, actor=handler, on=TODAY, industry="采矿业")
    assert Subject.objects.get(pk=subject.pk).version == subject.version


def test_update_on_a_stale_form_is_refused(handler):
    subject = create(handler)
    with pytest.raises(Conflict, match="刷新"):
        subject_update(subject_id=subject.pk, version=subject.version - 1, actor=handler, on=TODAY, risk="major")


def test_update_without_the_right_is_refused(handler, approver):
    subject = create(handler)
    with pytest.raises(NotAllowed):
        subject_update(subject_id=subject.pk, version=None, actor=approver, on=TODAY, risk="major")


def test_update_of_a_person_with_an_organization_field_is_refused(handler):
    person = person_create(name="演示张三", actor=handler, on=TODAY)
    with pytest.raises(InvalidInput, match="uscc"):
        subject_update(subject_id=person.pk, version=None, actor=handler, on=TODAY, uscc=CODE)


def test_update_tells_higher_apps(handler):
    seen = []
    subject = create(handler)

    def receive(sender, subject, actor, on, **_):
        seen.append((subject.pk, actor, on))

    subject_changed.connect(receive)
    try:
        subject_update(subject_id=subject.pk, version=None, actor=handler, on=TODAY, sectors=["mines"])
    finally:
        subject_changed.disconnect(receive)
    assert seen == [(subject.pk, handler, TODAY)]


# --- names --------------------------------------------------------------------------------------------------------
def test_rename_keeps_the_former_name_until_the_day_of_change(handler):
    subject = create(handler)
    subject_rename(
        subject_id=subject.pk, name="演示新矿业有限公司", changed_on=dt.date(2026, 5, 1), version=subject.version,
        actor=handler, on=TODAY,
    )  # fmt: skip
    names = [(each.name, each.starts_on, each.ends_on) for each in subject.names.all()]
    day = dt.date(2026, 5, 1)
    assert names == [("演示新矿业有限公司", day, None), ("演示甲矿业有限公司", None, day)]


def test_rename_to_the_same_name_in_other_brackets_is_refused(handler):
    subject = create(handler, name="演示（县）矿业有限公司")
    with pytest.raises(InvalidInput, match="相同"):
        subject_rename(
            subject_id=subject.pk, name="演示(县)矿业有限公司", changed_on=TODAY, version=None, actor=handler, on=TODAY
        )


def test_rename_in_the_future_is_refused(handler):
    subject = create(handler)
    with pytest.raises(InvalidInput, match="晚于今天"):
        subject_rename(
            subject_id=subject.pk, name="演示新矿业有限公司", changed_on=dt.date(2026, 6, 2), version=None,
            actor=handler, on=TODAY,
        )  # fmt: skip


def test_rename_not_after_the_present_name_began_is_refused(handler):
    subject, day = create(handler), dt.date(2026, 5, 10)
    arguments = {"subject_id": subject.pk, "changed_on": day, "version": None, "actor": handler, "on": TODAY}
    subject_rename(name="演示新矿业有限公司", **arguments)
    with pytest.raises(InvalidInput, match="须晚于"):
        subject_rename(name="演示更新矿业有限公司", **arguments)


def test_former_name_is_added_beside_the_present_one(handler):
    subject = create(handler)
    former_name_add(
        subject_id=subject.pk, name="演示旧矿", ends_on=dt.date(2020, 1, 1), actor=handler, on=TODAY
    )  # fmt: skip
    assert [each.name for each in subject.names.all()] == ["演示甲矿业有限公司", "演示旧矿"]


# --- resolving ----------------------------------------------------------------------------------------------------
def resolve(handler, **changes):
    return subject_resolve(**{"name": "演示甲矿业有限公司", "uscc": CODE, "actor": handler, "on": TODAY, **changes})


def test_unknown_code_is_taken_in(handler):
    found = resolve(handler)
    assert (found.created, found.subject.category) == (True, "enterprise")


def test_known_code_and_name_is_found_without_remarks(handler):
    subject = create(handler, name="演示（县）矿业有限公司")
    assert resolve(handler, name="演示(县)矿业有限公司") == (subject, False, [])


def test_former_name_with_the_code_is_found_with_a_remark(handler):
    subject = create(handler)
    subject_rename(
        subject_id=subject.pk, name="演示新矿业有限公司", changed_on=TODAY, version=None, actor=handler, on=TODAY
    )
    found = resolve(handler)
    assert (found.subject, found.created) == (subject, False)
    assert "曾用名" in found.warnings[0]


def test_code_with_a_strange_name_is_refused_as_1001(handler):
    create(handler)
    with pytest.raises(InvalidInput, match="1001") as refusal:
        resolve(handler, name="演示完全不同有限公司")
    assert refusal.value.field == "name"


def test_code_beginning_92_is_a_sole_trader_whatever_the_file_says(handler):
    code = make_uscc("9", "2", "139999", 5)
    found = resolve(handler, uscc=code, name="演示小吃店", category="enterprise")
    assert found.subject.category == "sole-trader"


def test_known_name_with_another_code_is_refused_naming_the_code(handler):
    create(handler)
    with pytest.raises(InvalidInput, match=CODE):
        resolve(handler, uscc=OTHER_CODE)


def test_known_name_without_a_code_is_completed(handler):
    subject = create(handler, uscc="")
    found = resolve(handler)
    assert (found.subject.pk, found.subject.uscc, found.created) == (subject.pk, CODE, False)


def test_name_given_up_by_another_may_be_borne_by_a_new_code(handler):
    old = create(handler)
    subject_rename(
        subject_id=old.pk, name="演示新矿业有限公司", changed_on=TODAY, version=None, actor=handler, on=TODAY
    )
    found = resolve(handler, uscc=OTHER_CODE)
    assert found.created
    assert "演示新矿业有限公司" in found.warnings[0]


def test_without_a_code_an_exact_former_name_is_found(handler):
    subject = create(handler)
    subject_rename(
        subject_id=subject.pk, name="演示新矿业有限公司", changed_on=TODAY, version=None, actor=handler, on=TODAY
    )
    assert resolve(handler, uscc="").subject == subject


def test_without_a_code_a_name_of_two_is_refused(handler):
    create(handler)
    create(handler, uscc=OTHER_CODE)
    with pytest.raises(InvalidInput, match="2个主体"):
        resolve(handler, uscc="")


def test_person_is_found_by_number(handler):
    person = person_create(name="演示张三", document_number=IDENTITY, actor=handler, on=TODAY)
    found = resolve(handler, name="演示张三", uscc="", category="person", document_number=IDENTITY)
    assert found == (person, False, [])


def test_person_of_another_name_under_the_number_is_refused(handler):
    person_create(name="演示张三", document_number=IDENTITY, actor=handler, on=TODAY)
    with pytest.raises(InvalidInput, match="姓名"):
        resolve(handler, name="演示李四", uscc="", category="person", document_number=IDENTITY)


def test_person_without_a_number_is_refused(handler):
    with pytest.raises(InvalidInput, match="证件号码"):
        resolve(handler, name="演示张三", uscc="", category="person")


# --- merging ------------------------------------------------------------------------------------------------------
def merge(loser, winner, actor, **changes):
    values = {"reason": "同一企业重复登记", "version": loser.version, "actor": actor, "on": TODAY}
    return subjects_merge(loser_id=loser.pk, winner_id=winner.pk, **{**values, **changes})


def test_merge_moves_records_names_and_the_code(approver):
    loser, winner = make_subject("演示旧名有限公司", uscc=CODE), make_subject("演示新名有限公司", uscc=None)
    record = make_record(loser)
    merge(loser, winner, approver)
    winner.refresh_from_db()
    record.refresh_from_db()
    assert record.subject == winner
    assert winner.uscc == CODE
    assert {each.name for each in winner.names.all()} == {"演示旧名有限公司", "演示新名有限公司"}


def test_merge_leaves_a_trail_on_both(approver):
    loser, winner = make_subject(uscc=None), make_subject()
    merge(loser, winner, approver)
    assert Event.objects.filter(name="subject.merged", subject__in=[loser, winner]).count() == 2


def test_merged_subject_takes_no_further_act(handler, approver):
    loser, winner = make_subject(uscc=None), make_subject("演示赢家有限公司")
    merge(loser, winner, approver)
    with pytest.raises(TransitionRefused, match="演示赢家有限公司"):
        subject_update(subject_id=loser.pk, version=None, actor=handler, on=TODAY, risk="low")


def test_merge_of_two_codes_is_refused(approver):
    with pytest.raises(Conflict, match="不是同一主体"):
        merge(make_subject(), make_subject(), approver)


def test_merge_with_one_document_number_on_both_is_refused(approver):
    loser, winner, department = make_subject(uscc=None), make_subject(), make_department()
    for subject in (loser, winner):
        make_record(subject, department=department, number="演罚〔2026〕1号")
    with pytest.raises(Conflict, match="演罚〔2026〕1号"):
        merge(loser, winner, approver)


def test_merge_may_be_vetoed_from_above(approver):
    loser, winner = make_subject(uscc=None), make_subject()

    def veto(sender, **_):
        raise Conflict("has-entries", "名单条目尚未了结。")

    subject_merging.connect(veto)
    try:
        with pytest.raises(Conflict, match="尚未了结"):
            merge(loser, winner, approver)
    finally:
        subject_merging.disconnect(veto)
    loser.refresh_from_db()
    assert loser.merged_into is None


def test_merge_needs_an_approver(handler):
    with pytest.raises(NotAllowed):
        merge(make_subject(uscc=None), make_subject(), handler)


def test_merge_without_a_reason_is_refused(approver):
    with pytest.raises(InvalidInput, match="理由"):
        merge(make_subject(uscc=None), make_subject(), approver, reason=" ")


def test_merge_on_a_stale_form_is_refused(approver):
    loser = make_subject(uscc=None)
    with pytest.raises(Conflict, match="刷新"):
        merge(loser, make_subject(), approver, version=loser.version + 1)
