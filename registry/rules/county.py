"""The county's own values, beside the packs: one YAML file a subject under `registry/policies/county/`."""

import json
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from registry.rules.policy.errors import PackError, explain_validation
from registry.rules.policy.strict_yaml import YamlError, read_yaml
from registry.rules.policy.values import Model

FOLDER: Final = Path(__file__).resolve().parents[1] / "policies" / "county"
Values = TypeVar("Values", bound=Model)


def read_county(model: type[Values], path: Path) -> Values:
    """Return the file's values as `model`. Raises PackError naming file, place and the way out."""
    try:
        # As JSON, in which the strict models take a list for a tuple and a word for a choice.
        text = json.dumps(read_yaml(path.read_text(encoding="utf-8")), ensure_ascii=False, default=str)
        return model.model_validate_json(text)
    except YamlError as error:
        raise PackError([f"{path.name}：{error}"]) from error
    except ValidationError as error:
        raise PackError(explain_validation(path.name, error)) from error
