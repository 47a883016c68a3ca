"""Entries in force are counted, and the lists that they stand on told, from indexes alone."""

from django.db import migrations, models

from registry.base.indexes import AddIndexAside, RemoveIndexAside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("sanctions", "0001_squashed_0018_orders_not_settled"),
        ("registry", "0003_fewer_indexes"),
    ]

    operations = [
        AddIndexAside(model_name="listentry", index=models.Index(fields=["ends_on", "starts_on"], name="entry_period")),
        AddIndexAside(
            model_name="listentry",
            index=models.Index(fields=["list_code", "-starts_on", "-id"], name="entry_newest_of_list"),
        ),
        RemoveIndexAside(model_name="listentry", name="sanctions_l_ends_on_738f88_idx"),
    ]
