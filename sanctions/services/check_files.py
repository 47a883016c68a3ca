"""The files of a check: a sheet for the department's own work, and a paper for its file.

Both say that the system made them, when, for whom and why, and how they are checked; neither opens a number that the
page masks.
"""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from registry.models import Department
from registry.rules.blocks import Block, Facts, Paragraph, TableBlock
from registry.rules.publicity import Cell
from registry.services.docx import Letter
from registry.services.imports.writing import write_cells
from registry.services.pdf import pdf_bytes
from sanctions.models import CheckSheet
from sanctions.selectors.check_sheets import Line

TITLE: Final = "联合奖惩查询结果"
NO_OFFICE: Final = "信用监管平台"
_HEADER: Final = (
    "序号", "所查名称", "所查代码", "查询结果", "主体名称", "统一社会信用代码", "结论", "信用等级", "名单", "认定部门", "自", "至",
    "异议", "措施暂停", "措施性质", "措施", "依据", "条款",
)  # fmt: skip
_OF_ENTRY: Final = 6  # columns that only an entry fills: from 名单 to 措施暂停
_EXPLANATION: Final = (
    "说明：本结果只反映查询当日的状况，之后名单可能终止、暂停或者更正，不得据以办理其他日期的事项；只用于所写的事项和用途，"
    "不得对外提供。强制性措施依法律法规实施，推荐性措施由办理部门依职权决定。没有登记的，即为查询当日没有记录。"
)


def issuing_office() -> str:
    """Return the name of the office whose system answers."""
    office = Department.objects.filter(kind=Department.Kind.CREDIT_OFFICE, is_active=True).order_by("pk").first()
    return office.name if office is not None else NO_OFFICE


def stamp(sheet: CheckSheet) -> str:
    """Return the line that stands in place of a seal."""
    at = sheet.log.at.astimezone()
    return (
        f"【自动生成】本结果由{issuing_office()}的信用监管系统于{at:%Y-%m-%d %H:%M}自动生成，回执编号{sheet.log.receipt}，"
        f"核验码{sheet.code}。凭核验码核对真伪，无需另行签章。"
    )


def _facts(sheet: CheckSheet) -> list[tuple[str, str]]:
    log = sheet.log
    return [
        ("查询部门", log.department.name if log.department is not None else "—"),
        ("查询人", log.account.get_full_name()),
        ("事项", sheet.matter_label),
        ("用途", log.purpose),
        ("查询日期", f"{log.on}"),
        ("查询数量", f"{log.asked}个，查到{log.found}个主体，其中在列{log.listed}个"),
    ]


def sheet_xlsx(sheet: CheckSheet, lines: Sequence[Line]) -> bytes:
    """Return the .xlsx: the stamp and the question above, then one row a measure; at least one a line."""
    target = io.BytesIO()  # a thousand lines at most
    above = [TITLE, stamp(sheet), f"核验网址：{sheet.verify_url}", *(f"{label}：{said}" for label, said in _facts(sheet)),
             _EXPLANATION]  # fmt: skip
    write_cells(target, header=_HEADER, rows=_rows(lines), sheet="查询结果", above=above)
    return target.getvalue()


def _rows(lines: Sequence[Line]) -> Iterator[list[Cell]]:
    for line in lines:
        head: list[Cell] = [
            str(line.number), line.name, line.code, line.outcome_label, line.subject, line.uscc, line.sentence,
            line.tier_words,
        ]  # fmt: skip
        if not line.entries and not line.enjoys:
            yield head
        for entry in line.entries:
            of_entry: list[Cell] = [
                entry["list"], entry["department"], entry["since"], entry["until"],
                "异议处理中" if entry["disputed"] else "", "暂停" if entry["paused"] else "",
            ]  # fmt: skip
            follows = list(_follows(entry)) or [["", "", "", ""]]
            for each in follows:
                yield [*head, *of_entry, *each]
        for one in line.enjoys:
            yield [*head, *[""] * _OF_ENTRY, "激励", one["label"], f"{one['basis']}（{one['why']}）", ""]


def _follows(entry: dict[str, Any]) -> Iterator[list[Cell]]:
    for measure in entry["measures"]:
        force = "强制性" if measure["mandatory"] else "推荐性"
        clause = f"{measure['catalogue']} {measure['clause']}"
        yield [force, measure["label"], "；".join(measure["basis"]), clause]
    for incentive in entry["incentives"]:
        yield ["激励", incentive["label"], "", incentive["clause"]]


def sheet_pdf(sheet: CheckSheet, lines: Sequence[Line], *, written_at: datetime) -> bytes:
    """Return the .pdf: the question, one row a line, then what follows for each listed subject, the stamp and a code."""
    letter = Letter(TITLE, sheet.log.receipt, issuing_office(), sheet.log.on, "自动生成")
    body: list[Block] = [Facts(_facts(sheet)), Paragraph("一、逐项结果", bold=True, indent=False)]
    rows = [(str(line.number), line.asked, line.sentence) for line in lines]
    body.append(TableBlock(("序号", "所查", "结论"), rows, widths=(8, 34, 58)))
    body.append(Paragraph("二、在列主体的名单和措施", bold=True, indent=False))
    listed = [line for line in lines if line.entries]
    body += [block for line in listed for block in _listed(line)] or [Paragraph("所查主体均不在可以查询的名单上。")]
    body.append(Paragraph("三、守信激励和绿色通道（查询当日）", bold=True, indent=False))
    praised = [line for line in lines if line.enjoys]
    body += [block for line in praised for block in _enjoying(line)] or [
        Paragraph("所查主体在该事项没有可以享受的激励措施。")
    ]
    body.append(Paragraph("四、信用等级对监督检查的影响（查询当日）", bold=True, indent=False))
    graded = [(str(line.number), line.subject, line.tier_words) for line in lines if line.tier_words]
    body.append(
        TableBlock(("序号", "主体", "信用等级"), graded, widths=(8, 34, 58))
        if graded
        else Paragraph("所查主体没有信用等级。")
    )
    body += [Paragraph(_EXPLANATION), Paragraph(stamp(sheet), indent=False)]
    return pdf_bytes(letter, body, written_at=written_at, verify_url=sheet.verify_url)


def _listed(line: Line) -> Iterator[Block]:
    yield Paragraph(f"序号{line.number}　{line.subject or line.name}　{line.uscc}", indent=False)
    for entry in line.entries:
        marks = [mark for mark, is_set in (("异议处理中", entry["disputed"]), ("措施暂停", entry["paused"])) if is_set]
        yield Paragraph(
            f"{entry['list']}，{entry['department']}认定，自{entry['since']}起至{entry['until']}止"
            + (f"（{'、'.join(marks)}）" if marks else "")
            + f"；依据《{entry['policy']}》{entry['clause']}。"
        )
        for force, label, basis, clause in _follows(entry):
            yield Paragraph(f"· {force}：{label}（{'，'.join(str(part) for part in (basis, clause) if part)}）")


def _enjoying(line: Line) -> Iterator[Block]:
    yield Paragraph(f"序号{line.number}　{line.subject or line.name}　{line.uscc}", indent=False)
    for one in line.enjoys:
        yield Paragraph(f"· {one['label']}：{one['why']}，依据{one['basis']}")
