"""Reading the department systems: whose token it is, and what it may."""

import hashlib
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from oauth2_provider.models import get_access_token_model

from registry.models import ApiClient


@dataclass(frozen=True)
class ClientToken:
    """A token that holds: the client it was given to, and the scopes that both the token and the client have now."""

    client: ApiClient
    scopes: frozenset[str]


def client_by_token(text: str) -> ClientToken | None:
    """Return whose token `text` is; None for an unknown or expired one, or where client, account or department is
    no longer active. One query, by the token's digest: the token itself is not stored."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    token = (
        get_access_token_model()
        .objects.select_related(
            "application__api_client__account", "application__api_client__department", "application__api_client__use"
        )
        .filter(token_checksum=digest, application__api_client__is_active=True)
        .first()
    )
    if token is None or token.is_expired():
        return None
    client: ApiClient = token.application.api_client
    if not client.account.is_active or not client.department.is_active:
        return None
    return ClientToken(client, frozenset(token.scope.split()) & frozenset(client.scopes))


def client_list() -> QuerySet[ApiClient]:
    """Return all clients, those in use first, with `webhooks_now` (how many subscriptions stand)."""
    standing = Count("webhooks", filter=Q(webhooks__closed_on__isnull=True))
    found = ApiClient.objects.select_related("department", "account", "application", "use")
    return found.annotate(webhooks_now=standing).order_by("-is_active", "name")
