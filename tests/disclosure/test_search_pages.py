"""The public search: one sentence first, former names found, persons never by guessing, a limit that says so."""

import datetime as dt

import pytest
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisConnectionError

from disclosure.rules.queries import QueryKind, query_of
from registry import clock
from registry.base.personal_data import lookup_hash
from registry.models import SubjectName
from registry.rules.names import comparable_name
from registry.rules.synthetic import make_identity, make_uscc
from registry.services.names import name_grams_rebuild
from tests.disclosure import county
from tests.factories import make_subject

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 22)
BORN = dt.date(1990, 3, 7)
IDENTITY = make_identity("139999", BORN, 453)


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def version():
    return county.activate("test-lists")["test-lists"]


def make_named(name, **fields):
    subject = make_subject(name, **fields)
    for row in subject.names.all():
        name_grams_rebuild(row)
    return subject


def make_person(name="王建国", number=IDENTITY):
    return make_subject(
        name, kind="person", born_on=BORN, document_hash=lookup_hash(number), document_masked="139***********4530"
    )


def listed(subject, version, starts_on=dt.date(2026, 3, 2), ends_on=dt.date(2029, 3, 3), **fields):
    entry = county.make_entry(subject, version=version, starts_on=starts_on, ends_on=ends_on, **fields)
    county.open_entry(entry, on=starts_on)
    return entry


def search(client, text):
    return client.get(reverse("disclosure:search"), {"q": text}).content.decode()


def ask_person(client, name, number):
    return client.post(reverse("disclosure:person"), {"name": name, "document_number": number}).content.decode()


def test_answer_begins_with_list_since_and_until(client, version):
    listed(make_named("演示矿业有限公司"), version)
    assert "演示矿业有限公司：自2026年3月2日起列入安全生产严重失信主体名单，至2029年3月2日止。" in search(
        client, "矿业"
    )


def test_not_listed_is_said_in_one_sentence(client):
    make_named("清白商贸行")
    assert "清白商贸行：未被列入任何公开的失信名单。" in search(client, "清白")


def test_two_characters_of_a_former_name_find_it(client, version):
    subject = make_named("新安矿业有限公司")
    former = SubjectName(
        subject=subject, name="旧平石料厂", normalized=comparable_name("旧平石料厂"), ends_on=dt.date(2024, 5, 6)
    ).save_by(None, reason="test")
    name_grams_rebuild(former)
    listed(subject, version)
    page = search(client, "旧平")
    assert "新安矿业有限公司：自2026年3月2日起列入" in page
    assert "曾用名：旧平石料厂" in page


def test_exact_code_answers_with_that_subject_only(client):
    subject = make_named("清白商贸行")
    make_named("清白百货行")
    page = search(client, subject.uscc.lower())
    assert "清白商贸行：未被列入" in page
    assert "清白百货行" not in page


def test_right_code_of_nobody_says_so(client):
    assert "没有查到使用这个统一社会信用代码的主体" in search(client, make_uscc("9", "1", "139999", 7_654_321))


def test_document_number_is_found_with_any_brackets(client, version):
    listed(make_named("演示矿业有限公司"), version, decision_number="演应急认〔2026〕88号")
    assert "演示矿业有限公司：安全生产严重失信主体名单" in search(client, "演应急认(2026)88号")


def test_part_of_a_document_number_finds_nothing(client, version):
    listed(make_named("演示矿业有限公司"), version, decision_number="演应急认〔2026〕88号")
    assert "没有查到" in search(client, "演应急认〔2026〕8")


def test_person_is_not_listed_by_name(client, version):
    listed(make_person(), version)
    page = search(client, "王建国")
    assert "没有查到" in page
    assert "王*" not in page


def test_person_is_reached_by_the_exact_document_number_masked(client, version):
    listed(make_person(), version, decision_number="演应急认〔2026〕99号")
    page = search(client, "演应急认〔2026〕99号")
    assert "王*：安全生产严重失信主体名单" in page
    assert "王建国" not in page


def test_identity_number_in_the_search_box_is_neither_searched_nor_shown(client, version):
    listed(make_person(), version)
    page = search(client, IDENTITY)
    assert "没有进行查询" in page
    assert IDENTITY not in page


def test_person_check_needs_name_and_number_together(client, version):
    listed(make_person(), version)
    assert "自2026年3月2日起列入安全生产严重失信主体名单" in ask_person(client, "王建国", IDENTITY)


@pytest.mark.parametrize(
    ("name", "number"), [("王建军", IDENTITY), ("王建国", make_identity("139999", BORN, 455)), ("王", IDENTITY)]
)
def test_person_check_with_one_of_them_wrong_gives_the_answer_of_a_stranger(client, version, name, number):
    listed(make_person(), version)
    stranger = ask_person(client, "赵无名", make_identity("139999", dt.date(1985, 1, 2), 11))
    answer = "该姓名和证件号码对应的自然人：未被列入任何公开的失信名单。"
    assert answer in stranger
    assert answer in ask_person(client, name, number)


def test_person_check_never_repeats_the_number(client):
    assert IDENTITY not in ask_person(client, "王建国", IDENTITY)
    assert IDENTITY not in ask_person(client, "", IDENTITY)


def test_person_check_is_not_answered_from_the_address(client, version):
    listed(make_person(), version)
    response = client.get(reverse("disclosure:person"), {"name": "王建国", "document_number": IDENTITY})
    assert "起列入" not in response.content.decode()


@pytest.mark.parametrize("text", ["", "   ", "（）" * 60, "\u200b"])
def test_useless_input_is_answered_with_advice(client, text):
    response = client.get(reverse("disclosure:search"), {"q": text})
    assert response.status_code == 200
    assert "请" in response.content.decode()


def test_more_than_fifty_says_to_type_more(client):
    for number in range(51):
        make_named(f"安平{number}号店")
    page = search(client, "安平")
    assert page.count("未被列入") == 50
    assert "请输入更完整的名称" in page


def test_statements_do_not_grow_with_what_is_found(client, version, django_assert_max_num_queries):
    for number in range(12):
        listed(make_named(f"安平{number}号店"), version)
    with django_assert_max_num_queries(8):
        search(client, "安平")


def test_expired_entry_is_not_in_the_answer(client, version):
    listed(make_named("演示矿业有限公司"), version, starts_on=dt.date(2025, 11, 21), ends_on=TODAY)
    assert "演示矿业有限公司：未被列入任何公开的失信名单。" in search(client, "矿业")


def test_entry_on_its_last_day_is_in_the_answer(client, version):
    listed(make_named("演示矿业有限公司"), version, starts_on=dt.date(2025, 11, 22), ends_on=dt.date(2026, 11, 23))
    assert "至2026年11月22日止" in search(client, "矿业")


def test_too_many_searches_get_a_page_that_explains(client, settings):
    settings.SEARCHES_A_MINUTE = 3
    codes = [client.get(reverse("disclosure:search"), {"q": "安"}).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]


def test_another_address_is_not_held_up(client, settings):
    settings.SEARCHES_A_MINUTE = 1
    client.get(reverse("disclosure:search"), {"q": "安"}, REMOTE_ADDR="198.51.100.1")
    response = client.get(reverse("disclosure:search"), {"q": "安"}, REMOTE_ADDR="198.51.100.2")
    assert response.status_code == 200


def test_forged_forwarding_header_does_not_escape_the_limit(client, settings):
    settings.SEARCHES_A_MINUTE = 1
    codes = [
        client.get(reverse("disclosure:search"), {"q": "安"}, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}").status_code
        for n in range(2)
    ]
    assert codes == [200, 429]


def test_behind_a_trusted_proxy_the_client_is_counted(client, settings):
    settings.SEARCHES_A_MINUTE, settings.TRUSTED_PROXIES = 1, 1
    codes = [
        client.get(
            reverse("disclosure:search"), {"q": "安"}, HTTP_X_FORWARDED_FOR=f"10.9.9.9, 203.0.113.{n}"
        ).status_code
        for n in range(2)
    ]
    assert codes == [200, 200]


def test_search_answers_while_the_cache_is_down(client, monkeypatch):
    def down(*args, **kwargs):
        raise RedisConnectionError("down")

    make_named("清白商贸行")
    monkeypatch.setattr("disclosure.views.throttle.cache", type("Cache", (), {"add": down, "incr": down})())
    assert "清白商贸行：未被列入" in search(client, "清白")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("安平", QueryKind.TEXT),
        (IDENTITY, QueryKind.IDENTITY),
        (f"王建国 {IDENTITY}", QueryKind.IDENTITY),
        (IDENTITY[:-1] + ("1" if IDENTITY[-1] != "1" else "2"), QueryKind.IDENTITY),
        (make_uscc("9", "1", "139999", 5), QueryKind.CODE),
        ("字" * 101, QueryKind.TOO_LONG),
    ],
)
def test_what_was_typed_is_recognised(text, kind):
    assert query_of(text).kind == kind
