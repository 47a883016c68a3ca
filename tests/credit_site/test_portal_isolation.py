"""Nobody ever sees another subject's file: every portal address, with every object of another subject, as every kind
of subject account.

Driven by the URL resolver. A portal address that takes an object must have a builder in `FOREIGN` that makes one of
another subject; a new address without one fails here.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registry import clock
from registry.models import Account, Subject
from tests.access_samples import SAMPLES, World
from tests.credit_site import samples
from tests.credit_site.test_access import NAMES, ROUTES
from tests.factories import make_account, make_department, make_subject

PORTAL = [name for name in NAMES if name.startswith(("portal:", "my-"))]
FOREIGN: dict[str, Callable[[World], dict[str, Any]]] = {
    # Builders of tests/access_samples.py make the object of `world.subject`; the visitor here belongs to another one.
    name: SAMPLES[name]
    for name in PORTAL
    if name in SAMPLES
}
SECRET = "别家企业专有的内容"


def takes_an_object(name: str) -> bool:
    item = next(item for candidate, item in ROUTES if candidate == name)
    return bool(item.pattern.converters) or bool(re.search(r"\(\?P<", str(item.pattern)))


# Their argument names what anybody may ask for (a kind of commitment), nothing of a subject.
OF_NO_SUBJECT = {"my-commitments:new"}
WITH_OBJECT = [name for name in PORTAL if takes_an_object(name) and name not in OF_NO_SUBJECT]
WITHOUT = [name for name in PORTAL if not takes_an_object(name)]
# One address for each kind of thing that a list may show.
KINDS = (
    "portal:record",
    "portal:entry",
    "portal:message",
    "portal:document-file",
    "portal:agent-end",
    "my-cases:detail",
)


def test_there_are_portal_addresses_of_both_kinds():
    assert len(WITH_OBJECT) >= 8
    assert len(WITHOUT) >= 8


def test_every_portal_address_with_an_object_has_a_foreign_sample():
    assert sorted(set(WITH_OBJECT) - set(FOREIGN)) == []


def stranger(kind: str) -> Account:
    """An account of another subject: opened by an administrator, or with a manager's or an agent's mandate."""
    subject = make_subject()
    account = make_account("subject", subject=subject)
    if kind != "plain":
        samples.make_mandate(subject, account, role=kind)
    return account


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["plain", "manager", "agent"])
@pytest.mark.parametrize("name", WITH_OBJECT)
def test_another_subjects_object_is_met_like_one_that_does_not_exist(name, kind):
    world = World(subject=make_subject(SECRET))
    address = reverse(name, kwargs=FOREIGN[name](world))
    client = Client()
    client.force_login(stranger(kind))
    for response in (
        client.get(address),
        client.post(address, {"reason": "x", "statement": "x", "is_confirmed": "on"}),
    ):
        assert response.status_code in (403, 404, 405), response.status_code
        assert SECRET not in response.content.decode()


@pytest.mark.django_db
def test_pages_without_an_object_show_nothing_of_other_subjects():
    others = [make_subject(f"{SECRET}{number}") for number, _ in enumerate(KINDS)]
    for subject, kind in zip(others, KINDS, strict=True):
        FOREIGN[kind](World(subject=subject, department=make_department()))
    words = {word for subject in others for word in _words_of(subject)}
    assert len(words) > 2 * len(others)
    client = Client()
    client.force_login(stranger("plain"))
    for name in WITHOUT:
        response = client.get(reverse(name))
        assert response.status_code in (200, 405), name
        page = response.content.decode()
        assert [word for word in words if word in page] == [], name


def _words_of(subject: Subject) -> set[str]:
    """What only the other subject's rows say: its name, its records' numbers, its cases, documents, accounts."""
    found = {subject.name, subject.uscc or ""}
    found |= set(subject.records.values_list("number", flat=True))
    found |= set(subject.cases.values_list("number", flat=True))
    found |= set(subject.documents.values_list("number", flat=True))
    found |= {str(each.public_id) for each in subject.entries.all()}
    found |= {each.username for each in subject.accounts.all()}
    return found - {""}


@pytest.mark.django_db
def test_an_account_whose_authority_has_ended_enters_no_page():
    account = stranger("agent")
    mandate = account.mandates.get()
    grant = account.grants.get()
    grant.ends_on = mandate.ends_on = clock.today()
    grant.save_by(None, reason="test")
    mandate.save_by(None, reason="test")
    client = Client()
    client.force_login(account)
    assert {client.get(reverse(name)).status_code for name in WITHOUT} == {403}


@pytest.mark.django_db
def test_no_page_of_the_own_file_is_kept_by_a_browser():
    client = Client()
    client.force_login(stranger("plain"))
    for name in WITHOUT:
        assert "no-store" in client.get(reverse(name)).headers.get("Cache-Control", ""), name
