"""The officers' list of records finds by a subject's name what going through all records finds, however many there are."""

import datetime as dt

import pytest

from registry.models import Record
from registry.rules.names import comparable_document_number
from registry.selectors import records
from registry.selectors.records import RecordFilters, record_list, records_of_page
from registry.services.names import name_grams_rebuild
from tests.factories import make_account, make_department, make_record, make_subject

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 1)


@pytest.fixture
def account():
    return make_account("handler")


@pytest.fixture
def office():
    return make_department("yingji")


@pytest.fixture
def filed(office):
    """Records of four names, of several kinds, states and days; some drafts have no day yet."""
    for place, name in enumerate(("演示甲厂", "演示乙厂", "别家乙厂", "演示丙店")):
        subject = make_subject(name)
        name_grams_rebuild(subject.names.get())
        for number in range(4):
            kind, state = ("penalty", "permit")[number % 2], ("confirmed", "draft")[number // 2 % 2]
            document = f"演示罚〔2026〕{place}{number}号"
            make_record(
                subject, title=f"事由{number}", kind=kind, state=state, number=document,
                number_normalized=comparable_document_number(document),
                decided_on=None if number == 2 else DAY - dt.timedelta(number + place % 2),
                **({"department": office} if place else {}),
            )  # fmt: skip


def listed(account, **given):
    return list(record_list(account=account, on=DAY, filters=RecordFilters(**given)).values_list("pk", flat=True))


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize("many", [0, 2000])
@pytest.mark.parametrize("text", ["演示", "乙厂", "演示甲", "演示罚〔2026〕1", "事由1"])
@pytest.mark.parametrize(
    "given",
    [{}, {"state": "draft"}, {"kind": "permit"}, {"unclassified": True}, {"decided_from": DAY - dt.timedelta(1)}, "office"],
    ids=str,
)  # fmt: skip
def test_the_list_is_what_fits_text_and_filters_newest_first(account, office, monkeypatch, many, text, given):
    monkeypatch.setattr(records, "_MANY", many)
    given = {"department": office.pk} if given == "office" else given
    every = listed(account, **given)
    found = Record.objects.in_bulk(every)
    meets = {
        pk for pk, each in found.items()
        if text in each.subject.name or comparable_document_number(each.number).startswith(comparable_document_number(text))
    }  # fmt: skip
    if text == "事由1":  # neither a name nor a number
        meets = {pk for pk, each in found.items() if text in each.title}
    assert listed(account, text=text, **given) == [pk for pk in every if pk in meets]


@pytest.mark.usefixtures("filed")
def test_a_name_found_is_not_looked_for_in_titles_though_filters_leave_nothing(account):
    make_record(make_subject("另一家"), title="演示甲厂的事由", kind="accident")
    assert listed(account, text="演示甲厂", kind="accident") == []


@pytest.mark.usefixtures("filed")
def test_rows_of_a_page_stand_in_its_order(account, django_assert_num_queries):
    keys = listed(account)[3:9]
    with django_assert_num_queries(2):
        rows = records_of_page(keys)
        assert [(row.pk, bool(row.subject.name), list(row.items.all())) for row in rows] == [
            (k, True, []) for k in keys
        ]
