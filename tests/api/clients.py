"""A department's system for tests: opened by the service, with a token of its own, and a test client that carries it."""

import datetime as dt
import hashlib
import secrets

from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from registry.models import ApiClient, Department
from registry.rules.scopes import SCOPE_LABELS
from registry.services.clients import client_open
from tests.factories import LONG_AGO, make_department


def make_client(*scopes: str, department: Department | None = None, **fields: object) -> ApiClient:
    keys = client_open(
        name=fields.pop("name", f"演示系统{secrets.token_hex(3)}"), department=department or make_department(),
        scopes=list(scopes or SCOPE_LABELS), actor=None, on=LONG_AGO, **fields,
    )  # fmt: skip
    return keys.client


def token_of(client: ApiClient, *scopes: str, lives: dt.timedelta = dt.timedelta(hours=1)) -> str:
    """A token as the library stores it, without the slow look at the secret."""
    text = secrets.token_urlsafe(20)
    AccessToken.objects.create(
        token=text, token_checksum=hashlib.sha256(text.encode()).hexdigest(), application=client.application,
        scope=" ".join(scopes or client.scopes), expires=timezone.now() + lives,
    )  # fmt: skip
    return text


def caller(client: ApiClient | None = None, *scopes: str, **headers: str) -> Client:
    """A test client that sends the token of `client` (one with every scope unless given)."""
    client = client or make_client()
    return Client(headers={"Authorization": f"Bearer {token_of(client, *scopes)}", **headers})
