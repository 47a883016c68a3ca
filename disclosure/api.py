"""The catalogues and policies that the office runs, as data. What the public may read, so nothing depends on who asks."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from disclosure.selectors.catalogues import CatalogueMeasure, MeasureFilter, lists_catalogue, measures_catalogue
from disclosure.selectors.policies import PublicPolicy, policies_public, policy_public
from disclosure.serializers import ListCatalogue, MatterCatalogue, MeasureCatalogue, PolicyDetail, PolicyList
from registry import clock
from registry.api.describing import described
from registry.api.views import ApiView, cached
from registry.rules.scopes import CATALOGUE_READ
from registry.selectors.matters import matters_on

_TAG = "清单和政策"
_POLICY: dict[str, Any] = {
    "id": "mem-2023-11", "title": "安全生产严重失信主体名单管理办法", "number": "应急管理部令第11号", "issuer": "应急管理部",
    "authority": "部门规章", "in_force_from": "2023-10-01", "last_day": None, "mode": "binding", "mode_reasons": [],
    "hash": "0" * 64,
}  # fmt: skip


def _policy_row(policy: PublicPolicy) -> dict[str, Any]:
    version = policy.active.version
    return {
        "id": policy.pack_id, "title": policy.title, "number": version.number, "issuer": version.issuer,
        "authority": policy.authority, "in_force_from": version.in_force_from, "last_day": policy.last_day,
        "mode": policy.active.mode, "mode_reasons": list(policy.mode_reasons), "hash": version.content_hash,
    }  # fmt: skip


class Policies(ApiView):
    """The policies that the office runs."""

    scope = CATALOGUE_READ

    @described(
        operation_id="policies_list", tag=_TAG, summary="本县执行的政策", scope=CATALOGUE_READ, is_cached=True, answer=PolicyList,
        description="今日在本县执行的政策，各附版本哈希。", example={"items": [_POLICY]},
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponseBase:
        """Return the policies that run today."""
        return cached(request, {"items": [_policy_row(each) for each in policies_public(on=clock.today())]})


class Policy(ApiView):
    """One policy with its whole content."""

    scope = CATALOGUE_READ

    @described(
        operation_id="policies_read", tag=_TAG, summary="一项政策的全文", scope=CATALOGUE_READ, is_cached=True, answer=PolicyDetail,
        description="政策包全文：条款、名单、期限、措施。",
        example=_POLICY | {"content": {"head": {"id": "mem-2023-11"}}},
        refusals={404: ("not-found", "没有这个地址或者编号，或者不属于本部门。请核对后重试。")},
    )  # fmt: skip
    def get(self, request: Request, pack_id: str) -> HttpResponseBase:
        """Return a policy that runs today; 404 for any other."""
        found = policy_public(pack_id, on=clock.today())
        if found is None:
            raise Http404
        content = found.active.pack.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"origins"})
        return cached(request, {**_policy_row(found), "content": content})


class Lists(ApiView):
    """The catalogue of lists."""

    scope = CATALOGUE_READ

    @described(
        operation_id="catalogue_lists", tag=_TAG, summary="对象清单", scope=CATALOGUE_READ, is_cached=True, answer=ListCatalogue,
        description="本县有哪些名单，依据哪一条，是否公布。",
        example={"items": [{"policy": "mem-2023-11", "code": "blacklist", "label": "安全生产严重失信主体名单",
                            "polarity": "negative", "rank": 1, "is_public": True, "clause": "第六条"}]},
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponseBase:
        """Return every list of the policies that run today."""
        rows = [
            {"policy": each.policy.pack_id, "code": each.rule.code, "label": each.rule.label,
             "polarity": each.rule.polarity, "rank": each.rule.rank, "is_public": each.is_public,
             "clause": each.policy.cite(each.rule.clause)}
            for each in lists_catalogue(on=clock.today())
        ]  # fmt: skip
        return cached(request, {"items": rows})


class Measures(ApiView):
    """The catalogue of measures and incentives."""

    scope = CATALOGUE_READ

    @described(
        operation_id="catalogue_measures", tag=_TAG, summary="措施清单", scope=CATALOGUE_READ, is_cached=True, answer=MeasureCatalogue,
        description="惩戒和激励措施，强制性或者推荐性，各附依据和事项代码；今日不得实施的写明理由。",
        example={"items": [{"policy": "memo-2016-1001", "code": "18", "label": "依法限制参与政府采购活动",
                            "is_incentive": False, "force": "mandatory", "matters": ["government-procurement"],
                            "departments": ["财政部"], "legal_basis": ["《中华人民共和国政府采购法》第二十二条"],
                            "clause": "18", "refusal": ""}]},
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponseBase:
        """Return the measures of the policies that run today."""
        found = measures_catalogue(on=clock.today(), wanted=MeasureFilter())
        return cached(request, {"items": [_measure_row(each) for each in found.rows]})


def _measure_row(row: CatalogueMeasure) -> dict[str, Any]:
    return {
        "policy": row.policy.pack_id, "code": row.measure.code, "label": row.measure.label,
        "is_incentive": row.is_incentive, "force": row.measure.force, "matters": list(row.measure.matters),
        "departments": list(row.measure.departments), "legal_basis": row.bases, "clause": row.clause,
        "refusal": row.refusal,
    }  # fmt: skip


class Matters(ApiView):
    """The catalogue of matters, by whose codes a check is asked."""

    scope = CATALOGUE_READ

    @described(
        operation_id="catalogue_matters", tag=_TAG, summary="事项清单", scope=CATALOGUE_READ, is_cached=True, answer=MatterCatalogue,
        description="可以核查的事项。核查请求中的 matter 填这里的代码。",
        example={"items": [{"code": "government-procurement", "label": "政府采购"}]},
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponseBase:
        """Return the matters of the policies that run today."""
        rows = [{"code": code, "label": label} for code, label in matters_on(clock.today()).items()]
        return cached(request, {"items": rows})
