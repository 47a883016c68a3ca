"""A pack as tables for reading: what a page or document shows of every section, each row with its clause and origin.

Pure. The views of the single sections are in `showing_*`; `sections.sections_of` puts them together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .conditions import (
    AllOf,
    AnyOf,
    CountNode,
    DuringNode,
    ItemNode,
    Node,
    NoneNode,
    NotOf,
    PenaltyNode,
    SameItemNode,
)
from .schema import Pack
from .values import Sourced
from .wording import clause_text, condition_text


@dataclass(frozen=True, slots=True)
class Row:
    """One stated rule. `path`: its place in the pack; `cells`: as many as the table has columns, lines by newline;
    `clause`: as the pack writes it; `cited`: as it is cited, empty where a value has no clause of its own;
    `reason`: why the office assumed it, empty where the source says it; `origin`: the pack that it was inherited from;
    `warning`: what stands against it on the day of reading, filled in by a page that has a day.
    """

    path: str
    cells: tuple[str, ...]
    clause: str = ""
    cited: str = ""
    reason: str = ""
    origin: str = ""
    warning: str = ""

    @property
    def text(self) -> str:
        """The row in one line."""
        return "；".join(cell.replace("\n", "；") for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class Tree:
    """A condition with those inside it."""

    row: Row
    children: tuple["Tree", ...] = ()

    def rows(self) -> Iterator[Row]:
        """Yield the rows of the tree, outermost first."""
        yield self.row
        for child in self.children:
            yield from child.rows()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the same columns; `tree`: conditions that belong to them, named `tree_title`."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    tree: Tree | None = None
    tree_title: str = ""

    @property
    def is_cited(self) -> bool:
        """Whether any row has a clause to cite."""
        return any(row.cited for row in self.rows)

    def all_rows(self) -> Iterator[Row]:
        """Yield every row, those of the conditions last."""
        yield from self.rows
        if self.tree is not None:
            yield from self.tree.rows()


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a pack. `name`: its key in the pack, also the anchor on a page."""

    name: str
    title: str
    tables: tuple[Table, ...]

    def rows(self) -> Iterator[Row]:
        """Yield every row of the section."""
        for table in self.tables:
            yield from table.all_rows()


RULE = ("事项", "规定")


@dataclass(frozen=True, slots=True)
class Teller:
    """Words the parts of one pack. `titles`: pack id → title, for values that were inherited."""

    pack: Pack
    titles: Mapping[str, str] = field(default_factory=dict)

    def row(self, path: str, *cells: str, part: Sourced | None = None) -> Row:
        """Return the row of a part; without one the row has no clause of its own."""
        origin = self._origin(path)
        if part is None:
            return Row(path, cells, origin=origin)
        reason = part.reason if part.assumed else ""
        return Row(path, cells, part.clause, clause_text(self.pack, part.clause), reason, origin)

    def tree(self, path: str, node: Node, above: str) -> Tree:
        """Word a condition and those inside it; one without a clause of its own stands under the one `above`."""
        clause = node.clause or above
        row = Row(
            path, (_condition_text(self.pack, node),), clause, clause_text(self.pack, clause) if clause else "",
            node.reason if node.assumed else "", self._origin(path),
        )  # fmt: skip
        return Tree(row, tuple(self.tree(f"{path}.{step}", child, clause) for step, child in steps_below(node)))

    def list_labels(self, codes: Iterable[str]) -> str:
        """Name lists; a code that the pack does not know stays a code."""
        known = self.pack.lists_by_code
        return "、".join(known[code].label if code in known else LIST_LABELS.get(code, code) for code in codes)

    def _origin(self, path: str) -> str:
        found = self.pack.origin_of(path)
        return "" if found == self.pack.head.id else self.titles.get(found, found)


def steps_below(node: Node) -> list[tuple[str, Node]]:
    """Return the conditions directly inside a condition, each with the keys that lead to it."""
    match node:
        case AnyOf():
            return [(f"any.{index}", child) for index, child in enumerate(node.branches)]
        case AllOf():
            return [(f"all.{index}", child) for index, child in enumerate(node.branches)]
        case NotOf():
            return [("not", node.condition)]
        case CountNode():
            return [("count.of", node.count.of)]
        case DuringNode():
            return [("during.of", node.during.of)]
        case NoneNode():
            return [("none.of", node.none.of)]
    return []


def _condition_text(pack: Pack, node: Node) -> str:
    """Say a condition: the pack's own words, then what is judged by, as far as the words leave it open."""
    judged = condition_text(pack, node.model_copy(update={"label": ""}))
    own = node.label if node.label != judged else ""
    more = ""
    if isinstance(node, ItemNode) and len(node.codes) > 3:
        more = named("行为代码", "、".join(node.codes))
    elif isinstance(node, SameItemNode):
        more = named("行为代码", "、".join(node.same_item.of))
    elif isinstance(node, PenaltyNode) and node.penalty.fine_at_least is not None:
        more = f"罚款{node.penalty.fine_at_least}元以上"
    return lines(own, f"判断：{judged}" if own else judged, more)


def table(
    title: str, columns: Sequence[str], rows: Iterable[Row], tree: Tree | None = None, tree_title: str = ""
) -> Table:
    """Make a table, leaving out the columns that no row fills."""
    found = tuple(rows)
    kept = [index for index in range(len(columns)) if any(row.cells[index] for row in found)]
    return Table(
        title,
        tuple(columns[index] for index in kept),
        tuple(
            Row(row.path, tuple(row.cells[index] for index in kept), row.clause, row.cited, row.reason, row.origin)
            for row in found
        ),
        tree,
        tree_title,
    )


def lines(*texts: str) -> str:
    """Put texts below one another in a cell, without the empty ones."""
    return "\n".join(text for text in texts if text)


def named(name: str, text: str) -> str:
    """Say “name：text”, nothing where there is no text."""
    return f"{name}：{text}" if text else ""


def labelled(labels: Mapping[str, str], codes: Iterable[str]) -> str:
    """Name codes in Chinese; an unknown one stays as it is."""
    return "、".join(labels.get(code, code) for code in codes)


def yes_no(value: bool) -> str:
    """Say a flag."""
    return "是" if value else "否"


LIST_LABELS = {
    "blacklist": "黑名单",
    "joint-sanction": "联合惩戒对象",
    "focus": "重点关注名单",
    "red": "红名单",
    "yellow": "黄名单",
}
KIND_LABELS = {"organization": "单位", "person": "个人"}
RESTRAINT_LABELS = {"administrative": "行政性", "market": "市场性", "industry": "行业性", "social": "社会性"}
FORCE_LABELS = {"mandatory": "强制性", "recommended": "推荐性"}
SEVERITY_LABELS = {"minor": "轻微", "moderate": "一般", "serious": "严重"}
START_LABELS = {"publication": "公布之日", "decision": "作出认定之日", "recognition": "上级确认之日"}
EVENT_LABELS = {
    "decided_on": "作出决定", "recognised_on": "上级确认", "evidence_on": "证据齐备", "reviewed_on": "初审",
    "found_on": "首次认定", "accepted_on": "受理", "received_on": "收到申请", "ended_on": "终止", "approved_on": "批准",
    "opened_on": "立案", "served_on": "送达", "heard_on": "陈述申辩期满或者收到陈述申辩", "deliberated_on": "集体审议",
}  # fmt: skip
ROLE_LABELS = {
    "legal-representative": "法定代表人", "principal": "主要负责人", "actual-controller": "实际控制人",
    "safety-deputy": "分管安全负责人", "directly-liable": "直接责任人", "shareholder": "股东", "director": "董事",
    "supervisor": "监事", "senior-manager": "高级管理人员",
}  # fmt: skip
CONDITION_LABELS = {
    "corrected": "已纠正失信行为", "fulfilled": "已履行法定义务", "commitment": "作出信用承诺", "training": "参加信用修复培训",
    "credit-report": "提交信用报告", "public-welfare": "参加公益服务的证明", "no-new-misconduct": "没有新的失信行为",
    "no-new-serious-misconduct": "没有新的严重失信行为",
}  # fmt: skip
DOMAIN_LABELS = {
    "work-safety": "安全生产", "urban-management": "城市管理", "credit": "社会信用", "dual-publicity": "双公示",
    "repair": "信用修复", "credit-repair": "信用修复", "judgment-defaulter": "失信被执行人", "tax": "税收", "ecology": "生态环境",
}  # fmt: skip
# What the approval and handling matters that measures name are called, where no pack says it.
MATTER_LABELS = {
    "advertising": "广告发布", "appointment": "任职和干部选任", "awards": "评先评优、表彰奖励", "bidding": "工程招标投标",
    "business-registration": "企业登记", "certification": "认证", "commitment-licensing": "告知承诺制办理",
    "credit": "授信融资", "credit-loan": "授信融资", "customs": "海关监管", "customs-certification": "海关企业认证",
    "customs-clearance": "通关查验", "employment": "任职资格", "environmental-assessment": "环境影响评价审批",
    "equity-trading": "股权挂牌融资", "exit": "出境", "financial-company": "设立金融类机构", "financial-institution": "设立金融机构",
    "fiscal-funds": "财政资金", "franchise": "特许经营", "government-procurement": "政府采购", "hotel": "高消费住宿",
    "industry-access": "行业准入", "inspection": "监督检查", "insurance": "保险费率", "internet-finance": "互联网金融",
    "internet-information": "互联网信息服务", "internet-service": "互联网信息服务", "land-supply": "土地供应", "land-use": "土地使用",
    "licence-production": "生产许可", "licensing": "行政许可", "market-access": "市场准入", "mining-right": "采矿权",
    "production-licence": "生产许可", "project-approval": "项目审批", "public-resource-trading": "公共资源交易",
    "public-resources": "公共资源交易", "qualification": "资质认定", "real-estate": "购买不动产", "science-project": "科技项目",
    "securities-company": "证券、基金、期货机构设立", "securities-disclosure": "上市公司信息披露", "securities-issue": "证券发行",
    "securities-listing": "证券上市挂牌", "subsidy": "政府补贴和资金支持", "tax": "税收管理", "tax-preference": "税收优惠",
    "tourism": "旅游度假", "transport": "交通出行",
}  # fmt: skip


def matter_label(code: str, known: Mapping[str, str]) -> str:
    """Name a matter: as `known` (the packs' own matters) names it, else as it is commonly called, else its code."""
    return known.get(code) or MATTER_LABELS.get(code, code)
