"""What was given up, which the workbench counts, is found among all that was done."""

from django.db import migrations, models

from registry.base.indexes import AddIndexAside


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("registry", "0003_fewer_indexes")]

    operations = [
        AddIndexAside(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True), ("failed_at__isnull", False)),
                fields=["failed_at"],
                name="outbox_given_up",
            ),
        ),
    ]
