"""What every view of the API has: caller, headers, cacheable answers, writes that act once."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.dateparse import parse_date
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registry import clock
from registry.api.authentication import caller_of
from registry.api.throttling import Rate
from registry.base.errors import InvalidInput
from registry.models import Account
from registry.services.api_answers import answer_once, request_digest

KEY_MOST = 200


class ApiView(APIView):
    """A view for clients that hold `scope`. Without one nobody enters."""

    scope: ClassVar[str | None] = None
    rate: Rate | None = None

    def check_permissions(self, request: Request) -> None:
        """Count the request before its scope is looked at, so that who asks for what it may not is held back too."""
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Done already."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Tell the client's rate, and keep answers out of shared caches unless the view has said otherwise."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.rate is not None:
            for name, value in self.rate.headers.items():
                answer[name] = value
        if not answer.has_header("Cache-Control"):
            answer["Cache-Control"] = "no-store"
        return answer


def actor_of(request: Request) -> Account:
    """Return the service account that the client acts as."""
    return caller_of(request).client.account


def cached(request: Request, body: dict[str, Any]) -> HttpResponseBase:
    """Answer with an entity tag over the content, or 304 where the client has it already."""
    content = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="application/json")
    response["ETag"] = tag
    patch_cache_control(response, private=True, max_age=300, must_revalidate=True)
    plain: HttpRequest = request._request
    return get_conditional_response(plain, etag=tag, response=response) or response


def written(request: Request, act: Callable[[], tuple[int, dict[str, Any]]]) -> Response:
    """Act once for the request's `Idempotency-Key`; a repeated request gets the first answer with
    `Idempotency-Replayed: true`. Raises InvalidInput (no key), Conflict (the key was used for another request)."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key or len(key) > KEY_MOST or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            "idempotency-key-missing",
            f"写入请求必须带 Idempotency-Key 请求头（1至{KEY_MOST}个可见 ASCII 字符，每个新请求一个，重试时不变）。",
            field="Idempotency-Key",
            value=key[:KEY_MOST],
        )
    digest = request_digest(request.method or "", request.path, _content_of(request))
    answer = answer_once(client=caller_of(request).client, key=key, digest=digest, act=act, at=clock.now())
    headers = {"Idempotency-Replayed": "true"} if answer.is_repeated else {}
    return Response(answer.body, status=answer.status, headers=headers)


def _content_of(request: Request) -> Any:
    """Return what the request carries, a file as its digest."""
    if not request.FILES:
        return request.data
    fields: dict[str, Any] = {name: each for name, each in dict(request.data).items() if name not in request.FILES}
    for name, file in request.FILES.items():
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
        fields[name] = [file.name, digest.hexdigest()]
    return fields


def day_of(request: Request, name: str, default: date) -> date:
    """Return the day that a query parameter names. Raises InvalidInput."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None or found.year < 1949:
        raise InvalidInput(
            "day-malformed", f"{name}“{text[:20]}”不是日期，请写成 2026-04-01 的形式。", field=name, value=text[:20]
        )
    return found
