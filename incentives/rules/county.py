"""The county's own values for the red list: data in `registry/policies/county/honours.yaml`."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError

from registry.rules import policy
from registry.rules.policy.errors import PackError, explain_validation
from registry.rules.policy.strict_yaml import YamlError, read_yaml
from registry.rules.policy.values import Code, Flag, Model, Sourced, TimedRule

DEFAULT_FILE = Path(policy.__file__).resolve().parents[2] / "policies" / "county" / "honours.yaml"


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
    try:
        return CountyHonours.model_validate(_tuples(read_yaml(path.read_text(encoding="utf-8"))))
    except YamlError as error:
        raise PackError([f"{path.name}：{error}"]) from error
    except ValidationError as error:
        raise PackError(explain_validation(path.name, error)) from error


def _tuples(data: object) -> object:
    """Lists become tuples: the strict models take no list for a tuple."""
    if isinstance(data, dict):
        return {key: _tuples(value) for key, value in data.items()}
    return tuple(_tuples(value) for value in data) if isinstance(data, list) else data
