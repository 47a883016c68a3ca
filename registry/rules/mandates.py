"""Claiming an account: what codes look like, how long they are good, how often they may be mistyped."""

from typing import Final

# No source says how long a code sent by post is good or how often it may be mistyped. Both are the office's own
# choice (assumed): a month covers delivery and one retry, five tries cannot guess ten characters.
CODE_DAYS: Final = 30
CODE_TRIES: Final = 5
CODE_LENGTH: Final = 10
RECEIPT_LENGTH: Final = 16
# Without 0/O, 1/I/L and 2/Z, which people mix up on paper.
ALPHABET: Final = "3456789ABCDEFGHJKMNPQRSTUVWXY"

CONSENT_TEXT: Final = (
    "本单位（本人）同意通过本平台接收告知书、决定书等文书的电子送达。登录后在“文书与消息”中签收之日即为送达之日，"
    "有关期限自次日起算。可以随时撤回本确认，撤回后改用纸质送达；撤回之前的送达仍然有效。"
)


def tidy_code(text: str) -> str:
    """Return a code or receipt number as it was given out: upper case, without the spaces and lines people add."""
    return "".join(character for character in text.upper() if character.isascii() and character.isalnum())


def grouped(code: str) -> str:
    """Return a code in groups of four or five, for paper: ABCDE-FGHJK."""
    size = 5 if len(code) % 5 == 0 else 4
    return "-".join(code[at : at + size] for at in range(0, len(code), size))


def free_name(wanted: str, taken: frozenset[str]) -> str:
    """Return `wanted`, or the first of wanted2, wanted3, … that is not in `taken` (all lower case)."""
    if wanted.lower() not in taken:
        return wanted
    number = 2
    while f"{wanted}{number}".lower() in taken:
        number += 1
    return f"{wanted}{number}"
