"""Where a subject stands on any day, past or future, on what was known then or on what is known now.

Legal days decide what had happened by the day asked; recorded instants decide what was known. On a future day stands
what follows if nothing new happens. The office's choice of packs and its calendar are taken as known now.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry.models import Department, PolicyVersion, Subject
from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.explaining import explain
from registry.rules.policy.explanation import Explanation
from registry.selectors.policies import packs_active
from sanctions.models import ListEntry, MeasureOrder
from sanctions.selectors.differences import world_differences
from sanctions.selectors.entries import EntryState, entry_state
from sanctions.selectors.history import SubjectWorld, evaluate_world
from sanctions.selectors.known import end_of, orders_known, world_known, world_now


@dataclass(frozen=True)
class PackStanding:
    """The answer under one edition. `mode`: how the office ran it on the day, empty where it did not."""

    version: PolicyVersion
    mode: str
    evaluation: Evaluation
    explanation: Explanation

    @property
    def due(self) -> list[str]:
        """The labels of the lists due."""
        return [each.label for each in self.evaluation.due]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer and its reasons as plain data."""
        return {
            "policy": self.version.pack_id,
            "policy_hash": self.version.content_hash,
            "title": self.version.title,
            "mode": self.mode,
            "evaluation": self.evaluation.to_dict(),
            "explanation": self.explanation.to_dict(),
        }


@dataclass(frozen=True)
class EntryOn:
    """An entry in force on the day and its measures in force; none while it is paused."""

    entry: ListEntry
    state: EntryState
    orders: tuple[MeasureOrder, ...]

    @property
    def measures(self) -> list[tuple[str, list[str]]]:
        """Each measure once, with the departments that carry it out."""
        found: dict[str, list[str]] = {}
        for order in self.orders:
            found.setdefault(order.measure_label, []).append(order.department.short_name)
        return list(found.items())


@dataclass(frozen=True)
class SubjectStanding:
    """Everything that stands for one subject on one day. `is_known`: whether the subject was recorded by then;
    `differences`: what was known then and is known differently now, a Chinese sentence each."""

    subject: Subject
    on: date
    known_at: datetime | None
    is_known: bool
    packs: tuple[PackStanding, ...] = ()
    entries: tuple[EntryOn, ...] = ()
    differences: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the standing as plain data for JSON."""
        return {
            "subject": str(self.subject.public_id),
            "on": self.on.isoformat(),
            "known_at": self.known_at.isoformat() if self.known_at is not None else None,
            "is_known": self.is_known,
            "entries": [
                {
                    "list": each.entry.list_code,
                    "label": each.entry.list_label,
                    "policy": each.entry.pack_id,
                    "from": each.entry.starts_on.isoformat(),
                    "last_day": each.state.last_day.isoformat() if each.state.last_day else None,
                    "state": each.state.code,
                    "is_public": each.entry.is_public,
                    "measures": [{"label": label, "departments": names} for label, names in each.measures],
                }
                for each in self.entries
            ],
            "policies": [each.to_dict() for each in self.packs],
            "differences": list(self.differences),
        }


def standing_on(
    subject: Subject, on: date, *, known_at: datetime | date | None = None, edition: PolicyVersion | None = None
) -> SubjectStanding:
    """Return where `subject` stands on the day `on`, under every pack the office ran on it, or under `edition`.

    `known_at` None: all that is known now, less what is known to be void; an instant: only what was recorded before
    it, as it was then; a day: what was recorded by its end. The number of queries does not depend on how many facts
    there are.
    """
    before = known_at if known_at is None or isinstance(known_at, datetime) else end_of(known_at)
    now = world_now(subject)
    then = world_known(subject, end_of(on) if before is None else before)
    world = now if before is None else then
    if world is None:
        return SubjectStanding(subject, on, before, is_known=False)
    packs = [_under(world, version, mode, on) for version, mode in _editions(on, edition)]
    differences = _differences(then, now, packs, on, is_now=before is None)
    return SubjectStanding(
        subject, on, before, is_known=True, packs=tuple(packs), entries=tuple(_entries(world, on, before)),
        differences=tuple(differences),
    )  # fmt: skip


def _editions(on: date, edition: PolicyVersion | None) -> list[tuple[PolicyVersion, str]]:
    if edition is not None:
        return [(edition, "")]
    return [(active.version, active.mode) for active in packs_active(on)]


def _under(world: SubjectWorld, version: PolicyVersion, mode: str, on: date) -> PackStanding:
    evaluation = evaluate_world(world, version, on)
    return PackStanding(version, mode, evaluation, explain(evaluation))


def _differences(
    then: SubjectWorld | None, now: SubjectWorld, packs: list[PackStanding], on: date, *, is_now: bool
) -> list[str]:
    """Say what is known differently; the answers of the other world are asked only where some fact differs."""
    if then is None:
        return [f"到{on}，本主体尚未登记；以下是按现在已知的事实推算的结果。"]
    facts = world_differences(then, now, on)
    if not facts:
        return []
    said = []
    for each in packs:
        other = evaluate_world(then if is_now else now, each.version, on)
        known_then, known_now = (other, each.evaluation) if is_now else (each.evaluation, other)
        said += _answers_differ(each.version.title, known_then, known_now)
    return [*facts, *said]


def _answers_differ(title: str, then: Evaluation, now: Evaluation) -> list[str]:
    found = []
    before, after = ({each.label for each in answer.due} for answer in (then, now))
    if before != after:
        found.append(f"按《{title}》，当时已知应当列入{_labels(before)}，现在已知应当列入{_labels(after)}。")
    if then.points != now.points:
        found.append(f"按《{title}》，当时已知累计{then.points}分，现在已知累计{now.points}分。")
    return found


def _labels(labels: set[str]) -> str:
    return "、".join(sorted(labels)) or "的名单没有"


def _entries(world: SubjectWorld, on: date, before: datetime | None) -> list[EntryOn]:
    found = []
    for entry in world.entries:
        paused = any(
            each.starts_on <= on and (each.ends_on is None or on < each.ends_on) for each in entry.pauses.all()
        )
        entry.paused_now = paused  # type: ignore[attr-defined]
        state = entry_state(entry, on)
        if state.is_in_force:
            found.append((entry, state))
    orders = orders_known([entry.pk for entry, _ in found], before)
    departments = Department.objects.in_bulk({order.department_id for order in orders})
    for order in orders:
        order.department = departments[order.department_id]
    return [
        EntryOn(
            entry, state, tuple(order for order in orders if order.entry_id == entry.pk and _runs(order, state, on))
        )
        for entry, state in found
    ]


def _runs(order: MeasureOrder, state: EntryState, on: date) -> bool:
    refused = order.state == MeasureOrder.State.REFUSED and order.answered_on is not None and order.answered_on <= on
    return state.code == "in-force" and order.dispatched_on <= on and not refused
