"""Shapes of the API's answers about departments, the calendar and reports, for the OpenAPI document; nothing is run
through them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from registry.rules import reporting
from registry.rules.publicity import COLUMNS, Kind, Required


class DepartmentRow(serializers.Serializer[Any]):
    """A department in use."""

    code = serializers.CharField(help_text="部门代码")
    uscc = serializers.CharField(
        help_text="统一社会信用代码，报送双公示时填写的机关代码；没有登记的为空", allow_blank=True
    )
    name = serializers.CharField(help_text="全称")
    short_name = serializers.CharField(help_text="简称")
    kind = serializers.CharField(help_text="类型代码")
    kind_label = serializers.CharField(help_text="类型")
    contact = serializers.CharField(help_text="联系方式", allow_blank=True)


class DepartmentList(serializers.Serializer[Any]):
    """The departments in use, by code."""

    items = DepartmentRow(many=True, help_text="部门")


class CalendarDayRow(serializers.Serializer[Any]):
    """One day of the year."""

    day = serializers.DateField(help_text="日期")
    kind = serializers.ChoiceField(
        choices=["working", "rest", "holiday", "makeup"],
        help_text="working 工作日；rest 周末；holiday 工作日放假；makeup 周末调休上班",
    )
    note = serializers.CharField(help_text="说明", allow_blank=True)


class CalendarYear(serializers.Serializer[Any]):
    """The working days of a year, by which the office counts its periods."""

    year = serializers.IntegerField(help_text="年份")
    is_announced = serializers.BooleanField(help_text="该年放假安排是否已公布；未公布的暂按法定节假日和周末推算")
    source = serializers.CharField(help_text="依据", allow_blank=True)  # type: ignore[assignment]
    items = CalendarDayRow(many=True, help_text="逐日")


class Problem(serializers.Serializer[Any]):
    """A refusal (RFC 9457)."""

    type = serializers.CharField(help_text="urn:county-credit:problem:<code>")
    title = serializers.CharField(help_text="这一类情况的简短说法")
    status = serializers.IntegerField(help_text="HTTP 状态码")
    code = serializers.CharField(help_text="稳定的代码，供程序判断")
    detail = serializers.CharField(help_text="拒绝了什么、为什么、怎样办理")
    field = serializers.CharField(required=False, help_text="涉及的字段")
    value = serializers.CharField(required=False, help_text="收到的值")
    clash = serializers.CharField(required=False, help_text="与之冲突的编号")
    errors = serializers.ListField(  # type: ignore[assignment]
        child=serializers.DictField(child=serializers.CharField()),
        required=False,
        help_text="逐个字段的错误：field、detail，有收到的值的还有 value",
    )
    params = serializers.DictField(required=False, help_text="说明中用到的值")
    request_id = serializers.CharField(required=False, help_text="请求编号，与 X-Request-Id 响应头相同")


def _member(label: str, longest: int) -> serializers.Field[Any, Any, Any, Any]:
    """A value as a spreadsheet's cell would hold it: text, a number, or nothing."""

    @extend_schema_field({"type": ["string", "number", "null"], "maxLength": longest})
    class Member(serializers.Field[Any, Any, Any, Any]):
        pass

    return Member(required=False, help_text=label)


def _sheet(name: str, kind: Kind) -> serializers.Serializer[Any]:
    members = {
        column.code: _member(
            column.label if column.required is Required.NEVER else f"{column.label}（{column.required.value}）",
            column.max_length,
        )
        for column in COLUMNS[kind]
    }  # fmt: skip
    return inline_serializer(name, members)


PENALTY_REPORT = _sheet("PenaltyReport", Kind.PENALTY)
PERMIT_REPORT = _sheet("PermitReport", Kind.LICENCE)
_ABOUT = {
    "code": "；主体为单位的必填", "document_number": "；主体为自然人的必填，与 code 不同时填写", "name": "，必填",
    "number": "，必填", "title": "，必填", "decided_on": "，必填",
    "kind": "，必填：" + "；".join(f"{code} {label}" for code, label in reporting.RECORD_KINDS.items()),
    "occurred_on": "；生产安全事故必填", "is_liable": "：是、否；不填为是",
}  # fmt: skip
CREDIT_REPORT = inline_serializer(
    "CreditReport",
    {each.code: _member(each.label + _ABOUT.get(each.code, ""), each.most) for each in reporting.FIELDS},
)
_MOST = 5_000


class PublicityUpload(serializers.Serializer[Any]):
    """Many penalties or permits."""

    kind = serializers.ChoiceField(choices=["penalties", "permits"], help_text="penalties 行政处罚；permits 行政许可")
    rows = serializers.ListField(
        child=serializers.DictField(),
        help_text="各行，成员为全国“双公示”模板的列代码，见单项报送",
        min_length=1,
        max_length=_MOST,
    )


class CreditUpload(serializers.Serializer[Any]):
    """Many credit records."""

    rows = serializers.ListField(
        child=serializers.DictField(), help_text="各行，成员同单项报送", min_length=1, max_length=_MOST
    )


class ReportAnswer(serializers.Serializer[Any]):
    """What became of a reported decision."""

    state = serializers.ChoiceField(
        choices=["imported", "same"], help_text="imported 已登记；same 已登记过且内容相同，没有改动"
    )
    record = serializers.UUIDField(help_text="记录编号")
    warnings = serializers.ListField(child=serializers.CharField(), help_text="提示")


class UploadAnswer(serializers.Serializer[Any]):
    """How far an upload has come."""

    id = serializers.UUIDField(help_text="报送编号")
    kind = serializers.ChoiceField(choices=["penalties", "permits", "records"], help_text="种类")
    state = serializers.ChoiceField(
        choices=["running", "stopped", "done", "cancelled"],
        help_text="running 正在办理；stopped 程序中断；done 已完成；cancelled 信用监管办公室已取消其余各行",
    )
    state_label = serializers.CharField(help_text="状态")
    total = serializers.IntegerField(help_text="行数")
    waiting = serializers.IntegerField(help_text="等待登记")
    imported = serializers.IntegerField(help_text="已登记")
    same = serializers.IntegerField(help_text="已登记过且内容相同，没有改动")
    refused = serializers.IntegerField(help_text="未通过")
    uploaded_at = serializers.DateTimeField(help_text="收到时间")
    finished_at = serializers.DateTimeField(help_text="办完时间", allow_null=True)
    status_url = serializers.CharField(help_text="查询进度的地址")
    rows_url = serializers.CharField(help_text="读取各行结果的地址")


class RowFault(serializers.Serializer[Any]):
    """One fault of a row."""

    field = serializers.CharField(help_text="字段（列代码）；涉及整行的为空", allow_blank=True)
    label = serializers.CharField(help_text="字段名称")  # type: ignore[assignment]
    value = serializers.CharField(help_text="收到的值（证件号码遮盖）", allow_blank=True)
    reason = serializers.CharField(help_text="原因")
    way_out = serializers.CharField(help_text="怎样更正")


class UploadRow(serializers.Serializer[Any]):
    """What became of one row."""

    number = serializers.IntegerField(help_text="行号，从1起，与报送的次序相同")
    state = serializers.ChoiceField(
        choices=["waiting", "imported", "same", "refused"],
        help_text="waiting 待登记；imported 已登记；same 已登记过；refused 未通过",
    )
    document = serializers.CharField(help_text="文书号", allow_blank=True)
    record = serializers.UUIDField(help_text="记录编号；没有登记的为空", allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField(), help_text="提示")
    errors = RowFault(many=True, help_text="错误")  # type: ignore[assignment]


class UploadRowPage(serializers.Serializer[Any]):
    """A page of rows."""

    items = UploadRow(many=True, help_text="各行")
    next_cursor = serializers.CharField(help_text="下一页；没有下一页的为空", allow_null=True)
