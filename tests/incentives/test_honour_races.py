"""Two officers at once, on PostgreSQL: one recognition, and no honour beside the penalty that bars it."""

import datetime as dt
import threading

import pytest
from django.db import connection

from incentives.models import Honour
from incentives.selectors.honours import honours_in_force
from registry.base.errors import DomainError
from tests.factories import make_account
from tests.incentives.honouring import AFTER, MONDAY, Jury, make_jury, nominate, publicise, recognise
from tests.incentives.test_honour_endings import confirm

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, pytest.mark.usefixtures("needs_postgres")]


def at_once(*acts) -> list[str]:
    """Run the acts in threads that start together; return what each said: "done" or the refusal's code."""
    gate, said = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place, act):
        try:
            gate.wait(timeout=10)
            act()
            said[place] = "done"
        except DomainError as refusal:
            said[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return said


def test_two_approvers_recognise_once():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    second = Jury(
        jury.subject, jury.department, jury.handler, jury.reviewer, make_account("approver", department=jury.department)
    )
    said = at_once(lambda: recognise(jury, honour), lambda: recognise(second, honour))
    assert sorted(said) == ["done", "honour-state"]
    assert len(honours_in_force([jury.subject.pk], AFTER)[jury.subject.pk]) == 1


def test_two_nominations_at_once_leave_one():
    jury = make_jury()
    said = at_once(lambda: nominate(jury), lambda: nominate(jury))
    assert sorted(said) == ["done", "honour-open"]
    assert Honour.objects.count() == 1


def test_a_penalty_confirmed_while_it_is_recognised_leaves_no_honour_in_force():
    jury = make_jury()
    honour = publicise(jury, nominate(jury))
    said = at_once(
        lambda: recognise(jury, honour), lambda: confirm(jury, on=AFTER, decided_on=MONDAY + dt.timedelta(days=1))
    )
    assert said[1] == "done"
    assert said[0] in ("done", "criteria-not-met")
    assert not honours_in_force([jury.subject.pk], AFTER)
