"""The jobs of channels: what is scheduled, what goes at once, what came back."""

import time
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from disclosure.models import Channel, Submission
from disclosure.rules.submissions import OWED
from disclosure.services.channels.carriers import Counts, Now, carrier_of
from disclosure.services.channels.owing import channel_owe

PASS_SECONDS: Final = 20.0


def channels_drop(*, now: Now) -> Counts:
    """Send what is owed to the channels that are sent to once a day; first owe what slipped past a channel while it was
    being opened. Returns the counts of all."""
    total: Counts = {"owed": 0}
    for channel in Channel.objects.filter(closed_on__isnull=True):
        total["owed"] += channel_owe(channel, on=timezone.localdate(now()))
        carrier = carrier_of(channel)
        if carrier is not None and carrier.is_scheduled and not channel.is_paused:
            _add(total, carrier.send(channel, None, now))
    return total


def channels_push(*, now: Now) -> Counts:
    """Send what is due to the channels that are sent to at once, for `PASS_SECONDS` at most. Several may run at once."""
    total: Counts = {}
    ends = time.monotonic() + PASS_SECONDS
    while time.monotonic() < ends:
        before = dict(total)
        for channel in _due(now):
            carrier = carrier_of(channel)
            if carrier is not None and not carrier.is_scheduled:
                _add(total, carrier.send(channel, None, now))
        if total == before:
            break
    return total


def _due(now: Now) -> list[Channel]:
    at = now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    waiting = Submission.objects.filter(free, channel=OuterRef("pk"), state=OWED, available_at__lte=at)
    return list(
        Channel.objects.filter(
            Q(health__resumes_at__isnull=True) | Q(health__resumes_at__lte=at), Exists(waiting),
            closed_on__isnull=True, is_paused=False,
        )
    )  # fmt: skip


def _add(total: Counts, counts: Counts) -> None:
    for name, number in counts.items():
        total[name] = total.get(name, 0) + number
