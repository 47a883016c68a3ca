"""Two at once: one officer takes a tip in, one form makes one tip."""

import datetime as dt
import uuid

import pytest

from sanctions.models import Tip
from sanctions.services import tips
from tests.factories import make_account, make_department
from tests.registry.test_fact_races import both, refusals
from tests.sanctions.reports import Desk, file_tip

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]
MONDAY = dt.date(2026, 9, 28)


def test_of_two_handlers_accepting_at_once_one_gets_the_tip():
    desk = Desk(make_department(kind="credit-office"))
    tip = file_tip(on=MONDAY).tip
    handlers = [desk.handler, make_account("handler", department=make_department())]

    def accepting(who):
        return lambda: tips.tip_accept(tip_id=tip.pk, handler=who, actor=who, on=MONDAY, version=tip.version)

    outcomes = both(*(accepting(who) for who in handlers))
    assert refusals(outcomes) == ["tip-state"]
    tip.refresh_from_db()
    assert tip.handler in handlers
    assert tip.handler.department == tip.department


def test_one_form_sent_twice_at_once_is_one_tip():
    make_department(kind="credit-office")
    key = uuid.uuid4()
    outcomes = both(*[lambda: file_tip(on=MONDAY, form_key=key)] * 2)
    assert refusals(outcomes) == ["tip-sent-before"]
    assert Tip.objects.count() == 1
