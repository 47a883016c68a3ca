"""What departments' systems look up: departments and the working calendar. Cacheable."""

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from registry import clock
from registry.api.describing import described
from registry.api.views import ApiView, cached
from registry.base.errors import InvalidInput
from registry.rules.scopes import CATALOGUE_READ
from registry.selectors.calendar_year import calendar_year
from registry.selectors.departments import departments_in_use
from registry.serializers import CalendarYear, DepartmentList

YEARS = range(2004, 2101)


class Departments(ApiView):
    """The departments in use."""

    scope = CATALOGUE_READ

    @described(
        operation_id="departments_list", tag="参考数据", summary="部门", scope=CATALOGUE_READ, is_cached=True, answer=DepartmentList,
        description="在用的部门，按代码排列。",
        example={"items": [{"code": "market", "uscc": "111399990000000197", "name": "演示县市场监督管理局（演示）", "short_name": "市监局", "kind": "bureau",
                            "kind_label": "县级部门", "contact": "演示县演示路1号"}]},
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponseBase:
        """Return the departments by code."""
        rows = [
            {"code": each.code, "uscc": each.uscc, "name": each.name, "short_name": each.short_name, "kind": each.kind,
             "kind_label": each.get_kind_display(), "contact": each.contact}
            for each in departments_in_use()
        ]  # fmt: skip
        return cached(request, {"items": rows})


class Calendar(ApiView):
    """The working days of a year."""

    scope = CATALOGUE_READ

    @described(
        operation_id="calendar_year", tag="参考数据", summary="一年的工作日历", scope=CATALOGUE_READ, is_cached=True, answer=CalendarYear,
        description="期限按工作日计算时所用的日历，含放假和调休。",
        example={"year": 2026, "is_announced": True, "source": "国务院办公厅放假安排（随系统提供）",
                 "items": [{"day": "2026-01-01", "kind": "holiday", "note": ""}]},
        refusals={400: ("year-out-of-range", "年份“1900”不可用，应在2004至2100年之间。"),
                  404: ("not-found", "没有这个地址或者编号，或者不属于本部门。请核对后重试。")},
    )  # fmt: skip
    def get(self, request: Request, year: int) -> HttpResponseBase:
        """Return the days of `year`. Raises InvalidInput for a year outside the calendar's range."""
        if year not in YEARS:
            raise InvalidInput(
                "year-out-of-range",
                f"年份“{year}”不可用，应在{YEARS[0]}至{YEARS[-1]}年之间。",
                field="year",
                value=year,
            )
        found = calendar_year(year, today=clock.today())
        days = [
            {"day": day.day, "kind": day.kind, "note": day.note}
            for month in found.months for week in month.weeks for day in week if day is not None
        ]  # fmt: skip
        return cached(
            request, {"year": year, "is_announced": found.is_announced, "source": found.source, "items": days}
        )
