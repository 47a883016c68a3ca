"""The nightly verification: what is new at once, all that is old within 28 nights, and never more than its share."""

import datetime as dt
import random

import pytest
from django.db.models import Sum

from registry.models import Event, Seal
from registry.services import verifying
from registry.services.events import event_record, events_seal, events_verify
from registry.services.verifying import WITHIN_DAYS, TimelineAltered, timeline_verify
from tests.factories import make_department

DAY, AT = dt.date(2026, 3, 2), dt.datetime(2026, 3, 2, 3, 10, tzinfo=dt.UTC)
NIGHT = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def department():
    return make_department()


def happen(department, number: int, on: dt.date) -> None:
    for _ in range(number):
        event_record("department.changed", "变更", obj=department, actor=None, on=on)


def sealed(department, numbers: list[int]) -> None:
    """Seals of so many events each."""
    for number in numbers:
        happen(department, number, DAY)
        events_seal(at=AT)


def verify(on: dt.date) -> int:
    return timeline_verify(on=on, at=AT)["verified"]


def problems_of(on: dt.date) -> str:
    try:
        verify(on)
    except TimelineAltered as altered:
        return str(altered)
    return ""


def test_everything_is_verified_once_and_then_a_share_a_night(department):
    sealed(department, [3] * 56)
    assert verify(DAY) == 168
    assert verify(DAY) == 0
    # 168 events in 28 nights: 6 a night, two seals; all of them once in 28 nights, then from the front again.
    nights = [verify(DAY + NIGHT * night) for night in range(1, 29)]
    assert nights == [6] * 28
    assert set(Seal.objects.values_list("verified_on", flat=True)) == {DAY + NIGHT * night for night in range(1, 29)}


def test_what_is_new_is_verified_the_same_night_beside_the_share_of_what_is_old(department):
    sealed(department, [1] * 28)
    verify(DAY)
    sealed(department, [5])
    assert verify(DAY + NIGHT) == 5 + 2  # 33 events in all: 33 / 28 and up


def test_nights_that_were_missed_are_made_up_for(department):
    sealed(department, [1] * 56)
    verify(DAY)
    assert verify(DAY + 10 * NIGHT) == 2
    assert verify(DAY + 40 * NIGHT) == 56


def test_a_run_that_was_cut_short_goes_on_where_it_stopped(department, monkeypatch):
    sealed(department, [1] * 84)
    verify(DAY)
    sealed(department, [1] * 4)
    asked, real = [], verifying.seal_problems

    def dying(seal):
        asked.append(seal.pk)
        if len(asked) == 6:
            raise KeyboardInterrupt
        return real(seal)

    monkeypatch.setattr(verifying, "seal_problems", dying)
    with pytest.raises(KeyboardInterrupt):
        verify(DAY + NIGHT)
    monkeypatch.setattr(verifying, "seal_problems", real)
    assert verify(DAY + NIGHT) == 3  # 4 of 88 are the share of a night, and 4 are new: 5 are done
    assert Seal.objects.filter(verified_on=DAY + NIGHT).count() == 8


def test_a_clock_that_went_wrong_hides_no_seal(department):
    sealed(department, [1, 1])
    verify(DAY + 500 * NIGHT)
    assert verify(DAY) == 2


@pytest.mark.parametrize("seed", range(3))
def test_what_a_whole_verification_finds_is_found_within_the_days_and_told_every_night_after(department, seed):
    chance = random.Random(seed)
    on = DAY
    for _ in range(12):
        sealed(department, [chance.randrange(1, 5)])
        verify(on)
        on += NIGHT * chance.choice((1, 1, 3))
    event = chance.choice(list(Event.objects.all()))
    Event.objects.filter(pk=event.pk).update(text="别的")
    whole = events_verify()
    assert len(whole) == 1
    told = []
    for _ in range(WITHIN_DAYS):
        sealed(department, [chance.randrange(0, 3)])
        told.append(problems_of(on))
        assert (Seal.objects.filter(verified_on=on).aggregate(n=Sum("count"))["n"] or 0) < Event.objects.count()
        on += NIGHT
    first = next(night for night, problems in enumerate(told) if problems)
    assert all(str(event.uid) in problems for problems in told[first:])
    Event.objects.filter(pk=event.pk).update(text=event.text)
    verify(on)
    assert events_verify() == []


def test_a_seal_cut_out_is_found_the_same_night(department):
    sealed(department, [1] * 60)
    verify(DAY)
    middle = Seal.objects.order_by("pk")[30]
    middle.events.all().delete()
    middle.delete()
    with pytest.raises(TimelineAltered, match="不相衔接"):
        verify(DAY + NIGHT)
