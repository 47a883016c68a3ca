"""How this site bends the account library: closed sign-up, where a login leads, sealed authenticator secrets."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from registry import clock
from registry.base.personal_data import text_open, text_seal
from registry.models import Account
from registry.rules import access
from registry.services import authz
from registry.services.accounts import password_change
from registry.views.guards import actor_of


def first_page(account: Account, roles: frozenset[str]) -> str:
    """Return the address where `account` begins: a subject at its own file, a department at its orders,
    everybody else at the workbench. A page that this site does not route yet gives way to the next."""
    places: list[tuple[str, dict[str, object]]] = [("workbench", {})]
    if account.subject is not None:
        places = [("portal:home", {}), ("disclosure:home", {})]
    elif roles == {access.DEPARTMENT}:
        places.insert(0, ("sanctions:order-list", {}))
    for name, kwargs in places:
        try:
            return reverse(name, kwargs=kwargs)
        except NoReverseMatch:
            continue
    return "/"


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by administrators or by confirmed claims, never by signing up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        account = actor_of(request)
        return first_page(account, authz.roles_on(account, clock.today()))

    def set_password(self, user: Account, password: str) -> None:
        password_change(account=user, password=password, on=clock.today())


class SealedMFAAdapter(DefaultMFAAdapter):
    """Authenticator secrets and recovery codes lie encrypted in the database, by the key of personal data."""

    def encrypt(self, text: str) -> str:
        return text_seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return text_open(encrypted_text)
