"""Refusals as problem documents (RFC 9457) with stable codes and Chinese sentences that name the way out."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from registry.base.errors import DomainError
from registry.rules.masking import mask_text

CONTENT_TYPE = "application/problem+json"

# What the framework itself refuses: code and sentence by status.
_FRAMEWORK = {
    400: ("request-malformed", "请求无法读取。请检查请求体是否为合法的 JSON、编码是否为 UTF-8。"),
    401: ("token-missing", "缺少访问令牌。请向 /api/v1/token 取得令牌，放在请求头 Authorization: Bearer <令牌> 中。"),
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

_TOKEN_INVALID = (
    "token-invalid", "访问令牌无效：有误、已过期，或者客户端已停用、已更换密钥。请向 /api/v1/token 重新取得令牌。",
)  # fmt: skip
_CHALLENGE = 'Bearer realm="api"'
_VALUE_MOST = 60
_PERSONAL = ("document_number", "_ZJHM")  # the latter as the national template has it
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
    request = context["request"]
    request_id = getattr(request, "request_id", "")
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, DomainError):
        return _of_refusal(error, request, request_id)
    if not isinstance(error, exceptions.APIException):
        return None
    if isinstance(error, exceptions.ValidationError):
        return _response(_of_fields(error, request, request_id), {})
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if isinstance(error, exceptions.AuthenticationFailed):  # RFC 6750, 3.1
        headers["WWW-Authenticate"] = f'{_CHALLENGE}, error="invalid_token"'
        return _response(problem(401, *_TOKEN_INVALID, request_id=request_id), headers)
    if isinstance(error, exceptions.UnsupportedMediaType):
        taken = " 或者 ".join(each.media_type for each in context["view"].get_parsers())
        detail = f"请求体须为 {taken}。请修改 Content-Type 请求头。"
        return _response(problem(415, _FRAMEWORK[415][0], detail, request_id=request_id), {})
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait) + 1)  # type: ignore[attr-defined]
    return _response(problem_of_status(error.status_code, request_id=request_id), headers)


def _of_refusal(error: DomainError, request: Any, request_id: str) -> Response:
    body, headers = problem_of(error, request_id=request_id), {}
    if error.code == "scope-missing":
        headers["WWW-Authenticate"] = f'{_CHALLENGE}, error="insufficient_scope", scope="{error.params.get("value")}"'
    elif error.field and "value" not in body and (value := _sent(request, error.field)):
        body["value"] = value
    return _response(body, headers)


def problem_of(error: DomainError, **members: Any) -> dict[str, Any]:
    """Return the problem document of a refusal. `value`: what was given; `clash`: what it clashes with; `errors`: every
    fault; all from the refusal's params, the rest of which stands in `params`."""
    given = dict(error.params)
    message, field = error.message, error.field
    if error.code == "stale-version":  # its own sentence speaks of a page
        field, given["value"], given["number"] = "version", given.pop("expected"), given.pop("actual")
        message = f"所带的版本是{given['value']}，现在是{given['number']}：内容已被他人修改，本次没有办理。请重新读取，核对后再办理。"
    errors = [_fault(each.field, each.message, each.value) for each in given.pop("faults", ())]
    params = {name: _plain(value) for name, value in given.items()}
    value, clash = (str(params.pop(name, "")) for name in ("value", "number"))
    return problem(
        error.status,
        error.code,
        message,
        field=field,
        value=value,
        clash=clash,
        errors=errors,
        params=params,
        **members,
    )


def _fault(field: str, detail: str, value: str) -> dict[str, str]:
    return {"field": field, "detail": detail} | ({"value": value} if value else {})


def _sent(request: Any, path: str) -> str:
    """Return what the client sent under a dotted path, at a bearable length; "" for nothing, for anything but texts and
    numbers, and for the number of a person's document."""
    try:
        value: Any = request.data
    except (exceptions.APIException, DomainError):  # what was refused came before the body was read
        value = None
    if path.endswith(_PERSONAL):
        return ""
    for name in path.split("."):
        if isinstance(value, list):
            value = value[int(name)] if name.isdigit() and int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    if value is None:
        value = request.query_params.get(path)
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    text = mask_text(str(value))
    return text if len(text) <= _VALUE_MOST else f"{text[:_VALUE_MOST]}…"


def _of_fields(error: exceptions.ValidationError, request: Any, request_id: str) -> dict[str, Any]:
    rows = [_fault(each["field"], each["detail"], _sent(request, each["field"])) for each in _flat("", error.detail)]
    first = rows[0] if rows else {"field": "", "detail": ""}
    detail = (
        f"{first['field']}：{first['detail']}请更正后重新提交。" if rows else "请求内容不合要求，请更正后重新提交。"
    )
    return problem(
        400, "invalid-input", detail, field=first["field"], value=first.get("value", ""), errors=rows,
        request_id=request_id,
    )  # fmt: skip


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
