"""Old answers and tokens go; what may still be asked for stays."""

import datetime as dt

import pytest
from django.utils import timezone
from oauth2_provider.models import AccessToken

from registry.models import ApiAnswer, JobRun, WebhookDelivery, WebhookEvent
from registry.rules.webhooks import ENTRY_CHANGED
from registry.services.clearing import api_clear
from registry.services.webhook_events import webhook_event_note, webhook_events_number
from registry.services.webhooks import webhook_open, webhook_replay
from registry.tasks import api_clear_task
from tests.api.clients import make_client, token_of
from tests.factories import make_subject

pytestmark = pytest.mark.django_db


def test_answers_of_thirty_days_and_tokens_of_yesterday_are_forgotten():
    client, now = make_client(), timezone.now()
    for days, key in ((31, "old"), (29, "new")):
        ApiAnswer.objects.create(client=client, key=key, request_digest="", at=now - dt.timedelta(days=days))
    for hours in (-25, -23, 1):
        token_of(client, lives=dt.timedelta(hours=hours))
    assert api_clear(at=now) == {"answers": 1, "tokens": 1, "deliveries": 0}
    assert list(ApiAnswer.objects.values_list("key", flat=True)) == ["new"]
    assert AccessToken.objects.count() == 2
    assert api_clear(at=now) == {"answers": 0, "tokens": 0, "deliveries": 0}


def test_deliveries_taken_long_ago_are_forgotten_and_a_replay_owes_them_anew():
    client, now, day = make_client(), timezone.now(), timezone.localdate()
    webhook = webhook_open(
        client=client, url="https://example.gov.cn/x", kinds=[ENTRY_CHANGED], actor=None, on=day
    ).webhook
    for _ in range(5):
        webhook_event_note(kind=ENTRY_CHANGED, subject_id=make_subject().pk, object_id=1, at=now)
    webhook_events_number(at=now)
    state, deliveries = WebhookDelivery.State, WebhookDelivery.objects.order_by("number")
    fates = [
        (state.DELIVERED, 184),
        (state.DELIVERED, 182),
        (state.DEAD, 184),
        (state.DROPPED, 184),
        (state.WAITING, None),
    ]
    for delivery, (fate, days) in zip(deliveries, fates, strict=True):
        delivery.state, delivery.settled_at = fate, now - dt.timedelta(days=days) if days else None
        delivery.save(update_fields=["state", "settled_at"])
    assert api_clear(at=now)["deliveries"] == 1
    assert [each.state for each in deliveries.all()] == [fate for fate, _ in fates[1:]]
    assert WebhookEvent.objects.count() == 5
    webhook_replay(webhook=webhook, from_number=1, actor=None, on=day, at=now)
    assert [(each.number, each.state) for each in deliveries.all()] == [(n, state.WAITING) for n in range(1, 6)]


def test_the_job_leaves_its_row():
    api_clear_task()
    assert JobRun.objects.get(name="registry.api_clear").error == ""
