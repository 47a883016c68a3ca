"""Where a department's system gets its token: OAuth 2.0 client credentials (RFC 6749, 4.4), counted by address."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.views import TokenView as LibraryTokenView

from registry.api.throttling import rate_count
from registry.views.addresses import request_address

GRANT = "client_credentials"


class TokenView(LibraryTokenView):
    """Gives tokens for client credentials alone. Errors have the form of RFC 6749, 5.2."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with a token of one hour; 429 once an address has asked too often within a minute."""
        rate = rate_count(f"token:{request_address(request)}", settings.API_TOKENS_A_MINUTE)
        if rate.is_over:
            error = {"error": "temporarily_unavailable", "error_description": "取令牌过于频繁，请按 Retry-After 等待。"}
            return JsonResponse(error, status=429, headers={"Retry-After": str(rate.reset)})
        if request.POST.get("grant_type") != GRANT:
            error = {"error": "unsupported_grant_type", "error_description": f"grant_type 只能是 {GRANT}。"}
            return JsonResponse(error, status=400)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response
