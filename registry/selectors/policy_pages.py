"""A pack worded for officers: every rule with its clause in Chinese, assumed values with their reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.rules.policy.conditions import Node, children_of
from registry.rules.policy.head import AUTHORITY_LABELS
from registry.rules.policy.measures import Measure
from registry.rules.policy.mode import measure_check
from registry.rules.policy.procedure import RepairRule
from registry.rules.policy.schema import ListRule, Pack
from registry.rules.policy.values import Sourced
from registry.rules.policy.wording import clause_text, condition_text

KIND_LABELS = {"organization": "单位", "person": "个人"}
SEVERITY_LABELS = {"minor": "轻微", "moderate": "一般", "serious": "严重"}
START_LABELS = {"publication": "公布之日", "decision": "作出认定之日", "recognition": "上级确认之日"}
EVENT_LABELS = {
    "decided_on": "作出决定", "recognised_on": "上级确认", "evidence_on": "证据齐备", "reviewed_on": "初审", "found_on": "首次认定",
    "accepted_on": "受理", "received_on": "收到申请", "ended_on": "终止", "approved_on": "批准", "served_on": "送达",
}  # fmt: skip
ROLE_LABELS = {
    "legal-representative": "法定代表人", "principal": "主要负责人", "actual-controller": "实际控制人",
    "safety-deputy": "分管安全负责人", "directly-liable": "直接责任人",
}  # fmt: skip
REPAIR_CONDITIONS = {
    "corrected": "已纠正失信行为", "fulfilled": "已履行法定义务", "commitment": "作出信用承诺", "training": "参加信用修复培训",
    "credit-report": "提交信用报告", "public-welfare": "参加公益服务的证明", "no-new-misconduct": "没有新的失信行为",
    "no-new-serious-misconduct": "没有新的严重失信行为",
}  # fmt: skip
CYCLES = {"month": "每月", "quarter": "每季度", "year": "每年"}


@dataclass(frozen=True)
class Line:
    """One stated rule: what, its clause as it is cited, and why it was assumed where the source is silent."""

    label: str
    text: str
    clause: str
    reason: str = ""


@dataclass(frozen=True)
class ConditionView:
    """One entry condition with those inside it."""

    text: str
    clause: str
    reason: str
    children: tuple["ConditionView", ...]


@dataclass(frozen=True)
class ItemView:
    """One misconduct item."""

    code: str
    label: str
    clause: str
    severity: str
    points: int | None
    reason: str


@dataclass(frozen=True)
class ListView:
    """One list with its entry conditions and terms."""

    label: str
    polarity: str
    entry: ConditionView | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class MeasureView:
    """One measure; `refusal` says in Chinese why it may not be ordered today, empty when it may."""

    code: str
    label: str
    clause: str
    departments: str
    targets: str
    basis: tuple[str, ...]
    reason: str
    refusal: str
    parts: tuple["MeasureView", ...] = ()


@dataclass(frozen=True)
class PolicyPage:
    """A whole pack, section by section."""

    authority: str
    rests_on: tuple[str, ...]
    scope: str
    items: tuple[ItemView, ...]
    lists: tuple[ListView, ...]
    steps: tuple[Line, ...]
    deadlines: tuple[Line, ...]
    rights: tuple[Line, ...]
    mandatory: tuple[MeasureView, ...]
    recommended: tuple[MeasureView, ...]
    assumptions: tuple[Line, ...]

    @property
    def has_points(self) -> bool:
        """Whether any item carries points."""
        return any(item.points is not None for item in self.items)


def policy_page(pack: Pack, on: date) -> PolicyPage:
    """Word a pack as it stands on the day `on` (which measures may be ordered depends on the law of the day)."""
    head = pack.head
    return PolicyPage(
        authority=AUTHORITY_LABELS[head.authority.level],
        rests_on=tuple(f"{basis.document}{basis.article}" for basis in head.authority.rests_on),
        scope=_scope(pack),
        items=tuple(
            ItemView(item.code, item.label, clause_text(pack, item.clause), SEVERITY_LABELS.get(item.severity or "", ""),
                     item.points, _reason(item))
            for item in pack.items
        ),
        lists=tuple(_list_view(pack, rule) for rule in pack.lists),
        steps=tuple(
            _line(pack, step.label, f"{step.who}" + (f"，形成{step.document}" if step.document else ""), step)
            for step in pack.procedure
        ),
        deadlines=tuple(
            _line(pack, rule.label, f"自{_events(rule.start)}起{rule.amount_label}内，{rule.who}", rule)
            for rule in pack.deadlines
        ),
        rights=tuple(_rights(pack)),
        mandatory=_measures(pack, "mandatory", on),
        recommended=_measures(pack, "recommended", on),
        assumptions=tuple(Line(path, "", "", reason) for path, reason in pack.assumptions()),
    )  # fmt: skip


def _reason(part: Sourced) -> str:
    return part.reason if part.assumed else ""


def _line(pack: Pack, label: str, text: str, part: Sourced) -> Line:
    return Line(label, text, clause_text(pack, part.clause), _reason(part))


def _events(codes: Iterable[str]) -> str:
    return "或".join(EVENT_LABELS.get(code, code) for code in codes)


def _scope(pack: Pack) -> str:
    scope = pack.head.scope
    parts = ["、".join(KIND_LABELS[kind] for kind in scope.kinds)]
    if scope.sectors:
        parts.append(scope.sectors.label)
    if scope.minimum_age:
        parts.append(f"个人须满{scope.minimum_age.value}周岁")
    return "；".join(parts)


def condition_view(pack: Pack, node: Node, above: str = "") -> ConditionView:
    """Word a condition and those inside it; a condition without a clause of its own stands on the one above."""
    clause = node.clause or above
    return ConditionView(
        condition_text(pack, node),
        clause_text(pack, clause) if clause else "",
        node.reason if node.assumed else "",
        tuple(condition_view(pack, child, clause) for child in children_of(node)),
    )


def _list_view(pack: Pack, rule: ListRule) -> ListView:
    lines = [_line(pack, "公开", "向社会公布" if rule.public.value else "不公开，只告知本人", rule.public)]
    if rule.term is not None:
        lines.append(_line(pack, "期限", f"{rule.term.label}，自{START_LABELS[rule.term.start]}起算", rule.term))
    if rule.needs_penalty is not None and rule.needs_penalty.value:
        lines.append(_line(pack, "前提", "有行政处罚决定", rule.needs_penalty))
    if rule.removal is not None:
        window = rule.removal
        text = (
            f"满{window.after.label}后可以申请"
            if window.after
            else f"期满前{window.last_working_days}个工作日内可以申请"
        )
        lines.append(_line(pack, "移出", text, window))
    if rule.persons is not None:
        roles = "、".join(ROLE_LABELS.get(role, role) for role in rule.persons.roles)
        lines.append(_line(pack, "一并列入的人员", f"{roles}（各自告知、各自认定）", rule.persons))
    entry = condition_view(pack, rule.entry, rule.clause) if rule.entry is not None else None
    return ListView(rule.label, "守信" if rule.polarity == "positive" else "失信", entry, tuple(lines))


def _rights(pack: Pack) -> Iterable[Line]:
    if pack.highest_list_only is not None and pack.highest_list_only.value:
        yield _line(pack, "多个名单", "同一主体只列入最高等级的名单", pack.highest_list_only)
    if pack.objection is not None:
        yield _line(pack, "异议", f"向{pack.objection.to}提出", pack.objection)
        pauses = "核查期间暂停惩戒措施" if pack.objection.pauses_measures.value else "核查期间不暂停惩戒措施"
        yield _line(pack, "异议期间", pauses, pack.objection.pauses_measures)
        adds = "暂停的时间顺延期限" if pack.objection.adds_paused_time.value else "暂停的时间不顺延期限"
        yield _line(pack, "暂停时间", adds, pack.objection.adds_paused_time)
    for rule in pack.repair:
        yield _line(pack, "信用修复", _repair_text(pack, rule), rule)
    for report in pack.reports:
        day = f"{report.day}日前" if report.day else ""
        yield _line(pack, report.label, f"{CYCLES[report.every]}{day}报{report.to}", report)


def _repair_text(pack: Pack, rule: RepairRule) -> str:
    names = [pack.lists_by_code[code].label for code in rule.lists if code in pack.lists_by_code]
    subject = "、".join(names) or ("名单" if rule.of == "listing" else "信用记录")
    waits = "；".join(f"第{wait.time}次：满{wait.label}" for wait in rule.waits)
    conditions = "、".join(REPAIR_CONDITIONS.get(code, code) for code in rule.conditions)
    return "；".join(part for part in (subject, waits, f"条件：{conditions}" if conditions else "") if part)


def _measures(pack: Pack, force: str, on: date) -> tuple[MeasureView, ...]:
    return tuple(_measure_view(pack, measure, on) for measure in pack.measures if measure.force == force)


def _measure_view(pack: Pack, measure: Measure, on: date) -> MeasureView:
    verdict = measure_check(pack, measure, on)
    return MeasureView(
        measure.code,
        measure.label,
        clause_text(pack, measure.clause),
        "、".join(measure.departments),
        _targets(measure.targets),
        tuple(f"{basis.document}{basis.article}" for basis in measure.basis),
        _reason(measure),
        "" if verdict.allowed else verdict.reason,
        tuple(
            MeasureView(part.code, part.label, clause_text(pack, part.clause), "", _targets(part.targets), (),
                        _reason(part), "")
            for part in measure.parts
        ),
    )  # fmt: skip


def _targets(kinds: Iterable[str]) -> str:
    return "、".join(KIND_LABELS[kind] for kind in kinds)
