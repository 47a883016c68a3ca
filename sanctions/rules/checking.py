"""How a check before an approval is asked and answered: what a code can be, and the sentences of the answer."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from registry.rules.identifiers import check_identity, check_uscc, is_valid_identity, is_valid_uscc, normalize_code
from registry.rules.masking import mask_document_number
from registry.rules.names import comparable_name

ASKED_MOST: Final = 1000
CODE_MOST: Final = 50
NAME_MOST: Final = 200
_LENGTH: Final = 18
_OLD_NUMBER, _NUMBER = 15, 17  # digits that an identity number begins with

FOUND, FORMER_NAME, MERGED = "found", "former-name", "merged"
UNKNOWN, BAD_CODE, AMBIGUOUS, NAME_DIFFERS, NAME_NEEDED = (
    "unknown", "code-malformed", "ambiguous", "name-differs", "name-needed",
)  # fmt: skip
OUTCOMES: Final = {
    FOUND: "查到",
    FORMER_NAME: "按曾用名查到",
    MERGED: "该主体已合并，按合并后的主体答复",
    UNKNOWN: "没有登记",
    BAD_CODE: "代码有误",
    AMBIGUOUS: "重名，须补充代码",
    NAME_DIFFERS: "代码与名称不符",
    NAME_NEEDED: "查询自然人须同时提供姓名",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One subject asked about: a code, a name, or both."""

    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """What is looked for. `kind`: uscc, person (identity number), older (registration or organisation code), name, or
    bad (no such code can exist; `errors` say why)."""

    kind: str
    code: str = ""
    name: str = ""
    errors: tuple[str, ...] = ()


def key_of(asked: Asked) -> Key:
    """Say what `asked` looks for. A name alone never means a person."""
    code, name = normalize_code(asked.code), comparable_name(asked.name) if asked.name else ""
    if not code:
        return Key("name", name=name)
    if len(code) != _LENGTH:
        return Key("older", code, name)
    if code[:17].isdigit() and is_valid_identity(code):
        return Key("person", code, name)
    if is_valid_uscc(code):
        return Key("uscc", code, name)
    errors = check_identity(code).errors if _looks_like_identity(code) else check_uscc(code).errors
    return Key("bad", code, name, tuple(error.message for error in errors))


def code_shown(code: str) -> str:
    """Return a code as it may be told again: masked where it may be a person's identity number, rightly or wrongly typed."""
    code = normalize_code(code)
    may_be_personal = (len(code) == _OLD_NUMBER and code.isdigit()) or (
        len(code) > _NUMBER and code[:_NUMBER].isdigit()
    )
    if may_be_personal and is_valid_uscc(code):  # an organisation's code of digits only
        may_be_personal = is_valid_identity(code)
    return mask_document_number(code) if may_be_personal else code


def _looks_like_identity(code: str) -> bool:
    if not code[:17].isdigit():
        return False
    try:
        born_on = dt.date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    except ValueError:
        return False
    return born_on.year >= 1900


@dataclass(frozen=True, slots=True)
class ListedAs:
    """What a sentence says of one entry. `last_day`: the last day in force."""

    label: str
    since: dt.date
    last_day: dt.date
    is_paused: bool
    is_disputed: bool
    mandatory: int = 0
    recommended: int = 0


def verdict(name: str, listed: list[ListedAs], matter_label: str) -> str:
    """Say in one sentence where the subject stands and what that means for the matter."""
    if not listed:
        return f"{name}不在本部门可以查询的失信名单上，办理“{matter_label}”没有联合惩戒方面的限制。"
    return f"{name}" + "；".join(_entry_words(each, matter_label) for each in listed) + "。"


def standing_words(name: str, day: dt.date, listed: list[ListedAs], *, is_expected: bool) -> str:
    """Say in one sentence where the subject stands on `day`, which is to come where `is_expected`."""
    head = f"{name}在{day}（没有新情况时的推算）" if is_expected else f"{name}在{day}"
    if not listed:
        return f"{head}不在本部门可以查询的失信名单上。"
    return (
        f"{head}的状况：" + "；".join(_since(each) + ("，措施暂停" if each.is_paused else "") for each in listed) + "。"
    )


def tier_words(label: str, *, pending: bool, since: str, effect: str, basis: str) -> str:
    """Say what a supervision tier means for whoever deals with the subject: how it is inspected, and nothing else.

    `since`: ISO date, empty where it is being found anew; `effect`, `basis`: empty where nothing follows.
    """
    if pending:
        return f"信用等级：{label}，暂不据以调整监督检查，也不是限制办理事项的依据。"
    begun = f"（自{since}起）" if since else ""
    follows = "监督检查：" + effect.rstrip("。") + "。" if effect else ""
    return f"信用等级：{label}{begun}。{follows}等级不是限制办理事项的依据。依据{basis}。"


def _since(each: ListedAs) -> str:
    text = f"自{each.since}起在列{each.label}，至{each.last_day}止"
    return text + ("（对该列入的异议正在处理）" if each.is_disputed else "")


def _entry_words(each: ListedAs, matter_label: str) -> str:
    text = _since(each)
    if each.is_paused:
        return f"{text}，措施暂停，暂停期间不得据以限制办理“{matter_label}”"
    if not each.mandatory and not each.recommended:
        return f"{text}，没有针对“{matter_label}”的措施"
    words = [f"强制性措施{each.mandatory}项"] if each.mandatory else []
    words += [f"推荐性措施{each.recommended}项"] if each.recommended else []
    return f"{text}，办理“{matter_label}”时适用{'、'.join(words)}"
