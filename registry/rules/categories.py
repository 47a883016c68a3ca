"""Categories of organisations, as far as the first two characters of their code tell (GB 32100-2015, table 1)."""

from typing import Final

_BY_PREFIX: Final = {
    "11": "government", "12": "institution", "13": "social", "91": "enterprise", "92": "sole-trader",
    "93": "cooperative",
}  # fmt: skip
_BY_AUTHORITY: Final = {"5": "social", "N": "village"}


def category_of(uscc: str) -> str:
    """Return the category code that a valid 18-character code belongs to, `other` where the table says nothing."""
    return _BY_PREFIX.get(uscc[:2]) or _BY_AUTHORITY.get(uscc[:1], "other")


def category_contradicts(uscc: str, category: str) -> bool:
    """Tell whether the code's prefix names another category for certain; unlisted prefixes never do."""
    told = _BY_PREFIX.get(uscc[:2])
    return told is not None and uscc[0] == "9" and told != category
