"""Error pages: the right status, the right shell, a way out, nothing technical."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from credit_site.middleware import DomainErrorMiddleware
from credit_site.views.errors import server_error
from registry.base.errors import Conflict, RuleRefused
from tests.factories import make_account, make_department, make_subject

OFFICE_NAVIGATION = "主导航"
PUBLIC_NAVIGATION = "公众导航"
OWN_NAVIGATION = "我的导航"


@pytest.mark.django_db
def test_a_missing_page_wears_the_public_shell_for_the_public(client):
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert PUBLIC_NAVIGATION in answer.content.decode()


@pytest.mark.django_db
def test_a_missing_page_wears_the_office_shell_for_officers(client):
    client.force_login(make_account("handler", department=make_department()))
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert OFFICE_NAVIGATION in answer.content.decode()


@pytest.mark.django_db
def test_a_listed_enterprise_never_sees_the_office_shell(client):
    client.force_login(make_account("subject", subject=make_subject()))
    page = client.get("/nothing/here/").content.decode()
    assert OWN_NAVIGATION in page
    assert OFFICE_NAVIGATION not in page


@pytest.mark.django_db
def test_a_missing_right_names_the_roles_that_have_it(client):
    client.force_login(make_account("handler", department=make_department()))
    answer = client.get(reverse("registry:event-list"))
    assert answer.status_code == 403
    assert "可以办理的角色是：审计员" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_explained():
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("account_login"), {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["disclosure:search", "disclosure:lists"])
def test_a_null_character_in_an_address_is_refused(client, page):
    # PostgreSQL takes none in a text: the page would end in a fault of ours.
    answer = client.get(f"{reverse(page)}?q=%00&list=%00")
    assert answer.status_code == 400


def refused(exception, **headers):
    request = RequestFactory().post("/office/cases/1/", headers=headers)
    return DomainErrorMiddleware(lambda _: HttpResponse()).process_exception(request, exception)


@pytest.mark.parametrize(("refusal", "status"), [(Conflict("c", "撞上了"), 409), (RuleRefused("r", "缺条件"), 422)])
def test_a_refusal_shows_its_sentence_code_and_status(refusal, status):
    answer = refused(refusal)
    assert answer.status_code == status
    assert refusal.message in answer.content.decode()
    assert f"<code>{refusal.code}</code>" in answer.content.decode()


def test_a_refusal_leads_back_to_the_page_before():
    answer = refused(Conflict("c", "撞上了"), referer="http://testserver/office/cases/?state=collecting")
    assert 'href="http://testserver/office/cases/?state=collecting"' in answer.content.decode()


def test_a_refusal_does_not_lead_back_to_another_site():
    assert "elsewhere" not in refused(Conflict("c", "撞上了"), referer="https://elsewhere.test/").content.decode()


def test_what_is_in_a_refusal_is_escaped():
    assert "<script>" not in refused(Conflict("c", "<script>alert(1)</script>")).content.decode()


def test_a_body_beyond_the_limit_is_explained():
    assert refused(RequestDataTooBig()).status_code == 413


def test_other_faults_are_left_to_the_server_page():
    assert refused(ValueError()) is None


def test_the_server_page_asks_neither_database_nor_account():
    answer = server_error(RequestFactory().get("/"))  # without django_db: a query would raise
    assert answer.status_code == 500
    assert "没有生效" in answer.content.decode()


@pytest.mark.django_db
def test_a_fault_shows_the_server_page_and_no_details(settings, monkeypatch):
    settings.DEBUG = False

    def fail(*args, **kwargs):
        raise ValueError("secret detail")

    monkeypatch.setattr("credit_site.context.navigation.links", fail)
    answer = Client(raise_request_exception=False).get(reverse("account_login"))
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/api/v1/departments"])
def test_a_database_that_restarts_is_waited_for_and_then_told_as_503(client, monkeypatch, settings, path):
    """Not 500: a program comes back by itself, a person knows what to look at before submitting again."""
    settings.DATABASE_WAIT_SECONDS = 0.3
    away = [True]

    class Restarting:
        def cursor(self):
            if away:
                raise OperationalError("the database system is starting up")
            return connection.cursor()

        def close(self):
            pass

    monkeypatch.setattr("credit_site.middleware.connection", Restarting())
    answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    expected = "application/problem+json" if path.startswith("/api/") else "text/html"
    assert answer["Content-Type"].startswith(expected)
    away.clear()
    assert client.get(path).status_code != 503


@pytest.mark.parametrize(("error", "status"), [(OperationalError("closed"), 503), (ValueError("ours"), 500)])
def test_a_database_lost_midway_is_no_fault_of_ours(error, status):
    try:
        raise error
    except (OperationalError, ValueError):
        answer = server_error(RequestFactory().get("/office/"))
    assert answer.status_code == status
