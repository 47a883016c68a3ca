"""The demonstration county: whole, alive on the day it is made, and saying that it is made up."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from credit_site.demonstration.county import county_seed
from incentives.models import Honour, TierAssessment
from registry.models import Deadline, Notice, Subject
from registry.services.events import events_verify
from sanctions.models import Candidate, Case, ListEntry, MeasureOrder, Tip

pytestmark = pytest.mark.django_db
FRIDAY = dt.date(2026, 11, 20)


def test_the_county_is_whole_and_alive_on_the_day_it_is_made(settings):
    settings.DEMONSTRATION = True
    county_seed(today=FRIDAY, say=lambda line: None)
    assert Subject.objects.filter(kind="organization").count() == 300
    assert not Subject.objects.filter(is_synthetic=False).exists()
    assert set(Case.objects.values_list("state", flat=True)) == set(Case.State.values)
    assert Candidate.objects.filter(state="open").exists()
    assert set(MeasureOrder.objects.values_list("state", flat=True)) == set(MeasureOrder.State.values)
    # One entry's last day was yesterday, another's is in three days.
    assert ListEntry.objects.filter(ends_on=FRIDAY).exists()
    assert ListEntry.objects.filter(ends_on=FRIDAY + dt.timedelta(days=4)).exists()
    waiting = Deadline.objects.filter(met_on=None, cancelled_on=None)
    assert waiting.filter(due_on__lt=FRIDAY).exists()
    assert waiting.filter(due_on__gte=FRIDAY, due_on__lte=FRIDAY + dt.timedelta(days=4)).exists()
    assert Notice.objects.filter(state="failed").count() == 1
    assert sorted(Tip.objects.values_list("state", "reward")) == [("received", ""), ("told", "granted")]
    assert sorted(Honour.objects.values_list("state", "end_reason")) == [
        ("nominated", "term"), ("publicised", "term"), ("recognised", "breach"), ("recognised", "term"),
    ]  # fmt: skip
    assert TierAssessment.objects.on(FRIDAY).values("tier_code").distinct().count() >= 4
    assert events_verify() == []


def test_no_county_is_made_outside_a_demonstration(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError):
        call_command("seed_demonstration")


def test_the_accounts_are_told_only_in_a_demonstration(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError):
        call_command("demonstration_accounts")
