"""Form errors of packs and cases, in Chinese, each naming file, place, value and the way out."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

_EXPLAIN = {
    "missing": "缺少此项，请补上",
    "extra_forbidden": "没有这样的项，请删去或改正拼写",
    "string_type": "应为文字，请加引号",
    "int_type": "应为整数，请改为数字",
    "int_parsing": "应为整数，请改为数字",
    "bool_type": "应为 true 或 false",
    "date_from_datetime_parsing": "应为日期，请写成 2018-06-15 的样子，并核对该日是否存在",
    "date_from_datetime_inexact": "应为日期，请写成 2018-06-15 的样子",
    "date_parsing": "应为日期，请写成 2018-06-15 的样子，并核对该日是否存在",
    "date_type": "应为日期，请写成 2018-06-15 的样子",
    "tuple_type": "应为列表，请写成 [ ] 或逐行以 - 开头",
    "list_type": "应为列表，请写成 [ ] 或逐行以 - 开头",
    "dict_type": "应为“键: 值”的映射",
    "model_type": "应为“键: 值”的映射",
    "model_attributes_type": "应为“键: 值”的映射",
    "union_tag_not_found": "每个条件须恰好含有一种判断（any、all、not、item、accident、count、points 等），请补上或拆开",
    "string_pattern_mismatch": "代码只能由字母、数字、点和连字符组成，请改正",
    "too_short": "至少要有一项，请补上",
    "string_too_short": "不能为空，请填写",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
}
_NUMBER_LIMITS = ("greater_than_equal", "less_than_equal", "greater_than", "less_than")


class FormError(ValueError):
    """A file does not have its form. `problems`: one Chinese sentence each, naming the place."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class PackError(FormError):
    """A policy pack cannot be loaded."""


def explain_validation(place: str, error: ValidationError) -> list[str]:
    """Turn a schema error into Chinese sentences that begin with `place`, then the path of the key."""
    return [_sentence(place, detail) for detail in error.errors(include_url=False)]


def _sentence(place: str, detail: Any) -> str:
    kind = detail["type"]
    path = ".".join(str(part) for part in detail["loc"]) or "（整体）"
    if kind == "value_error":
        problem = str(detail["ctx"]["error"])
    elif kind in ("literal_error", "enum"):
        problem = f"只能是 {detail['ctx']['expected'].replace(' or ', ' 或 ')} 之一"
    elif kind in _NUMBER_LIMITS:
        problem = f"超出允许范围（{', '.join(f'{k}={v}' for k, v in detail['ctx'].items())}），请改正数值"
    else:
        problem = _EXPLAIN.get(kind, f"不合要求（{detail['msg']}），请改正")
    shown = "" if kind in ("missing", "value_error") else f"（现值：{_short(detail['input'])}）"
    return f"{place}：{path}：{problem}{shown}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
