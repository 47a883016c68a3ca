"""Two officers at once, on PostgreSQL: one act, one clear refusal."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from registry.base.errors import Conflict, DomainError, TransitionRefused
from registry.models import Document, Event
from sanctions.models import Case, ListEntry
from sanctions.services import cases
from sanctions.services.candidates import candidates_evaluate
from tests.factories import make_account
from tests.sanctions.case_world import HEARD, OPENED, CaseWorld

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run each act in a thread of its own, released together; return what each gave: its result or its refusal."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=10)
            results[index] = act()
        except DomainError as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def split(results: list[object]) -> tuple[list[object], list[DomainError]]:
    refused = [each for each in results if isinstance(each, DomainError)]
    return [each for each in results if not isinstance(each, DomainError)], refused


def test_two_approvers_at_once_give_one_decision_and_one_clear_refusal():
    world = CaseWorld()
    case = world.case("deliberated")
    approvers = [world.approver, make_account("approver", department=world.office)]
    done, refused = split(
        at_once(*(lambda who=who: cases.case_decide(case_id=case.pk, actor=who, on=HEARD) for who in approvers))
    )
    assert len(done) == 1
    assert [type(each) for each in refused] == [TransitionRefused]
    assert "已认定" in refused[0].message
    assert Event.objects.filter(name="case.decide", object_id=case.pk).count() == 1
    assert Document.objects.filter(kind="case-decision").count() == 1


def test_two_handlers_at_once_open_one_case():
    world = CaseWorld()
    candidate = world.candidate()
    handlers = [world.handler, make_account("handler", department=world.office)]
    done, refused = split(
        at_once(
            *(
                lambda who=who: cases.case_open(candidate_id=candidate.pk, handler=who, actor=who, on=OPENED)
                for who in handlers
            )
        )
    )
    assert len(done) == 1
    assert [each.code for each in refused] == ["candidate-settled"]
    assert Case.objects.count() == 1


def test_two_handlers_at_once_take_one_case():
    world = CaseWorld()
    case = cases.case_open(candidate_id=world.candidate().pk, handler=None, actor=world.handler, on=OPENED)
    handlers = [make_account("handler", department=world.office) for _ in range(2)]
    done, refused = split(
        at_once(*(lambda who=who: cases.case_take(case_id=case.pk, actor=who, on=OPENED) for who in handlers))
    )
    assert len(done) == 1
    assert [type(each) for each in refused] == [Conflict]


def test_two_publishers_at_once_open_one_entry():
    world = CaseWorld()
    case = world.case("decided")
    publishers = [world.publisher, make_account("publisher", department=world.office)]
    done, refused = split(
        at_once(*(lambda who=who: cases.case_publish(case_id=case.pk, actor=who, on=HEARD) for who in publishers))
    )
    assert len(done) == 1
    assert [type(each) for each in refused] == [TransitionRefused]
    assert ListEntry.objects.count() == 1


def test_a_decision_and_a_drop_at_once_leave_one_outcome():
    world = CaseWorld()
    case = world.case("deliberated")
    other = make_account("approver", department=world.office)
    results = at_once(
        lambda: cases.case_decide(case_id=case.pk, actor=world.approver, on=HEARD),
        lambda: cases.case_drop(case_id=case.pk, reason="证据不足", actor=other, on=HEARD),
    )
    case.refresh_from_db()
    names = list(Event.objects.filter(object_id=case.pk, object_kind="sanctions.case").values_list("name", flat=True))
    # Dropped first: the decision is refused. Decided first: the drop asks again and is refused, or revokes openly.
    assert case.state in ("decided", "dropped")
    assert ("case.decide" in names) == isinstance(results[0], Case)
    assert ("case.drop" in names) + ("case.revoke" in names) == isinstance(results[1], Case)


def test_two_evaluations_at_once_raise_one_candidate():
    world = CaseWorld()
    results = at_once(*[lambda: candidates_evaluate(subject=world.subject, actor=None, on=OPENED)] * 2)
    assert sorted(len(each.raised) for each in results) == [0, 1]
