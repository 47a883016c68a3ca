from django.db import migrations, models


def notes_without_day_delete(apps, schema_editor):
    """A note that waits for no day says nothing; the next night asks nobody because of it either way."""
    apps.get_model("sanctions", "Standing").objects.filter(next_change_on=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("sanctions", "0016_entries_newest_first"),
    ]

    operations = [
        migrations.RemoveField(model_name="standing", name="points"),
        migrations.RunPython(notes_without_day_delete, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="standing",
            name="next_change_on",
            field=models.DateField(verbose_name="结论可能变化的日期"),
        ),
    ]
