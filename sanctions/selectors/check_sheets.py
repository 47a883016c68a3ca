"""Reads of checks asked: who may see which, the answers as they were given, and what of them still holds."""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from registry.base.personal_data import text_open
from registry.models import Account
from registry.rules import access
from registry.selectors.rights import roles_on
from sanctions.models import CheckLog, CheckSheet, ListEntry
from sanctions.rules.checking import (
    AMBIGUOUS,
    BAD_CODE,
    FORMER_NAME,
    FOUND,
    MERGED,
    NAME_DIFFERS,
    NAME_NEEDED,
    OUTCOMES,
    tier_words,
)
from sanctions.selectors.entries import is_paused_on

# What the officer has to look at before going on.
_TO_MEND = frozenset({BAD_CODE, AMBIGUOUS, NAME_NEEDED, NAME_DIFFERS})
_MET = frozenset({FOUND, FORMER_NAME, MERGED, NAME_DIFFERS})
TABS = {"": "全部", "listed": "在列", "mend": "须核对", "unknown": "没有登记"}


@dataclass(frozen=True, slots=True)
class Line:
    """One answered line; `entries`, what its good standing brings (`enjoys`) and its `tier` are plain values as they were
    kept."""

    number: int
    code: str
    name: str
    outcome: str
    sentence: str
    subject: str
    uscc: str
    entries: list[dict[str, Any]]
    enjoys: list[dict[str, Any]] = field(default_factory=list)
    tier: dict[str, Any] | None = None

    @property
    def outcome_label(self) -> str:
        return OUTCOMES[self.outcome]

    @property
    def asked(self) -> str:
        """What was asked, in one text."""
        return " ".join(part for part in (self.name, self.code) if part)

    @property
    def tier_words(self) -> str:
        """What the tier means for who deals with the subject, in one text; empty for who is not graded."""
        return tier_words(**self.tier) if self.tier is not None else ""

    @property
    def tab(self) -> str:
        """Under which tab the line stands beside 全部."""
        if self.entries:
            return "listed"
        if self.outcome in _TO_MEND:
            return "mend"
        return "" if self.outcome in _MET else "unknown"


def sheet_lines(sheet: CheckSheet) -> list[Line]:
    """Return the answers in the order asked, as they were given."""
    return [Line(**line) for line in json.loads(text_open(sheet.lines_sealed))]


def sheet_lines_on(sheet: CheckSheet, on: date) -> list[Line]:
    """Return the answers as they may be shown on the day `on`. What is over by then is not repeated: neither the
    sentence that told it nor its measures; measures that stand still by then are left out. One query."""
    if on == sheet.log.on and sheet_is_current(sheet, on):
        return sheet_lines(sheet)
    standing = _standing(sheet, on)
    # Good standing and tier may be gone by another day: they are asked anew, never repeated.
    return [replace(_line_on(line, standing), enjoys=[], tier=None) for line in sheet_lines(sheet)]


def _line_on(line: Line, standing: dict[str, bool]) -> Line:
    if not line.entries:
        return line
    left = [
        entry | {"paused": True, "measures": []} if standing[entry["id"]] else entry
        for entry in line.entries
        if entry["id"] in standing
    ]
    gone = len(line.entries) - len(left)
    if not gone and all(entry in line.entries for entry in left):
        return line
    said = f"查询之后，所载{gone}项名单条目已经终止，不再显示。" if gone else ""
    said += "其余条目见下。" if gone and left else ""
    said += "有条目的措施现已暂停。" if any(entry["paused"] for entry in left) else ""
    return Line(
        line.number, line.code, line.name, line.outcome, f"{said}请按今日的状况重新查询。", line.subject, line.uscc, left
    )  # fmt: skip


def _standing(sheet: CheckSheet, on: date) -> dict[str, bool]:
    """Return, for the entries of the sheet still in force on `on`, whether their measures stand still."""
    ids = [UUID(each) for each in sheet.entries]
    rows = ListEntry.objects.in_force(on).filter(public_id__in=ids).annotate(paused_now=is_paused_on(on))
    return {str(public_id): paused for public_id, paused in rows.values_list("public_id", "paused_now")}


def sheet_is_current(sheet: CheckSheet, on: date) -> bool:
    """Tell whether every entry that the sheet names is in force on `on`, with its measures as answered."""
    if not sheet.entries:
        return True
    standing = _standing(sheet, on)
    answered = {entry["id"]: entry["paused"] for line in sheet_lines(sheet) for entry in line.entries}
    return standing == answered


def checks_visible_to(account: Account, on: date) -> QuerySet[CheckLog]:
    """Return the checks that `account` may see, newest first: those of its department, which works with them; auditors
    all of them, by page and by API."""
    logs = CheckLog.objects.select_related("account", "department", "client", "sheet").order_by("-pk")
    if access.AUDITOR in roles_on(account, on):
        return logs
    if account.department_id is None:
        return logs.filter(account=account)
    return logs.filter(department=account.department_id)


def sheets_visible_to(account: Account, on: date) -> QuerySet[CheckSheet]:
    """Return the stamped results of the checks that `account` may see."""
    return CheckSheet.objects.filter(log__in=checks_visible_to(account, on).order_by()).select_related(
        "log__account", "log__department", "pdf", "xlsx"
    )


def sheet_by_code(code: UUID) -> CheckSheet | None:
    """Return the made sheet whose files carry `code`, None when there is none."""
    made = CheckSheet.objects.filter(code=code, state=CheckSheet.State.MADE)
    return made.select_related("log__department", "pdf", "xlsx").first()


def tab_counts(lines: list[Line]) -> list[tuple[str, str, int]]:
    """Return (code, label, number) of each tab."""
    return [(code, label, sum(1 for line in lines if not code or line.tab == code)) for code, label in TABS.items()]
