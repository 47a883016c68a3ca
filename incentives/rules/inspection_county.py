"""The county's own values for random inspections: data in `registry/policies/county/inspections.yaml`."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from incentives.rules.county import WorkingDays
from registry.rules.county import FOLDER, read_county
from registry.rules.policy.values import Flag, Model, Sourced, TimedRule

DEFAULT_FILE = FOLDER / "inspections.yaml"


class People(Sourced):
    """How many inspectors go together."""

    people: int = Field(ge=2)


class CountyInspections(Model):
    """What holds where no document says more.

    `lead`: how long a seed's digest must have been public before the draw; `team`: how many inspect together, at least;
    `recording`: by when a drawn visit has its result, counted from the plan's last day; `publicity`: by when a result is public, counted from the visit; `shown`: how long it stays public;
    `unregistered_grade`: whether a subject without a registered grade has the smallest cap of all grades.
    """

    lead: TimedRule
    team: People
    recording: WorkingDays
    publicity: WorkingDays
    shown: TimedRule
    unregistered_grade: Flag


@lru_cache(maxsize=2)
def county_inspections(path: Path = DEFAULT_FILE) -> CountyInspections:
    """Read the county's values. Raises PackError naming file, place and the way out."""
    return read_county(CountyInspections, path)
