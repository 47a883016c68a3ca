"""What the OpenAPI document says of all operations alike: how a token is got, parameters of addresses, headers."""

from collections.abc import Iterator
from typing import Any, Final

from registry.rules.scopes import SCOPE_LABELS

_SECURITY: Final = {
    "oauth2": {
        "type": "oauth2",
        "description": "OAuth 2.0 客户端凭证（RFC 6749 第4.4节）：以客户端编号和密钥作 HTTP Basic 认证，表单"
                       "grant_type=client_credentials，可以用 scope 只申请一部分权限范围。令牌一小时有效。"
                       "出错时按 RFC 6749 第5.2节答复（error、error_description），取得过于频繁的答复 429。",
        "flows": {"clientCredentials": {"tokenUrl": "/api/v1/token", "scopes": dict(SCOPE_LABELS)}},
    }
}  # fmt: skip
# What a part of an address means, by its name; where several things have one, by what comes before it.
_IN_PATH: Final = {
    "year": "年份，2004至2100",
    "pack_id": "政策代码，见 /api/v1/policies",
    "code": "统一社会信用代码（18位）",
    "orders/{public_id}": "任务编号，即任务的 id",
    "uploads/{public_id}": "报送编号，即报送答复中的 id",
    "webhooks/{public_id}": "订阅编号，即订阅的 id",
}
_HEADERS: Final = {
    "X-Request-Id": (
        "string",
        "请求编号：请求中给出8至64个字符（字母、数字、_.-）的，原样返回；咨询系统管理员时请提供",
    ),
    "RateLimit-Limit": ("integer", "本客户端每分钟的请求上限"),
    "RateLimit-Remaining": ("integer", "本分钟还可以请求的次数"),
    "RateLimit-Reset": ("integer", "多少秒后重新计数"),
    "Retry-After": ("integer", "多少秒后重试"),
    "ETag": ("string", "内容的标记，下次以 If-None-Match 送回"),
    "Idempotency-Replayed": ("string", "true：同一 Idempotency-Key 已经办理过，这是当时的答复"),
}
_RATE: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def document_complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook of drf-spectacular: add the security scheme, headers, descriptions of address parameters.

    Raises KeyError for a parameter in an address that `_IN_PATH` does not know, so that none goes undescribed.
    """
    components = result.setdefault("components", {})
    components["securitySchemes"] = _SECURITY
    components["headers"] = {
        name: {"description": text, "schema": {"type": kind}} for name, (kind, text) in _HEADERS.items()
    }
    for path, methods in result["paths"].items():
        for operation in methods.values():
            _describe_path(path, operation)
            for status, response in operation["responses"].items():
                response["headers"] = {
                    name: {"$ref": f"#/components/headers/{name}"} for name in _headers(operation, status)
                }
    return result


def _describe_path(path: str, operation: dict[str, Any]) -> None:
    for each in operation.get("parameters", ()):
        if each["in"] == "path":
            name = each["name"]
            before = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
            each["description"] = _IN_PATH[name] if name in _IN_PATH else _IN_PATH[f"{before}/{{{name}}}"]


def _headers(operation: dict[str, Any], status: str) -> Iterator[str]:
    """Yield the headers that every answer of an operation with `status` has."""
    yield "X-Request-Id"
    if status != "401":  # no client, no count
        yield from _RATE
    if status == "429":
        yield "Retry-After"
    if status in ("200", "304") and "304" in operation["responses"]:
        yield "ETag"
    is_write = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
    if is_write and status.startswith("2"):
        yield "Idempotency-Replayed"
