"""The shells: navigation by permission, one heading, no inline script or style, policy headers."""

import re

import pytest
from django.urls import NoReverseMatch, reverse

from credit_site import navigation
from tests.factories import make_account, make_department, make_subject

ADMINISTRATION = ["registry:account-list", "registry:department-list", "registry:calendar", "registry:job-list"]
HANDLER = frozenset({"handler"})


def labels(roles, path="/"):
    return [link.label for link in navigation.links(navigation.OFFICE, roles=frozenset(roles), path=path)]


def test_an_administrator_is_offered_no_case_work():
    assert not {"主体", "记录", "导入", "案件", "待列入提示", "公示", "审计"} & set(labels({"administrator"}))


def test_an_auditor_is_offered_the_timeline():
    assert "审计" in labels({"auditor"})


@pytest.mark.parametrize("role", ["handler", "reviewer", "approver", "publisher", "department", "administrator"])
def test_nobody_else_is_offered_the_timeline(role):
    assert "审计" not in labels({role})


def test_without_a_role_nothing_is_offered():
    assert labels(set()) == []


@pytest.mark.parametrize(
    "place",
    [*navigation.OFFICE, *navigation.PORTAL, *navigation.PUBLIC, *navigation.ACCOUNT],
    ids=lambda item: item.url_name,
)
def test_every_entry_of_the_navigation_leads_somewhere(place):
    try:
        address = reverse(place.url_name)
    except NoReverseMatch:
        address = None
    assert address is not None


def current(path):
    links = navigation.links(navigation.OFFICE, roles=HANDLER, path=path)
    return [link.label for link in links if link.is_current]


def test_a_page_below_an_entry_marks_that_entry():
    assert current("/office/calendar/load/") == ["日历"]


def test_a_page_below_no_entry_marks_none():
    assert current("/office/elsewhere/") == []


def test_the_workbench_marks_itself():
    assert current("/office/") == ["工作台"]


@pytest.fixture
def administrator(client):
    client.force_login(make_account("administrator", department=make_department()))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("name", ADMINISTRATION)
def test_a_page_has_one_heading_and_its_language(administrator, name):
    page = administrator.get(reverse(name)).content.decode()
    assert len(re.findall(r"<h1\b", page)) == 1
    assert '<html lang="zh-CN">' in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", ADMINISTRATION)
def test_a_page_has_no_inline_script_or_style(administrator, name):
    page = administrator.get(reverse(name)).content.decode()
    assert not re.search(r"<script\b(?![^>]*\bsrc=)|<style\b|\sstyle=|\son\w+=", page)


@pytest.mark.django_db
def test_every_page_forbids_foreign_content(administrator):
    policy = administrator.get(reverse("workbench")).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


@pytest.mark.django_db
def test_the_demonstration_says_so_on_every_page(client):
    assert "数据均为虚构" in client.get(reverse("account_login")).content.decode()


@pytest.mark.django_db
def test_outside_the_demonstration_nothing_is_said(client, settings):
    settings.DEMONSTRATION = False
    assert "数据均为虚构" not in client.get(reverse("account_login")).content.decode()


@pytest.mark.django_db
def test_a_page_for_the_public_asks_for_no_account(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse("account_login"))


@pytest.mark.django_db
def test_a_listed_enterprise_can_log_out_from_public_pages(client):
    client.force_login(make_account("subject", subject=make_subject()))
    page = client.get(reverse("disclosure:home")).content.decode()
    assert reverse("account_logout") in page
    assert reverse("account_login") not in page
