"""A subject's records of one's own department, as of any day."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from registry import clock
from registry.api.authentication import caller_of
from registry.api.describing import CURSOR_PARAMETER, LIMIT_PARAMETER, described, parameter
from registry.api.paging import cursor_make, cursor_read, limit_of
from registry.api.views import ApiView, actor_of, day_of
from registry.rules.scopes import CHECK
from sanctions.api import examples
from sanctions.api.wording import subject_ref
from sanctions.selectors.subject_records import RecordOn
from sanctions.serializers import SubjectRecordPage
from sanctions.services.standing_checks import records_check

_KIND = "subject-records"


class SubjectRecords(ApiView):
    """What one's own department has decided about a subject."""

    scope = CHECK

    @described(
        operation_id="subject_records", tag="核查", summary="本部门对某主体作出的记录", scope=CHECK,
        answer=SubjectRecordPage, example=examples.RECORDS,
        description="按统一社会信用代码查询本部门截至某一日作出的信用记录及其在该日的状况：改正、履行、异议、修复、作废的日期"
                    "晚于该日的不告知，状况随之。涉密的、尚未确认的和其他部门作出的不告知；公开的见信用公示网站。每页都留存用途。",
        parameters=[
            parameter("purpose", str, "核查用途，留存备查", required=True),
            parameter("on", OpenApiTypes.DATE, "截至哪一日，默认今日"),
            CURSOR_PARAMETER, LIMIT_PARAMETER,
        ],
        refusals={400: ("purpose-missing", "请写明核查用途（1至200字）。"),
                  404: ("subject-unknown", "没有代码为“91139999MA0000007T”的主体。请核对代码。")},
    )  # fmt: skip
    def get(self, request: Request, code: str) -> Response:
        """Return a page of records in order of id."""
        today, limit = clock.today(), limit_of(request)
        until = day_of(request, "on", today)
        found = records_check(
            code=code, purpose=request.query_params.get("purpose", ""), until=until, limit=limit,
            after=cursor_read(_KIND, request.query_params.get("cursor", "")), actor=actor_of(request),
            client=caller_of(request).client, on=today, at=clock.now(),
        )  # fmt: skip
        following = cursor_make(_KIND, found.records[-1].record.pk) if found.has_more else None
        return Response(
            {"receipt": found.log.receipt, "on": until, "subject": subject_ref(found.subject),
             "items": [_told(each) for each in found.records], "next_cursor": following}
        )  # fmt: skip


def _told(each: RecordOn) -> dict[str, Any]:
    record = each.record
    return {
        "id": record.public_id, "kind": record.kind, "kind_label": record.get_kind_display(), "number": record.number,
        "title": record.title, "state": each.state, "state_label": each.state_label,
        "occurred_on": record.occurred_on, "decided_on": record.decided_on,
        "corrected_on": each.by_then(record.corrected_on), "fulfilled_on": each.by_then(record.fulfilled_on),
        "disputed_on": each.by_then(record.disputed_on), "repaired_on": each.by_then(record.repaired_on),
        "voided_on": each.by_then(record.voided_on),
    }  # fmt: skip
