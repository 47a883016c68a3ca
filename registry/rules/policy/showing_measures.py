"""How the catalogues of measures, incentives and matters are shown."""

from collections.abc import Iterator

from .measures import Incentive, Measure
from .schema import Pack
from .showing import (
    DOMAIN_LABELS,
    KIND_LABELS,
    RESTRAINT_LABELS,
    ROLE_LABELS,
    RULE,
    Row,
    Table,
    Teller,
    labelled,
    lines,
    matter_label,
    named,
    table,
)
from .showing_lists import basis_text

_COLUMNS = ("编号", "措施", "实施部门", "对象", "事项", "依据")
_FORCES = (("mandatory", "强制性措施"), ("recommended", "推荐性措施"))


def measures(tell: Teller) -> list[Table]:
    """Sanction measures, mandatory and recommended apart."""
    found = tell.pack.measures
    tables = [
        table(title, _COLUMNS, [row for each in found if each.force == force for row in _measure(tell, each)])
        for force, title in _FORCES
    ]
    return [each for each in tables if each.rows]


def _measure(tell: Teller, measure: Measure) -> Iterator[Row]:
    path = f"measures.{measure.code}"
    text = lines(
        measure.label,
        named("约束", RESTRAINT_LABELS.get(measure.restraint or "", "")),
        "" if measure.rights_reducing else "不减损权益",
        named("适用领域", labelled(DOMAIN_LABELS, measure.domains)),
        named("适用名单", tell.list_labels(measure.lists)),
        named("仅适用于", "；".join(_item(tell.pack, code) for code in measure.items)),
    )
    targets = lines(labelled(KIND_LABELS, measure.targets), named("人员", labelled(ROLE_LABELS, measure.roles)))
    yield tell.row(
        path, measure.code, text, "、".join(measure.departments), targets, _matters(tell.pack, measure.matters),
        _bases(measure), part=measure,
    )  # fmt: skip
    if measure.term is not None:
        yield tell.row(f"{path}.term", measure.code, f"期限：{measure.term.label}", "", "", "", "", part=measure.term)
    for part in measure.parts:
        label = part.label if part.rights_reducing else f"{part.label}\n不减损权益"
        kinds = labelled(KIND_LABELS, part.targets)
        yield tell.row(f"{path}.parts.{part.code}", part.code, label, "", kinds, "", "", part=part)


def _item(pack: Pack, code: str) -> str:
    return f"{code} {pack.items_by_code[code].label}"


def _bases(measure: Measure | Incentive) -> str:
    return "\n".join(basis_text(basis) for basis in measure.basis)


def _matters(pack: Pack, codes: tuple[str, ...]) -> str:
    known = {each.code: each.label for each in pack.matters}
    return "、".join(matter_label(code, known) for code in codes)


def incentives(tell: Teller) -> list[Table]:
    """What good standing brings, mandatory and recommended apart."""
    found = tell.pack.incentives
    tables = [
        table(
            title.replace("措施", "激励措施"),
            _COLUMNS,
            [_incentive(tell, each) for each in found if each.force == force],
        )
        for force, title in _FORCES
    ]
    return [each for each in tables if each.rows]


def _incentive(tell: Teller, each: Incentive) -> Row:
    text = lines(each.label, named("适用名单", tell.list_labels(each.lists)))
    return tell.row(
        f"incentives.{each.code}", each.code, text, "、".join(each.departments), labelled(KIND_LABELS, each.targets),
        _matters(tell.pack, each.matters), _bases(each), part=each,
    )  # fmt: skip


def matters(tell: Teller) -> list[Table]:
    """The matters in whose handling the office asks, and what is attached to each."""
    rows = [
        tell.row(
            f"matters.{each.code}", each.code, each.label, "、".join(each.departments), _attached(tell.pack, each.code),
            part=each,
        )
        for each in tell.pack.matters
    ]  # fmt: skip
    return [table("", ("代码", "事项", "办理部门", "挂接的措施"), rows)] if rows else []


def _attached(pack: Pack, code: str) -> str:
    found = [f"{each.code} {each.label}" for each in pack.measures if code in each.matters]
    found += [f"{each.code} {each.label}" for each in pack.incentives if code in each.matters]
    return "\n".join(found)


def catalogues(tell: Teller) -> list[Table]:
    """The packs whose measures apply too."""
    names = tell.pack.catalogues
    text = "\n".join(f"《{tell.titles[name]}》（{name}）" if name in tell.titles else name for name in names)
    return [table("", RULE, [tell.row("catalogues", "同时适用的措施清单", text)])] if names else []
