"""Old answers and tokens go; what may still be asked for stays."""

import datetime as dt

import pytest
from django.utils import timezone
from oauth2_provider.models import AccessToken

from registry.models import ApiAnswer, JobRun
from registry.services.clearing import api_clear
from registry.tasks import api_clear_task
from tests.api.clients import make_client, token_of

pytestmark = pytest.mark.django_db


def test_answers_of_thirty_days_and_tokens_of_yesterday_are_forgotten():
    client, now = make_client(), timezone.now()
    for days, key in ((31, "old"), (29, "new")):
        ApiAnswer.objects.create(client=client, key=key, request_digest="", at=now - dt.timedelta(days=days))
    for hours in (-25, -23, 1):
        token_of(client, lives=dt.timedelta(hours=hours))
    assert api_clear(at=now) == {"answers": 1, "tokens": 1}
    assert list(ApiAnswer.objects.values_list("key", flat=True)) == ["new"]
    assert AccessToken.objects.count() == 2
    assert api_clear(at=now) == {"answers": 0, "tokens": 0}


def test_the_job_leaves_its_row():
    api_clear_task()
    assert JobRun.objects.get(name="registry.api_clear").error == ""
