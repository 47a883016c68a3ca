"""Name search: the index answers exactly what comparing every name would."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.models import NameGram, SubjectName
from registry.rules.names import comparable_name
from registry.selectors import search
from registry.services.names import name_grams_rebuild, names_grams_add
from tests.factories import make_subject

pytestmark = pytest.mark.django_db

# Few characters, so that fragments meet names often; brackets and widths as offices write them.
ALPHABET = "安平丝网矿业（）()AaＡ12１ %_\\"


def make_named(name, **fields):
    subject = make_subject(name, **fields)
    for row in subject.names.all():
        name_grams_rebuild(row)
    return subject


def add_former(subject, name, until=dt.date(2024, 5, 6)):
    former = SubjectName(subject=subject, name=name, normalized=comparable_name(name), ends_on=until)
    former.save_by(None, reason="test")
    name_grams_rebuild(former)
    return former


def found_names(fragment, **options):
    return [hit.name for hit in search.names_matching(fragment, **options).hits]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.text(ALPHABET, min_size=1, max_size=16), min_size=1, max_size=6),
    fragment=st.text(ALPHABET, min_size=1, max_size=14),
)
def test_search_finds_what_comparing_every_name_finds(names, fragment):
    subjects = [make_named(name) for name in names]
    key = comparable_name(fragment)
    expected = {s.pk for s, name in zip(subjects, names, strict=True) if key and key in comparable_name(name)}
    hits = search.names_matching(fragment, limit=500).hits
    assert {hit.subject_id for hit in hits} & {s.pk for s in subjects} == expected


@pytest.mark.parametrize("length", range(1, 15))
def test_a_fragment_of_any_length_finds_its_name(length):
    name = "沂源县鲁村镇安平丝网制造有限公司"
    make_named(name)
    make_named("另一家商贸行")
    assert all(found_names(name[start : start + length]) == [name] for start in range(len(name) - length + 1))


def test_brackets_and_widths_are_one():
    make_named("演示（山东）矿业ＡＢ有限公司")
    assert found_names("(山东)矿业ab") == ["演示（山东）矿业ＡＢ有限公司"]


def test_wildcards_of_the_database_are_plain_characters():
    make_named("百分百%商行")
    make_named("百分百商行")
    assert found_names("百%") == ["百分百%商行"]
    make_named("百%甲商行")
    make_named(
        "另%商店，百_甲商，另_商店，丁\\丙"
    )  # its pairs are those of the fragments that only wild cards would meet
    assert found_names("百%商") == ["百分百%商行"]
    assert found_names("百_商") == []
    assert found_names("另%商") == found_names("丁\\丙") == ["另%商店，百_甲商，另_商店，丁\\丙"]


def test_former_name_finds_the_present_organisation_and_says_so():
    subject = make_named("新安矿业有限公司")
    add_former(subject, "旧平石料厂")
    (hit,) = search.names_matching("平石").hits
    assert (hit.name, hit.matched, hit.is_former, hit.former_until) == (
        "新安矿业有限公司", "旧平石料厂", True, dt.date(2024, 5, 6),
    )  # fmt: skip


def test_organisation_with_two_matching_names_comes_once():
    subject = make_named("安平矿业二厂")
    add_former(subject, "安平矿业一厂")
    assert found_names("安平矿业") == ["安平矿业二厂"]


def test_whole_name_comes_first():
    make_named("安平集团第一分厂")
    make_named("安平集团")
    assert found_names("安平集团")[0] == "安平集团"


def test_persons_are_never_found_by_name():
    person = make_subject("张三丰", kind="person")
    for row in person.names.all():
        name_grams_rebuild(row)
    assert found_names("张三丰") == []
    assert not NameGram.objects.exists()


def test_more_than_the_limit_is_said():
    for number in range(4):
        make_named(f"安平{number}号店")
    result = search.names_matching("安平", limit=3)
    assert (len(result.hits), result.has_more) == (3, True)


def test_exactly_the_limit_is_not_more():
    for number in range(3):
        make_named(f"安平{number}号店")
    assert not search.names_matching("安平", limit=3).has_more


def test_candidates_beyond_the_cap_are_said(monkeypatch):
    monkeypatch.setattr(search, "_CANDIDATES", 2)
    make_named("甲乙丙一店")
    for number in range(3):
        make_named(f"甲乙{number}乙丙店")
    result = search.names_matching("甲乙丙")
    assert ([hit.name for hit in result.hits], result.has_more) == (["甲乙丙一店"], True)


def test_a_name_of_common_characters_is_found_behind_the_cap(monkeypatch):
    monkeypatch.setattr(search, "_CANDIDATES", 2)
    for number in range(3):
        make_named(f"甲乙{number}乙丙店")
    assert search.names_matching("甲乙丙") == search.NameSearch((), has_more=False)
    make_named("甲乙丙百货")
    assert found_names("甲乙丙") == ["甲乙丙百货"]


def test_rarest_gram_leads_so_common_ones_hide_nothing(monkeypatch):
    monkeypatch.setattr(search, "_CANDIDATES", 2)
    for number in range(5):
        make_named(f"公司{number}号店")
    make_named("公司丝网店")
    assert found_names("公司丝") == ["公司丝网店"]


def test_merged_duplicate_leads_to_the_one_that_stays():
    stays = make_named("安平丝网甲厂")
    merged = make_named("安平丝网乙厂", merged_into=stays, status="merged")
    assert merged.pk != stays.pk
    assert found_names("丝网乙") == ["安平丝网甲厂"]


@pytest.mark.parametrize("fragment", ["", "  ", "​", "（"])
def test_nothing_visible_or_unknown_finds_nothing(fragment):
    make_named("安平商行")
    assert found_names(fragment) == []


def test_queries_do_not_grow_with_hits(django_assert_max_num_queries):
    for number in range(30):
        make_named(f"安平{number}号店")
    with django_assert_max_num_queries(5):
        search.names_matching("安平")


def test_code_is_found_exactly_in_any_case_and_width():
    subject = make_named("安平商行")
    wide = subject.uscc.lower().translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    assert search.organizations_by_code(f" {wide} ") == [subject]


def test_part_of_a_code_finds_nothing():
    subject = make_named("安平商行")
    assert search.organizations_by_code(subject.uscc[:17]) == []


def test_rebuilding_twice_changes_nothing():
    subject = make_named("安平商行")
    before = set(NameGram.objects.values_list("pk", flat=True))
    name_grams_rebuild(subject.names.get())
    assert set(NameGram.objects.values_list("pk", flat=True)) == before


def test_changed_name_loses_its_old_grams():
    subject = make_named("安平商行")
    row = subject.names.get()
    row.name, row.normalized = "长丰商行", comparable_name("长丰商行")
    row.save_by(None, reason="test")
    name_grams_rebuild(row)
    assert not NameGram.objects.filter(gram__in=["安", "平", "安平", "平商"]).exists()


def test_many_names_are_indexed_as_one_by_one():
    one, many = make_named("安平商行"), make_subject("安平商行")
    names_grams_add(SubjectName.objects.filter(subject=many).select_related("subject"))
    grams = [set(NameGram.objects.filter(name__subject=s).values_list("gram", flat=True)) for s in (one, many)]
    assert grams[0] == grams[1]


def test_a_cut_is_said_when_even_the_second_count_ends_early(monkeypatch):
    monkeypatch.setattr(search, "_PROBES", (1, 2))
    monkeypatch.setattr(search, "_CANDIDATES", 2)
    make_named("甲乙丙一店")
    for number in range(2):
        make_named(f"甲乙{number}乙丙店")
    assert search.names_matching("甲乙丙").has_more
    monkeypatch.setattr(search, "_CANDIDATES", 3)
    assert not search.names_matching("甲乙丙").has_more


@pytest.mark.parametrize("dense", [0, 10**9])
@pytest.mark.parametrize("most", [4, 20_000])
def test_subjects_named_are_those_whose_name_was_compared(dense, most, monkeypatch):
    """Looked up one by one or read through, former names too; of the newest names where there are too many."""
    monkeypatch.setattr(search, "_DENSE", dense)
    monkeypatch.setattr(search, "_CANDIDATES", most)
    make_named("丙丁商行")
    bearers = [make_named(name) for name in ("安平甲厂", "安丝平店", "安平丝网", "平安丝网")]
    add_former(bearers[1], "安平旧厂")
    person = make_subject("安平", kind="person")
    make_subject("王安平", kind="person")
    grams = NameGram.objects.filter(gram="安平").order_by("-name_id").values_list("name_id", flat=True)[:most]
    names = SubjectName.objects.filter(pk__in=list(grams), normalized__contains="安平")
    expected = {person.pk, *names.values_list("subject", flat=True)}
    assert set(search.subjects_named("安平")) == expected
    assert len(expected) == 4
    assert search.subjects_named("龘") == []
