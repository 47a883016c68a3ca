"""Suggesting which of many clauses a text is about, by the words that they share. A hint for officers, no decision."""

from collections.abc import Mapping

from registry.rules.names import comparable_name

# Words that stand in nearly every clause and so tell nothing.
_COMMON = frozenset(
    [
        "生产",
        "安全",
        "企业",
        "单位",
        "行为",
        "规定",
        "违反",
        "没有",
        "未按",
        "按照",
        "依法",
        "或者",
        "以及",
        "经营",
        "进行",
        "相关",
        "有关",
        "活动",
    ]
)
_LEAST_SHARE = 0.25


def suggest(text: str, labels: Mapping[str, str], *, most: int = 5) -> list[str]:
    """Return the codes of `labels` (code → label) whose wording stands most in `text`, best first.

    Measured by the share of a label's two-character pieces found in the text; below a quarter it is no suggestion.
    """
    found = _pieces(text)
    scored = []
    for code, label in labels.items():
        pieces = _pieces(label)
        share = len(pieces & found) / len(pieces) if pieces else 0.0
        if share >= _LEAST_SHARE:
            scored.append((-share, code))
    return [code for _, code in sorted(scored)[:most]]


def _pieces(text: str) -> frozenset[str]:
    key = comparable_name(text)
    return frozenset(key[i : i + 2] for i in range(len(key) - 1)) - _COMMON
