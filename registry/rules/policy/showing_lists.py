"""How the head, the misconduct, the points and the lists of a pack are shown."""

from collections.abc import Iterator

from .head import AUTHORITY_LABELS, Basis
from .schema import ListRule, RemovalWindow
from .showing import (
    CONDITION_LABELS,
    DOMAIN_LABELS,
    KIND_LABELS,
    ROLE_LABELS,
    RULE,
    SEVERITY_LABELS,
    START_LABELS,
    Row,
    Table,
    Teller,
    labelled,
    lines,
    named,
    table,
    yes_no,
)
from .wording import day_text

_STYLES = {"article": "条、项", "heading": "标题序号", "plain": "照原文"}
_POLARITIES = {"negative": "失信名单", "positive": "守信名单"}


def head(tell: Teller) -> list[Table]:
    """Identity, authority, validity and scope of the document."""
    return [table("", RULE, [*_identity(tell), *_validity(tell), *_scope(tell)])]


def _identity(tell: Teller) -> Iterator[Row]:
    found = tell.pack.head
    yield tell.row("head.id", "政策包", found.id)
    yield tell.row("head.title", "文件", found.title)
    yield tell.row("head.issuer", "发文机关", found.issuer)
    if found.document_number:
        yield tell.row("head.document_number", "文号", found.document_number)
    yield tell.row("head.authority", "效力层级", AUTHORITY_LABELS[found.authority.level])
    for index, basis in enumerate(found.authority.rests_on):
        yield tell.row(f"head.authority.rests_on.{index}", "上位依据", basis_text(basis))
    yield tell.row("head.domain", "领域", DOMAIN_LABELS.get(found.domain, found.domain))
    yield tell.row("head.region", "地区", found.region)
    yield tell.row("head.clause_style", "条款写法", _STYLES[found.clause_style])
    if found.note:
        yield tell.row("head.note", "说明", found.note)


def _validity(tell: Teller) -> Iterator[Row]:
    found = tell.pack.head
    days = (("issued_on", "印发"), ("in_force_from", "施行"), ("in_force_until", "最后有效日"))
    for name, label in days:
        day = getattr(found, name)
        if day is not None:
            yield tell.row(f"head.{name}", label, day_text(day))
        elif name != "in_force_until":
            yield tell.row(f"head.{name}", label, "来源未载明")
    if found.supersedes:
        yield tell.row("head.supersedes", "取代", "、".join(tell.titles.get(each, each) for each in found.supersedes))
    if found.superseded_by:
        yield tell.row("head.superseded_by", "被取代", tell.titles.get(found.superseded_by, found.superseded_by))


def _scope(tell: Teller) -> Iterator[Row]:
    scope = tell.pack.head.scope
    yield tell.row("head.scope.kinds", "适用主体", labelled(KIND_LABELS, scope.kinds))
    if scope.sectors:
        text = lines(scope.sectors.label, named("登记代码", "、".join(scope.sectors.values)))
        yield tell.row("head.scope.sectors", "适用行业", text, part=scope.sectors)
    if scope.minimum_age:
        age = scope.minimum_age
        yield tell.row("head.scope.minimum_age", "个人年龄", f"满{age.value}周岁", part=age)


def basis_text(basis: Basis) -> str:
    """Say a basis with its article and level."""
    return f"{basis.document}{basis.article}（{AUTHORITY_LABELS[basis.level]}）"


def extends(tell: Teller) -> list[Table]:
    """The pack that this one is laid over."""
    base = tell.pack.extends
    if not base:
        return []
    text = f"在《{tell.titles.get(base, base)}》之上制定；没有另行规定的值沿用该文件，逐项标明来自何处。"
    return [table("", RULE, [Row("extends", ("继承", text))])]


def items(tell: Teller) -> list[Table]:
    """The misconduct items."""
    rows = [
        tell.row(
            f"items.{item.code}", item.code, item.label, SEVERITY_LABELS.get(item.severity or "", ""),
            "" if item.points is None else str(item.points), part=item,
        )
        for item in tell.pack.items
    ]  # fmt: skip
    return [table("", ("代码", "行为", "程度", "计分"), rows)] if rows else []


def points(tell: Teller) -> list[Table]:
    """How points are added up."""
    rule = tell.pack.points
    if rule is None:
        return []
    same = f"同一项行为满{rule.same_item_reaches_most}次即计满分" if rule.same_item_reaches_most else ""
    text = lines(f"{rule.window.label}各项失信行为的计分相加", f"最多计{rule.most}分" if rule.most else "", same)
    return [table("", RULE, [tell.row("points", "计分", text, part=rule)])]


def lists(tell: Teller) -> list[Table]:
    """Each list with its entry conditions."""
    return [_list(tell, rule) for rule in tell.pack.lists]


def _list(tell: Teller, rule: ListRule) -> Table:
    path = f"lists.{rule.code}"
    tree = tell.tree(f"{path}.entry", rule.entry, rule.clause) if rule.entry else None
    return table(f"{rule.label}（{rule.code}）", RULE, _list_rows(tell, rule, path), tree, "列入条件")


def _list_rows(tell: Teller, rule: ListRule, path: str) -> Iterator[Row]:
    yield tell.row(path, "名单", f"{_POLARITIES[rule.polarity]}，第{rule.rank}级（数字大的更严或者更高）", part=rule)
    public = "向社会公布" if rule.public.value else "不公开名单，只告知本人"
    yield tell.row(f"{path}.public", "公开", public, part=rule.public)
    if rule.term is not None:
        text = f"{rule.term.label}，自{START_LABELS[rule.term.start]}起算"
        yield tell.row(f"{path}.term", "期限", text, part=rule.term)
    if rule.needs_penalty is not None:
        text = "须先有行政处罚决定" if rule.needs_penalty.value else "不以行政处罚决定为前提"
        yield tell.row(f"{path}.needs_penalty", "前提", text, part=rule.needs_penalty)
    if rule.removal is not None:
        yield tell.row(f"{path}.removal", "移出", _removal(rule.removal), part=rule.removal)
    if rule.persons is not None:
        roles = f"{labelled(ROLE_LABELS, rule.persons.roles)}（各自告知、各自认定）"
        yield tell.row(f"{path}.persons", "一并列入的人员", roles, part=rule.persons)


def _removal(window: RemovalWindow) -> str:
    when = f"满{window.after.label}后" if window.after else f"期满前{window.last_working_days}个工作日内"
    effect = window.takes_effect_last_working_days
    return lines(
        f"{when}可以申请",
        named("条件", labelled(CONDITION_LABELS, window.conditions)),
        f"期满前{effect}个工作日内办理移出" if effect else "",
    )


def highest_list_only(tell: Teller) -> list[Table]:
    """Whether a subject stands on the highest list alone."""
    rule = tell.pack.highest_list_only
    if rule is None:
        return []
    return [table("", RULE, [tell.row("highest_list_only", "只列入最高等级的名单", yes_no(rule.value), part=rule)])]


def heavier_from_domains(tell: Teller) -> list[Table]:
    """From how many fields on sanctions are heavier."""
    rule = tell.pack.heavier_from_domains
    if rule is None:
        return []
    text = f"在{rule.value}个以上领域失信的，从重惩戒"
    return [table("", RULE, [tell.row("heavier_from_domains", "多领域失信", text, part=rule)])]
