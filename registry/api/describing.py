"""How an operation is described in the OpenAPI document: in Chinese, with examples and every refusal."""

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from registry.api.paging import LIMIT, LIMIT_MOST
from registry.api.problems import CONTENT_TYPE, problem, problem_of_status
from registry.rules.scopes import SCOPE_LABELS
from registry.serializers import Problem


def parameter(name: str, kind: Any, description: str, *, required: bool = False) -> OpenApiParameter:
    """Describe one query parameter. `kind`: a type, or a schema of its own."""
    return OpenApiParameter(name, kind, description=description, required=required)


LIMIT_PARAMETER = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT}, description="每页条数"
)
CURSOR_PARAMETER = OpenApiParameter("cursor", str, description="上一页答复中的 next_cursor；空为从头")
KEY_PARAMETER = OpenApiParameter(
    "Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 200}, OpenApiParameter.HEADER, required=True,
    description="每个新请求一个，重试时不变：同键同内容得到同一答复，同键不同内容被拒绝（409）",
)  # fmt: skip
TAG_PARAMETER = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="上次答复的 ETag；内容没有变化的答 304，不带内容"
)
KEY_MISSING = (
    "idempotency-key-missing",
    "写入请求必须带 Idempotency-Key 请求头（1至200个可见 ASCII 字符，每个新请求一个，重试时不变）。",
)
KEY_REUSED = (
    "idempotency-key-reused",
    "Idempotency-Key“x”已用于另一个请求，本次没有办理。重试同一请求请原样发送；新的请求请换一个键。",
)
_ALWAYS = (401, 403, 429)
_ALSO = "此前已登记，没有改动"
_DONE = {200: "办理成功", 201: "已登记", 202: "已收下，正在后台办理"}


def described(
    *, operation_id: str, tag: str, summary: str, description: str, scope: str, answer: Any, example: Any,
    request: Any = None, asked: Any = None, status: int = 200, also: Mapping[int, Any] | None = None,
    is_cached: bool = False, parameters: list[OpenApiParameter] | None = None,
    refusals: Mapping[int, tuple[str, str]] | None = None,
) -> Callable[[Any], Any]:  # fmt: skip
    """Describe one operation. `answer` and `request`: serializers, or for `request` one by media type; `example` and
    `asked`: an answer and a request that may be sent as they stand; `also`: further statuses of the same shape, each
    with an example; `is_cached`: answers carry an entity tag; `refusals`: by status the code and sentence of the most
    telling one."""
    done = {status: example} | dict(also or {})
    said = {each: _DONE[each] if each == status else _ALSO for each in done}
    examples = [
        OpenApiExample(f"答复示例：{said[each]}", value=value, response_only=True, status_codes=[str(each)])
        for each, value in done.items()
    ]
    if asked is not None:
        medias = request if isinstance(request, dict) else ["application/json"]
        examples += [OpenApiExample("请求示例", value=asked, request_only=True, media_type=each) for each in medias]
    return extend_schema(
        operation_id=operation_id,
        tags=[tag],
        summary=summary,
        description=f"{description}\n\n权限范围：`{scope}`（{SCOPE_LABELS[scope]}）。",
        request=request,
        parameters=[*(parameters or []), *([TAG_PARAMETER] if is_cached else [])],
        responses={
            **{each: OpenApiResponse(answer, description=said[each]) for each in done},
            **({304: OpenApiResponse(description="内容没有变化，用原来收到的")} if is_cached else {}),
            **_refusals(refusals or {}, has_body=request is not None, has_parameters=bool(parameters)),
        },
        examples=examples,
        auth=[{"oauth2": [scope]}],  # type: ignore[list-item]
    )


def _refusals(
    given: Mapping[int, tuple[str, str]], *, has_body: bool, has_parameters: bool
) -> dict[Any, OpenApiResponse]:
    found: dict[Any, OpenApiResponse] = {}
    usual = _ALWAYS + ((400, 413, 415) if has_body else (400,) if has_parameters else ())
    bodies = {status: problem_of_status(status) for status in usual}
    if has_body and has_parameters:  # a write: the key may have been used for something else
        bodies[409] = problem(409, *KEY_REUSED)
    bodies |= {status: problem(status, code, detail) for status, (code, detail) in given.items()}
    for status, body in sorted(bodies.items()):
        found[status, CONTENT_TYPE] = OpenApiResponse(
            Problem, description=body["detail"],
            examples=[OpenApiExample(body["code"], value=body, status_codes=[str(status)], media_type=CONTENT_TYPE)],
        )  # fmt: skip
    return found
