"""Reading YAML without guessing: duplicate keys are errors and only true, false, null and whole numbers are
typed.

Everything else stays text as written: clause codes such as 2.10 keep their last zero, `on` stays a key, and
dates are checked by the schema, which can name the place.
"""

import re
from typing import Any

import yaml


class YamlError(ValueError):
    """A file is not readable as YAML of this form; the message is in Chinese and names the place."""


# libyaml reads about eight times faster; the pure Python loader gives the same where it is missing.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Base):
    """SafeLoader with four implicit types and no duplicate keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            place = f"第 {key_node.start_mark.line + 1} 行"
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlError(f"{place}：键应为一个名称，不能是列表或映射，请改正")
            if key_node.value in seen:
                raise YamlError(f"{place}：键“{key_node.value}”重复出现，请保留一个")
            seen.add(str(key_node.value))
        self.flatten_mapping(node)
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            # Keys stay as written: `on`, `1` and `2.10` are names here, never values.
            mapping[str(key_node.value)] = self.construct_object(value_node, deep=True)
        return mapping


def _construct_map(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:null|Null|NULL|~|)$", ["n", "N", "~", ""]),
    ("int", r"^(?:0|-?[1-9][0-9]*)$", "-0123456789"),
    ("merge", r"^(?:<<)$", "<"),
):
    _StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))
_StrictLoader.add_constructor("tag:yaml.org,2002:map", _construct_map)


def read_yaml(text: str) -> Any:
    """Parse YAML text into dicts, lists, text, whole numbers, true, false and None; raises YamlError."""
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506  (a SafeLoader made stricter)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else "文件"
        raise YamlError(f"{place}：不是正确的 YAML（{error.problem}），请检查缩进、冒号和括号") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlError(f"文件不是正确的 YAML（{error}），请检查编码和内容") from error
