"""The life of commitments as a table, and a machine that walks it day by day against a model kept by hand."""

import datetime as dt
import hashlib

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from incentives.models import Commitment
from incentives.rules import lifecycle
from incentives.rules.lifecycle import Due, breach_refusal, obligation_state, refusal_of, shown_state
from incentives.services.breaches import breach_drop, breach_find, breach_notice, breach_state
from incentives.services.promises import obligation_accept, obligation_hand_in, obligation_return
from registry.base.errors import DomainError
from registry.models import Record
from sanctions.models import ListEntry
from tests.incentives.promising import MONDAY, make_people, promise
from tests.sanctions.case_world import a_file

Day = dt.date
ONE = dt.timedelta(days=1)
DAYS = st.dates(Day(2026, 1, 1), Day(2026, 12, 31))


@pytest.mark.parametrize(
    ("handed", "done", "on", "state"),
    [
        (None, None, Day(2026, 6, 22), "open"),
        (None, None, Day(2026, 6, 23), "missed"),
        (Day(2026, 6, 22), None, Day(2026, 6, 30), "handed"),
        (Day(2026, 6, 23), None, Day(2026, 6, 23), "late"),
        (Day(2026, 6, 22), Day(2026, 6, 30), Day(2026, 6, 30), "done"),
        (Day(2026, 6, 23), Day(2026, 6, 30), Day(2026, 6, 30), "done-late"),
    ],
)
def test_an_obligation_by_its_days(handed, done, on, state):
    assert obligation_state(Due(Day(2026, 6, 22), handed, done), on) == state


@given(due=DAYS, on=DAYS)
def test_nothing_is_missed_on_or_before_its_day_and_everything_open_is_after_it(due, on):
    assert (obligation_state(Due(due), on) == "missed") == (on > due)


def test_a_term_that_has_run_out_shows_so_only_when_nothing_is_open():
    over = Day(2026, 6, 2)
    assert shown_state("signed", Day(2026, 6, 1), [], over) == ("over", "期限届满")
    assert shown_state("signed", Day(2026, 6, 1), [], Day(2026, 6, 1)) == ("signed", "履行中")
    assert shown_state("signed", Day(2026, 6, 1), [Due(Day(2026, 6, 5))], over)[0] == "signed"
    assert shown_state("noticed", Day(2026, 6, 1), [], over)[0] == "noticed"


@pytest.mark.parametrize(
    ("until", "waived", "on", "may"),
    [
        (Day(2026, 6, 30), None, Day(2026, 6, 30), False),
        (Day(2026, 6, 30), None, Day(2026, 7, 1), True),
        (Day(2026, 6, 30), Day(2026, 6, 24), Day(2026, 6, 24), True),
    ],
)
def test_a_breach_waits_for_the_statement(until, waived, on, may):
    assert (breach_refusal(statement_until=until, waived_on=waived, on=on) == "") == may


@pytest.mark.parametrize("name", lifecycle.STEPS)
@pytest.mark.parametrize("state", lifecycle.STATE_LABELS)
def test_every_refused_step_names_the_state_and_a_way_out(state, name):
    text = refusal_of(state, name)
    step = lifecycle.STEPS[name]
    assert (text == "") == (state in step.sources)
    if text:
        assert lifecycle.STATE_LABELS[state] in text
        assert "须在" in text or "另行" in text


def test_what_is_over_takes_no_step():
    assert not any(step.sources & lifecycle.OVER for step in lifecycle.STEPS.values())


class Promises(RuleBasedStateMachine):
    """One promise of one paper. The model: when it was handed in, whether it was ticked off, when the subject was told,
    until when it may speak, whether it waived. Due 2026-06-22; steps on any later day."""

    def __init__(self) -> None:
        super().__init__()
        self.held = transaction.atomic()
        self.held.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.held.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.people, self.on = make_people(), MONDAY
        self.commitment = promise(self.people)
        self.obligation = self.commitment.obligations.get()
        self.text, self.digest = self.commitment.text, hashlib.sha256(self.commitment.text.encode()).hexdigest()
        self.handed, self.done, self.closed, self.broken = None, False, False, False
        self.until, self.waived = None, False

    def attempt(self, service, *, may: bool, **given) -> bool:
        went = True
        try:
            service(on=self.on, **given)
        except DomainError:
            went = False
        assert went == may, service.__name__
        return went

    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        self.on += dt.timedelta(days=days)

    @rule()
    def hand_in(self) -> None:
        may = not self.closed and not self.done
        if self.attempt(
            obligation_hand_in, may=may, obligation_id=self.obligation.pk, files=[a_file()], note="",
            actor=self.people.own,
        ):  # fmt: skip
            self.handed = self.handed or self.on

    @rule()
    def send_back(self) -> None:
        may = not self.closed and not self.done and self.handed is not None
        if self.attempt(
            obligation_return, may=may, obligation_id=self.obligation.pk, reason="不清晰", actor=self.people.reviewer
        ):
            self.handed = None

    @rule()
    def tick_off(self) -> None:
        may = not self.closed and not self.done and self.handed is not None
        if self.attempt(obligation_accept, may=may, obligation_id=self.obligation.pk, actor=self.people.reviewer):
            self.done, self.closed = True, self.until is None

    @rule(days=st.integers(0, 7))
    def tell(self, days: int) -> None:
        # The county leaves at least three working days; of the machine's weeks only 2026-06-19 is a holiday.
        coming = [self.on + dt.timedelta(days=each + 1) for each in range(days)]
        working = [day for day in coming if day.weekday() < 5 and day != Day(2026, 6, 19)]
        may = not self.closed and self.until is None and len(working) >= 3
        until = self.on + dt.timedelta(days=days)
        if self.attempt(
            breach_notice, may=may, commitment_id=self.commitment.pk, reason="逾期", until=until,
            actor=self.people.handler,
        ):  # fmt: skip
            self.until, self.waived = until, False

    @rule(is_waived=st.booleans())
    def speak(self, is_waived: bool) -> None:
        may = not self.closed and self.until is not None and self.on <= self.until
        if self.attempt(
            breach_state, may=may, commitment_id=self.commitment.pk, statement="" if is_waived else "说明",
            is_waived=is_waived, actor=self.people.own,
        ):  # fmt: skip
            self.waived = is_waived

    @rule()
    def take_back(self) -> None:
        may = not self.closed and self.until is not None
        if self.attempt(
            breach_drop, may=may, commitment_id=self.commitment.pk, reason="误报", actor=self.people.reviewer
        ):
            self.until, self.waived = None, False

    @rule()
    def find(self) -> None:
        may = not self.closed and self.until is not None and (self.waived or self.on > self.until)
        if self.attempt(
            breach_find, may=may, commitment_id=self.commitment.pk, reason="逾期", actor=self.people.approver
        ):
            self.broken = self.closed = True

    @invariant()
    def text_and_digest_stay(self) -> None:
        kept = Commitment.objects.get()
        assert kept.text == self.text
        assert kept.signature.sha256 == self.digest

    @invariant()
    def only_a_breach_found_is_a_record_and_nobody_is_listed(self) -> None:
        assert Record.objects.count() == int(self.broken)
        assert not ListEntry.objects.exists()
        assert (Commitment.objects.get().state == "broken") == self.broken

    @invariant()
    def missed_by_date_alone(self) -> None:
        unmet = not self.done and (self.handed or self.on) > Day(2026, 6, 22)
        assert Commitment.objects.missed(self.on).exists() == (unmet and not self.closed)


@pytest.mark.django_db
def test_promises_walk_through_their_life_as_the_model_says():
    run_state_machine_as_test(
        Promises,
        settings=settings(
            max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
