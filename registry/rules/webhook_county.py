"""The county's own values for events pushed to departments' systems: data in `registry/policies/county/webhooks.yaml`."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from registry.rules.county import FOLDER, read_county
from registry.rules.policy.values import Model, Sourced

DEFAULT_FILE = FOLDER / "webhooks.yaml"


class Kept(Sourced):
    """For how many days something is kept."""

    days: int = Field(ge=1)


class CountyWebhooks(Model):
    """How long a delivery is kept after it was taken."""

    delivered_kept: Kept


@lru_cache(maxsize=2)
def county_webhooks(path: Path = DEFAULT_FILE) -> CountyWebhooks:
    """Read the county's values. Raises PackError naming file, place and the way out."""
    return read_county(CountyWebhooks, path)
