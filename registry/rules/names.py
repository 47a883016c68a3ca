"""Names and document numbers in one form, so that the same thing written twice compares equal.

Two kinds of result: `clean_…` is for storing and showing (what was written, tidied), `comparable_…` is a
key for comparing and searching and is never shown.
"""

import re
import unicodedata
from functools import lru_cache

_BRACKETS = str.maketrans(
    {
        **dict.fromkeys("（〔［【〖｛﹙﹝〈《[{", "("),
        **dict.fromkeys("）〕］】〗｝﹚﹞〉》]}", ")"),
    }
)
_MARKS = str.maketrans(
    {
        **dict.fromkeys("·•・‧∙⋅･", "·"),
        **dict.fromkeys("—–‐‑‒―−", "-"),
    }
)
_DOCUMENT_YEAR = re.compile(r"\((\d{4})\)", re.ASCII)
# What the cleaning would leave as it is: the common case, decided at one look.
_OFFICIAL_NUMBER = re.compile(r"[\u4e00-\u9fff（）]+〔[0-9]{4}〕[A-Za-z0-9\u4e00-\u9fff]+", re.ASCII)
_SPACES = re.compile(r"\s+")


def clean_name(text: str) -> str:
    """Return a name for storing and showing: no control characters, single spaces, full-width round
    brackets.
    """
    if not text.isprintable():
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
        text = _SPACES.sub(" ", text)
    elif "  " in text:
        text = _SPACES.sub(" ", text)
    tidy = text.strip()
    return tidy.replace("(", "（").replace(")", "）")


@lru_cache(maxsize=16_384)
def comparable_name(text: str) -> str:
    """Return the key by which two spellings of one name compare equal.

    Width (NFKC), letter case, kinds of brackets, dashes and middle dots, spaces and invisible characters
    are evened out. Characters are not otherwise changed: traditional and simplified forms stay different.
    """
    # Brackets first: NFKC leaves 〔〕【】 alone but would turn some others into several characters.
    key = unicodedata.normalize("NFKC", text.translate(_BRACKETS)).translate(_BRACKETS).translate(_MARKS)
    return _visible(key).upper()


def comparable_document_number(text: str) -> str:
    """Return the key by which two spellings of one document number (文书号) compare equal."""
    return comparable_name(text)


def clean_document_number(text: str) -> str:
    """Return a document number in the official form: no spaces, the year in 〔〕 (党政机关公文格式 GB/T
    9704-2012, 7.2.5).

    Only brackets around a four-digit year become 〔〕; letter case is kept.
    """
    if _OFFICIAL_NUMBER.fullmatch(text):
        return text
    half = unicodedata.normalize("NFKC", text.translate(_BRACKETS)).translate(_BRACKETS)
    with_year = _DOCUMENT_YEAR.sub(r"〔\1〕", _visible(half))
    return with_year.replace("(", "（").replace(")", "）")


def grams(text: str) -> tuple[str, ...]:
    """Return the distinct 1- and 2-character grams of a name's comparable form, for the search index."""
    key = comparable_name(text)
    return tuple(dict.fromkeys([*key, *(key[i : i + 2] for i in range(len(key) - 1))]))


def query_grams(fragment: str) -> tuple[str, ...]:
    """Return the grams that every name containing the fragment must have: its pairs, or its one character.

    Empty for a fragment without a visible character. A candidate still has to be compared with the whole
    fragment.
    """
    key = comparable_name(fragment)
    if len(key) < 2:
        return (key,) if key else ()
    return tuple(dict.fromkeys(key[i : i + 2] for i in range(len(key) - 1)))


def _visible(text: str) -> str:
    """Return text without spaces and invisible characters."""
    if text.isprintable():  # then the plain space is the only white space left
        return text.replace(" ", "")
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf"))
