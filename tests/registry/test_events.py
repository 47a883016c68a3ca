"""The timeline: what is written verifies, what is altered shows."""

import datetime as dt
import threading
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import Event, Seal
from registry.services.events import event_record, events_seal, events_verify
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)
NOON = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)


@pytest.fixture
def department():
    return make_department("credit-office", name="演示信用办")


def record_three(department):
    return [
        event_record(f"test.{number}", f"第{number}件事", obj=department, actor=None, on=DAY, at=NOON)
        for number in (1, 2, 3)
    ]


def test_an_event_carries_its_actors_department(department):
    actor = make_account("handler", department=department)
    event = event_record("test.done", "办理", obj=department, actor=actor, on=DAY)
    assert event.department == department


def test_an_event_verifies_after_being_read_back(department):
    payload = {
        "due_on": DAY, "at": NOON, "fine": Decimal("20000.00"), "ratio": 0.1, "large": 1e22, "note": "引号“”、换行\n",
        "nested": {"b": [1, None, True], "a": {}}, 7: "seven",
    }  # fmt: skip
    event_record("test.done", "办理", obj=department, actor=None, on=DAY, subject=make_subject(), payload=payload)
    assert events_verify() == []


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("甲乙ab", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(payload=st.dictionaries(st.text("甲乙ab", max_size=3), plain, max_size=4))
def test_any_plain_payload_verifies_after_being_read_back(department, payload):
    Event.objects.all().delete()
    event_record("test.done", "办理", obj=department, actor=None, on=DAY, payload=payload)
    assert events_verify() == []


def test_a_number_that_no_database_keeps_is_refused(department):
    with pytest.raises(ValueError, match="not JSON compliant"):
        event_record("test.done", "办理", obj=department, actor=None, on=DAY, payload={"n": float("nan")})


def test_sealing_closes_every_open_event(department):
    record_three(department)
    assert events_seal(at=NOON).count == 3
    assert not Event.objects.filter(seal__isnull=True).exists()


def test_sealing_again_makes_no_empty_seal(department):
    record_three(department)
    events_seal(at=NOON)
    assert events_seal(at=NOON) is None


def test_each_seal_names_the_one_before(department):
    record_three(department)
    first = events_seal(at=NOON)
    record_three(department)
    second = events_seal(at=NOON)
    assert (first.previous_digest, second.previous_digest) == ("0" * 64, first.digest)


def test_a_limit_leaves_the_rest_to_the_next_seal(department):
    record_three(department)
    assert [events_seal(at=NOON, limit=2).count, events_seal(at=NOON, limit=2).count] == [2, 1]


def test_sealed_events_verify(department):
    record_three(department)
    events_seal(at=NOON)
    record_three(department)
    events_seal(at=NOON)
    record_three(department)
    assert events_verify() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "别的事"},
        {"payload": {"fine": "1"}},
        {"on": DAY + dt.timedelta(days=1)},
        {"at": NOON + dt.timedelta(seconds=1)},
        {"name": "test.other"},
        {"object_id": 999_999},
        {"department": None},
    ],
    ids=lambda changes: next(iter(changes)),
)
@pytest.mark.parametrize("sealed", [True, False])
def test_an_altered_event_shows(department, changes, sealed):
    actor = make_account("handler", department=department)
    event = event_record("test.done", "办理", obj=department, actor=actor, on=DAY, at=NOON)
    if sealed:
        events_seal(at=NOON)
    Event.objects.filter(pk=event.pk).update(**changes)
    assert [str(event.uid) in problem for problem in events_verify()] == [True]


def test_an_event_altered_together_with_its_digest_shows_by_the_seal(department):
    event, other, _ = record_three(department)
    seal = events_seal(at=NOON)
    Event.objects.filter(pk=event.pk).update(text=other.text, name=other.name, uid=event.uid, digest=other.digest)
    assert f"封存 {seal.pk} 的摘要不符" in events_verify()


def test_an_event_removed_from_a_seal_shows(department):
    event = record_three(department)[1]
    seal = events_seal(at=NOON)
    Event.objects.filter(pk=event.pk).delete()
    assert events_verify() == [f"封存 {seal.pk} 应有 3 条事件，现有 2 条"]


def test_an_event_pushed_into_a_seal_shows(department):
    record_three(department)
    seal = events_seal(at=NOON)
    late = event_record("test.late", "补记", obj=department, actor=None, on=DAY)
    Event.objects.filter(pk=late.pk).update(seal=seal)
    assert events_verify() == [f"封存 {seal.pk} 应有 3 条事件，现有 4 条"]


def test_a_seal_removed_from_the_middle_shows(department):
    seals = []
    for _ in range(3):
        record_three(department)
        seals.append(events_seal(at=NOON))
    Event.objects.filter(seal=seals[1]).delete()
    seals[1].delete()
    assert events_verify() == [f"封存 {seals[2].pk} 与前一封存不相衔接"]


def test_cutting_off_the_newest_seals_shows_by_an_anchor_kept_outside(department):
    record_three(department)
    events_seal(at=NOON)
    record_three(department)
    last = events_seal(at=NOON)
    Event.objects.filter(seal=last).delete()
    anchor = last.digest
    last.delete()
    assert events_verify() == []
    assert len(events_verify(anchor=anchor)) == 1


def test_the_command_ends_well_and_tells_the_newest_digest(department):
    record_three(department)
    seal = events_seal(at=NOON)
    out = StringIO()
    call_command("verify_events", stdout=out)
    assert seal.digest in out.getvalue()


def test_the_command_fails_when_something_does_not_add_up(department):
    Event.objects.filter(pk=record_three(department)[0].pk).update(text="别的事")
    out = StringIO()
    with pytest.raises(CommandError, match="1 处不符"):
        call_command("verify_events", stdout=out)
    assert "内容与其摘要不符" in out.getvalue()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_make_one_unbroken_chain(needs_postgres):
    department = make_department()
    record_three(department)
    events_seal(at=NOON)  # at the genesis the unique previous digest decides, not the lock
    for _ in range(20):
        record_three(department)
    together, errors = threading.Barrier(4), []

    def seal():
        try:
            together.wait()
            for _ in range(6):
                events_seal(at=NOON, limit=4)
        except Exception as error:  # noqa: BLE001 - told to the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert events_verify() == []
    assert sum(Seal.objects.values_list("count", flat=True)) == 63
