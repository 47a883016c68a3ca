"""The public catalogues as plain tables, for files and programs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from disclosure.selectors.catalogues import (
    CatalogueList,
    CatalogueMatter,
    CatalogueMeasure,
    MeasureFilter,
    lists_catalogue,
    matters_catalogue,
    measures_catalogue,
)
from disclosure.selectors.policies import PublicPolicy, policies_public
from registry.rules.policy.showing import Tree


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A catalogue as texts under Chinese columns, with its name."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_data(self) -> list[dict[str, str]]:
        """Return each row as a mapping by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def catalogue_table(name: str, *, on: date) -> PlainTable | None:
    """Return one of the catalogues `policies`, `lists`, `measures`, `matters`; None for another name."""
    make = _TABLES.get(name)
    return make(on) if make else None


def _policies(on: date) -> PlainTable:
    columns = ("政策", "文号", "发文机关", "效力层级", "施行", "最后有效日", "本县执行方式", "理由", "内容哈希")
    return PlainTable("政策", columns, tuple(_policy_row(policy) for policy in policies_public(on=on)))


def _policy_row(policy: PublicPolicy) -> tuple[str, ...]:
    version = policy.active.version
    return (
        version.title, version.number, version.issuer, policy.authority, _day(version.in_force_from), _day(policy.last_day),
        policy.mode_label, "".join(policy.mode_reasons), version.content_hash,
    )  # fmt: skip


def _lists(on: date) -> PlainTable:
    columns = ("名单", "性质", "政策", "条款", "列入条件", "规定", "公开", "执行方式", "假定")
    return PlainTable("对象清单", columns, tuple(_list_row(each) for each in lists_catalogue(on=on)))


def _list_row(each: CatalogueList) -> tuple[str, ...]:
    rules = "\n".join(f"{row.text}（{row.cited}）" for row in each.table.rows[1:])
    assumed = "\n".join(f"{row.text}：{row.reason}" for row in each.table.all_rows() if row.reason)
    conditions = "\n".join(_conditions(each.table.tree, 0)) if each.table.tree else ""
    return (
        each.rule.label, each.polarity, each.policy.title, each.policy.cite(each.rule.clause), conditions, rules,
        each.visibility, each.policy.mode_label, assumed,
    )  # fmt: skip


def _conditions(tree: Tree, depth: int) -> list[str]:
    cited = f"（{tree.row.cited}）" if tree.row.cited else ""
    return [
        f"{'　' * depth}{tree.row.text}{cited}",
        *(text for child in tree.children for text in _conditions(child, depth + 1)),
    ]


def _measures(on: date) -> PlainTable:
    columns = ("类别", "编号", "措施", "实施部门", "对象", "事项", "依据", "约束", "政策", "条款", "本县实施", "假定")
    found = measures_catalogue(on=on, wanted=MeasureFilter()).rows
    return PlainTable("措施清单", columns, tuple(_measure_row(each) for each in found))


def _measure_row(each: CatalogueMeasure) -> tuple[str, ...]:
    measure = each.measure
    return (
        each.kind, measure.code, "\n".join([measure.label, *each.parts]), "、".join(measure.departments), each.targets, "、".join(each.matters),
        "\n".join(each.bases), each.restraint, each.title, each.clause, each.refusal or "可以实施",
        measure.reason if measure.assumed else "",
    )  # fmt: skip


def _matters(on: date) -> PlainTable:
    columns = ("事项", "办理部门", "查询依据", "挂接的措施")
    return PlainTable("事项清单", columns, tuple(_matter_row(each) for each in matters_catalogue(on=on)))


def _matter_row(each: CatalogueMatter) -> tuple[str, ...]:
    return (
        each.label, "、".join(each.departments),
        "\n".join(f"《{policy.title}》{clause}" for policy, clause, _ in each.declared),
        "\n".join(f"{row.measure.label}（《{row.title}》{row.clause}）" for row in each.measures),
    )  # fmt: skip


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


_TABLES: dict[str, Callable[[date], PlainTable]] = {
    "policies": _policies,
    "lists": _lists,
    "measures": _measures,
    "matters": _matters,
}
