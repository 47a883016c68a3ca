"""Entries published before changes were noted: one change each, so that who follows from the start meets them."""

from django.db import migrations


def forward(apps, schema_editor):
    entry_model, change = apps.get_model("sanctions", "ListEntry"), apps.get_model("sanctions", "EntryChange")
    rows = entry_model.objects.filter(published_on__isnull=False).order_by("pk")
    history = apps.get_model("sanctions", "HistoricalListEntry").objects.filter(history_type="+")
    since = dict(history.values_list("id", "history_date"))
    change.objects.bulk_create(
        (change(entry=row, kind="opened", at=since[row.pk]) for row in rows.iterator() if row.pk in since),
        batch_size=1000,
    )


def back(apps, schema_editor):
    apps.get_model("sanctions", "EntryChange").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0009_checks_and_changes")]
    operations = [migrations.RunPython(forward, back)]
