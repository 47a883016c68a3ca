"""The text of a commitment and of the papers about its breach. Only words: no day of signing, so that what was read is
what is signed."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PROMISE: Final = "missing-papers"  # the kind's code in every pack that has it
BREACH: Final = "违背本承诺的，经告知并听取陈述后依法认定，记入信用记录。"
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a commitment says. `length`: its term in words, empty without one; `breach`: what follows in the pack's
    words, empty for the usual; `obligations`: what is due with its last day."""

    title: str
    subject: str
    uscc: str
    department: str
    basis: str
    guarantees: Sequence[str]
    matter: str = ""
    length: str = ""
    breach: str = ""
    is_public: bool = False
    obligations: Sequence[tuple[str, dt.date]] = ()


def commitment_text(terms: Terms) -> str:
    """Return the text that is signed, one paragraph a line. The same terms always give the same text."""
    lines = [terms.title, f"承诺人：{terms.subject}"]
    if terms.uscc:
        lines.append(f"统一社会信用代码：{terms.uscc}")
    lines.append(f"受诺部门：{terms.department}")
    if terms.matter:
        lines.append(f"所涉事项：{terms.matter}")
    lines.append(f"依据：{terms.basis}")
    lines.append("承诺人自愿向受诺部门作出以下承诺：")
    lines += [f"{place}. {each}。" for place, each in enumerate(terms.guarantees, start=1)]
    if terms.obligations:
        lines.append("按期完成下列事项：")
        lines += [f"（{_numeral(place)}）{text}，不迟于{day_text(day)}。" for place, (text, day) in _listed(terms)]
    lines.append(_length(terms))
    lines.append(terms.breach.rstrip("。") + "。" if terms.breach else BREACH)
    if terms.is_public:
        lines.append("承诺人同意本承诺及其履行情况向社会公示，接受监督。")
    return "\n".join(lines)


def text_digest(text: str) -> str:
    """Return SHA-256 (hex) of the exact text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def day_text(day: dt.date) -> str:
    """Return a day as documents write it: 2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _listed(terms: Terms) -> Sequence[tuple[int, tuple[str, dt.date]]]:
    return list(enumerate(terms.obligations, start=1))


def _numeral(place: int) -> str:
    return _NUMERALS[place - 1] if place <= len(_NUMERALS) else str(place)


def _length(terms: Terms) -> str:
    if terms.length:
        return f"本承诺自签署之日起{terms.length}内有效。"
    if terms.obligations:
        return "本承诺自签署之日起至上述事项完成之日有效。"
    return "本承诺自签署之日起有效，至受诺部门确认履行完毕或者终止之日为止。"
