"""The days of removal of many entries at once, from their grounds alone: the same as from everything known of each."""

import datetime as dt

import pytest

from registry.models import Notice
from registry.rules.policy import load_packs
from repair.models import RemovalReminder
from repair.selectors.verdicts import removal_window
from repair.services import reminders
from repair.services.reminders import removal_reminders
from sanctions.models import ListEntry
from sanctions.selectors.worlds import worlds_of
from tests.sanctions.case_world import activate
from tests.sanctions.county import County

pytestmark = pytest.mark.django_db

LIBRARY = load_packs()
REMOVING = sorted(name for name, each in LIBRARY.items() if any(rule.removal is not None for rule in each.pack.lists))
FIRST = dt.date(2026, 6, 1)


def county_of(pack_id: str, size: int = 60) -> County:
    activate(pack_id, on=LIBRARY[pack_id].pack.head.in_force_from or FIRST, mode="internal")
    return County(LIBRARY[pack_id], FIRST, size=size)


@pytest.mark.parametrize("pack_id", REMOVING)
def test_grounds_alone_tell_the_days_of_removal(pack_id):
    county = county_of(pack_id)
    worlds = {each.subject.pk: each for each in worlds_of([each.pk for each in county.subjects], grounds_alone=True)}
    found = {
        (entry.pk, on): (
            removal_window(entry, on=on, world=worlds[entry.subject_id]),
            removal_window(entry, on=on),
        )
        for on in (FIRST, FIRST + dt.timedelta(days=100), FIRST - dt.timedelta(days=300))
        for entry in ListEntry.objects.in_force(on)
        if entry.published_on is None or entry.published_on <= on
    }
    assert [key for key, (alone, whole) in found.items() if alone != whole] == []
    assert any(whole for _, whole in found.values())


def test_a_year_of_nights_tells_every_stage_once_whatever_nights_are_missed(monkeypatch):
    monkeypatch.setattr(reminders, "CHUNK", 3)
    county_of("mem-2023-11", size=80)
    for night in range(0, 1100, 9):
        removal_reminders(on=FIRST + dt.timedelta(days=night))
    told = list(RemovalReminder.objects.values_list("entry", "stage"))
    assert len(told) == len(set(told)) == Notice.objects.filter(kind__startswith="removal.").count() > 4
    assert removal_reminders(on=FIRST + dt.timedelta(days=night)) == {"reminded": 0}
