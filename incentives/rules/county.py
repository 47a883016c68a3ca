"""The county's own values for the red list: data in `registry/policies/county/honours.yaml`."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from registry.rules.county import FOLDER, read_county
from registry.rules.policy.values import Code, Flag, Model, Sourced, TimedRule

DEFAULT_FILE = FOLDER / "honours.yaml"


class WorkingDays(Sourced):
    """How many working days."""

    working_days: int = Field(ge=1)


class StrikingLists(Sourced):
    """Lists (codes) whose entries end every honour of the subject at once."""

    codes: tuple[Code, ...] = Field(min_length=1)


class CountyHonours(Model):
    """What holds where a pack says nothing.

    `publicity`: how long objections are heard; `objection`: to answer one; `reapply`: how long before the end of a term
    a new application is due; `breach`: whether a breach ends an honour; `looked_back`: how far back a check shows records.
    """

    publicity: WorkingDays
    objection: WorkingDays
    reapply: TimedRule
    breach: Flag
    looked_back: TimedRule
    striking_lists: StrikingLists


@lru_cache(maxsize=2)
def county_honours(path: Path = DEFAULT_FILE) -> CountyHonours:
    """Read the county's values. Raises PackError naming file, place and the way out."""
    return read_county(CountyHonours, path)
