"""Two requests with one key at once: one acts, the other gets its answer."""

import datetime as dt
import time

import pytest

from registry.base.errors import Conflict
from registry.models import ApiAnswer
from registry.services.api_answers import answer_once
from tests.api.clients import make_client
from tests.sanctions.test_case_races import at_once, split

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]


def test_the_same_request_twice_at_once_acts_once():
    client, acts = make_client(), []

    def act():
        acts.append(1)
        time.sleep(0.2)
        return 200, {"acts": len(acts)}

    def ask():
        return answer_once(client=client, key="k", digest="a", act=act, at=dt.datetime.now(dt.UTC))

    answers = at_once(ask, ask, ask)
    assert [each.body for each in answers] == [{"acts": 1}] * 3
    assert sorted(each.is_repeated for each in answers) == [False, True, True]
    assert ApiAnswer.objects.count() == 1


def test_two_requests_under_one_key_at_once_leave_one():
    client = make_client()

    def ask(digest: str):
        return answer_once(
            client=client, key="k", digest=digest, act=lambda: (200, {"digest": digest}), at=dt.datetime.now(dt.UTC)
        )

    done, refused = split(at_once(lambda: ask("a"), lambda: ask("b")))
    assert (len(done), [type(each) for each in refused]) == (1, [Conflict])
