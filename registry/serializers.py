"""Shapes of the API's answers about departments and the calendar, for the OpenAPI document; nothing is run through them."""

from typing import Any

from rest_framework import serializers


class DepartmentRow(serializers.Serializer[Any]):
    """A department in use."""

    code = serializers.CharField(help_text="部门代码")
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
    is_announced = serializers.BooleanField(help_text="该年放假安排是否已公布；未公布的只按周末推算")
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
        child=serializers.DictField(child=serializers.CharField()), required=False, help_text="逐个字段的错误"
    )
    params = serializers.DictField(required=False, help_text="说明中用到的值")
    request_id = serializers.CharField(required=False, help_text="请求编号，与 X-Request-Id 响应头相同")
