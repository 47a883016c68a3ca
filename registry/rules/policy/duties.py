"""What a pack asks of offices beside listing: reports, remedies to be named, matters to check, other duties."""

from typing import Literal

from pydantic import Field

from .values import Code, Duration, Sourced, Text


class Report(Sourced):
    """A report to the level above. `day`: of the month (monthly) at the latest."""

    code: Code
    label: Text
    to: Text
    every: Literal["month", "quarter", "year"]
    day: int | None = Field(default=None, ge=1, le=31)


class Remedy(Sourced):
    """A way open to the subject: complaint, correction, reconsideration, suit, restoring. `to`: to whom."""

    code: Code
    label: Text
    to: Text
    within: Duration | None = None


class Matter(Sourced):
    """A matter (事项) in whose handling the office asks whether the subject is listed; measures name its code."""

    code: Code
    label: Text
    departments: tuple[Text, ...] = ()


class Duty(Sourced):
    """Anything else that the source orders: who does what, and upon what."""

    code: Code
    label: Text
    who: Text
    when: str = ""
