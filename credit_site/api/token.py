"""Where a department's system gets its token: OAuth 2.0 client credentials (RFC 6749, 4.4), counted by address."""

import json
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.views import TokenView as LibraryTokenView

from registry.api.throttling import rate_count
from registry.rules.scopes import SCOPE_LABELS
from registry.views.addresses import request_address

GRANT: Final = "client_credentials"
_FORM: Final = "application/x-www-form-urlencoded"
_FORMS: Final = (_FORM, "multipart/form-data")
_SAID: Final = {
    "invalid_client": "client_id 或者 client_secret 有误，或者客户端已停用。请核对；密钥遗失的，请系统管理员更换。",
    "invalid_scope": "scope 为空，或者其中有不存在、本客户端没有开通的权限范围。请只写已开通的，或者不带 scope 取得全部。"
                     f"权限范围有：{'、'.join(SCOPE_LABELS)}。",
}  # fmt: skip
_OTHER: Final = "请求无法办理。请按接口说明以表单提交 grant_type=client_credentials。"


class TokenView(LibraryTokenView):
    """Gives tokens for client credentials alone. Errors have the form of RFC 6749, 5.2, with a Chinese description."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with a token of one hour; 429 once an address has asked too often within a minute."""
        rate = rate_count(f"token:{request_address(request)}", settings.API_TOKENS_A_MINUTE)
        if rate.is_over:
            text = f"取令牌过于频繁，请在{rate.reset}秒后重试。一个令牌可以用一小时，不必每次请求都取。"
            return _refused("temporarily_unavailable", text, status=429, headers={"Retry-After": str(rate.reset)})
        given = request.content_type or ""
        if given not in _FORMS:
            text = f"请求体须为表单，请把 Content-Type 改为 {_FORM}（收到“{given[:60]}”）。"
            return _refused("invalid_request", text)
        if request.POST.get("grant_type") != GRANT:
            return _refused("unsupported_grant_type", f"grant_type 只能是 {GRANT}。")
        response: HttpResponse = super().post(request, *args, **kwargs)
        if response.status_code < 400:
            return response
        code = json.loads(response.content)["error"]
        # RFC 6749, 5.2: the scheme that a client proves itself by here is Basic.
        headers = {"WWW-Authenticate": 'Basic realm="api"'} if response.status_code == 401 else {}
        return _refused(code, _SAID.get(code, _OTHER), status=response.status_code, headers=headers)


def _refused(code: str, text: str, *, status: int = 400, headers: dict[str, str] | None = None) -> JsonResponse:
    body = {"error": code, "error_description": text}
    response = JsonResponse(body, status=status, headers=headers, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response
