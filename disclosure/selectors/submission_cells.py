"""Submissions as rows of a sheet for officers."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import QuerySet

HEADER: Final = (
    "渠道", "状态", "种类", "文书号", "当事人", "决定部门", "决定日期", "上报截止日", "首次报送", "最近报送", "回执日期", "报送文件",
    "说明",
)  # fmt: skip


def submission_cells(found: QuerySet[Any]) -> Iterator[list[str | int | float | None]]:
    """Yield what `disclosure.selectors.channels.submissions_shown` returns, under `HEADER`, read in chunks."""
    for each in found.iterator(chunk_size=500):
        record = each.record
        yield [
            each.channel.name, each.label, record.get_kind_display(), record.number, record.subject.name,
            record.department.short_name, str(record.decided_on), str(each.due_on or ""), str(each.first_sent_on or ""),
            str(each.sent_on or ""), str(each.answered_on or ""), each.file.attachment.name if each.file else "",
            each.fault or each.reason,
        ]  # fmt: skip
