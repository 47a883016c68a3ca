"""The documentation of the packs as Markdown: one page a pack, an index, the coverage of the sources. Pure and
deterministic: the same packs, registers and cases always give the same text.
"""

from collections.abc import Iterable, Mapping, Sequence

from .coverage import ClauseCover, Coverage, PackCover, Value
from .head import AUTHORITY_LABELS
from .loader import LoadedPack, PackLibrary
from .sections import sections_of
from .showing import Row, Section, Table, Tree
from .wording import day_text

_MADE = "<!-- 由 manage.py policies_document 依政策包生成，请勿手改；改动政策包后运行 make documents。 -->"
_CASES_SHOWN = 3


def documents_of(library: PackLibrary, coverage: Coverage) -> dict[str, str]:
    """Return file name → text of every page."""
    titles = {name: loaded.pack.head.title for name, loaded in library.items()}
    covers = {cover.pack_id: cover for cover in coverage.packs}
    pages = {f"{name}.md": _pack_page(loaded, titles) for name, loaded in library.items()}
    return {**pages, "index.md": _index(library, covers), "coverage.md": _coverage_page(coverage)}


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([_MADE, f"# {title}", *(part for part in parts if part)]) + "\n"


def _grid(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(columns)} |", f"|{'|'.join('---' for _ in columns)}|", *body])


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", "<br>")


# --- a pack


def _pack_page(loaded: LoadedPack, titles: Mapping[str, str]) -> str:
    pack = loaded.pack
    sections = sections_of(pack, titles)
    contents = "、".join(f"[{each.title}](#{each.title})" for each in sections)
    hashed = f"政策包 `{pack.head.id}`，内容哈希 `{loaded.content_hash}`。"
    return _page(pack.head.title, hashed, contents, *(_section(each) for each in sections), _assumptions(sections))


def _section(section: Section) -> str:
    return "\n\n".join([f"## {section.title}", *(_table(table) for table in section.tables)])


def _table(table: Table) -> str:
    parts = [f"### {table.title}"] if table.title else []
    if table.rows:
        notes = any(_note(row) for row in table.rows)
        clauses = table.is_cited
        columns = [*table.columns, *(["条款"] if clauses else []), *(["备注"] if notes else [])]
        rows = [[*row.cells, *([row.cited] if clauses else []), *([_note(row)] if notes else [])] for row in table.rows]
        parts.append(_grid(columns, rows))
    if table.tree is not None:
        parts += [f"**{table.tree_title}**", "\n".join(_tree(table.tree, 0))]
    return "\n\n".join(parts)


def _note(row: Row) -> str:
    assumed = f"假定：{row.reason}" if row.reason else ""
    return "\n".join(part for part in (assumed, f"来自《{row.origin}》" if row.origin else "") if part)


def _tree(tree: Tree, depth: int) -> list[str]:
    row = tree.row
    cited = f"（{row.cited}）" if row.cited else ""
    note = _cell(_note(row).replace("\n", "；"))
    line = f"{'  ' * depth}- {_cell(row.text)}{cited}" + (f"〔{note}〕" if note else "")
    return [line, *(each for child in tree.children for each in _tree(child, depth + 1))]


def _assumptions(sections: Sequence[Section]) -> str:
    rows = [(f"`{row.path}`", row.text, row.reason) for part in sections for row in part.rows() if row.reason]
    if not rows:
        return ""
    return "\n\n".join(["## 假定的值", "来源没有写明、由本机关设定的值。", _grid(("位置", "值", "理由"), rows)])


# --- the index


def _index(library: PackLibrary, covers: Mapping[str, PackCover]) -> str:
    rows = []
    for name, loaded in library.items():
        head, cover = loaded.pack.head, covers.get(name)
        days = "至".join(day_text(day) for day in (head.in_force_from, head.in_force_until) if day) or "未载明"
        rows.append((
            f"[{head.title}]({name}.md)", f"`{name}`", head.document_number, AUTHORITY_LABELS[head.authority.level], days,
            str(len(loaded.pack.lists)), str(len(loaded.pack.assumptions())), str(cover.cases) if cover else "—",
        ))  # fmt: skip
    columns = ("文件", "政策包", "文号", "效力层级", "施行", "名单数", "假定数", "案例数")
    lead = f"共{len(library)}个政策包。来源条款与值、案例的对应见[覆盖表](coverage.md)，各来源的条款登记在 `sources/`。"
    return _page("政策包", lead, _grid(columns, rows))


# --- the coverage


def _coverage_page(coverage: Coverage) -> str:
    lead = (
        "每份来源的每一条：写成了政策包的哪些值，由哪些案例证明。没有案例形式可以提问的值在政策页的相应一节展示；"
        "不作规则的条款写明理由。标明“未满足”的案例证明条件在何时不成立。"
    )
    rows = [
        (
            f"[{pack.title}](#{pack.pack_id})", str(len(pack.clauses)), str(sum(bool(each.out) for each in pack.clauses)),
            str(len(pack.values)), str(sum(bool(value.cases) for value in pack.values)),
            str(sum(not value.is_provable for value in pack.values)), str(len(pack.missing)), str(pack.cases),
        )
        for pack in coverage.packs
    ]  # fmt: skip
    totals = [str(sum(int(row[column]) for row in rows)) for column in range(1, 8)]
    columns = ("来源", "条款", "不作规则", "值", "有案例", "页面展示", "待补案例", "案例总数")
    summary = _grid(columns, [*rows, ("合计", *totals)])
    return _page("来源覆盖表", lead, summary, *(_cover(pack) for pack in coverage.packs), _missing(coverage))


def _cover(pack: PackCover) -> str:
    rows = [row for clause in pack.clauses for row in _clause_rows(pack, clause)]
    grid = _grid(("来源条款", "内容", "政策包的值", "证明"), rows)
    return "\n\n".join([f"## {pack.pack_id}", f"{pack.document}。政策页：[{pack.title}]({pack.pack_id}.md)。", grid])


def _clause_rows(pack: PackCover, clause: ClauseCover) -> list[tuple[str, str, str, str]]:
    name = clause.cited if clause.cited == clause.clause else f"{clause.cited}\n{clause.clause}"
    if not clause.values:
        return [(name, clause.says, "", f"不作规则：{clause.out}" if clause.out else "没有对应的值")]
    first = [(name, clause.says), *(("", "") for _ in clause.values[1:])]
    return [
        (*start, f"{value.path}：{_short(value.text)}", _proof(value))
        for start, value in zip(first, clause.values, strict=True)
    ]


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _proof(value: Value) -> str:
    if value.cases:
        more = len(value.cases) - _CASES_SHOWN
        shown = "\n".join(value.cases[:_CASES_SHOWN])
        return f"{shown}\n等{len(value.cases)}个案例" if more > 0 else shown
    return "待补案例" if value.is_provable else f"页面展示：政策页“{value.section}”一节"


def _missing(coverage: Coverage) -> str:
    rows = [(pack.pack_id, f"`{value.path}`", value.text) for pack in coverage.packs for value in pack.missing]
    if not rows:
        return "## 待补案例\n\n没有。案例可以证明的值都有案例。"
    lead = f"以下{len(rows)}个值可以用案例证明，还没有案例。"
    return "\n\n".join(["## 待补案例", lead, _grid(("政策包", "位置", "值"), rows)])
