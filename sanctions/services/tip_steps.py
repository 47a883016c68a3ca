"""What every step of a tip does the same way: lock, state, right, version; then the running limit and one event.

No event of a tip carries a subject, and none says whom it is about: what a subject's pages gather cannot show it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Deadline
from registry.selectors.calendar import calendar_current
from registry.services import authz
from registry.services.deadlines import due_of
from registry.services.events import event_record
from sanctions.models import Tip
from sanctions.rules import tips as rules
from sanctions.rules.tips import Step
from sanctions.selectors.tips import tip_limit
from sanctions.services.tip_identity import knows_reporter, reporter_words


@dataclass(frozen=True)
class Begun:
    """A step that may go on: what is done, by whom, on which day."""

    step: Step
    actor: Account | None
    on: date


def tip_lock(tip_id: int) -> Tip:
    """Lock a tip and return it as it is now. Raises DoesNotExist."""
    tip: Tip = (
        Tip.objects.select_for_update(of=("self",)).select_related("subject", "department", "handler").get(pk=tip_id)
    )
    return tip


def step_begin(tip: Tip, name: str, *, actor: Account | None, on: date, version: int | None) -> Begun:
    """Check, in this order: state, right, who it is, version. The tip must be locked.

    Raises TransitionRefused, NotAllowed, Conflict.
    """
    refused = rules.refusal_of(name, state=tip.state, outcome=tip.outcome, reward=tip.reward)
    if refused:
        raise TransitionRefused("tip-state", refused, state=tip.state)
    step = rules.STEPS[name]
    authz.require(actor, step.permission, on=on)
    if actor is not None:
        _person_require(tip, step, actor)
    version_require(tip, version)
    return Begun(step, actor, on)


def _person_require(tip: Tip, step: Step, actor: Account) -> None:
    if actor.subject_id is not None:
        raise NotAllowed("subject-account", "信用主体的账号不能办理举报。")
    if step.by_handler and tip.handler_id != actor.pk:
        raise NotAllowed(
            "not-the-handler", f"“{step.label}”由该举报的经办人（{tip.handler}）办理。需要换人的，请审批人员改派。"
        )
    if step.not_handler and tip.handler_id == actor.pk:
        raise NotAllowed("same-as-handler", f"经办人不能对自己办理的举报“{step.label}”，请由另一名人员办理。")


def step_finish(tip: Tip, begun: Begun, text: str, *, payload: dict[str, Any] | None = None) -> None:
    """Move the tip to the step's target, save it and append the step's one event. `text` must not say whom it is about,
    and nothing that only the tip's own page may show."""
    if begun.step.target is not None:
        tip.state = begun.step.target
    tip.save_by(begun.actor, reason=f"tip.{begun.step.name}")
    event_record(
        f"tip.{begun.step.name}", f"举报{tip.number}：{text}", obj=tip, actor=begun.actor, on=begun.on,
        payload={"number": tip.number, "state": tip.state, **(payload or {})},
    )  # fmt: skip


def limit_run(tip: Tip, code: str, starts_on: date) -> None:
    """Let the pack's limit `code` run from `starts_on`, in place of the one before; none where no pack has it."""
    found = tip_limit(code, starts_on)
    if found is None:
        limit_stop(tip)
        return
    rule = found.rule
    tip.due_from, tip.due_label = starts_on, rule.label
    if rule.working_days is not None:
        tip.due_days, tip.due_unit = rule.working_days, Deadline.Unit.WORKING
    elif rule.period is not None:
        tip.due_days = (rule.period.last_day(starts_on) - starts_on).days
        tip.due_unit = Deadline.Unit.CALENDAR
    tip.due_basis = f"{found.basis}，自{starts_on}起{tip.due_days}{Deadline.Unit(tip.due_unit).label}"[:300]
    limit_reckon(tip)


def limit_reckon(tip: Tip) -> bool:
    """Reckon the running limit by the calendar as it is now; return whether it moved or changed its mark."""
    if tip.due_from is None:
        return False
    due = due_of(calendar_current(), tip.due_from, tip.due_days, tip.due_unit)
    before = (tip.due_on, tip.due_is_provisional)
    tip.due_on, tip.due_is_provisional = due.on, due.provisional
    return before != (due.on, due.provisional)


def limit_stop(tip: Tip) -> None:
    """No limit runs any more."""
    tip.due_on = tip.due_from = None
    tip.due_label = tip.due_basis = tip.due_unit = ""
    tip.due_days, tip.due_is_provisional = 0, False


def text_require(tip: Tip, text: str, *, field: str, label: str, most: int, actor: Account | None) -> str:
    """Return an officer's text, trimmed. Raises RuleRefused when it is empty, InvalidInput when it is too long, or shows
    who reported: asked only of officers who have looked at the identity, since to others the refusal would tell it.
    """
    tidy = text.strip()
    if not tidy:
        raise RuleRefused("text-missing", f"请填写{label}后再提交。", field=field)
    if len(tidy) > most:
        raise InvalidInput("text-too-long", f"{label}有{len(tidy)}字，最多{most}字，请压缩后再提交。", field=field)
    known = reporter_words(tip) if knows_reporter(tip, actor) else ()
    if rules.shows(tidy, known):
        raise InvalidInput(
            "text-shows-reporter",
            f"{label}中含有举报人信息或者证件、手机号码。举报人身份只能封存保管，请删去后再提交。",
            field=field,
        )
    return tidy
