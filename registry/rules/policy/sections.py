"""Every section of a pack worded for reading, in the order of reading: the one table of what shows which section."""

from collections.abc import Callable, Mapping
from typing import Final

from . import showing_lists, showing_measures, showing_procedure, showing_standing
from .schema import Pack
from .showing import Section, Table, Teller

View = Callable[[Teller], list[Table]]

# Section of the pack → (title, what shows it). A section that the schema gains needs a row here; a test says so.
VIEWS: Final[Mapping[str, tuple[str, View]]] = {
    "head": ("文件", showing_lists.head),
    "extends": ("继承", showing_lists.extends),
    "lists": ("名单", showing_lists.lists),
    "items": ("失信行为", showing_lists.items),
    "points": ("计分", showing_lists.points),
    "highest_list_only": ("多个名单", showing_lists.highest_list_only),
    "heavier_from_domains": ("多领域失信", showing_lists.heavier_from_domains),
    "procedure": ("程序", showing_procedure.procedure),
    "deadlines": ("时限", showing_procedure.deadlines),
    "publication": ("公示", showing_procedure.publication),
    "classes": ("记录分类", showing_procedure.classes),
    "objection": ("异议", showing_procedure.objection),
    "repair": ("信用修复", showing_procedure.repair),
    "remedies": ("救济途径", showing_procedure.remedies),
    "measures": ("惩戒措施", showing_measures.measures),
    "incentives": ("激励措施", showing_measures.incentives),
    "matters": ("事项", showing_measures.matters),
    "catalogues": ("适用的措施清单", showing_measures.catalogues),
    "honour": ("守信认定", showing_standing.honour),
    "green_channel": ("绿色通道", showing_standing.green_channel),
    "commitments": ("信用承诺", showing_standing.commitments),
    "tiers": ("分级分类监管", showing_standing.tiers),
    "inspection_caps": ("检查次数上限", showing_standing.inspection_caps),
    "duties": ("部门职责", showing_procedure.duties),
    "reports": ("报告", showing_procedure.reports),
}
# Kept by the loader; every inherited row names its origin.
NOT_SHOWN: Final = frozenset({"origins"})


def sections_of(pack: Pack, titles: Mapping[str, str] | None = None) -> tuple[Section, ...]:
    """Word every section that the pack fills. `titles`: pack id → title, to name where a value was inherited from."""
    tell = Teller(pack, titles or {})
    found = (Section(name, title, tuple(view(tell))) for name, (title, view) in VIEWS.items())
    return tuple(section for section in found if section.tables)
