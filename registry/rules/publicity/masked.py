"""Faults and remarks as they may be stored and shown: without anybody's identity number.

A number turns up in the column meant for it, in the column beside it, or in the midst of a text; the reason of a
fault may quote a part of it.
"""

import re

from registry.rules.masking import mask_document_number, mask_text
from registry.rules.publicity.draft import RowError

_PERSONAL = ("FR_ZJHM", "XDR_ZJHM")
_PERSONAL_LABELS = ("法定代表人证件号码：", "证件号码：")
# Codes of the party: who files a person under an organisation's column writes the identity number there.
_PARTY_CODES = ("_SHXYM", "_GSZC", "_ZZJG", "_SWDJ", "_SYDW", "_SHZZ")
_DIGITS = re.compile(r"[0-9０-９][0-9０-９Xx]{5,}|(?<=出生日期)\d{4}-\d{2}-\d{2}")


def masked_error(error: RowError, *, is_person: bool) -> RowError:
    """Return a fault without identity numbers. `is_person`: the row says that the party is a natural person."""
    if error.column.endswith(_PERSONAL):
        return error._replace(reason=_hidden(error.reason))
    if is_person and error.column.endswith(_PARTY_CODES):
        return error._replace(value=mask_document_number(error.value), reason=_hidden(error.reason))
    return error._replace(value=mask_text(error.value), reason=mask_text(error.reason))


def masked_remark(text: str) -> str:
    """Return a remark without identity numbers."""
    return _hidden(text) if text.startswith(_PERSONAL_LABELS) else mask_text(text)


def _hidden(text: str) -> str:
    return _DIGITS.sub(lambda match: "*" * len(match.group(0)), text)
