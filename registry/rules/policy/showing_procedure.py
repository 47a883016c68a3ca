"""How procedure, deadlines, publication, repair, objection and what offices must do are shown."""

from collections.abc import Iterator

from .procedure import Deadline, ObjectionRule, RepairRule
from .showing import (
    CONDITION_LABELS,
    EVENT_LABELS,
    KIND_LABELS,
    RULE,
    Row,
    Table,
    Teller,
    labelled,
    lines,
    named,
    table,
    yes_no,
)
from .wording import DOCUMENT_LABELS, finding_label

CYCLES = {"month": "每月", "quarter": "每季度", "year": "每年"}
CLASS_LABELS = {"minor": "轻微", "ordinary": "一般", "serious": "严重", "specially-serious": "特别严重"}
RECORD_LABELS = {"penalty": "行政处罚", "permit": "行政许可", "accident": "生产安全事故", "item": "失信行为"}
PROCEDURE_LABELS = {"ordinary": "普通程序", "summary": "简易程序"}


def procedure(tell: Teller) -> list[Table]:
    """The steps in their order."""
    rows = [
        tell.row(
            f"procedure.{step.code}", step.code, step.label, step.who, _deadline_label(tell, step.deadline),
            step.document, part=step,
        )
        for step in tell.pack.procedure
    ]  # fmt: skip
    return [table("", ("代码", "步骤", "由谁", "时限", "形成文书"), rows)] if rows else []


def _deadline_label(tell: Teller, code: str) -> str:
    found = tell.pack.deadline_rules(code)
    return f"{found[0].label}（{found[0].amount_label}）" if found else code


def deadlines(tell: Teller) -> list[Table]:
    """The time limits. Where a code has several rules, the second is shown as `code(2)`."""
    paths = deadline_paths(tell.pack.deadlines)
    rows = [
        tell.row(path, rule.code, rule.label, rule.who, _limit(rule), part=rule)
        for path, rule in zip(paths, tell.pack.deadlines, strict=True)
    ]
    return [table("", ("代码", "办什么", "由谁", "时限"), rows)] if rows else []


def deadline_paths(rules: tuple[Deadline, ...]) -> list[str]:
    """Return the place of each deadline; a code that comes again is counted."""
    codes = [rule.code for rule in rules]
    again = [codes[:index].count(code) + 1 for index, code in enumerate(codes)]
    return [f"deadlines.{code}" + (f"({time})" if time > 1 else "") for code, time in zip(codes, again, strict=True)]


def _limit(rule: Deadline) -> str:
    more = rule.extendable_working_days
    extended = f"说明理由可以延长一次，最多{more}个工作日" if more else ""
    events = "或".join(f"{EVENT_LABELS[code]}之日" for code in rule.start)
    return lines(f"自{events}起{rule.amount_label}内", extended)


def publication(tell: Teller) -> list[Table]:
    """Which records are public and for how long, by which channels, and what never is."""
    rule = tell.pack.publication
    rows: list[Row] = []
    if rule.records is not None:
        each = rule.records
        text = lines(
            f"{labelled(RECORD_LABELS, each.of)}（{labelled(KIND_LABELS, each.kinds)}）",
            named("不公示", labelled(PROCEDURE_LABELS, each.exempt_procedures) + ("作出的" if each.exempt_procedures else "")),
            f"个人行为时满{each.persons_from_age}周岁的才公示" if each.persons_from_age is not None else "",
            "尚未改正的到期继续公示" if each.stays_while_uncorrected else "",
        )  # fmt: skip
        rows.append(tell.row("publication.records", "公示的记录", text, part=each))
    rows += [tell.row("publication.channels", "公示渠道", "、".join(rule.channels))] if rule.channels else []
    rows += [
        tell.row(f"publication.exemptions.{each.code}", "不公示的情形", f"{each.label}（{each.code}）", part=each)
        for each in rule.exemptions
    ]
    classes = list(_class_rows(tell))
    found = [table("", RULE, rows)] if rows else []
    return found + ([table("各类记录的公示期", ("类别", "公示", "最短", "最长", "可修复"), classes)] if classes else [])


def _class_rows(tell: Teller) -> Iterator[Row]:
    rule = tell.pack.publication.records
    for index, each in enumerate(rule.classes if rule else ()):
        yield tell.row(
            f"publication.records.classes.{index}", CLASS_LABELS[each.of_class], yes_no(each.public),
            each.least.label if each.least else "", each.most.label if each.most else "", yes_no(each.repairable),
            part=each,
        )  # fmt: skip


def classes(tell: Teller) -> list[Table]:
    """How the class of a penalty follows from its kinds and fines."""
    rule = tell.pack.classes
    if rule is None:
        return []
    fines = (
        ("ordinary_fine_from", "一般", rule.ordinary_fine_from),
        ("serious_fine_from", "严重", rule.serious_fine_from),
    )
    text = lines(
        named("一般", "、".join(rule.ordinary)),
        named("严重", "、".join(rule.serious)),
        "简易程序作出的属于轻微" if rule.summary_is_minor else "简易程序作出的按种类区分",
        "同时有几种的，按最重的一种；其余属于轻微",
    )
    rows = [tell.row("classes", "按处罚种类", text, part=rule)]
    rows += [
        tell.row(f"classes.{name}", f"{label}：罚款", f"{fine.value}元以上", part=fine) for name, label, fine in fines
    ]
    return [table("", RULE, rows)]


def repair(tell: Teller) -> list[Table]:
    """Each rule on repair."""
    return [
        table(f"第{index + 1}款", RULE, _repair(tell, rule, f"repair.{index}"))
        for index, rule in enumerate(tell.pack.repair)
    ]


def _repair(tell: Teller, rule: RepairRule, path: str) -> Iterator[Row]:
    what = "名单条目" if rule.of == "listing" else "行政处罚等信用记录"
    lists = f"：{tell.list_labels(rule.lists)}" if rule.lists else ""
    classes = f"：{labelled(CLASS_LABELS, rule.classes)}失信" if rule.classes else ""
    text = lines(
        f"{what}{lists}{classes}（{labelled(KIND_LABELS, rule.kinds)}）",
        named("条件", labelled(CONDITION_LABELS, rule.conditions)),
        named("不予修复", "、".join(finding_label(code) for code in rule.never_findings)),
        named("由谁决定", rule.by),
    )
    yield tell.row(path, "可以修复", text, part=rule)
    for index, wait in enumerate(rule.waits):
        again = "" if wait.time == 1 else f"（第{wait.time}次列入起）"
        yield tell.row(f"{path}.waits.{index}", f"最短期限{again}", f"满{wait.label}", part=wait)
    for index, each in enumerate(rule.substitutes):
        instead = f"{DOCUMENT_LABELS[each.document]}可以代替：{CONDITION_LABELS[each.stands_for]}"
        yield tell.row(f"{path}.substitutes.{index}", "代替", instead, part=each)
    if rule.note_public is not None:
        noted = "公示修复情况" if rule.note_public.value else "不另行公示修复情况"
        yield tell.row(f"{path}.note_public", "修复公示", noted, part=rule.note_public)
    if rule.free is not None:
        free = "不收取任何费用" if rule.free.value else "来源没有规定免费"
        yield tell.row(f"{path}.free", "费用", free, part=rule.free)
    if rule.false_papers_bar is not None:
        bar = rule.false_papers_bar
        yield tell.row(f"{path}.false_papers_bar", "提交虚假材料", f"{bar.label}内不得再申请", part=bar)


def objection(tell: Teller) -> list[Table]:
    """Objection, complaint, and what follows."""
    rule = tell.pack.objection
    return [table("", RULE, _objection(tell, rule))] if rule is not None else []


def _objection(tell: Teller, rule: ObjectionRule) -> Iterator[Row]:
    yield tell.row("objection", "向谁提出", rule.to, part=rule)
    flags = (
        ("pauses_measures", "核查期间", "暂停执行惩戒措施", "不暂停惩戒措施"),
        ("adds_paused_time", "暂停的时间", "顺延期限", "不顺延期限"),
        ("marks_disputed", "核查期间的标注", "标明有异议", "不作标注"),
        ("restores", "异议成立", "恢复信誉、消除影响", "不另作恢复"),
    )
    for name, label, on, off in flags:
        flag = getattr(rule, name)
        if flag is not None:
            yield tell.row(f"objection.{name}", label, on if flag.value else off, part=flag)
    if rule.complaint is not None:
        text = lines(f"向{rule.complaint.to}投诉", "随机抽取专家参加" if rule.complaint.experts_drawn else "")
        yield tell.row("objection.complaint", "不服异议答复", text, part=rule.complaint)


def remedies(tell: Teller) -> list[Table]:
    """The ways open to the subject."""
    rows = [
        tell.row(f"remedies.{each.code}", each.code, each.label, each.to, each.within.label if each.within else "", part=each)
        for each in tell.pack.remedies
    ]  # fmt: skip
    return [table("", ("代码", "途径", "向谁", "期限"), rows)] if rows else []


def duties(tell: Teller) -> list[Table]:
    """What offices must do besides."""
    rows = [
        tell.row(f"duties.{each.code}", each.code, each.label, each.who, each.when, part=each)
        for each in tell.pack.duties
    ]
    return [table("", ("代码", "做什么", "由谁", "何时"), rows)] if rows else []


def reports(tell: Teller) -> list[Table]:
    """Reports to the level above."""
    rows = [
        tell.row(
            f"reports.{each.code}", each.code, each.label, each.to,
            CYCLES[each.every] + (f"{each.day}日前" if each.day else ""), part=each,
        )
        for each in tell.pack.reports
    ]  # fmt: skip
    return [table("", ("代码", "报什么", "报给谁", "何时"), rows)] if rows else []
