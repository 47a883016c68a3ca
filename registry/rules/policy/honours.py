"""What a pack says of good standing: the red list, green channel, commitments, supervision tiers."""

from typing import Literal

from pydantic import Field

from .conditions import Condition
from .head import SubjectKind
from .values import Code, Flag, Model, Number, Sourced, Text, TimedRule


class Criterion(Sourced):
    """One criterion of an honour, known by its clause code."""

    code: Code
    label: Text
    condition: Condition


class HonourRule(Sourced):
    """The criteria of the red list, and whether all or any of them must be met.

    `nominators`: who may put somebody forward; `publicity_working_days`: how long objections are heard before
    recognition; `ended_by_breach`: any breach ends it at once; `reapply_before`: how long before the end of the
    term a new application is due.
    """

    list_code: Code = Field(alias="list")
    needs: Literal["all", "any"]
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    nominators: tuple[Text, ...] = ()
    publicity_working_days: Number | None = None
    ended_by_breach: Flag | None = None
    reapply_before: TimedRule | None = None


class GreenChannel(Sourced):
    """Who goes through the green channel; `missing_papers`: also accepted with papers to follow (容缺受理)."""

    condition: Condition
    missing_papers: bool = False


class Commitment(Sourced):
    """A kind of commitment that a subject may sign.

    `signed_by`: roles of the persons who sign; `guarantees`: what is promised; `breach_item`: the misconduct item
    that a breach becomes; `breach`: what follows, in words, where the pack has no such item.
    """

    code: Code
    label: Text
    public: bool = False
    kinds: tuple[SubjectKind, ...] = ("organization", "person")
    signed_by: tuple[Code, ...] = ()
    guarantees: tuple[Text, ...] = ()
    term: TimedRule | None = None
    breach_item: str = ""
    breach: str = ""


class Tier(Sourced):
    """A supervision tier: draw ratio in percent from `draw_percent_least` to `draw_percent`, yearly cap of
    inspections, frequency in words. The first tier whose condition is met applies. `newcomer`: the tier of those
    who cannot be graded yet (待评定).
    """

    code: Code
    label: Text
    draw_percent_least: int | None = Field(default=None, ge=0, le=100)
    draw_percent: int | None = Field(default=None, ge=0, le=100)
    yearly_cap: int | None = Field(default=None, ge=0)
    frequency: str = ""
    newcomer: bool = False
    condition: Condition | None = None


class GradeCap(Model):
    """The most inspections a year of one standardisation grade."""

    grade: Literal["1", "2", "3", "none"]
    most: int = Field(ge=0)


class InspectionCap(Sourced):
    """The most inspections a year, from all sources but those ordered from above, by standardisation grade.

    Without sectors: everybody whom no other cap of the pack names.
    """

    code: Code
    label: Text
    sectors: tuple[Code, ...] = ()
    by_grade: tuple[GradeCap, ...] = Field(min_length=1)


__all__ = [
    "Commitment",
    "Criterion",
    "GradeCap",
    "GreenChannel",
    "HonourRule",
    "InspectionCap",
    "Tier",
]
