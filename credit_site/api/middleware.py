"""The edge of the API: every answer has a request id, every refusal is a problem document."""

import json
import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from registry.api.problems import CONTENT_TYPE, problem, problem_of_status

PREFIX = "/api/"
_KEPT = ("Allow", "Retry-After")
_GIVEN = re.compile(r"[A-Za-z0-9_.-]{8,64}", re.ASCII)


class ApiMiddleware:
    """Below /api/: takes the client's `X-Request-Id` or makes one, and turns the site's error pages into problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        response = self._answer(request, request_id)
        response["X-Request-Id"] = request_id
        return response

    def _answer(self, request: HttpRequest, request_id: str) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            return _page(
                problem(400, "null-character", "网址中含有空字符，没有办理。请去掉后重试。", request_id=request_id)
            )
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if response.status_code >= 400 and is_page:
            return _page(problem_of_status(response.status_code, request_id=request_id), response)
        return response


def _page(body: dict[str, object], instead_of: HttpResponse | None = None) -> HttpResponse:
    """Return the problem; what it refers the client to stays with it."""
    content = json.dumps(body, ensure_ascii=False)
    page = HttpResponse(content, status=body["status"], content_type=CONTENT_TYPE)
    for name in _KEPT:
        if instead_of is not None and instead_of.has_header(name):
            page[name] = instead_of[name]
    page["Cache-Control"] = "no-store"
    return page
