"""The demonstration county has a client to try the API with, and says so."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from credit_site.demonstration.office import SANDBOX, office_open
from registry.models import ApiClient
from registry.rules.scopes import SCOPE_LABELS
from tests.api.test_clients import token_request
from tests.factories import make_department

pytestmark = pytest.mark.django_db


def test_the_sandbox_client_gets_a_token_for_every_scope():
    office_open(dt.date(2023, 10, 1))
    client_id, secret, _, code = SANDBOX
    answer = token_request(client_id, secret)
    assert set(answer.json()["scope"].split()) == set(SCOPE_LABELS)
    assert ApiClient.objects.get().department.code == code


def test_the_sandbox_client_is_told_beside_the_accounts():
    told = StringIO()
    call_command("demonstration_accounts", stdout=told)
    assert all(part in told.getvalue() for part in SANDBOX[:3])


def test_a_client_is_opened_on_the_machine_and_its_secret_printed_once():
    make_department("market")
    told = StringIO()
    call_command("api_client_open", department="market", name="审批系统", scopes=["check"], stdout=told)
    printed = dict(line.split() for line in told.getvalue().splitlines())
    assert token_request(printed["client_id"], printed["client_secret"]).json()["scope"] == "check"


@pytest.mark.parametrize(("department", "scopes"), [("nobody", ["check"]), ("market", ["everything"])])
def test_a_client_that_cannot_be_opened_is_refused_with_the_reason(department, scopes):
    make_department("market")
    with pytest.raises(CommandError):
        call_command("api_client_open", department=department, name="审批系统", scopes=scopes)
    assert not ApiClient.objects.exists()
