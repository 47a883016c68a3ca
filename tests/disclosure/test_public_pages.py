"""Public pages: the verdict first, nothing personal anywhere, nothing left the day after the last day."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from disclosure.models import Publication
from disclosure.services.records import record_publish
from registry import clock
from registry.base.personal_data import lookup_hash
from registry.models import SubjectName
from registry.rules.names import comparable_name
from registry.rules.synthetic import make_identity
from tests.disclosure import county
from tests.factories import make_department, make_subject

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 22)
TOMORROW = dt.date(2026, 11, 23)
BORN = dt.date(1990, 3, 7)
IDENTITY = make_identity("139999", BORN, 453)
SECRETS = ("王建国", IDENTITY, county.MOBILE, "某路1号")


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def version():
    return county.activate("test-dual", "test-lists")["test-lists"]


@pytest.fixture
def company():
    company = make_subject("演示矿业有限公司", address="某路1号")
    county.add_person(company, "王建国", document_hash=lookup_hash(IDENTITY), document_masked="139***********4530")
    return company


def listed(subject, version, *, starts_on=dt.date(2026, 3, 2), ends_on=dt.date(2029, 3, 3), **fields):
    entry = county.make_entry(subject, version=version, starts_on=starts_on, ends_on=ends_on, **fields)
    county.open_entry(entry, on=starts_on)
    return Publication.objects.get(object_kind="sanctions.listentry", object_id=entry.pk)


def page(client, name, **kwargs):
    return client.get(reverse(f"disclosure:{name}", kwargs=kwargs))


def text(client, name, **kwargs):
    return page(client, name, **kwargs).content.decode()


def test_verdict_comes_before_everything_else_on_the_subject_page(client, version, company):
    listed(company, version)
    html = text(client, "subject", public_id=company.public_id)
    sentence = "演示矿业有限公司：自2026年3月2日起列入安全生产严重失信主体名单，至2029年3月2日止。"
    assert 0 < html.index(sentence) < html.index("文书号")


def test_subject_page_says_basis_clause_department_number_and_remedies(client, version, company):
    department = make_department(name="演示应急管理局")
    department.contact = "0533-0000000"
    department.save_by(None, reason="test")
    listed(company, version, department=department, decision_number="演应急认〔2026〕7号")
    html = text(client, "subject", public_id=company.public_id)
    wanted = (
        "《演示严重失信名单管理办法》（演示部令第9号）第六条", "演示应急管理局（0533-0000000）", "演应急认〔2026〕7号",
        "提出异议", "申请信用修复", "不收取任何费用",
    )  # fmt: skip
    assert [phrase for phrase in wanted if phrase not in html] == []


def test_subject_without_publications_is_clear(client, company):
    html = text(client, "subject", public_id=company.public_id)
    assert "演示矿业有限公司：未被列入任何公开的失信名单。" in html
    assert "查询期内无相关信息" in html


def test_former_names_are_shown(client, company):
    SubjectName(
        subject=company, name="旧平石料厂", normalized=comparable_name("旧平石料厂"), ends_on=dt.date(2024, 5, 6)
    ).save_by(None, reason="test")
    assert "旧平石料厂" in text(client, "subject", public_id=company.public_id)


def test_merged_subject_leads_to_the_one_that_stays(client, company):
    merged = make_subject("重复登记", merged_into=company, status="merged")
    assert page(client, "subject", public_id=merged.public_id).url.endswith(f"/{company.public_id}/")


@pytest.mark.usefixtures("version")
def test_person_without_anything_public_has_no_page(client):
    person = make_subject("王建国", kind="person", born_on=BORN)
    assert page(client, "subject", public_id=person.public_id).status_code == 404


def test_persons_page_is_gone_with_the_last_publication(client, version, company, monkeypatch):
    person = company.people.get().person
    listed(person, version, starts_on=dt.date(2025, 11, 22), ends_on=TOMORROW)
    assert page(client, "subject", public_id=person.public_id).status_code == 200
    monkeypatch.setattr(clock, "today", lambda: TOMORROW)
    assert page(client, "subject", public_id=person.public_id).status_code == 404


def test_no_page_shows_personal_data(client, version, company):
    """Every public page with an organisation, its principal and a penalty on it, searched for what must not be there."""
    person = company.people.get().person
    reason = f"主要负责人王建国（{IDENTITY}，{county.MOBILE}，住某路1号）拒不改正".replace("，住某路1号", "")
    publications = [listed(company, version, sentences=[reason]), listed(person, version, sentences=[reason])]
    record = county.make_penalty(company, decided_on=dt.date(2026, 11, 16), facts=reason)
    publications.append(record_publish(record_id=record.pk, actor=None, on=TODAY, until=dt.date(2027, 11, 16)))
    pages = [text(client, name) for name in ("home", "lists", "records", "policies", "measures", "rights")]
    pages += [text(client, "publication", public_id=each.public_id) for each in publications]
    pages += [text(client, "subject", public_id=each.public_id) for each in (company, person)]
    pages.append(client.get(reverse("disclosure:search"), {"q": record.number}).content.decode())
    assert [(secret, index) for secret in SECRETS for index, html in enumerate(pages) if secret in html] == []
    assert all("王*" in html for html in pages[6:9])


def test_penalty_and_permit_stand_on_the_subject_page(client, version, company):
    penalty = county.make_penalty(company, decided_on=dt.date(2026, 11, 16))
    permit = county.make_permit(company, decided_on=dt.date(2026, 11, 17))
    for record in (penalty, permit):
        until = dt.date(2027, 11, 16) if record is penalty else None
        record_publish(record_id=record.pk, actor=None, on=TODAY, until=until)
    html = text(client, "subject", public_id=company.public_id)
    assert "正在公示：行政处罚1件、行政许可1件。" in html
    assert penalty.number in html
    assert permit.number in html


def test_publication_is_there_on_its_last_day(client, version, company):
    publication = listed(company, version, starts_on=dt.date(2025, 11, 22), ends_on=TOMORROW)
    assert "至2026年11月22日止" in text(client, "publication", public_id=publication.public_id)


def test_publication_is_gone_everywhere_the_day_after(client, version, company, monkeypatch):
    publication = listed(company, version, starts_on=dt.date(2025, 11, 22), ends_on=TOMORROW)
    monkeypatch.setattr(clock, "today", lambda: TOMORROW)
    assert page(client, "publication", public_id=publication.public_id).status_code == 404
    shown = [text(client, name) for name in ("home", "lists")]
    shown.append(text(client, "subject", public_id=company.public_id))
    assert not any("2025年11月22日" in html or publication.list_label in html for html in shown)


def test_withdrawn_publication_is_gone(client, version, company):
    publication = listed(company, version)
    publication.withdrawn_on = TODAY
    publication.save_by(None, reason="test")
    assert page(client, "publication", public_id=publication.public_id).status_code == 404
    assert "未被列入任何公开的失信名单" in text(client, "subject", public_id=company.public_id)


def test_disputed_publication_is_marked(client, version, company):
    publication = listed(company, version)
    publication.disputed_on = dt.date(2026, 11, 2)
    publication.save_by(None, reason="test")
    assert "有异议正在核查" in text(client, "subject", public_id=company.public_id)
    assert "有异议" in text(client, "lists")


def test_internal_entry_appears_on_no_page(client, version, company):
    entry = county.make_entry(
        company, version=version, starts_on=dt.date(2026, 3, 2), ends_on=dt.date(2027, 3, 3), is_public=False,
        list_code="focus", list_label="重点关注名单",
    )  # fmt: skip
    county.open_entry(entry, on=dt.date(2026, 3, 2))
    shown = [text(client, name) for name in ("home", "lists")]
    shown.append(text(client, "subject", public_id=company.public_id))
    assert not any("重点关注" in html for html in shown)


def test_unknown_address_is_not_found(client):
    assert page(client, "publication", public_id=uuid.uuid4()).status_code == 404


def test_lists_can_be_narrowed_to_one_list(client, version, company):
    listed(company, version)
    other = make_subject("另一商行")
    listed(other, version, list_code="other", list_label="税收严重失信名单")
    html = client.get(reverse("disclosure:lists"), {"list": "税收严重失信名单"}).content.decode()
    assert "另一商行" in html
    assert "演示矿业有限公司" not in html


def test_lists_page_asks_the_database_the_same_for_one_and_for_many(client, version, django_assert_max_num_queries):
    for _ in range(12):
        listed(make_subject(), version)
    with django_assert_max_num_queries(4):
        page(client, "lists")


def test_empty_lists_say_so(client):
    assert "目前没有公布中的条目" in text(client, "lists")


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999", "２"])
def test_strange_page_numbers_are_harmless(client, number):
    assert client.get(reverse("disclosure:records"), {"page": number}).status_code == 200


def test_measures_are_kept_apart(client, version):
    html = text(client, "measures")
    mandatory, recommended = html.index("强制性措施</h2>"), html.index("推荐性措施</h2>")
    assert mandatory < html.index("限制参加政府采购") < recommended < html.index("加大检查频次")


def test_policy_page_names_lists_terms_and_clauses(client, version):
    html = text(client, "policy", pack_id="test-lists")
    assert [word for word in ("安全生产严重失信主体名单", "3年", "第六条", "无证生产") if word not in html] == []


def test_policy_run_only_inside_says_that_nothing_is_published(client):
    county.activate("test-lists", mode="internal")
    assert "只用于内部分级和提醒" in text(client, "policy", pack_id="test-lists")


def test_policy_that_the_office_does_not_run_is_not_found(client, version):
    assert page(client, "policy", pack_id="memo-2016-1001").status_code == 404


def test_rights_page_says_free_of_charge(client):
    assert "不收取任何费用" in text(client, "rights")


def test_pages_are_neither_cached_nor_indexed(client, version, company):
    response = page(client, "publication", public_id=listed(company, version).public_id)
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]


def test_snapshot_text_is_escaped(client, version):
    company = make_subject("<script>alert(1)</script>厂")
    publication = listed(company, version)
    assert "<script>alert" not in text(client, "publication", public_id=publication.public_id)
