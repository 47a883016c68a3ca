"""What somebody typed into the public search box: a code, a document number, part of a name, or what must not be there."""

import re
from dataclasses import dataclass
from enum import StrEnum

from registry.rules.identifiers import is_valid_uscc, normalize_code
from registry.rules.names import clean_name, comparable_name

TEXT_MOST = 100  # characters
# Eighteen digits anywhere, right or mistyped, with a name before them or not: nobody's number is searched or shown.
_LIKE_IDENTITY = re.compile(r"(?<![0-9A-Z])[1-9][0-9]{16}[0-9X](?![0-9A-Z])", re.ASCII)


class QueryKind(StrEnum):
    """How a search is answered."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    IDENTITY = "identity"  # an identity number: not searched, not shown again
    CODE = "code"  # a right unified code: exact or nothing
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Query:
    """A search: its kind and its text as it is shown again; empty text for what must not be shown."""

    kind: QueryKind
    text: str

    @property
    def may_be_code(self) -> bool:
        """Whether it could be a registration or organisation code: Latin letters and digits only, 8 and more."""
        code = normalize_code(self.text)
        return len(code) >= 8 and code.isascii() and code.replace("-", "").isalnum()


def query_of(text: str) -> Query:
    """Recognise what was typed. A right unified code is never taken for an identity number."""
    if len(text) > TEXT_MOST:
        return Query(QueryKind.TOO_LONG, "")
    shown = clean_name(text)
    if not comparable_name(shown):
        return Query(QueryKind.EMPTY, "")
    code = normalize_code(shown)
    if is_valid_uscc(code):
        return Query(QueryKind.CODE, code)
    if _LIKE_IDENTITY.search(code):
        return Query(QueryKind.IDENTITY, "")
    return Query(QueryKind.TEXT, shown)
