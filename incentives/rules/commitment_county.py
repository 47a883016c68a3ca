"""The county's own values for commitments: data in `registry/policies/county/commitments.yaml`."""

from functools import lru_cache
from pathlib import Path

from incentives.rules.county import WorkingDays
from registry.rules.county import FOLDER, read_county
from registry.rules.policy.values import Model

DEFAULT_FILE = FOLDER / "commitments.yaml"


class CountyCommitments(Model):
    """What holds where no document says more. `breach_statement`: how long a subject has to state its case before a
    breach may be found, at the least."""

    breach_statement: WorkingDays


@lru_cache(maxsize=2)
def county_commitments(path: Path = DEFAULT_FILE) -> CountyCommitments:
    """Read the county's values. Raises PackError naming file, place and the way out."""
    return read_county(CountyCommitments, path)
