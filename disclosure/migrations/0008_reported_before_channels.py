"""What the figures counted as reported until now stays reported: on the day on which it was taken in, and accepted.

Until there were channels, a confirmed decision counted as reported and accepted when it was recorded here. Each one that
is not exempt gets a submission to a channel that is closed from the beginning, so that past months keep their figures and
nothing is sent by it. A correction carries the day of the first record that it goes back to.
"""

from django.db import migrations
from django.utils import timezone

CODE = "before-channels"
_BATCH = 500


def forward(apps, schema_editor):
    Record = apps.get_model("registry", "Record")
    Channel = apps.get_model("disclosure", "Channel")
    ChannelHealth = apps.get_model("disclosure", "ChannelHealth")
    Submission = apps.get_model("disclosure", "Submission")
    found = Record.objects.filter(
        kind__in=("penalty", "permit"), state__in=("confirmed", "repaired"), publicity_exemption__isnull=True,
        decided_on__isnull=False,
    )
    if not found.exists():
        return
    now = timezone.now()
    today = timezone.localdate(now)
    first = found.order_by("decided_on").values_list("decided_on", flat=True)[0]
    channel = Channel.objects.create(
        code=CODE, name="启用公示渠道以前的上报", kind="before", since_on=first, opened_on=today, closed_on=today, counts=True
    )
    ChannelHealth.objects.create(channel=channel)
    after = 0
    while rows := list(found.filter(pk__gt=after).order_by("pk").values_list("pk", "recorded_at", "corrects")[:_BATCH]):
        after = rows[-1][0]
        Submission.objects.bulk_create(
            _submission(Submission, channel, pk, _first_recorded(Record, at, corrects), now) for pk, at, corrects in rows
        )


def _first_recorded(Record, at, corrects):
    while corrects is not None:
        at, corrects = Record.objects.values_list("recorded_at", "corrects").get(pk=corrects)
    return at


def _submission(Submission, channel, record_id, at, now):
    on = timezone.localdate(at)
    return Submission(
        channel=channel, record_id=record_id, matter="report", state="accepted", is_held=False, owed_on=on,
        first_sent_on=on, first_sent_at=at, sent_on=on, sent_at=at, answered_on=on, answered_at=at, accepted_on=on,
        available_at=now,
    )


def backward(apps, schema_editor):
    Submission = apps.get_model("disclosure", "Submission")
    Submission.objects.filter(channel__code=CODE).delete()
    apps.get_model("disclosure", "ChannelHealth").objects.filter(channel__code=CODE).delete()
    apps.get_model("disclosure", "Channel").objects.filter(code=CODE).delete()


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0007_channels")]

    operations = [migrations.RunPython(forward, backward)]
