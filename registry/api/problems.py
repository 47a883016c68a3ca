"""Refusals as problem documents (RFC 9457) with stable codes and Chinese sentences that name the way out."""

from typing import Any

from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from registry.base.errors import DomainError

CONTENT_TYPE = "application/problem+json"

# What the framework itself refuses: code and sentence by status.
_FRAMEWORK = {
    400: ("request-malformed", "请求无法读取。请检查请求体是否为合法的 JSON、编码是否为 UTF-8。"),
    401: ("token-missing", "缺少有效的访问令牌，或者令牌已过期、客户端已停用。请向 /api/v1/token 重新取得令牌。"),
    403: ("not-allowed", "没有办理这一步的权限。请联系信用监管办公室的系统管理员。"),
    404: ("not-found", "没有这个地址或者编号，或者不属于本部门。请核对后重试。"),
    405: ("method-not-allowed", "这个地址不支持这种请求方法。可用的方法见 Allow 响应头。"),
    406: ("not-acceptable", "只提供 application/json。请修改 Accept 请求头。"),
    413: ("body-too-large", "请求体超过上限，没有办理。请分批提交。"),
    415: ("media-type-unsupported", "请求体须为 application/json。请修改 Content-Type 请求头。"),
    429: ("too-many-requests", "请求过于频繁，已超过本客户端每分钟的上限。请按 Retry-After 等待后重试。"),
    503: (
        "database-away",
        "数据库正在重新启动，请求可能没有办成。请按 Retry-After 等待后，用同一个 Idempotency-Key 重试。",
    ),
    500: ("server-fault", "系统出现故障，没有办理。请稍后重试；仍不成功的，请把 request_id 告诉系统管理员。"),
}

_TITLES = {
    400: "请求不合要求", 401: "没有有效的令牌", 403: "没有权限", 404: "没有找到", 405: "方法不可用", 406: "格式不提供",
    409: "与现状冲突", 413: "请求体过大", 415: "媒体类型不支持", 422: "规则不允许", 429: "请求过于频繁", 500: "系统故障",
    503: "系统暂时不可用",
}  # fmt: skip


def problem(status: int, code: str, detail: str, **members: Any) -> dict[str, Any]:
    """Return the members of a problem document; empty ones are left out."""
    given = {name: value for name, value in members.items() if value not in ("", None, {}, [])}
    return {
        "type": f"urn:county-credit:problem:{code}",
        "title": _TITLES.get(status, "未能办理"),
        "status": status,
        "code": code,
        "detail": detail,
        **given,
    }


def problem_of_status(status: int, **members: Any) -> dict[str, Any]:
    """Return the problem document of what the framework refuses with `status`."""
    code, detail = _FRAMEWORK.get(status, (f"http-{status}", "请求未能办理，请核对后重试。"))
    return problem(status, code, detail, **members)


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: None for what is no refusal, which then becomes a 500."""
    request_id = getattr(context["request"], "request_id", "")
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, DomainError):
        return _response(problem_of(error, request_id=request_id), {})
    if not isinstance(error, exceptions.APIException):
        return None
    if isinstance(error, exceptions.ValidationError):
        return _response(_of_fields(error, request_id), {})
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    return _response(problem_of_status(error.status_code, request_id=request_id), headers)


def problem_of(error: DomainError, **members: Any) -> dict[str, Any]:
    """Return the problem document of a refusal. `value`: what was given; `clash`: what it clashes with; `errors`: every
    fault; all from the refusal's params, the rest of which stands in `params`."""
    given = dict(error.params)
    errors = [{"field": each.field, "detail": each.message} for each in given.pop("faults", ())]
    params = {name: _plain(value) for name, value in given.items()}
    value, clash = (str(params.pop(name, "")) for name in ("value", "number"))
    return problem(
        error.status, error.code, error.message, field=error.field, value=value, clash=clash, errors=errors,
        params=params, **members,
    )  # fmt: skip


def _of_fields(error: exceptions.ValidationError, request_id: str) -> dict[str, Any]:
    rows = list(_flat("", error.detail))
    first = rows[0] if rows else {"field": "", "detail": ""}
    detail = (
        f"{first['field']}：{first['detail']}请更正后重新提交。" if rows else "请求内容不合要求，请更正后重新提交。"
    )
    return problem(400, "invalid-input", detail, field=first["field"], errors=rows, request_id=request_id)


def _flat(path: str, detail: Any) -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [row for name, each in detail.items() for row in _flat(f"{path}.{name}".strip("."), each)]
    if isinstance(detail, list):
        return [row for each in detail for row in _flat(path, each)]
    return [{"field": path, "detail": str(detail)}]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _response(body: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)
