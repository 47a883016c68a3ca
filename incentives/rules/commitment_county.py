"""The county's own values for commitments: data in `registry/policies/county/commitments.yaml`."""

from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from incentives.rules.county import WorkingDays
from registry.rules import policy
from registry.rules.policy.errors import PackError, explain_validation
from registry.rules.policy.strict_yaml import YamlError, read_yaml
from registry.rules.policy.values import Model

DEFAULT_FILE = Path(policy.__file__).resolve().parents[2] / "policies" / "county" / "commitments.yaml"


class CountyCommitments(Model):
    """What holds where no document says more. `breach_statement`: how long a subject has to state its case before a
    breach may be found, at the least."""

    breach_statement: WorkingDays


@lru_cache(maxsize=2)
def county_commitments(path: Path = DEFAULT_FILE) -> CountyCommitments:
    """Read the county's values. Raises PackError naming file, place and the way out."""
    try:
        return CountyCommitments.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except YamlError as error:
        raise PackError([f"{path.name}：{error}"]) from error
    except ValidationError as error:
        raise PackError(explain_validation(path.name, error)) from error
