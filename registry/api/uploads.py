"""What departments report over the API: 双公示 by the national template, other credit records; one or many."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from registry import clock
from registry.api import examples
from registry.api.authentication import caller_of
from registry.api.describing import CURSOR_PARAMETER, KEY_PARAMETER, LIMIT_PARAMETER, described, parameter
from registry.api.paging import cursor_make, cursor_read, limit_of
from registry.api.views import ApiView, written
from registry.base.errors import InvalidInput
from registry.models import ImportBatch, ImportRow
from registry.rules.publicity import Kind
from registry.rules.scopes import PUBLICITY_WRITE, RECORDS_WRITE
from registry.selectors.import_rows import layout_of, row_shown
from registry.selectors.imports import Counts, counts_of, import_rows, uploads_of
from registry.serializers import (
    CREDIT_REPORT,
    PENALTY_REPORT,
    PERMIT_REPORT,
    CreditUpload,
    PublicityUpload,
    ReportAnswer,
    UploadAnswer,
    UploadRowPage,
)
from registry.services.imports.reporting import row_report, rows_upload

_PUBLICITY, _RECORDS = "双公示报送", "信用记录报送"
_ROWS = "upload-rows"
# What the API calls a kind, and what an import does.
_KINDS = {"penalties": Kind.PENALTY.value, "permits": Kind.LICENCE.value, "records": ImportBatch.Kind.RECORDS.value}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_MISSING = ("not-found", "没有这个地址或者编号，或者不属于本部门。请核对后重试。")
_OF_PUBLICITY, _OF_RECORDS = (Kind.PENALTY.value, Kind.LICENCE.value), (ImportBatch.Kind.RECORDS.value,)
_ONE = (
    "按全国“双公示”模板的列代码填写，规则与文件导入相同：同一文书已登记且内容相同的，答复 same（200），不改动原记录；内容不同的，"
    "拒绝（409）。只能报送本部门作出的决定。登记后即为确认的记录，参加评估，并按期限公示。"
)
_MANY = "先检查并保存，随后在后台逐行登记，答复 202 和查询地址（status_url）。有问题的行不影响其他行，原因可以逐页读取（rows_url）。"
_KNOWN = ("import-known", "文书演应急罚〔2026〕1号已有记录，但内容不同：违法事实。本行没有改动原记录；原记录有误的，请到该记录办理“更正”，"
          "本行有误的，请更正后重报。")  # fmt: skip
_REFUSED = ("row-refused", "处罚决定日期：决定日期2026-12-01晚于今天（2026-04-01）。请按决定书核对日期。")


def _object(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise InvalidInput("body-malformed", "请求体应为一个 JSON 对象，成员为模板的列代码。请更正后重新提交。")
    return request.data


class _One(ApiView):
    """One decision, recorded at once."""

    kind: ClassVar[str]

    def _report(self, request: Request) -> Response:
        row = _object(request)

        def act() -> tuple[int, dict[str, Any]]:
            outcome = row_report(kind=self.kind, row=row, client=caller_of(request).client, on=clock.today())
            record = outcome.record.public_id if outcome.record is not None else None
            status = 201 if outcome.state == ImportRow.State.IMPORTED else 200
            return status, {"state": outcome.state, "record": record, "warnings": outcome.warnings}

        return written(request, act)


class Penalties(_One):
    """Report one penalty."""

    scope = PUBLICITY_WRITE
    kind = Kind.PENALTY.value

    @described(
        operation_id="publicity_penalty", tag=_PUBLICITY, summary="报送一项行政处罚", scope=PUBLICITY_WRITE, status=201,
        also={200: examples.SAME}, request=PENALTY_REPORT, answer=ReportAnswer, parameters=[KEY_PARAMETER], asked=examples.PENALTY,
        example=examples.REPORTED, description=_ONE, refusals={400: _REFUSED, 409: _KNOWN},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Record the penalty."""
        return self._report(request)


class Permits(_One):
    """Report one permit."""

    scope = PUBLICITY_WRITE
    kind = Kind.LICENCE.value

    @described(
        operation_id="publicity_permit", tag=_PUBLICITY, summary="报送一项行政许可", scope=PUBLICITY_WRITE, status=201,
        also={200: examples.SAME}, request=PERMIT_REPORT, answer=ReportAnswer, parameters=[KEY_PARAMETER], asked=examples.PERMIT,
        example=examples.REPORTED, description=_ONE, refusals={400: _REFUSED, 409: _KNOWN},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Record the permit."""
        return self._report(request)


class Records(_One):
    """Report one credit record of another kind."""

    scope = RECORDS_WRITE
    kind = ImportBatch.Kind.RECORDS.value

    @described(
        operation_id="records_report", tag=_RECORDS, summary="报送一条信用记录", scope=RECORDS_WRITE, status=201,
        also={200: examples.SAME}, request=CREDIT_REPORT, answer=ReportAnswer, parameters=[KEY_PARAMETER], asked=examples.CREDIT,
        example=examples.REPORTED, refusals={400: _REFUSED, 409: _KNOWN},
        description="行政处罚、行政许可以外的信用记录：生产安全事故、失信行为认定、行政强制、司法裁判、表彰荣誉、检查结果。"
                    "只能报送本部门作出的决定，一律写明文书号：凭文书号识别已经报送过的记录。" + _ONE.partition("：")[2],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Record it."""
        return self._report(request)


class _Many(ApiView):
    """Many decisions, recorded behind a status address."""

    place: ClassVar[str]

    @property
    def body_most(self) -> int:
        """What a batch may weigh, in bytes: as much as an imported file."""
        limit: int = settings.IMPORT_MAX_BYTES
        return limit

    def _upload(self, request: Request, kind: str) -> Response:
        rows = _object(request).get("rows")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InvalidInput("rows-malformed", "rows 应为数组，每项为一个对象。请更正后重新提交。", field="rows")

        def act() -> tuple[int, dict[str, Any]]:
            batch = rows_upload(kind=kind, rows=rows, client=caller_of(request).client, on=clock.today())
            return 202, upload_told(batch, self.place)

        return written(request, act)


def upload_told(batch: ImportBatch, place: str) -> dict[str, Any]:
    """Tell how far an upload has come. `place`: the address below which it is asked for."""
    counts: Counts = counts_of([batch.pk])[batch.pk]
    address = f"/api/v1/{place}/uploads/{batch.public_id}"
    return {
        "id": batch.public_id, "kind": _NAMES[batch.kind], "state": batch.state,
        "state_label": batch.get_state_display(), "total": batch.total, "waiting": counts.waiting,
        "imported": counts.imported, "same": counts.same, "refused": counts.refused, "uploaded_at": batch.uploaded_at,
        "finished_at": batch.finished_at, "status_url": address, "rows_url": f"{address}/rows",
    }  # fmt: skip


class PublicityUploads(_Many):
    """Report many penalties or permits."""

    scope = PUBLICITY_WRITE
    place = "publicity"

    @described(
        operation_id="publicity_upload", tag=_PUBLICITY, summary="成批报送行政处罚或者行政许可", scope=PUBLICITY_WRITE,
        status=202, request=PublicityUpload, answer=UploadAnswer, parameters=[KEY_PARAMETER],
        asked={"kind": "penalties", "rows": [examples.PENALTY]}, example=examples.upload("publicity", "penalties"),
        description=_MANY, refusals={400: ("rows-out-of-range", "一次可以报送1至5000行，收到0行。请分批报送。")},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Take the rows in."""
        kind = _object(request).get("kind")
        if kind not in ("penalties", "permits"):
            raise InvalidInput(
                "kind-unknown", "kind 应为 penalties（行政处罚）或者 permits（行政许可）。请更正后重新提交。",
                field="kind", value=str(kind)[:40],
            )  # fmt: skip
        return self._upload(request, _KINDS[kind])


class RecordUploads(_Many):
    """Report many credit records."""

    scope = RECORDS_WRITE
    place = "records"

    @described(
        operation_id="records_upload", tag=_RECORDS, summary="成批报送信用记录", scope=RECORDS_WRITE, status=202,
        request=CreditUpload, answer=UploadAnswer, parameters=[KEY_PARAMETER], asked={"rows": [examples.CREDIT]},
        example=examples.upload("records", "records"), description=_MANY,
        refusals={400: ("rows-out-of-range", "一次可以报送1至5000行，收到0行。请分批报送。")},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Take the rows in."""
        return self._upload(request, ImportBatch.Kind.RECORDS.value)


class _Upload(ApiView):
    """An upload of the department's."""

    kinds: ClassVar[tuple[str, ...]]
    place: ClassVar[str]

    def _found(self, request: Request, public_id: UUID) -> ImportBatch:
        found = uploads_of(caller_of(request).client, self.kinds).filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    def _status(self, request: Request, public_id: UUID) -> Response:
        return Response(upload_told(self._found(request, public_id), self.place))

    def _rows(self, request: Request, public_id: UUID) -> Response:
        batch, limit = self._found(request, public_id), limit_of(request)
        after = cursor_read(_ROWS, request.query_params.get("cursor", ""))
        state = request.query_params.get("state", ImportRow.State.REFUSED.value)
        if state not in ImportRow.State.values:
            raise InvalidInput(
                "state-unknown", f"没有名为“{state[:40]}”的状态。可用的有：{'、'.join(ImportRow.State.values)}。",
                field="state", value=state[:40],
            )  # fmt: skip
        found = list(import_rows(batch, state).filter(number__gt=after)[: limit + 1])
        layout = layout_of(batch)
        items = [_row_told(row, layout) for row in found[:limit]]
        following = cursor_make(_ROWS, found[limit - 1].number) if len(found) > limit else None
        return Response({"items": items, "next_cursor": following})


def _row_told(row: ImportRow, layout: Any) -> dict[str, Any]:
    shown = row_shown(row, layout)
    return {
        "number": shown.number, "state": shown.state, "document": shown.document,
        "record": shown.record.public_id if shown.record is not None else None, "warnings": shown.warnings,
        "errors": [
            {"field": each.column, "label": each.label, "value": each.value, "reason": each.reason,
             "way_out": each.way_out}
            for each in shown.faults
        ],
    }  # fmt: skip


_STATE_PARAMETER = parameter(
    "state", {"type": "string", "enum": list(ImportRow.State.values), "default": "refused"},
    "；".join(f"{code} {label}" for code, label in ImportRow.State.choices),
)  # fmt: skip
_BAD_STATE = ("state-unknown", "没有名为“x”的状态。可用的有：waiting、imported、same、refused。")


class PublicityUploadStatus(_Upload):
    """How far an upload has come."""

    scope = PUBLICITY_WRITE
    kinds, place = _OF_PUBLICITY, "publicity"

    @described(
        operation_id="publicity_upload_read", tag=_PUBLICITY, summary="一次双公示报送的进度", scope=PUBLICITY_WRITE,
        answer=UploadAnswer, example=examples.upload("publicity", "penalties"), refusals={404: _MISSING},
        description="state 为 running 的，请稍后再查；done 为全部办完；stopped 为程序中断，信用监管办公室排除故障后继续。",
    )  # fmt: skip
    def get(self, request: Request, public_id: UUID) -> Response:
        """Tell it."""
        return self._status(request, public_id)


class PublicityUploadRows(_Upload):
    """The rows of an upload."""

    scope = PUBLICITY_WRITE
    kinds, place = _OF_PUBLICITY, "publicity"

    @described(
        operation_id="publicity_upload_rows", tag=_PUBLICITY, summary="一次双公示报送的各行", scope=PUBLICITY_WRITE,
        answer=UploadRowPage, example=examples.ROWS, refusals={400: _BAD_STATE, 404: _MISSING},
        parameters=[_STATE_PARAMETER, CURSOR_PARAMETER, LIMIT_PARAMETER],
        description="默认只给出未通过的行：每个错误写明字段、收到的值、原因和办法。行号从1起，与报送的次序相同。",
    )  # fmt: skip
    def get(self, request: Request, public_id: UUID) -> Response:
        """Return a page of rows in order of number."""
        return self._rows(request, public_id)


class RecordUploadStatus(_Upload):
    """How far an upload has come."""

    scope = RECORDS_WRITE
    kinds, place = _OF_RECORDS, "records"

    @described(
        operation_id="records_upload_read", tag=_RECORDS, summary="一次信用记录报送的进度", scope=RECORDS_WRITE,
        answer=UploadAnswer, example=examples.upload("records", "records"), refusals={404: _MISSING},
        description="state 为 running 的，请稍后再查；done 为全部办完；stopped 为程序中断，信用监管办公室排除故障后继续。",
    )  # fmt: skip
    def get(self, request: Request, public_id: UUID) -> Response:
        """Tell it."""
        return self._status(request, public_id)


class RecordUploadRows(_Upload):
    """The rows of an upload."""

    scope = RECORDS_WRITE
    kinds, place = _OF_RECORDS, "records"

    @described(
        operation_id="records_upload_rows", tag=_RECORDS, summary="一次信用记录报送的各行", scope=RECORDS_WRITE,
        answer=UploadRowPage, example=examples.ROWS, refusals={400: _BAD_STATE, 404: _MISSING},
        parameters=[_STATE_PARAMETER, CURSOR_PARAMETER, LIMIT_PARAMETER],
        description="默认只给出未通过的行：每个错误写明字段、收到的值、原因和办法。行号从1起，与报送的次序相同。",
    )  # fmt: skip
    def get(self, request: Request, public_id: UUID) -> Response:
        """Return a page of rows in order of number."""
        return self._rows(request, public_id)
