"""Random inspections (双随机、一公开): the life of a plan and of a visit, yearly caps, and the year's working days.

Basis: 国办发〔2015〕58号 (random inspection), 国办发〔2024〕54号 (approved plans, published yearly caps),
安监总政法〔2017〕150号 (working days of the yearly plan), 行政处罚法 art. 42, 43 (two inspectors, withdrawal).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from incentives.rules.draw import quota, shares
from registry.rules.policy.honours import InspectionCap

UNGRADED: Final = "ungraded"
UNGRADED_LABEL: Final = "未评定"

DRAFTED, APPROVED, DRAWN, CANCELLED = "drafted", "approved", "drawn", "cancelled"
PLAN_LABELS: Final = {
    DRAFTED: "编制中",
    APPROVED: "已批准，待抽取",
    DRAWN: "已抽取",
    CANCELLED: "已取消",
}

ASSIGNED, RECORDED, PUBLISHED, REPLACED, COUNTED = "assigned", "recorded", "published", "replaced", "counted"
VISIT_LABELS: Final = {
    ASSIGNED: "待检查",
    RECORDED: "已检查，待公开",
    PUBLISHED: "结果已公开",
    REPLACED: "已更换",
    COUNTED: "已登记",
}
# What counts towards a subject's cap: planned visits too, so that two plans cannot use the same room.
USED: Final = frozenset({ASSIGNED, RECORDED, PUBLISHED, COUNTED})

RANDOM, ABOVE = "random", "ordered-from-above"
SOURCE_LABELS: Final = {
    RANDOM: "双随机抽查",
    "key": "重点检查",
    "complaint": "举报投诉核查",
    "campaign": "专项检查",
    "follow-up": "整改复查",
    ABOVE: "上级部署的检查",
}
OTHER_SOURCES: Final = {code: label for code, label in SOURCE_LABELS.items() if code != RANDOM}


@dataclass(frozen=True, slots=True)
class Result:
    """What a visit may end with. `is_finding`: something was found, which becomes the draft of a record."""

    label: str
    is_finding: bool


RESULTS: Final = {
    "clean": Result("未发现问题", False),
    "corrected": Result("发现问题，已当场改正或者责令改正", True),
    "pending": Result("发现问题，待后续处理", True),
    "obstructed": Result("不配合检查，情节严重", True),
    "unreachable": Result("通过登记的住所（经营场所）无法联系", True),
    "not-operating": Result("未发现开展本次抽查涉及的经营活动", False),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan or a visit. `target`: None where the state stays; `needs_reason`: must be reasoned."""

    name: str
    label: str
    sources: frozenset[str]
    target: str | None
    permission: str
    needs_reason: bool = False


def _table(*steps: tuple[str, str, set[str], str | None, str, bool]) -> dict[str, Step]:
    return {
        name: Step(name, label, frozenset(sources), target, right, reason)
        for name, label, sources, target, right, reason in steps
    }


PLAN_STEPS: Final = _table(
    ("update", "修改", {DRAFTED}, None, "inspection.plan", False),
    ("approve", "批准并公布种子哈希", {DRAFTED}, APPROVED, "inspection.approve", False),
    ("draw", "随机抽取", {APPROVED}, DRAWN, "inspection.draw", False),
    ("cancel", "取消计划", {DRAFTED, APPROVED}, CANCELLED, "inspection.approve", True),
)
VISIT_STEPS: Final = _table(
    ("record", "登记检查结果", {ASSIGNED}, RECORDED, "inspection.record", False),
    ("publish", "公开结果", {RECORDED}, PUBLISHED, "inspection.publish", False),
    ("correct", "更正结果", {RECORDED, PUBLISHED}, RECORDED, "inspection.record", True),
    ("replace", "更换检查对象", {ASSIGNED}, REPLACED, "inspection.replace", True),
    ("withdraw", "检查人员回避", {ASSIGNED}, None, "inspection.replace", True),
)


def next_steps(steps: Mapping[str, Step], state: str) -> list[Step]:
    """Return the steps that may be taken from `state`, in the table's order."""
    return [step for step in steps.values() if state in step.sources]


def refusal_of(steps: Mapping[str, Step], labels: Mapping[str, str], state: str, name: str) -> str:
    """Return why step `name` cannot be taken from `state`, in Chinese, empty when it can. KeyError: no such step."""
    step = steps[name]
    if state in step.sources:
        return ""
    allowed = "、".join(label for code, label in labels.items() if code in step.sources)
    return f"目前是“{labels[state]}”，不能{step.label}；须在“{allowed}”时办理。"


def quotas_of(sizes: Mapping[str, int], percents: Mapping[str, int], total: int | None) -> dict[str, int]:
    """Return how many each stratum gives. `sizes`: members by stratum; `percents`: the share of each, 0 to 100.

    Without `total` each stratum gives its percentage, rounded half up. With it, the total is split in proportion to
    size × percentage by largest remainder, so that the parts add up exactly. A stratum without a share gives nobody.
    Raises ValueError for a percentage outside 0–100, and for a total when nobody may be drawn.
    """
    weighed = {code: (sizes.get(code, 0), percent) for code, percent in percents.items()}
    if total is None:
        return {code: quota(size, percent) for code, (size, percent) in weighed.items()}
    return shares(total, {code: size * percent for code, (size, percent) in weighed.items()})


def cap_of(
    caps: Iterable[Sequence[InspectionCap]], sectors: Iterable[str], grade: int | None, *, unregistered_is_least: bool
) -> int | None:
    """Return the most inspections of a subject in a year by its standardisation grade, None without a cap.

    `caps`: those of each pack. Of one pack the caps that name a sector of the subject count, else those for all others;
    of all that count the smallest. `unregistered_is_least`: without a registered grade (None) the smallest number of
    all grades holds, else that of the grade `none`.
    """
    own = frozenset(sectors)
    found = [
        cap for pack in caps for cap in ([each for each in pack if own & set(each.sectors)] or
                                         [each for each in pack if not each.sectors])
    ]  # fmt: skip
    numbers = []
    for cap in found:
        by_grade = {each.grade: each.most for each in cap.by_grade}
        if grade is None and unregistered_is_least:
            numbers.append(min(by_grade.values()))
        else:
            key = "none" if grade is None else str(grade)
            numbers += [by_grade[key]] if key in by_grade else []
    return min(numbers, default=None)


def room_of(caps: Iterable[int | None], used: int) -> int | None:
    """Return how many more inspections the caps leave after `used`, never below 0; None without any cap."""
    most = min((cap for cap in caps if cap is not None), default=None)
    return None if most is None else max(0, most - used)


@dataclass(frozen=True, slots=True)
class Workdays:
    """The year of a department in person-days (人·工作日), after 安监总政法〔2017〕150号.

    `total` = statutory working days × inspectors; `left` for inspections = total − other enforcement − not enforcement;
    `planned`: what the approved plans take.
    """

    days: int
    people: int
    other: int
    idle: int
    planned: int

    @property
    def total(self) -> int:
        return self.days * self.people

    @property
    def supervision(self) -> int:
        """Person-days for inspections; negative when the other work alone takes more than there is."""
        return self.total - self.other - self.idle

    @property
    def left(self) -> int:
        return self.supervision - self.planned


def visit_cost(visits: int, *, each: int, departments: int, days: int) -> int:
    """Return the person-days that `visits` take: inspectors of each department × working days of a visit."""
    return visits * each * departments * days
