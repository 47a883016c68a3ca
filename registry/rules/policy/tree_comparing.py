"""Whether two reason trees say the same, and what differs: by what was judged, not by how it was worded."""

from collections.abc import Iterator, Mapping
from typing import Any

_ANSWERS = (("met", "结论"), ("got", "已有数"), ("needed", "所需数"))


def tree_differences(stored: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    """Return a Chinese sentence for everything in which the tree asked now differs from the stored one; empty when
    they agree. Sentences and other wording may have been improved since and are no difference."""
    return list(_differences(stored, asked))


def _differences(stored: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
    name = stored.get("asks") or asked.get("asks") or "条件"
    if (stored["condition"], stored["clause"]) != (asked["condition"], asked["clause"]):
        yield f"条件“{name}”的种类或者条款不同。"
        return
    for key, label in _ANSWERS:
        if stored[key] != asked[key]:
            yield f"条件“{name}”的{label}原为{_word(stored[key])}，现为{_word(asked[key])}。"
    if sorted(stored["record_ids"]) != sorted(asked["record_ids"]):
        yield f"条件“{name}”所依据的记录不同。"
    if len(stored["children"]) != len(asked["children"]):
        yield f"条件“{name}”之下的条件个数不同。"
        return
    for one, other in zip(stored["children"], asked["children"], strict=True):
        yield from _differences(one, other)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "符合" if value else "不符合"
    return "空" if value is None else str(value)
