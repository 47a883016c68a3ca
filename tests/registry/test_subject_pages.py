"""Pages of subjects: searching, the file on one page, forms that keep what was typed, no number in the clear."""

import datetime as dt
import logging

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import Event, Subject
from registry.rules.synthetic import make_identity, make_uscc
from registry.services.events import event_record
from registry.services.people import role_begin
from registry.services.subjects import organization_create, person_create, subject_rename
from registry.views.panels import panels_for, register_panel
from tests.factories import make_account, make_record, make_subject

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 1)
CODE = make_uscc("9", "1", "139999", 81)
IDENTITY = make_identity("139999", dt.date(1980, 5, 6), 11)


@pytest.fixture
def handler(db):
    return make_account("handler")


@pytest.fixture
def officer(client, handler):
    client.force_login(handler)
    return client


def url(name, subject, *more):
    return reverse(f"registry:{name}", args=[subject.public_id, *more])


def found_names(client, **query):
    page = client.get(reverse("registry:subject-list"), query).context["page"]
    return [subject.name for subject in page]


# --- searching ----------------------------------------------------------------------------------------------------
def test_two_characters_of_a_former_name_find_the_subject(officer, handler):
    subject = organization_create(name="演示石门矿业", category="enterprise", uscc=CODE, actor=handler, on=DAY)
    subject_rename(subject_id=subject.pk, name="演示新矿业", changed_on=DAY, version=None, actor=handler, on=DAY)
    make_subject("演示别家有限公司")
    assert found_names(officer, text="石门") == ["演示新矿业"]


def test_code_in_any_writing_finds_the_subject(officer):
    subject = make_subject("演示甲有限公司", uscc=CODE)
    make_subject("演示乙有限公司")
    assert found_names(officer, text=f" {CODE.lower()} ") == [subject.name]


def test_whole_document_number_finds_the_person_and_a_part_does_not(officer, handler):
    person_create(name="演示张三", document_number=IDENTITY, actor=handler, on=DAY)
    assert found_names(officer, text=IDENTITY) == ["演示张三"]
    assert found_names(officer, text=IDENTITY[:17]) == []


def test_filters_narrow_the_list(officer):
    make_subject("演示高风险有限公司", risk="major")
    make_subject("演示低风险有限公司", risk="low")
    assert found_names(officer, risk="major") == ["演示高风险有限公司"]


def test_merged_subjects_are_not_listed(officer):
    winner = make_subject("演示保留有限公司")
    make_subject("演示被并有限公司", uscc=None, merged_into=winner, status="merged")
    assert found_names(officer) == ["演示保留有限公司"]


def test_list_says_so_when_nothing_fits(officer):
    assert "没有符合条件的主体" in officer.get(reverse("registry:subject-list"), {"text": "没有"}).content.decode()


def test_list_takes_the_same_queries_however_long(officer):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert officer.get(reverse("registry:subject-list")).status_code == 200
        return len(captured)

    make_record(make_subject())
    queries()
    few = queries()
    for _ in range(20):
        make_record(make_subject())
    assert queries() == few


# --- the file on one page -----------------------------------------------------------------------------------------
def with_people_and_records(count):
    subject = make_subject()
    handler = make_account("handler")
    for _ in range(count):
        person = make_subject(kind="person")
        role_begin(
            organization_id=subject.pk, person_id=person.pk, role="directly-liable", starts_on=None, actor=handler,
            on=DAY,
        )  # fmt: skip
        make_record(subject)
    return subject


def test_file_takes_the_same_queries_however_full(officer):
    one, many = with_people_and_records(1), with_people_and_records(8)
    counts = []
    for subject in (one, one, many):
        with CaptureQueriesContext(connection) as captured:
            officer.get(url("subject-detail", subject))
        counts.append(len(captured))
    assert counts[1] == counts[2]


def test_file_shows_names_people_records_and_timeline(officer, handler):
    subject = organization_create(name="演示石门矿业", category="enterprise", uscc=CODE, actor=handler, on=DAY)
    subject_rename(subject_id=subject.pk, name="演示新矿业", changed_on=DAY, version=None, actor=handler, on=DAY)
    person = person_create(name="演示张三", document_number=IDENTITY, actor=handler, on=DAY)
    role_begin(
        organization_id=subject.pk, person_id=person.pk, role="legal-representative", starts_on=None, actor=handler,
        on=DAY,
    )  # fmt: skip
    make_record(subject, title="演示事由甲")
    html = officer.get(url("subject-detail", subject)).content.decode()
    for text in (CODE, "演示石门矿业", "演示张三", person.document_masked, "演示事由甲", "更名为"):
        assert text in html, text


def test_department_sees_facts_but_neither_records_nor_timeline(client):
    subject = make_subject()
    make_record(subject, title="演示事由甲")
    client.force_login(make_account("department"))
    html = client.get(url("subject-detail", subject)).content.decode()
    assert subject.uscc in html
    assert "演示事由甲" not in html
    assert "时间线" not in html


def test_higher_apps_add_their_sections_in_order(officer, rf, handler):
    register_panel("test-late", 99, lambda request, subject: ("registry/subjects/timeline.html", {"n": 2}))
    register_panel("test-none", 98, lambda request, subject: None)
    request = rf.get("/")
    request.user = handler
    names = [panel.name for panel in panels_for(request, make_subject())]
    assert names[-1] == "test-late"
    assert "test-none" not in names


# --- forms --------------------------------------------------------------------------------------------------------
def test_organization_is_registered_by_the_form(officer):
    data = {"name": "演示甲矿业有限公司", "category": "enterprise", "uscc": CODE, "sectors": ["mines"]}
    response = officer.post(reverse("registry:organization-new"), data)
    subject = Subject.objects.get(uscc=CODE)
    assert response.url == url("subject-detail", subject)
    assert subject.sectors == ["mines"]


def test_wrong_code_comes_back_on_its_field_with_what_was_typed(officer):
    wrong = CODE[:17] + ("1" if CODE[17] != "1" else "2")
    data = {"name": "演示甲矿业有限公司", "category": "enterprise", "uscc": wrong, "address": "演示路1号"}
    response = officer.post(reverse("registry:organization-new"), data)
    assert "第18位" in response.context["form"].errors["uscc"][0]
    assert 'value="演示路1号"' in response.content.decode()
    assert not Subject.objects.exists()


def test_person_is_registered_by_the_form(officer):
    data = {"name": "演示张三", "document_type": "身份证", "document_number": IDENTITY}
    officer.post(reverse("registry:person-new"), data)
    assert Subject.objects.get(kind="person").born_on == dt.date(1980, 5, 6)


def test_stale_form_changes_nothing_and_stays_stale(officer, handler):
    subject = organization_create(name="演示甲", category="enterprise", uscc=CODE, actor=handler, on=DAY)
    stale = subject.version
    subject_rename(subject_id=subject.pk, name="演示乙", changed_on=DAY, version=None, actor=handler, on=DAY)
    data = {"category": "enterprise", "uscc": CODE, "status": "active", "risk": "major", "version": stale}
    for _ in range(2):
        response = officer.post(url("subject-edit", subject), data)
        assert "刷新" in response.context["form"].non_field_errors()[0]
        data["version"] = response.context["form"]["version"].value()
    subject.refresh_from_db()
    assert subject.risk == ""


def test_edit_form_begins_with_what_is_registered(officer):
    subject = make_subject(risk="larger", address="演示路1号")
    form = officer.get(url("subject-edit", subject)).context["form"]
    assert (form["risk"].value(), form["address"].value(), form["version"].value()) == (
        "larger", "演示路1号", subject.version,
    )  # fmt: skip


def test_role_form_finds_a_person_by_number(officer, handler):
    subject = make_subject()
    person = person_create(name="演示张三", document_number=IDENTITY, actor=handler, on=DAY)
    data = {"role": "principal", "name": "演示张三", "document_type": "身份证", "document_number": IDENTITY}
    officer.post(url("role-new", subject), data)
    assert subject.people.get().person == person


def test_role_end_form_ends_the_role(officer, handler):
    subject, person = make_subject(), make_subject(kind="person")
    held = role_begin(
        organization_id=subject.pk, person_id=person.pk, role="principal", starts_on=None, actor=handler, on=DAY
    )
    address = reverse("registry:role-end", args=[held.pk])
    officer.post(address, {"ends_on": "2026-05-01", "version": held.version})
    held.refresh_from_db()
    assert held.ends_on == dt.date(2026, 5, 1)


def test_merge_form_finds_the_winner_by_code(client):
    loser, winner = make_subject(uscc=None), make_subject(uscc=CODE)
    client.force_login(make_account("approver"))
    response = client.post(url("subject-merge", loser), {"winner": CODE, "reason": "重复", "version": loser.version})
    assert response.url == url("subject-detail", winner)


def test_merge_form_refuses_an_unknown_winner(client):
    loser = make_subject(uscc=None)
    client.force_login(make_account("approver"))
    response = client.post(url("subject-merge", loser), {"winner": "不存在", "reason": "重复"})
    assert "找不到" in response.context["form"].errors["winner"][0]


def test_handler_may_not_merge(officer):
    assert officer.post(url("subject-merge", make_subject()), {}).status_code == 403


def test_history_tells_before_and_after(officer, handler):
    subject = organization_create(
        name="演示甲", category="enterprise", uscc=CODE, risk="low", actor=handler, on=DAY
    )  # fmt: skip
    data = {"category": "enterprise", "uscc": CODE, "status": "active", "risk": "major", "version": subject.version}
    officer.post(url("subject-edit", subject), data)
    changes = officer.get(url("subject-history", subject)).context["changes"]
    rows = [(each.label, each.before, each.after) for each in changes[0].differences]
    assert (changes[0].step, changes[0].actor) == ("修改", str(handler))
    assert rows == [("风险等级", "低风险", "重大风险")]


# --- personal data ------------------------------------------------------------------------------------------------
def every_stored_text():
    for model in apps.get_models():
        for values in model._default_manager.values():
            yield f"{model.__name__}: {values}"


def test_number_is_nowhere_in_the_clear(officer, handler, caplog):
    caplog.set_level(logging.DEBUG)
    subject = make_subject()
    data = {"role": "principal", "name": "演示张三", "document_type": "身份证", "document_number": IDENTITY}
    officer.post(url("role-new", subject), data)
    person = subject.people.get().person
    pages = [
        officer.get(address).content.decode()
        for address in (
            url("subject-detail", subject), url("subject-detail", person), url("subject-edit", person),
            url("subject-history", person), reverse("registry:subject-list"),
        )
    ]  # fmt: skip
    stored = "\n".join(every_stored_text())
    assert person.document_masked in stored
    for text in (*pages, stored, caplog.text):
        assert IDENTITY not in text
    assert Event.objects.exists()


def test_refused_number_is_not_sent_back_in_a_message(officer):
    wrong = IDENTITY[:17] + ("1" if IDENTITY[17] != "1" else "2")
    data = {"name": "演示张三", "document_type": "身份证", "document_number": wrong}
    response = officer.post(reverse("registry:person-new"), data)
    assert wrong not in str(response.context["form"].errors)


def test_the_file_shows_the_newest_events_and_the_rest_on_request(officer):
    subject = make_subject()
    for number in range(17):
        event_record("test.event", f"第{number}件事", obj=subject, subject=subject, actor=None, on=dt.date(2026, 5, 20))
    address = reverse("registry:subject-detail", args=[subject.public_id])
    assert "第1件事" not in officer.get(address).content.decode()
    assert "第1件事" in officer.get(address, {"timeline": "whole"}).content.decode()
