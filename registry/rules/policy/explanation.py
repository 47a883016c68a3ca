"""One answer explained: the conclusion, what it rests on, what is missing and until when. The same tree is rendered
as Chinese for officers, as plain words for the subject, and as plain data for JSON.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .reasons import Reason

Day = dt.date


@dataclass(frozen=True, slots=True)
class Explanation:
    """A node of the tree.

    `kind`: which answer (`list`, `points`, `entry`, `removal`, `repair`, `record-public`, `entry-public`, `honour`,
    `green-channel`, `deadline`, `mode`, `scope`) or `condition` inside one; `of`: list code, record or entry id,
    deadline code, kind of condition; `met`: None where there is nothing to meet; `days`: named legal days, inclusive;
    `missing`: how many of `unit` are missing; `sentence` and `outlook` for officers, `plain` for the subject.
    """

    kind: str
    of: str
    sentence: str
    met: bool | None = None
    clause: str = ""
    verdict: str = ""
    record_ids: tuple[str, ...] = ()
    so_far: tuple[str, ...] = ()
    got: int | None = None
    needed: int | None = None
    missing: int = 0
    unit: str = ""
    days: Mapping[str, Day] = field(default_factory=dict)
    assumed: bool = False
    outlook: str = ""
    plain: str = ""
    children: tuple["Explanation", ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain data; the keys are stable and described in docs/policy-packs.md."""
        return {
            "kind": self.kind,
            "of": self.of,
            "verdict": self.verdict,
            "met": self.met,
            "clause": self.clause,
            "record_ids": list(self.record_ids),
            "so_far": list(self.so_far),
            "got": self.got,
            "needed": self.needed,
            "missing": self.missing,
            "unit": self.unit,
            "days": {name: day.isoformat() for name, day in self.days.items()},
            "assumed": self.assumed,
            "sentence": self.sentence,
            "outlook": self.outlook,
            "plain": self.plain,
            "children": [child.to_dict() for child in self.children],
        }

    def walk(self) -> Iterator["Explanation"]:
        """Yield this node and everything below it, outermost first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def lines(self) -> list[str]:
        """Return the sentences of the whole tree for officers, outermost first."""
        return [text for node in self.walk() for text in (node.sentence, node.outlook) if text]


def condition_node(reason: Reason, unit: str = "") -> Explanation:
    """Return a condition's tree as part of an explanation."""
    return Explanation(
        kind="condition",
        of=reason.condition,
        sentence=reason.sentence,
        met=reason.met,
        clause=reason.clause,
        verdict="met" if reason.met else "not-met",
        record_ids=reason.record_ids,
        so_far=reason.so_far,
        got=reason.got,
        needed=reason.needed,
        missing=reason.missing,
        unit=unit,
        days={"first-leaves": reason.leaving[0].on} if reason.leaving else {},
        assumed=reason.assumed,
        outlook=reason.outlook,
        plain=reason.plain,
        children=tuple(condition_node(child) for child in reason.children),
    )


def told(kind: str, of: str, met: bool, sentence: str, clause: str = "", **more: Any) -> Explanation:
    """Return one condition of an answer that is no condition of a pack's algebra, such as a waiting time."""
    return Explanation(kind or "condition", of, sentence, met, clause, "met" if met else "not-met", **more)
