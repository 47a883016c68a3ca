"""Texts to begin an answer with, one a situation. Officers change them; clause, missing conditions and remedies of the
case at hand are filled in, and the remedies stand again below every refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Answer:
    """A text for a situation. `text` may name {about}, {basis}, {missing}, {earliest}."""

    code: str
    label: str
    text: str


_OBJECTION_REFUSED: Final = (
    Answer("facts-clear", "事实清楚、内容无误",
           "经核查，{about}的事实、主体、依据与原决定文书一致{basis}，您提出的理由和材料不足以证明其有误。"),
    Answer("in-term", "公示期限正确", "经核查，{about}的公示期限按规定计算{basis}，目前尚未届满，公示没有超期。"),
    Answer("same-person", "主体无误", "经核对统一社会信用代码（证件号码），{about}所涉主体即为您（单位）{basis}，不存在张冠李戴。"),
)  # fmt: skip
_OBJECTION_GRANTED: Final = (
    Answer("wrong-facts", "事实有误", "经核查，{about}所记载的事实与实际不符，应予纠正{basis}。"),
    Answer("wrong-subject", "主体有误", "经核对，{about}所涉主体不是您（单位），应予纠正{basis}。"),
    Answer("decision-gone", "原决定已被撤销", "{about}所依据的决定已被撤销，不再具备依据，应予纠正{basis}。"),
)  # fmt: skip
_REPAIR_REFUSED: Final = (
    Answer("conditions", "条件尚未具备", "申请尚未具备下列条件：{missing}。{earliest}"),
    Answer("papers-unproven", "材料不足以证明", "所交材料不足以证明已经纠正并履行义务{basis}：（请写明哪一份材料、缺什么）。"),
    Answer("false-papers", "材料虚假", "经核查，所交材料与实际不符，属于虚假材料{basis}：（请写明哪一份、与什么不符）。"),
)  # fmt: skip
_DECLINED: Final = (
    Answer("not-ours", "不属于本部门办理", "{about}不是由本部门认定{basis}，请向作出认定的部门提出。"),
    Answer("no-supplement", "逾期没有补正", "已要求补正的材料至今没有提交，也没有说明理由{basis}，无法继续办理。"),
    Answer("again", "没有新的事实和理由", "对{about}已经作出处理，本次没有提出新的事实和理由{basis}。"),
)  # fmt: skip
_SUPPLEMENT: Final = (
    Answer("proof", "缺少证明材料", "能够证明您所述事实的材料（如文书、凭证、照片等）"),
    Answer("identity", "缺少身份证明", "加盖公章的营业执照复印件，以及经办人的授权委托书和身份证明"),
    Answer("unclear", "陈述不明确", "请写明认为有误的具体内容，以及您认为正确的内容"),
)  # fmt: skip
_REPAIR_GRANTED: Final = (
    Answer("met", "条件具备", "经核查，失信行为已经纠正，义务已经履行，最短期限已满，符合修复条件{basis}。"),
)  # fmt: skip

ANSWERS: Final[Mapping[tuple[str, str], tuple[Answer, ...]]] = {
    ("objections", "grant"): _OBJECTION_GRANTED,
    ("objections", "refuse"): _OBJECTION_REFUSED,
    ("objections", "decline"): _DECLINED,
    ("objections", "supplement"): _SUPPLEMENT,
    ("repairs", "grant"): _REPAIR_GRANTED,
    ("repairs", "refuse"): _REPAIR_REFUSED,
    ("repairs", "decline"): (*_DECLINED, _REPAIR_REFUSED[0]),
    ("repairs", "supplement"): _SUPPLEMENT,
}


def answers_for(family: str, step: str) -> tuple[Answer, ...]:
    """Return the texts for a step, in order; none where the step has no answer."""
    return ANSWERS.get((family, step), ())


def answer_text(answer: Answer, **facts: str) -> str:
    """Fill the case's facts into a text; a fact not given is left out."""
    known = {name: facts.get(name, "") for name in ("about", "basis", "missing", "earliest")}
    return answer.text.format(**known)
