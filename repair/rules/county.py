"""The county's own values for objections and repair: data in `registry/policies/county/requests.yaml`."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from registry.rules.county import FOLDER, read_county
from registry.rules.policy.procedure import Deadline
from registry.rules.policy.values import Flag, Model, Sourced, TimedRule

DEFAULT_FILE = FOLDER / "requests.yaml"


class Number(Sourced):
    """How many."""

    number: int = Field(ge=1)


class CountyRequests(Model):
    """How long notes stay public, how many experts are drawn, how many days ahead the subject is reminded; whether a
    repeated objection has measures stand still again; time limits where no edition has one."""

    correction_note: TimedRule
    repair_note: TimedRule
    experts: Number
    removal_reminder: TimedRule
    repeated_objection: Flag
    deadlines: tuple[Deadline, ...] = ()

    def deadline(self, code: str) -> Deadline | None:
        """Return the county's time limit of this code, None without one."""
        return next((each for each in self.deadlines if each.code == code), None)


@lru_cache(maxsize=2)
def county_requests(path: Path = DEFAULT_FILE) -> CountyRequests:
    """Read the county's values. Raises PackError naming file, place and the way out."""
    return read_county(CountyRequests, path)
