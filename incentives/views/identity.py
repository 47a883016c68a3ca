"""Making sure who signs: the second factor where the account has one, else the password, entered anew."""

import time
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest
from django.urls import reverse

from incentives.models import Signature
from registry.views.guards import actor_of


def confirmed_by(request: HttpRequest) -> str:
    """Return how the person showed within the last minutes who they are (`Signature.Way`), empty when they did not.

    The login does not count. An account with a second factor must have used it.
    """
    needs_code = is_mfa_enabled(actor_of(request))
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    for record in reversed(records):
        if record.get("reauthenticated") and record["at"] >= since:
            way = record.get("type", record["method"])
            if way in Signature.Way.values and (way != Signature.Way.PASSWORD or not needs_code):
                return str(way)
    return ""


def confirm_address(request: HttpRequest) -> str:
    """Return the page that asks who they are and leads back here."""
    name = "mfa_reauthenticate" if is_mfa_enabled(actor_of(request)) else "account_reauthenticate"
    return f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}"
