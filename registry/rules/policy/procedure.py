"""Procedure, deadlines, publication, objection, repair and reports, as sections of a pack."""

from typing import Literal, Self

from pydantic import Field, model_validator

from .values import Code, Duration, Flag, Model, Sourced, Text, TimedRule

# The first nine may stand in a policy case; a pack may also count from the steps of a case between them.
EventCode = Literal[
    "decided_on",
    "recognised_on",
    "evidence_on",
    "reviewed_on",
    "found_on",
    "accepted_on",
    "received_on",
    "ended_on",
    "approved_on",
    "opened_on",
    "served_on",
    "heard_on",
    "deliberated_on",
]
# The deadline codes that a policy case may ask for; packs may name more for their own steps.
CASE_DEADLINES = (
    "dual-publicity",
    "review",
    "notice",
    "confirm",
    "publish",
    "objection",
    "repair-accept",
    "repair",
    "stop-publication",
)
RepairClass = Literal["minor", "ordinary", "serious", "specially-serious"]
RepairCondition = Literal[
    "corrected",
    "fulfilled",
    "commitment",
    "training",
    "credit-report",
    "public-welfare",
    "no-new-misconduct",
    "no-new-serious-misconduct",
]
RecordKind = Literal["penalty", "permit", "accident", "item"]


class Step(Sourced):
    """A step of the listing procedure. `deadline`: a code of the pack's deadlines; `document`: produced."""

    code: Code
    label: Text
    who: Text
    deadline: str = ""
    document: str = ""


class Deadline(Sourced):
    """By when something must be done: an amount of time counted from the first of these events known.

    Working days are counted by the official calendar; plain days and months that end on a rest day move to
    the next working day.
    """

    code: Code
    label: Text
    who: Text
    start: tuple[EventCode, ...] = Field(alias="from", min_length=1)
    working_days: int | None = Field(default=None, ge=1)
    period: Duration | None = None

    @model_validator(mode="after")
    def _one_amount(self) -> Self:
        if (self.working_days is None) == (self.period is None):
            raise ValueError("working_days 与 period 须恰好写一个")
        return self

    @property
    def amount_label(self) -> str:
        """The amount of time in Chinese."""
        return f"{self.working_days}个工作日" if self.period is None else self.period.label


class ClassTerm(Sourced):
    """Publication of one repair class: not at all, or at least `least` and at most `most`."""

    of_class: RepairClass = Field(alias="class")
    public: bool
    least: Duration | None = None
    most: Duration | None = None
    repairable: bool = True


class RecordPublication(Sourced):
    """Which records the public may see from their decision on, and for how long at most."""

    of: tuple[RecordKind, ...] = Field(min_length=1)
    exempt_procedures: tuple[Literal["ordinary", "summary"], ...] = ()
    persons_from_age: int | None = None
    classes: tuple[ClassTerm, ...] = ()
    stays_while_uncorrected: bool = False


class Publication(Model):
    """Publication of records and the channels of all publication."""

    records: RecordPublication | None = None
    channels: tuple[Text, ...] = ()


class RepairWait(TimedRule):
    """How long after publication or decision repair must wait; `time` 2 and up for a repeated entry."""

    time: int = Field(default=1, ge=1)


class RepairRule(Sourced):
    """Who may be repaired, when and on what conditions.

    `of` listing: the wait runs from publication; record: the wait is the least publication of the record's
    class, from the decision. `never_findings`: findings on a ground that rule repair out.
    """

    of: Literal["listing", "record"]
    lists: tuple[Code, ...] = ()
    waits: tuple[RepairWait, ...] = ()
    conditions: tuple[RepairCondition, ...] = ()
    never_findings: tuple[Code, ...] = ()


class ObjectionRule(Sourced):
    """Objection: whom to, whether measures pause meanwhile, whether paused time is added to the term."""

    to: Text
    pauses_measures: Flag
    adds_paused_time: Flag


class Report(Sourced):
    """A report to the level above. `day`: of the month (monthly) at the latest."""

    code: Code
    label: Text
    to: Text
    every: Literal["month", "quarter", "year"]
    day: int | None = Field(default=None, ge=1, le=31)
