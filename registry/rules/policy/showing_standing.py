"""How honours, green channel, commitments, tiers and caps of inspections are shown."""

from collections.abc import Iterator

from .honours import Commitment, HonourRule, InspectionCap, Tier
from .showing import (
    KIND_LABELS,
    ROLE_LABELS,
    RULE,
    Row,
    Table,
    Teller,
    labelled,
    lines,
    named,
    table,
)
from .wording import GRADE_LABELS, item_label


def honour(tell: Teller) -> list[Table]:
    """The red list: who puts forward, which criteria, how it ends."""
    rule = tell.pack.honour
    if rule is None:
        return []
    found = [table("", RULE, _honour(tell, rule))]
    for each in rule.criteria:
        path = f"honour.criteria.{each.code}"
        tree = tell.tree(f"{path}.condition", each.condition, each.clause)
        found.append(
            table(f"条件 {each.code}", RULE, [tell.row(path, each.code, each.label, part=each)], tree, "怎样判断")
        )
    return found


def _honour(tell: Teller, rule: HonourRule) -> Iterator[Row]:
    needs = "须具备全部条件" if rule.needs == "all" else "具备任一条件即可"
    text = lines(f"{tell.list_labels([rule.list_code])}：{needs}", named("由谁推荐", "、".join(rule.nominators)))
    yield tell.row("honour", "守信认定", text, part=rule)
    if rule.publicity_working_days is not None:
        days = rule.publicity_working_days
        yield tell.row("honour.publicity_working_days", "认定前公示", f"{days.value}个工作日", part=days)
    if rule.ended_by_breach is not None:
        ended = "有任何失信行为即终止" if rule.ended_by_breach.value else "不因失信行为自动终止"
        yield tell.row("honour.ended_by_breach", "终止", ended, part=rule.ended_by_breach)
    if rule.reapply_before is not None:
        before = rule.reapply_before
        yield tell.row("honour.reapply_before", "期满续报", f"期满{before.label}前重新申报", part=before)


def green_channel(tell: Teller) -> list[Table]:
    """Who goes through the green channel."""
    rule = tell.pack.green_channel
    if rule is None:
        return []
    text = "可以容缺受理" if rule.missing_papers else "不容缺受理"
    tree = tell.tree("green_channel.condition", rule.condition, rule.clause)
    return [table("", RULE, [tell.row("green_channel", "绿色通道", text, part=rule)], tree, "适用条件")]


def commitments(tell: Teller) -> list[Table]:
    """The kinds of commitment."""
    rows = [row for each in tell.pack.commitments for row in _commitment(tell, each)]
    return [table("", ("代码", "承诺", "谁来承诺", "承诺内容", "违诺"), rows)] if rows else []


def _commitment(tell: Teller, each: Commitment) -> Iterator[Row]:
    path = f"commitments.{each.code}"
    who = lines(labelled(KIND_LABELS, each.kinds), named("签署人", labelled(ROLE_LABELS, each.signed_by)))
    item = f"作为失信行为：{item_label(tell.pack, each.breach_item) or each.breach_item}" if each.breach_item else ""
    yield tell.row(
        path, each.code, lines(each.label, "向社会公开" if each.public else "不要求公开"), who,
        "\n".join(each.guarantees), lines(each.breach, item), part=each,
    )  # fmt: skip
    if each.term is not None:
        yield tell.row(f"{path}.term", each.code, f"有效期：{each.term.label}", "", "", "", part=each.term)


def tiers(tell: Teller) -> list[Table]:
    """The supervision tiers in their order."""
    return [
        table(
            f"{each.label}（{each.code}）", RULE, [tell.row(f"tiers.{each.code}", "监管", _tier(each), part=each)],
            tell.tree(f"tiers.{each.code}.condition", each.condition, each.clause) if each.condition else None, "条件",
        )
        for each in tell.pack.tiers
    ]  # fmt: skip


def _tier(each: Tier) -> str:
    bounds = [f"{value}%" for value in (each.draw_percent_least, each.draw_percent) if value is not None]
    found = lines(
        named("抽查比例", "至".join(bounds)),
        "" if each.yearly_cap is None else f"每年至多检查{each.yearly_cap}次",
        named("频次", each.frequency),
        "适用于尚不能评定的主体" if each.newcomer else "",
    )
    return found or "来源没有写明比例和次数"


def inspection_caps(tell: Teller) -> list[Table]:
    """The most inspections a year by standardisation grade."""
    rows = [
        tell.row(f"inspection_caps.{each.code}", each.code, each.label, "、".join(each.sectors) or "其他行业", _caps(each), part=each)
        for each in tell.pack.inspection_caps
    ]  # fmt: skip
    return [table("", ("代码", "名称", "行业", "每年至多"), rows)] if rows else []


def _caps(each: InspectionCap) -> str:
    return "\n".join(f"{GRADE_LABELS[cap.grade]}：{cap.most}次" for cap in each.by_grade)
