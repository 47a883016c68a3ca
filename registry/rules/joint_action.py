"""Joint action in the county: which department stands for which authority of a catalogue, and by when it answers.

The table is data (`registry/policies/county/joint-action.yaml`): an office changes it without touching code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from registry.rules.county import FOLDER, read_county
from registry.rules.policy.values import Code, Model, Text

DEFAULT_FILE = FOLDER / "joint-action.yaml"


class AnswerTime(Model):
    """How many working days a department has; `assumed` with a reason where no source says."""

    working_days: int = Field(ge=1)
    clause: str = ""
    assumed: bool = False
    reason: str = ""


class Counterpart(Model):
    """Names that catalogues use, and the codes of the county's departments that carry it out for them.

    `every`: each bureau of the county, in its own field.
    """

    names: tuple[Text, ...] = Field(min_length=1)
    county: tuple[Code, ...] = ()
    every: bool = False
    reason: str = ""

    @model_validator(mode="after")
    def _nobody_needs_a_reason(self) -> Self:
        if not self.county and not self.every and not self.reason.strip():
            raise ValueError("county 为空时必须写明 reason（为什么县级没有对应部门）")
        return self


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A department of a catalogue that nobody in the county stands for, and why (Chinese)."""

    name: str
    reason: str


class JointAction(Model):
    """The county's table of counterparts and its time limits.

    `answer`, `ending`, `pause`, `resumption`: from the dispatch to the department's word. `escalation`: from the last day
    of any of them to the joint-conference office. `urging`: from an urging to the department's answer.
    """

    answer: AnswerTime
    ending: AnswerTime
    pause: AnswerTime
    resumption: AnswerTime
    escalation: AnswerTime
    urging: AnswerTime
    departments: tuple[Counterpart, ...]

    @model_validator(mode="after")
    def _a_name_stands_once(self) -> Self:
        names = [name for row in self.departments for name in row.names]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"名称重复：{'、'.join(doubled)}，每个名称只能出现一次")
        return self

    @cached_property
    def by_name(self) -> dict[str, Counterpart]:
        """The counterparts by the catalogue's name."""
        return {name: row for row in self.departments for name in row.names}

    def match(
        self, names: Iterable[str], present: frozenset[str], bureaus: frozenset[str]
    ) -> tuple[tuple[str, ...], tuple[Unmatched, ...]]:
        """Return the codes of the departments that stand for `names`, in order and once each, and the names nobody
        stands for. `present`: codes of the county's departments; `bureaus`: those that have a field of their own."""
        codes: dict[str, None] = {}
        unmatched = []
        for name in names:
            row = self.by_name.get(name.strip())
            found = _found(row, present, bureaus)
            codes.update(dict.fromkeys(found))
            if row is None:
                unmatched.append(Unmatched(name, "对照表中没有这个部门，请在对照表中补充。"))
            elif not found:
                codes_text = "、".join(row.county) or "任意"
                reason = row.reason or f"本县没有设置代码为{codes_text}的部门，或该部门已停用。"
                unmatched.append(Unmatched(name, reason))
        return tuple(codes), tuple(unmatched)


def _found(row: Counterpart | None, present: frozenset[str], bureaus: frozenset[str]) -> list[str]:
    if row is None:
        return []
    return sorted(bureaus) if row.every else [code for code in row.county if code in present]


@lru_cache(maxsize=4)
def load_joint_action(path: Path = DEFAULT_FILE) -> JointAction:
    """Read the county's table. Raises PackError naming file, place and the way out."""
    return read_county(JointAction, path)
