"""Export in the national layout: what goes out comes back in without changing anything."""

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.urls import reverse

from registry.base.errors import InvalidInput, NotAllowed
from registry.models import Event, ImportRow, OrganizationRole, Record, Subject
from registry.rules.publicity import Kind, to_cells
from registry.selectors import imports as selectors
from registry.selectors.imports import counts_of, record_row
from registry.services.imports import writing
from registry.services.imports.reading import open_table
from registry.services.imports.returning import RowsNotReportable, export_make, import_failed_file
from registry.services.imports.running import import_chunk_take, import_start
from registry.services.records import record_confirm, record_draft_create
from registry.services.subjects import subject_rename
from tests.factories import make_account, make_department, make_subject
from tests.registry.imports.files import PERSON_NUMBER, TODAY, good, preview, thirty_rows, xlsx
from tests.registry.record_values import PERMIT
from tests.registry.record_values import penalty as entered_penalty
from tests.registry.rules.publicity.sheets import BUREAU, licence
from tests.streaming import loaded_at_once

pytestmark = pytest.mark.django_db
YEAR = {"decided_from": dt.date(2026, 1, 1), "decided_until": dt.date(2026, 12, 31)}


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def bureau():
    department = make_department(name="河湾县应急管理局")
    department.uscc = BUREAU
    return department.save_by(None, reason="test")


@pytest.fixture
def handler(bureau):
    return make_account("handler", department=bureau)


def take(content, bureau, handler, name="处罚.xlsx"):
    batch = preview(content, department=bureau, actor=handler, name=name)
    import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    while import_chunk_take(batch_id=batch.pk, on=TODAY):
        pass
    return counts_of([batch.pk])[batch.pk]


def export(handler, department=None, *, kind=Kind.PENALTY, table_format="xlsx", with_identities=True, **fields):
    fields = {**YEAR, "purpose": "报送市级平台", **fields}
    made = export_make(
        kind=kind,
        department=department,
        table_format=table_format,
        with_identities=with_identities,
        actor=handler,
        on=TODAY,
        **fields,
    )
    return made.stream.read()


def rows_of(content):
    return [cells for _, cells in open_table(content, "导出").rows]


@pytest.mark.parametrize("table_format", ["xlsx", "csv"])
def test_what_goes_out_comes_back_in_unchanged(table_format, bureau, handler):
    take(xlsx(thirty_rows()), bureau, handler)
    before = (Record.history.count(), Subject.history.count())
    content = export(handler, bureau, table_format=table_format)
    counts = take(content, bureau, handler, f"处罚.{table_format}")
    assert (counts.imported, counts.same, counts.refused) == (0, 24, 0)
    assert (Record.history.count(), Subject.history.count()) == before


def test_licences_go_out_and_come_back_in_unchanged(bureau, handler):
    take(xlsx([licence(), licence(XK_WSH="河应急许〔2026〕6号", XK_YXQZI="2099-12-31")], Kind.LICENCE), bureau, handler)
    counts = take(export(handler, bureau, kind=Kind.LICENCE), bureau, handler)
    assert (counts.same, counts.refused) == (2, 0)


def test_the_export_of_an_import_has_the_same_cells(bureau, handler):
    row = good(1)
    take(xlsx([row]), bureau, handler)
    assert rows_of(export(handler, bureau)) == [[str(cell or "") for cell in row]]


def test_a_penalty_entered_by_hand_with_line_breaks_goes_out_and_comes_back_unchanged(bureau, handler):
    subject = make_subject("河湾县手工登记有限公司")
    content = entered_penalty(
        facts="第一行\r\n第二行",
        valid_until=dt.date(2027, 5, 20),
        representative="张三",
        authority_code=BUREAU,
        source_code=BUREAU,
    )
    record = record_draft_create(
        subject_id=subject.pk, department_id=bureau.pk, content=content, actor=handler, on=TODAY
    )
    record_confirm(record_id=record.pk, version=None, actor=handler, on=TODAY)
    counts = take(export(handler, bureau), bureau, handler)
    assert (counts.same, counts.refused) == (1, 0)


def test_a_permit_without_end_goes_out_as_2099(bureau, handler):
    subject = make_subject()
    given = {"representative": "张三", "authority": bureau.name, "status": "1", "valid_until": None}
    content = replace(PERMIT, detail=replace(PERMIT.detail, **given))
    record = record_draft_create(
        subject_id=subject.pk, department_id=bureau.pk, content=content, actor=handler, on=TODAY
    )
    record_confirm(record_id=record.pk, version=None, actor=handler, on=TODAY)
    assert rows_of(export(handler, bureau, kind=Kind.LICENCE))[0][21] == "2099-12-31"


def test_a_renamed_enterprise_goes_out_under_its_present_name(bureau, handler):
    take(xlsx([good(1)]), bureau, handler)
    subject = Subject.objects.get()
    subject_rename(
        subject_id=subject.pk, name="河湾县新名化工厂", changed_on=TODAY, version=None, actor=handler, on=TODAY
    )
    content = export(handler, bureau)
    assert rows_of(content)[0][0] == "河湾县新名化工厂"
    assert take(content, bureau, handler).same == 1


def test_a_file_with_the_former_name_still_finds_the_enterprise(bureau, handler):
    take(xlsx([good(1)]), bureau, handler)
    subject = Subject.objects.get()
    subject_rename(
        subject_id=subject.pk, name="河湾县新名化工厂", changed_on=TODAY, version=None, actor=handler, on=TODAY
    )
    take(xlsx([good(1, CF_WSH="河应急罚〔2026〕55号")]), bureau, handler)
    assert subject.records.count() == 2


def test_without_the_wish_no_persons_number_goes_out(bureau, handler):
    take(xlsx(thirty_rows()), bureau, handler)
    content = export(handler, bureau, table_format="csv", with_identities=False).decode("utf-8-sig")
    assert PERSON_NUMBER not in content
    assert "张三" in content


def test_persons_numbers_need_the_right_to_see_them(bureau):
    with pytest.raises(NotAllowed):
        export(make_account("publisher"), bureau)


def test_only_the_period_and_the_department_go_out(bureau, handler):
    rows = [good(1, CF_JDRQ="2026-03-01"), good(2, CF_JDRQ="2026-03-31"), good(3, CF_JDRQ="2026-04-01")]
    take(xlsx(rows), bureau, handler)
    march = {"decided_from": dt.date(2026, 3, 1), "decided_until": dt.date(2026, 3, 31)}
    assert len(rows_of(export(handler, bureau, **march))) == 2
    assert rows_of(export(handler, make_department(), **march)) == []


@pytest.mark.parametrize("change", [{"is_secret": True}, {"state": "voided", "voided_on": TODAY}])
def test_what_is_not_dual_publicity_stays_in(change, bureau, handler):
    take(xlsx([good(1)]), bureau, handler)
    record = Record.objects.get()
    for name, value in change.items():
        setattr(record, name, value)
    record.save_by(None, reason="test")
    assert rows_of(export(handler, bureau)) == []


def test_summary_penalties_stay_in(bureau, handler):
    take(xlsx([good(1)]), bureau, handler)
    detail = Record.objects.get().penalty
    detail.procedure = "summary"
    detail.save_by(None, reason="test")
    assert rows_of(export(handler, bureau)) == []


def test_an_export_without_purpose_is_refused(bureau, handler):
    with pytest.raises(InvalidInput) as refusal:
        export(handler, bureau, purpose=" ")
    assert refusal.value.field == "purpose"


def test_an_export_stands_on_the_timeline(bureau, handler):
    export(handler, bureau)
    assert Event.objects.get(name="export.made").payload["purpose"] == "报送市级平台"


def test_a_decision_that_another_department_keeps_comes_back_as_the_same_one(bureau, handler):
    """Entered by the office for a bureau that it names: the file says the bureau, the record's list is the office's."""
    office = make_department(name="河湾县信用监管办公室")
    content = entered_penalty(
        valid_until=dt.date(2027, 5, 20), representative="张三", authority=bureau.name, authority_code=BUREAU,
        source_code=BUREAU,
    )  # fmt: skip
    subject = make_subject("河湾县代为登记有限公司")
    record = record_draft_create(
        subject_id=subject.pk, department_id=office.pk, content=content, actor=handler, on=TODAY
    )
    record_confirm(record_id=record.pk, version=None, actor=handler, on=TODAY)
    counts = take(export(handler), bureau, handler)
    assert (counts.imported, counts.same, counts.refused) == (0, 1, 0)
    assert subject.records.count() == 1


def test_what_a_record_entered_by_hand_leaves_open_goes_out_as_its_departments_own(bureau, handler):
    """The national sheet asks for authority and source with their codes; the bureau decided and reports (谁产生谁负责)."""
    subject = make_subject("河湾县手填有限公司")
    content = entered_penalty(
        valid_until=dt.date(2027, 5, 20), representative="张三", authority=bureau.name, authority_code="", source="",
        source_code="",
    )  # fmt: skip
    record = record_draft_create(
        subject_id=subject.pk, department_id=bureau.pk, content=content, actor=handler, on=TODAY
    )
    record_confirm(record_id=record.pk, version=None, actor=handler, on=TODAY)
    exported = export(handler, bureau)
    assert rows_of(exported)[0][25:29] == [bureau.name, BUREAU, bureau.name, BUREAU]
    counts = take(exported, bureau, handler)
    assert (counts.imported, counts.same, counts.refused) == (0, 1, 0)


@pytest.fixture
def unrepresented(bureau, handler):
    """A penalty of an enterprise that nobody is known to represent, entered by hand beside an imported one."""
    take(xlsx([good(1)]), bureau, handler)
    content = entered_penalty(
        valid_until=dt.date(2027, 5, 20), representative="", authority=bureau.name, authority_code=BUREAU,
        source_code=BUREAU,
    )  # fmt: skip
    subject = make_subject("河湾县无代表人有限公司")
    record = record_draft_create(
        subject_id=subject.pk, department_id=bureau.pk, content=content, actor=handler, on=TODAY
    )
    return record_confirm(record_id=record.pk, version=None, actor=handler, on=TODAY)


def test_a_record_that_the_other_side_would_refuse_is_told_before_there_is_a_file(unrepresented, bureau, handler):
    with pytest.raises(RowsNotReportable) as refusal:
        export(handler, bureau)
    (row,) = refusal.value.rows
    assert (row.record, refusal.value.count) == (unrepresented, 1)
    # 法定代表人 is mandatory where the party is no natural person (template of 2018, column 9 of the penalty sheet).
    assert [fault.column for fault in row.faults] == ["CF_FRDB"]
    assert not Event.objects.filter(name="export.made").exists()


def test_the_others_go_out_when_that_is_wished_and_the_timeline_says_how_many_did_not(unrepresented, bureau, handler):
    content = export(handler, bureau, is_partial=True)
    assert [row[0] for row in rows_of(content)] == [good(1)[0]]
    assert take(content, bureau, handler).same == 1
    assert Event.objects.get(name="export.made").payload["left_out"] == 1


def test_the_page_names_what_cannot_be_reported_with_a_way_to_it(unrepresented, bureau, handler, client):
    client.force_login(handler)
    data = {
        "kind": "penalty", "decided_from": "2026-01-01", "decided_until": "2026-11-20", "table_format": "csv",
        "purpose": "报送市级平台",
    }  # fmt: skip
    page = client.post(reverse("registry:export"), data).content.decode()
    assert reverse("registry:record-detail", args=[unrepresented.public_id]) in page
    assert "法定代表人：" in page
    assert client.post(reverse("registry:export"), {**data, "is_partial": "on"})["Content-Type"] == "text/csv"


@pytest.mark.parametrize("table_format", ["xlsx", "csv"])
def test_an_export_holds_no_more_than_one_chunk_of_records(table_format, bureau, handler, monkeypatch):
    """Whatever the county's size: a row is written before the next is made, subjects' people come a chunk at a time."""
    take(xlsx(thirty_rows()), bureau, handler)
    monkeypatch.setattr(selectors, "_ITERATE", 5)
    steps = []

    def cells(row):
        steps.append("written")
        return to_cells(row)

    def made(record, **kwargs):
        steps.append("made")
        return record_row(record, **kwargs)

    monkeypatch.setattr(writing, "to_cells", cells)
    monkeypatch.setattr(selectors, "record_row", made)
    with loaded_at_once() as held:
        export(handler, bureau, table_format=table_format)
    assert steps == ["made", "written"] * 24
    assert held[Record] == 0
    assert held[OrganizationRole] <= 5


def test_the_file_of_failed_rows_holds_none_of_them(bureau, handler):
    content = xlsx([good(number, CF_WFXW="") for number in range(1, 9)])
    batch = preview(content, department=bureau, actor=handler, name="处罚.xlsx")
    with loaded_at_once() as held:
        assert import_failed_file(batch_id=batch.pk, actor=handler, on=TODAY).rows == 8
    assert held[ImportRow] == 0
