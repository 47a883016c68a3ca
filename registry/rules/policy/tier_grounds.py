"""What a tier rested on when it was found, kept as one short line, and in words again.

Words with a blank between: `risk:major`, `standardisation:2`, `domains:1`, `list:focus`, `committed:1`, and for each fact that a
condition looked at its record's number and the bits of the leaves it counted under, such as `4711:5`.
"""

from dataclasses import dataclass

from .schema import Pack
from .tier_plan import Leaf, leaf_bits, tier_plan
from .wording import GRADE_LABELS, RISK_LABELS, condition_text, list_label

_PROFILE = {"risk": RISK_LABELS, "standardisation": GRADE_LABELS}


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that a tier rested on, in Chinese; `records`: which records counted, each once, in order. What the same
    records counted for is one ground."""

    label: str
    records: tuple[int, ...] = ()


def tier_grounds(pack: Pack, line: str) -> tuple[Ground, ...]:
    """Word a line by the edition that it was written under, what is no record first."""
    words = [word.split(":", 1) for word in line.split()]
    found = [Ground(_profile(pack, name, value)) for name, value in words if not name.isdigit()]
    plan = tier_plan(pack)
    bits = leaf_bits(plan.leaves) if plan is not None else {}
    texts: dict[tuple[int, ...], list[str]] = {}
    for leaf, bit in bits.items():
        records = tuple(dict.fromkeys(int(name) for name, mask in words if name.isdigit() and int(mask) & bit))
        if records:
            texts.setdefault(records, []).append(_leaf_text(pack, leaf))
    found += [Ground("、".join(dict.fromkeys(labels)), records) for records, labels in texts.items()]
    return tuple(found)


def _profile(pack: Pack, name: str, value: str) -> str:
    if name in _PROFILE:
        return _PROFILE[name].get(value, value)
    if name == "domains":
        return f"在{value}个其他领域的黑名单上"
    if name == "list":
        return f"在{list_label(pack, value)}上"
    return "有公开的信用承诺" if name == "committed" else f"{name}：{value}"


def _leaf_text(pack: Pack, leaf: Leaf) -> str:
    window = leaf.window.label if leaf.window is not None else ""
    if leaf.asks_adverse:
        return f"{window}的不良记录"
    if leaf.weighs_points:
        return f"{window}计分的记录"
    assert not isinstance(leaf.test, str)  # noqa: S101  (the other two are told apart above)
    return f"{window}{condition_text(pack, leaf.test)}"
