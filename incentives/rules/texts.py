"""The text of a commitment and of the papers about its breach. Only words: no day of signing, so that what was read is
what is signed."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PROMISE: Final = "missing-papers"  # the kind's code in every pack that has it
BREACH: Final = "违背本承诺的，经告知并听取陈述后依法认定，记入信用记录。"
# What becomes of the record of a breach, and what its subject can do: the same words on every page and paper.
BREACH_AFTER: Final = (
    "现行规定只写了行政处罚信息和名单的信用修复，没有规定违诺记录如何修复。违诺记录本身不在公示页公示；"
    "所作承诺曾经公开的，自认定之日起不再公开。认为认定有误的，可以对该记录提出异议，成立的记录更正或者作废；"
    "已经补办履行的，可以向认定部门提交证明，请其在记录中登记履行日期。以上均不收取任何费用。"
)
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
