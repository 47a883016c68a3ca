"""Default deny: every address stands in the access table, and every role meets there what the table says."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from registry.rules import access
from tests import access_table
from tests.access_samples import SAMPLES, World
from tests.access_table import ACCESS, ALL_ROLES, API, CLIENT, CLOSED, LOGIN, OWNED, PUBLIC

OURS = ("credit_site", "registry", "sanctions", "incentives", "repair", "disclosure")
ENTERED = (200, 302, 405)  # 405: past the guard, but the page takes only a POST
VISITORS = ["anonymous", *sorted(ALL_ROLES)]


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver):
            yield from patterns(item, f"{space}{item.namespace}:" if item.namespace else space)
        else:
            yield f"{space}{item.name}" if item.name else "", item


ROUTES = list(patterns(get_resolver()))
NAMES = sorted({name for name, _ in ROUTES if name})


def test_every_address_stands_in_the_access_table():
    assert sorted(set(NAMES) - set(ACCESS)) == []


def test_the_access_table_names_no_address_that_is_gone():
    assert sorted(set(ACCESS) - set(NAMES)) == []


def test_only_the_shutter_over_library_pages_has_no_name():
    assert {item.callback.__name__ for name, item in ROUTES if not name} <= {"closed"}


def test_the_table_and_the_program_know_the_same_roles():
    assert frozenset(access.ROLE_LABELS) == access_table.ALL_ROLES


def view_module(item: URLPattern) -> str:
    return str(item.callback.__module__)


@pytest.mark.parametrize("name", NAMES)
def test_every_view_of_ours_that_is_not_public_names_its_permission(name):
    item = next(item for candidate, item in ROUTES if candidate == name)
    if not view_module(item).startswith(OURS) or name in API:
        return
    is_public = getattr(item.callback, "login_required", True) is False
    assert is_public == (ACCESS[name] == PUBLIC)
    if not is_public:
        assert item.callback.permission in access.PERMISSIONS


@dataclass(frozen=True)
class Office:
    """A world in which every role has signed in; `sessions`: the cookie of each."""

    world: World
    sessions: dict[str, str]

    def visit(self, address: str, visitor: str):
        client = Client()  # its own: some of these pages sign out
        if visitor != "anonymous":
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[visitor]
        return client.get(address)


def signed_in(account) -> str:
    client = Client()
    client.force_login(account)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture(scope="module")
def office(make_once) -> Office:
    """Made once for all addresses."""

    def build() -> Office:
        world = World()
        return Office(world, {role: signed_in(account) for role, account in world.accounts.items()})

    return make_once(build)


def met(response) -> str:
    """Say what the visitor met: entered, sent to the login, refused, or the status as it is."""
    if response.status_code == 302 and response.url.startswith(reverse(settings.LOGIN_URL)):
        return "login"
    if response.status_code in ENTERED:
        return "entered"
    return {401: "login", 403: "refused", 404: "missing"}.get(response.status_code, str(response.status_code))


def expected(name: str, visitor: str) -> set[str]:
    rule = ACCESS[name]
    if rule == CLOSED:
        return {"missing"}
    if rule == PUBLIC:
        return {"entered"}
    if visitor == "anonymous" or rule == CLIENT:
        return {"login"}
    if visitor in rule and OWNED.get(name, visitor) != visitor:
        return {"missing"}
    return {"entered"} if rule == LOGIN or visitor in rule else {"refused"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(NAMES) & set(ACCESS)))
def test_every_role_meets_what_the_table_says(name, office):
    world = copy.deepcopy(office.world)
    address = reverse(name, kwargs=SAMPLES[name](world) if name in SAMPLES else {})
    wrong = {}
    for visitor in VISITORS:
        found = met(office.visit(address, visitor))
        if found not in expected(name, visitor):
            wrong[visitor] = found
    assert wrong == {}


def test_administration_by_django_admin_is_not_routed():
    assert not any(name.startswith("admin:") for name in NAMES)


def test_a_sample_is_kept_only_for_an_address_that_exists():
    assert sorted(set(SAMPLES) - set(NAMES)) == []


def test_the_login_page_is_where_settings_say():
    assert resolve(reverse(settings.LOGIN_URL)).url_name == "account_login"
