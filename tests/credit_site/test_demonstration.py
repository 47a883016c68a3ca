"""The demonstration county: whole, alive on the day it is made, and saying that it is made up."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from credit_site.demonstration.county import county_seed
from incentives.models import Honour, TierAssessment
from registry.models import Account, Deadline, Notice, Record, Subject
from registry.rules.publicity import Kind
from registry.selectors.imports import counts_of
from registry.services.events import events_verify
from registry.services.imports.preview import import_preview
from registry.services.imports.returning import export_make
from registry.services.imports.running import import_chunk_take, import_start
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
    assert_exports_come_back_unchanged()


def assert_exports_come_back_unchanged():
    """Every penalty and permit of the county goes out in the national sheets and is found there already."""
    handler = Account.objects.filter(grants__role="handler", department__isnull=False).first()
    for kind in Kind:
        made = export_make(
            kind=kind, department=None, decided_from=FRIDAY - dt.timedelta(days=3 * 365), decided_until=FRIDAY,
            table_format="xlsx", with_identities=True, purpose="测试", actor=handler, on=FRIDAY,
        )  # fmt: skip
        before = (Record.history.count(), Subject.history.count())
        upload = ContentFile(made.stream.read(), name=made.name)
        batch = import_preview(upload=upload, department=handler.department, kind="", actor=handler, on=FRIDAY)
        import_start(batch_id=batch.pk, actor=handler, on=FRIDAY)
        while import_chunk_take(batch_id=batch.pk, on=FRIDAY):
            pass
        refused = list(batch.rows.filter(state="refused").values_list("errors", flat=True))
        assert made.rows > 0
        assert refused == [], refused[:3]
        assert counts_of([batch.pk])[batch.pk].same == made.rows
        assert (Record.history.count(), Subject.history.count()) == before


def test_no_county_is_made_outside_a_demonstration(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError):
        call_command("seed_demonstration")


def test_the_accounts_are_told_only_in_a_demonstration(settings):
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError):
        call_command("demonstration_accounts")
