"""What the holder of a receipt code may know: how far the tip has come, and nothing of who works on it."""

from dataclasses import dataclass
from datetime import date

from registry.models import Department
from sanctions.models import Tip
from sanctions.rules import tips as rules
from sanctions.selectors.tips import tip_desk


@dataclass(frozen=True)
class Milestone:
    """One thing that happened, for the reporter."""

    on: date
    text: str


@dataclass(frozen=True)
class TipProgress:
    """A tip as its reporter sees it. `answer`: one sentence, only once told. `promised`: until when the next thing is due,
    None where no limit runs. `question`: what the office asks, "" when nothing is open."""

    number: str
    state: str
    answer: str
    outcome: str
    handed_to: str
    milestones: tuple[Milestone, ...]
    promised: date | None
    question: str
    exchange: tuple[tuple[date, str, bool], ...]
    reward: str
    reward_yuan: int | None
    desk: Department | None


def tip_progress(tip: Tip) -> TipProgress:
    """Return what the progress page shows."""
    messages = list(tip.messages.all())
    asked = messages[-1] if messages and messages[-1].is_question and tip.state == rules.ACCEPTED else None
    is_told = tip.told_on is not None
    decided = tip.reward in (rules.GRANTED, rules.PAID) and is_told
    return TipProgress(
        number=tip.number,
        state=rules.REPORTER_LABELS[tip.state],
        answer=tip.answer if is_told else "",
        outcome=rules.OUTCOME_LABELS.get(tip.outcome, "") if is_told else "",
        handed_to=tip.handed_to if is_told else "",
        milestones=tuple(_milestones(tip)),
        promised=tip.due_on if not is_told else None,
        question=asked.text if asked is not None else "",
        exchange=tuple((each.on, each.text, each.is_question) for each in messages),
        reward=rules.REWARD_LABELS[tip.reward] if decided else "",
        reward_yuan=tip.reward_yuan if decided else None,
        desk=tip_desk(),
    )


def _milestones(tip: Tip) -> list[Milestone]:
    found = [(tip.received_on, "收到举报"), (tip.accepted_on, "受理")]
    if tip.state == rules.DECLINED:
        found.append((tip.told_on, "不予受理"))
    elif tip.told_on is not None:
        found.append((tip.told_on, "反馈结果"))
    if tip.told_on is not None and tip.reward in (rules.GRANTED, rules.PAID):
        found += [(tip.reward_decided_on, "决定奖励"), (tip.reward_paid_on, "兑付奖励")]
    return [Milestone(day, text) for day, text in found if day is not None]
