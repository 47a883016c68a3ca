"""The outbox: owed once, carried out once, whatever fails in between."""

import contextlib
import datetime as dt
import threading
import uuid

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import InboxReceipt, JobRun, OutboxMessage
from registry.services import guards, outbox

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)


OTHERS = contextlib.ExitStack()


class Clock:
    """A clock that stands until it is set."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def pass_time(self, **parts):
        self.now += dt.timedelta(**parts)


@pytest.fixture(autouse=True)
def _own_handlers(monkeypatch):
    monkeypatch.setattr(outbox, "_handlers", {})
    with OTHERS:
        yield


@pytest.fixture
def clock():
    return Clock()


def effect(payload, now):
    JobRun.objects.create(name="effect", started_at=now, counts=payload)


def effects():
    return JobRun.objects.filter(name="effect").count()


def refuse(payload, now):
    JobRun.objects.create(name="effect", started_at=now)
    raise ConnectionError("the other side hung up")


def put(key="1", topic="test.effect", **fields):
    return outbox.outbox_put(topic, key=key, payload={"n": 1}, at=NOON, **fields)


def message():
    return OutboxMessage.objects.get()


def another_relay():
    """A relay that lives elsewhere; returns its token."""
    token = uuid.uuid4()
    assert OTHERS.enter_context(guards.guard_try(guards.LEASE, str(token)))
    return token


def taken_over(pk):
    """Let another relay take the message, as it may once the lease has run out."""
    OutboxMessage.objects.filter(pk=pk).update(lease_token=another_relay(), leased_until=NOON + dt.timedelta(hours=1))


def test_the_same_key_is_owed_once():
    put("1")
    put("1")
    assert OutboxMessage.objects.count() == 1


def test_a_key_belongs_to_its_topic():
    put("1", topic="a")
    put("1", topic="b")
    assert OutboxMessage.objects.count() == 2


def test_a_key_too_long_for_the_column_is_refused_on_every_database():
    with pytest.raises(ValueError, match="longer than 120"):
        put("k" * 109)


def test_a_key_that_just_fits_is_kept():
    assert len(put("k" * 108).key) == 120


def test_a_rolled_back_act_owes_nothing():
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()


def test_a_drained_message_has_its_effect(clock):
    outbox.register("test.effect", effect)
    put()
    assert outbox.outbox_drain(now=clock) == {"done": 1, "failed": 0, "lost": 0}
    assert effects() == 1


def test_a_second_drain_finds_nothing(clock):
    outbox.register("test.effect", effect)
    put()
    outbox.outbox_drain(now=clock)
    assert outbox.outbox_drain(now=clock) == {"done": 0, "failed": 0, "lost": 0}
    assert effects() == 1


def test_messages_are_carried_out_in_the_order_they_were_owed(clock):
    seen = []
    outbox.register("test.effect", lambda payload, now: seen.append(payload["n"]))
    for number in (3, 1, 2):
        outbox.outbox_put("test.effect", key=str(number), payload={"n": number}, at=NOON)
    outbox.outbox_drain(now=clock)
    assert seen == [3, 1, 2]


def test_a_message_waits_until_it_is_available(clock):
    outbox.register("test.effect", effect)
    put(available_at=NOON + dt.timedelta(minutes=5))
    clock.pass_time(minutes=4, seconds=59)
    assert outbox.outbox_drain(now=clock)["done"] == 0
    clock.pass_time(seconds=1)
    assert outbox.outbox_drain(now=clock)["done"] == 1


def test_an_idle_relay_asks_one_question(clock, django_assert_num_queries):
    with django_assert_num_queries(1):
        outbox.outbox_drain(now=clock)


def test_a_failed_effect_leaves_no_half_of_itself(clock):
    outbox.register("test.effect", refuse)
    put()
    assert outbox.outbox_drain(now=clock) == {"done": 0, "failed": 1, "lost": 0}
    assert effects() == 0
    assert not InboxReceipt.objects.exists()


def test_a_failed_message_keeps_its_error(clock):
    outbox.register("test.effect", refuse)
    put()
    outbox.outbox_drain(now=clock)
    assert message().last_error == "ConnectionError: the other side hung up"


def test_waiting_doubles_with_each_failure(clock):
    outbox.register("test.effect", refuse)
    put()
    waits = []
    for _ in range(4):
        outbox.outbox_drain(now=clock)
        waits.append((message().available_at - clock.now).total_seconds())
        clock.now = message().available_at
    assert waits == [2, 4, 8, 16]


def test_a_message_is_given_up_after_twelve_failures(clock):
    outbox.register("test.effect", refuse)
    put()
    for _ in range(20):
        outbox.outbox_drain(now=clock)
        clock.pass_time(hours=2)
    assert message().attempts == 12
    assert message().failed_at is not None


def test_the_topic_is_told_of_a_message_given_up(clock):
    told = []
    outbox.register("test.effect", refuse, given_up=lambda payload, now: told.append(payload))
    put()
    for _ in range(20):
        outbox.outbox_drain(now=clock)
        clock.pass_time(hours=2)
    assert told == [{"n": 1}]


def test_a_message_given_up_can_be_sent_again(clock):
    outbox.register("test.effect", effect)
    given_up = put()
    OutboxMessage.objects.update(failed_at=NOON, attempts=12, available_at=NOON + dt.timedelta(hours=1))
    assert outbox.message_resend(given_up.pk, now=NOON)
    assert outbox.outbox_drain(now=clock)["done"] == 1


def test_a_done_message_is_not_sent_again(clock):
    outbox.register("test.effect", effect)
    done = put()
    outbox.outbox_drain(now=clock)
    assert not outbox.message_resend(done.pk, now=NOON)
    assert outbox.outbox_drain(now=clock)["done"] == 0


def test_sending_again_leaves_a_running_lease_alone(clock):
    outbox.register("test.effect", effect)
    running = put()
    taken_over(running.pk)
    outbox.message_resend(running.pk, now=NOON)
    assert outbox.outbox_drain(now=clock)["done"] == 0


def test_one_failing_message_does_not_hold_up_the_next(clock):
    outbox.register("test.bad", refuse)
    outbox.register("test.effect", effect)
    put("1", topic="test.bad")
    put("2")
    assert outbox.outbox_drain(now=clock) == {"done": 1, "failed": 1, "lost": 0}


def test_an_unknown_topic_is_put_back_with_its_name(clock):
    put(topic="test.unheard")
    outbox.outbox_drain(now=clock)
    assert "没有登记事务种类“test.unheard”" in message().last_error


def test_a_leased_message_is_left_to_its_relay_until_the_lease_runs_out(clock):
    outbox.register("test.effect", effect)
    put()
    OutboxMessage.objects.update(lease_token=another_relay(), leased_until=NOON + outbox.LEASE)
    clock.pass_time(seconds=120)
    assert outbox.outbox_drain(now=clock)["done"] == 0
    clock.pass_time(seconds=1)
    assert outbox.outbox_drain(now=clock)["done"] == 1


def test_what_a_dead_relay_held_is_taken_over_at_once(clock):
    """Its guard fell with it; the lease has two minutes to run."""
    outbox.register("test.effect", effect)
    put("1")
    put("2")
    OutboxMessage.objects.filter(key="test.effect:1").update(lease_token=uuid.uuid4(), leased_until=NOON + outbox.LEASE)
    OutboxMessage.objects.filter(key="test.effect:2").update(
        lease_token=another_relay(), leased_until=NOON + outbox.LEASE
    )
    assert outbox.outbox_drain(now=clock)["done"] == 1
    assert OutboxMessage.objects.get(done_at=None).key == "test.effect:2"


def test_an_effect_applied_before_is_only_marked_done(clock):
    """The relay died between the effect's commit and nothing else: here only the receipt is left."""
    outbox.register("test.effect", effect)
    InboxReceipt.objects.create(consumer="test.effect", key=put().key, at=NOON)
    assert outbox.outbox_drain(now=clock)["done"] == 1
    assert effects() == 0


def test_each_lease_starts_anew_when_its_turn_comes(clock):
    """A slow first message must not let the second one's lease run out while it waits in the same batch."""
    leases = []

    def slow(payload, now):
        leases.append(OutboxMessage.objects.get(payload__n=payload["n"]).leased_until - clock.now)
        clock.pass_time(seconds=100)

    outbox.register("test.effect", slow)
    for number in (1, 2, 3):
        outbox.outbox_put("test.effect", key=str(number), payload={"n": number}, at=NOON)
    outbox.outbox_drain(now=clock)
    assert leases == [outbox.LEASE] * 3


def test_a_relay_passes_over_a_message_that_was_taken_from_its_batch(clock):
    outbox.register("test.first", lambda payload, now: taken_over(payload["other"]))
    outbox.register("test.effect", effect)
    second = OutboxMessage(pk=1_000_000, topic="test.effect", key="x", payload={}, created_at=NOON, available_at=NOON)
    outbox.outbox_put("test.first", key="1", payload={"other": second.pk}, at=NOON)
    second.save(force_insert=True)
    assert outbox.outbox_drain(now=clock) == {"done": 1, "failed": 0, "lost": 1}
    assert effects() == 0


def test_who_lost_the_lease_cannot_put_the_message_back(clock):
    def lose_and_fail(payload, now):
        taken_over(message().pk)
        raise ConnectionError

    outbox.register("test.effect", lose_and_fail, once=False)
    put()
    outbox.outbox_drain(now=clock)
    assert message().attempts == 0
    assert message().lease_token is not None


def test_a_long_handler_keeps_its_lease(clock):
    def long_work(payload, now):
        clock.pass_time(seconds=100)
        outbox.lease_keep(now=clock())
        clock.pass_time(seconds=100)
        assert message().leased_until > clock()

    outbox.register("test.effect", long_work, once=False)
    put()
    assert outbox.outbox_drain(now=clock)["done"] == 1


def test_a_long_handler_learns_that_it_lost_its_lease(clock):
    steps = []

    def long_work(payload, now):
        steps.append("first")
        taken_over(message().pk)
        outbox.lease_keep(now=clock())
        steps.append("second")

    outbox.register("test.effect", long_work, once=False)
    put()
    assert outbox.outbox_drain(now=clock) == {"done": 0, "failed": 0, "lost": 1}
    assert steps == ["first"]


def test_keeping_a_lease_outside_a_relay_does_nothing():
    outbox.lease_keep(now=NOON)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(outcomes=st.lists(st.sampled_from(["fail", "die", "die_after_commit"]), max_size=8))
def test_whatever_goes_wrong_the_effect_lands_once(outcomes):
    """`die`: the process ends inside the handler, nothing committed, the lease stays. `die_after_commit`: the effect
    and its receipt are committed but the message's mark is lost."""
    JobRun.objects.all().delete()
    OutboxMessage.objects.all().delete()
    InboxReceipt.objects.all().delete()
    clock, queue = Clock(), [*outcomes, "succeed"]
    owed = put()
    lost_mark = False

    def handler(payload, now):
        outcome = queue.pop(0)
        if outcome == "fail":
            raise ConnectionError
        effect(payload, now)
        if outcome == "die":
            raise KeyboardInterrupt
        nonlocal lost_mark
        lost_mark = outcome == "die_after_commit"

    outbox.register("test.effect", handler)
    while queue and message().done_at is None:
        clock.pass_time(hours=2)
        try:
            with transaction.atomic():
                outbox.outbox_drain(now=clock)
        except KeyboardInterrupt:
            OutboxMessage.objects.filter(pk=owed.pk).update(
                lease_token=uuid.uuid4(), leased_until=clock() + outbox.LEASE
            )
        if lost_mark:
            lost_mark = False
            OutboxMessage.objects.filter(pk=owed.pk).update(done_at=None)
            clock.pass_time(hours=2)
            outbox.outbox_drain(now=clock)
    assert effects() == 1
    assert message().done_at is not None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_relays_at_once_double_nothing(needs_postgres):
    outbox.register("test.effect", effect)
    for number in range(60):
        outbox.outbox_put("test.effect", key=str(number), payload={"n": number}, at=NOON)
    together = threading.Barrier(4)
    done = []

    def relay():
        try:
            together.wait()
            for _ in range(10):
                done.append(outbox.outbox_drain(now=lambda: NOON, limit=7)["done"])
        finally:
            connection.close()

    threads = [threading.Thread(target=relay) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 60
    assert sorted(JobRun.objects.values_list("counts__n", flat=True)) == list(range(60))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_relay_that_outlives_its_lease_and_its_successor_have_one_effect(needs_postgres):
    """The first relay is still inside the handler when its lease runs out; the second one tries the same message."""
    inside, go_on = threading.Event(), threading.Event()
    slow_one = []

    def handler(payload, now):
        effect(payload, now)
        if not slow_one:
            slow_one.append(threading.current_thread())
            inside.set()
            go_on.wait(10)

    outbox.register("test.effect", handler)
    put()
    later = NOON + dt.timedelta(seconds=200)

    def relay(now):
        try:
            outbox.outbox_drain(now=lambda: now)
        finally:
            connection.close()

    first = threading.Thread(target=relay, args=(NOON,))
    first.start()
    assert inside.wait(10)
    second = threading.Thread(target=relay, args=(later,))
    second.start()
    second.join(0.5)
    go_on.set()
    first.join()
    second.join()
    assert effects() == 1
    assert message().done_at is not None
