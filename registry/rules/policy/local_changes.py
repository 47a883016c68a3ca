"""What an office's own edition changes in a document that is not the office's: that it may not run as the document.

A list, a ground, a term or a measure rests on the words of its document; nobody below its issuer may add to them or
widen them (国办发〔2020〕49号). Only what the document leaves open, marked `assumed`, is for the office to set.
"""

from .comparing import Difference, compare
from .leaves import MARKS
from .schema import Pack

# Sections that decide about anybody's rights; the words in which they are told do not.
DECISIVE = frozenset(
    {
        "items", "points", "lists", "highest_list_only", "heavier_from_domains", "measures", "catalogues", "publication",
        "classes", "repair", "objection", "honour",
    }
)  # fmt: skip
_WORDS = frozenset({"label", "note", "who", "clause", "document", "channels", "code"})
_SHOWN = 3


def local_changes(reference: Pack, edition: Pack) -> tuple[Difference, ...]:
    """Return the differences of `edition` from its document's own edition that the office may not make by itself:
    what the document states, and what it does not have at all; values that it leaves open may differ.
    """
    return tuple(each for each in compare(reference, edition) if _decides(each) and not _is_open(each))


def local_change_reason(reference: Pack, edition: Pack) -> str:
    """Say in Chinese why an edition with local changes runs only as internal grading; empty when it has none."""
    found = local_changes(reference, edition)
    if not found:
        return ""
    named = "；".join(each.title for each in found[:_SHOWN]) + (f"等{len(found)}处" if len(found) > _SHOWN else "")
    return (
        f"本版改动了《{reference.head.title}》原文写明的内容（{named}）。原文只能由发文机关修改，下级机关不得增设或者放宽，"
        "因此只能作内部分级和提醒使用。"
    )


def _decides(difference: Difference) -> bool:
    parts = difference.path.split(".")
    if parts[0] == "head":
        return parts[1:2] in (["scope"], ["authority"])
    return parts[0] in DECISIVE and parts[-1] not in MARKS | _WORDS


def _is_open(difference: Difference) -> bool:
    return difference.old is not None and difference.old.assumed
