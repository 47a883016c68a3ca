"""Prepared queries find what the queryset finds that they were made of."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db.models import BigIntegerField, CharField, DateField, Q

from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.base.prepared import Prepared, PreparedObjects, Slot
from registry.models import PenaltyDetail, Record, RoleGrant, Subject
from registry.selectors.policies import activations_on, packs_active
from registry.services.policies import policy_activate
from tests.factories import make_account, make_record, make_subject
from tests.registry.test_policies import small_pack, store

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 1)
BY_CODE = Prepared(
    lambda: Subject.objects.filter(uscc__any_of=Slot("codes", CharField(), many=True)).order_by("pk"),
    ("pk", "public_id", "name", "sectors"),
)


def test_rows_carry_values_of_python_under_the_names_of_fields() -> None:
    first, second = make_subject(sectors=["dangerous-chemicals"]), make_subject()
    make_subject()
    rows = BY_CODE.rows(codes=[first.uscc, second.uscc])
    assert [(row.pk, row.public_id, row.name, row.sectors) for row in rows] == [
        (each.pk, each.public_id, each.name, each.sectors) for each in (first, second)
    ]
    assert isinstance(rows[0].public_id, UUID)
    assert BY_CODE.rows(codes=[]) == []


def test_each_run_has_its_own_values() -> None:
    first, second = make_subject(), make_subject()
    assert [row.pk for row in BY_CODE.rows(codes=[first.uscc])] == [first.pk]
    assert [row.pk for row in BY_CODE.rows(codes=[second.uscc])] == [second.pk]
    with pytest.raises(KeyError):
        BY_CODE.rows()


def test_one_value_may_stand_in_several_places() -> None:
    on = Slot("on", DateField())
    running = Prepared(
        lambda: RoleGrant.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on, account=Slot("who", BigIntegerField())
        ),
        ("role",),
    )
    account = make_account()
    for role, starts, ends in (("handler", 0, None), ("reviewer", -5, 0), ("auditor", -5, 1), ("approver", 1, None)):
        until = DAY + timedelta(days=ends) if ends is not None else None
        grant = RoleGrant(account=account, role=role, starts_on=DAY + timedelta(days=starts), ends_on=until)
        grant.save_by(None, reason="test")
    assert sorted(row.role for row in running.rows(who=account.pk, on=DAY)) == ["auditor", "handler"]


def test_the_policies_in_use_are_read_as_whole_rows_but_for_their_text(django_assert_num_queries) -> None:
    version = store(small_pack())
    policy_activate(version=version, mode="internal", actor=None, on=DAY)
    (active,) = packs_active(DAY)
    (activation,) = activations_on(DAY)
    for found, row in ((active.activation, activation), (active.version, activation.policy)):
        kept = [field.attname for field in row._meta.concrete_fields if field.attname != "text"]
        assert {name: getattr(found, name) for name in kept} == {name: getattr(row, name) for name in kept}
    with django_assert_num_queries(1):
        assert active.version.text == version.text


def test_objects_are_those_of_the_queryset_with_what_it_joins_and_without_what_it_defers(
    django_assert_num_queries,
) -> None:
    query = Record.objects.select_related("penalty", "subject").defer("facts", "penalty__basis").order_by("pk")
    prepared = PreparedObjects(lambda: query.filter(subject__pk__any_of=Slot("subjects", BigIntegerField(), many=True)))
    penalised, other = make_record(make_subject(), facts="长文"), make_record(make_subject())
    detail = PenaltyDetail(
        record=penalised, violation_type="演示", basis="演示依据", kinds=["罚款"], content="演示", authority="演示机关"
    )
    detail.save_by(None, reason="test")
    make_record(make_subject())
    with django_assert_num_queries(1):
        found = prepared.rows(subjects=[penalised.subject_id, other.subject_id])
        assert found == [penalised, other]
        assert (found[0].subject, found[0].penalty, found[0].penalty.kinds) == (penalised.subject, detail, ["罚款"])
        assert not hasattr(found[1], "penalty")
        assert [each.get_deferred_fields() for each in found] == [{"facts"}, {"facts"}]
        assert found[0].penalty.get_deferred_fields() == {"basis"}
    with django_assert_num_queries(2):
        assert (found[0].facts, found[0].penalty.basis) == ("长文", "演示依据")
    assert prepared.rows(subjects=[]) == []
