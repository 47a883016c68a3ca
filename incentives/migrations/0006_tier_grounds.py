"""What a tier rested on is kept as one short line; who has no tier is noted; runs know when everybody was asked."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incentives", "0005_tiers"),
        ("registry", "0009_webhook_deliveries_wait_for_nobody"),
    ]

    operations = [
        migrations.RemoveField(model_name="tierassessment", name="reasons"),
        migrations.AddField(
            model_name="tierassessment",
            name="grounds",
            field=models.TextField(blank=True, default="", verbose_name="评定所据"),
        ),
        # Its rows only tell how far a run had come: the next one asks everybody and makes them anew.
        migrations.DeleteModel(name="TierRun"),
        migrations.CreateModel(
            name="TierRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack_id", models.CharField(max_length=60, unique=True, verbose_name="政策")),
                ("asked_on", models.DateField(verbose_name="全部核对日期")),
                ("looked_on", models.DateField(verbose_name="最近核对日期")),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.policyversion"
                    ),
                ),
            ],
            options={"verbose_name": "等级评定进度", "verbose_name_plural": "等级评定进度"},
        ),
        migrations.CreateModel(
            name="TierUngraded",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack_id", models.CharField(max_length=60, verbose_name="政策")),
                (
                    "next_change_on",
                    models.DateField(blank=True, db_index=True, null=True, verbose_name="结论可能变化的日期"),
                ),
                (
                    "subject",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ungraded", to="registry.subject"
                    ),
                ),
            ],
            options={"verbose_name": "不属于任何等级", "verbose_name_plural": "不属于任何等级"},
        ),
    ]
