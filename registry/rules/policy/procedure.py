"""Procedure, deadlines, publication, objection and repair, as sections of a pack."""

from typing import Literal, Self

from pydantic import Field, model_validator

from .head import SubjectKind
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
    "tip-accept",
    "tip-outcome",
    "tip-tell",
    "tip-reward",
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
    the next working day. `extendable_working_days`: by how much it may be extended once, with a reason.
    """

    code: Code
    label: Text
    who: Text
    start: tuple[EventCode, ...] = Field(alias="from", min_length=1)
    working_days: int | None = Field(default=None, ge=1)
    period: Duration | None = None
    extendable_working_days: int | None = Field(default=None, ge=1)

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
    """Which records of which kinds of subject the public may see from their decision on, and for how long at most."""

    of: tuple[RecordKind, ...] = Field(min_length=1)
    kinds: tuple[SubjectKind, ...] = ("organization", "person")
    exempt_procedures: tuple[Literal["ordinary", "summary"], ...] = ()
    persons_from_age: int | None = None
    classes: tuple[ClassTerm, ...] = ()
    stays_while_uncorrected: bool = False


class Exemption(Sourced):
    """What is kept from publication, such as state secrets or personal privacy."""

    code: Code
    label: Text


class Publication(Model):
    """Publication of records, the channels of all publication, and what is never published."""

    records: RecordPublication | None = None
    channels: tuple[Text, ...] = ()
    exemptions: tuple[Exemption, ...] = ()


class RepairWait(TimedRule):
    """How long after publication or decision repair must wait; `time` 2 and up for a repeated entry."""

    time: int = Field(default=1, ge=1)


class Substitute(Sourced):
    """A document that stands in for another condition, such as public welfare for the correction of a person."""

    document: Literal["commitment", "fulfilment", "training", "credit-report", "public-welfare"]
    stands_for: RepairCondition


class RepairRule(Sourced):
    """Who may be repaired, when and on what conditions. The first rule that fits the subject and list applies.

    `of` listing: the wait runs from publication; record: the wait is the least publication of the record's
    class, from the decision. `kinds`: only these kinds of subject; `classes`: only records of these classes. `never_findings`: findings on a ground that rule
    repair out. `by`: who decides; `note_public`: whether a
    note of the repair is published; `free`: no fee may be taken; `false_papers_bar`: how long somebody is barred
    who handed in false papers.
    """

    of: Literal["listing", "record"]
    kinds: tuple[SubjectKind, ...] = ("organization", "person")
    lists: tuple[Code, ...] = ()
    classes: tuple[RepairClass, ...] = ()
    waits: tuple[RepairWait, ...] = ()
    conditions: tuple[RepairCondition, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    never_findings: tuple[Code, ...] = ()
    by: str = ""
    note_public: Flag | None = None
    free: Flag | None = None
    false_papers_bar: TimedRule | None = None


class Complaint(Sourced):
    """The second level after a refused objection. `experts_drawn`: experts drawn at random take part."""

    to: Text
    experts_drawn: bool = False


class ObjectionRule(Sourced):
    """Objection: whom to, whether measures pause meanwhile, whether paused time is added to the term.

    `marks_disputed`: the record is marked as disputed while it is examined; `restores`: an upheld objection has the
    name restored and the influence removed.
    """

    to: Text
    pauses_measures: Flag
    adds_paused_time: Flag
    marks_disputed: Flag | None = None
    complaint: Complaint | None = None
    restores: Flag | None = None
