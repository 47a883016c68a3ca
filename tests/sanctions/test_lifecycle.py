"""The table of states and steps: which step each state allows, under each shape of procedure."""

import datetime as dt

import pytest

from registry.base.errors import TransitionRefused
from sanctions.models import Case
from sanctions.rules import lifecycle
from sanctions.rules.conditions import CaseFacts, is_minor, missing
from sanctions.rules.lifecycle import Procedure

USUAL = Procedure()
FULL = Procedure.of(["evidence", "review", "notice", "deliberate", "submit", "confirm", "decide", "publish"])
PLAIN = Procedure.of(["evidence", "review", "notice", "decide"])

# What each state leads to by its main step, by hand from design §6.
PATHS = {
    "full": (FULL, {
        "collecting": "collected", "collected": "reviewed", "reviewed": "noticed", "noticed": "deliberated",
        "deliberated": "submitted", "submitted": "confirmed", "confirmed": "decided", "decided": "published",
    }),
    "usual": (USUAL, {
        "collecting": "collected", "collected": "reviewed", "reviewed": "noticed", "noticed": "deliberated",
        "deliberated": "decided", "decided": "published",
    }),
    "plain": (PLAIN, {
        "collecting": "collected", "collected": "reviewed", "reviewed": "noticed", "noticed": "decided",
        "decided": "published",
    }),
}  # fmt: skip
# Steps beside the main path → the states that allow them.
UNDECIDED = {"collecting", "collected", "reviewed", "noticed", "deliberated", "submitted", "confirmed"}
HEARABLE = {"noticed", "deliberated", "submitted", "confirmed"}  # a late statement is heard until the decision
SIDE = {
    "take": UNDECIDED, "assign": UNDECIDED, "add-evidence": UNDECIDED, "drop": UNDECIDED,
    "return": {"collected"}, "serve": {"noticed"}, "defend": HEARABLE, "waive": {"noticed"},
    "hear": HEARABLE, "reject-defence": HEARABLE, "uphold-defence": HEARABLE, "revoke": {"decided"},
}  # fmt: skip


@pytest.mark.parametrize("shape", PATHS)
@pytest.mark.parametrize("state", Case.State.values)
def test_main_step_of_a_state_leads_where_the_procedure_says(shape, state):
    procedure, path = PATHS[shape]
    step = procedure.next_main(state)
    assert (step.target if step else None) == path.get(state)


@pytest.mark.parametrize("name", [*lifecycle.MAIN, *SIDE])
@pytest.mark.parametrize("state", Case.State.values)
def test_a_step_is_refused_in_every_state_but_its_own(name, state):
    _, path = PATHS["full"]
    sources = SIDE.get(name) or {source for source, target in path.items() if target == lifecycle.MAIN[name].target}
    if state in sources:
        assert lifecycle.check(state, name, FULL).name == name
    else:
        with pytest.raises(TransitionRefused):
            lifecycle.check(state, name, FULL)


def test_refusal_names_the_state_and_the_allowed_steps():
    with pytest.raises(TransitionRefused) as refusal:
        lifecycle.check("collected", "publish", USUAL)
    assert "证据齐备" in refusal.value.message
    assert "初审" in refusal.value.message


def test_an_ended_case_allows_nothing():
    with pytest.raises(TransitionRefused, match="办结"):
        lifecycle.check("published", "drop", USUAL)


@pytest.mark.parametrize("name", ["deliberate", "submit", "confirm"])
@pytest.mark.parametrize("state", Case.State.values)
def test_a_step_that_the_pack_lacks_is_refused_everywhere(name, state):
    with pytest.raises(TransitionRefused):
        lifecycle.check(state, name, PLAIN)


def test_a_step_without_target_keeps_the_state():
    assert lifecycle.check("noticed", "serve", USUAL).target == "noticed"


def test_what_law_asks_for_cannot_be_switched_off():
    silent = Procedure.of(["evidence", "submit", "confirm", "publish"])
    assert silent.steps == ("evidence", "review", "notice", "submit", "confirm", "decide", "publish")


def test_the_pack_orders_the_steps_between():
    before = Procedure.of(["evidence", "review", "deliberate", "notice", "decide", "publish"])
    assert before.next_main("reviewed").name == "deliberate"
    assert before.next_main("deliberated").name == "notice"
    assert before.next_main("noticed").name == "decide"


def test_codes_of_other_matters_are_no_steps_of_a_case():
    assert Procedure.of(["evidence", "review", "notice", "remove", "sanction"]).steps == (
        "evidence", "review", "notice", "decide", "publish",
    )  # fmt: skip


def test_every_state_has_its_label():
    assert set(lifecycle.STATE_LABELS) == set(Case.State.values)
    assert {state: str(label) for state, label in Case.State.choices} == lifecycle.STATE_LABELS


def test_reached_steps_of_a_state():
    assert FULL.reached("noticed") == ("evidence", "review", "notice")


# --- conditions

DAY = dt.date(2026, 6, 11)
READY = CaseFacts(
    state="deliberated", on=DAY, handler=1, reviewer=2, has_evidence=True, served_on=dt.date(2026, 6, 3),
    defence_until=dt.date(2026, 6, 10),
)  # fmt: skip


def codes(name, facts, actor=3):
    return [each.code for each in missing(name, facts, actor)]


def changed(**fields):
    return CaseFacts(**{**{name: getattr(READY, name) for name in CaseFacts.__slots__}, **fields})


def test_a_ready_case_may_be_decided_by_a_third_person():
    assert codes("decide", READY) == []


@pytest.mark.parametrize(("actor", "code"), [(1, "same-as-handler"), (2, "same-as-reviewer")])
def test_handler_and_reviewer_do_not_decide(actor, code):
    assert codes("decide", READY, actor) == [code]


def test_handler_does_not_review():
    assert codes("review", changed(state="collected", reviewer=None), 1) == ["same-as-handler"]


def test_no_decision_without_served_notice():
    assert codes("decide", changed(served_on=None, defence_until=None)) == ["not-served"]


def test_no_decision_on_the_last_day_of_the_defence_period():
    assert codes("decide", changed(on=dt.date(2026, 6, 10))) == ["defence-period-open"]


def test_a_waiver_need_not_wait_for_the_end_of_the_period():
    assert codes("decide", changed(on=dt.date(2026, 6, 4), defence="waived")) == []


def test_a_pending_defence_stops_the_decision_even_after_the_period():
    assert codes("decide", changed(defence="pending")) == ["defence-undecided"]


def test_a_rejected_defence_lets_the_decision_go_on():
    assert codes("decide", changed(on=dt.date(2026, 6, 5), defence="rejected")) == []


def test_no_decision_when_the_grounds_are_gone():
    assert codes("decide", changed(not_due="依据作废。")) == ["no-longer-due"]


def test_no_decision_when_the_policy_cannot_carry_it():
    assert codes("decide", changed(policy_problem="只能内部分级。")) == ["policy-not-in-use"]


def test_every_missing_condition_is_named():
    facts = changed(served_on=None, not_due="依据作废。", handler=None)
    assert codes("decide", facts) == ["no-handler", "not-served", "no-longer-due"]


def test_deliberation_before_notice_needs_no_hearing():
    assert codes("deliberate", changed(state="reviewed", served_on=None, defence_until=None), 1) == []


def test_deliberation_after_notice_waits_for_the_hearing():
    facts = changed(state="noticed", on=dt.date(2026, 6, 10))
    assert codes("deliberate", facts, 1) == ["defence-period-open"]


def test_only_the_handler_of_the_case_does_the_handlers_steps():
    assert codes("notice", changed(state="reviewed"), 9) == ["not-the-handler"]


def test_evidence_is_not_complete_without_a_file():
    assert codes("evidence", changed(state="collecting", has_evidence=False), 1) == ["no-evidence"]


@pytest.mark.parametrize(
    ("on", "minor"), [(dt.date(2026, 6, 10), True), (dt.date(2026, 6, 11), False), (dt.date(2027, 1, 1), False)]
)
def test_majority_is_reached_on_the_eighteenth_birthday(on, minor):
    assert is_minor(dt.date(2008, 6, 11), on) is minor


def test_an_unknown_birthday_proves_no_minority():
    assert is_minor(None, DAY) is False


EARLY = Procedure.of(["evidence", "notice", "review", "decide", "publish"])


@pytest.mark.parametrize("name", ["serve", "defend", "waive", "hear", "reject-defence", "uphold-defence"])
def test_who_was_noticed_before_the_review_is_heard_after_it_too(name):
    assert lifecycle.check("reviewed", name, EARLY).name == name
    with pytest.raises(TransitionRefused):
        lifecycle.check("reviewed", name, USUAL)
    assert name not in {step.name for step in lifecycle.next_steps("reviewed", USUAL)}
