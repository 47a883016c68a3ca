"""Who calls: a department's system by its bearer token. A session of a person is nobody here."""

from typing import Any, cast

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from registry import clock
from registry.base.errors import NotAllowed
from registry.models import Account
from registry.rules.scopes import SCOPE_LABELS
from registry.selectors.clients import ClientToken, client_by_token
from registry.services.clients import client_use_mark


class ClientAuthentication(BaseAuthentication):
    """Bearer token (RFC 6750) in the header; `request.auth` is a `ClientToken`, `request.user` its service account."""

    def authenticate(self, request: Request) -> tuple[Account, ClientToken] | None:
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            return None
        token = client_by_token(text.strip())
        if token is None:
            raise AuthenticationFailed
        client_use_mark(token.client, at=clock.now())
        return token.client.account, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class HasScope(BasePermission):
    """The view's `scope` must be the client's and the token's; a view without one lets nobody in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ClientToken):
            return False
        scope = getattr(view, "scope", None)
        if scope is None or scope not in request.auth.scopes:
            raise NotAllowed(
                "scope-missing",
                f"本客户端（或者本令牌）没有“{SCOPE_LABELS.get(scope or '', '')}”的权限范围。"
                "请在取令牌时申请该范围；没有开通的，请联系信用监管办公室的系统管理员。",
                field="scope",
                value=scope or "",
            )
        return True


def caller_of(request: Request) -> ClientToken:
    """Return whose token the request carries (`HasScope` has turned everybody else away)."""
    return cast(ClientToken, request.auth)
