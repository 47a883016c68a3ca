"""The bricks of a policy pack: strict frozen models, and values that carry the clause they come from."""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from registry.rules import periods

Day = dt.date
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.\-]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
WindowKind = Literal["lookback", "span", "calendar_year"]


class Model(BaseModel):
    """A part of a pack: unknown keys are refused, types are not guessed, nothing changes after loading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)


class Sourced(Model):
    """Anything that states a rule or a number: its clause, and whether the office assumed it.

    `assumed: true` marks a value that the source leaves open; it needs a `reason`, is shown as such to
    officers and may be changed in the pack without touching code.
    """

    clause: Text
    assumed: bool = False
    reason: str = ""

    @model_validator(mode="after")
    def _assumption_has_a_reason(self) -> Self:
        if self.assumed and not self.reason.strip():
            raise ValueError("标为 assumed: true 的值必须写明 reason（为什么这样设定）")
        return self


class Flag(Sourced):
    """A yes or no with its clause."""

    value: bool


class Number(Sourced):
    """A whole number with its clause; the unit is said where the field is declared."""

    value: int


class Duration(Model):
    """A length of time; years and months run to the corresponding day (民法典 201–202)."""

    years: int = Field(default=0, ge=0)
    months: int = Field(default=0, ge=0)
    days: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if not (self.years or self.months or self.days):
            raise ValueError("期间为空，请写明 years、months 或 days 中的至少一项")
        return self

    def last_day(self, start: Day) -> Day:
        """Return the last day, inclusive, of this period counted from the event day `start`."""
        return periods.last_day(start, years=self.years, months=self.months, days=self.days)

    @property
    def label(self) -> str:
        """The period in Chinese, such as 1年 or 12个月."""
        parts = [(self.years, "年"), (self.months, "个月"), (self.days, "日")]
        return "".join(f"{number}{unit}" for number, unit in parts if number)


class Window(Model):
    """Which records are counted together.

    lookback: those whose date is within the period before the day asked; span: those that lie within the
    period of one another, whenever that was; calendar_year: those of the year of the day asked.
    """

    kind: WindowKind
    period: Duration | None = None

    @model_validator(mode="after")
    def _period_fits_kind(self) -> Self:
        if (self.kind == "calendar_year") == (self.period is not None):
            raise ValueError("lookback 和 span 须写明 period，calendar_year 不写 period")
        return self

    @property
    def label(self) -> str:
        """The window in Chinese, to open a sentence with."""
        if self.period is None:
            return "本自然年度内"
        return f"{'近' if self.kind == 'lookback' else '相互间隔不超过'}{self.period.label}内"


class TimedRule(Sourced, Duration):
    """A period with its clause, such as a waiting time or the longest publication."""


class Term(TimedRule):
    """How long an entry lasts and from which day it is counted."""

    start: Literal["publication", "decision", "recognition"] = Field(alias="from")
