"""A file of 30 penalties, 6 of them bad in different ways: 24 become records, 6 come back with their reasons."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from registry.base.errors import InvalidInput, NotAllowed, TransitionRefused
from registry.models import Event, ImportBatch, ImportRow, Notice, OutboxMessage, Record, Subject
from registry.rules.publicity import Kind
from registry.selectors.import_rows import reason_of
from registry.selectors.imports import counts_of, same_file_before
from registry.services.imports.reading import open_table
from registry.services.imports.returning import import_failed_file
from registry.services.imports.running import import_cancel, import_chunk_take, import_start
from tests.factories import make_account, make_department
from tests.registry.imports.files import TODAY, csv_file, good, preview, thirty_rows, xls, xlsx
from tests.registry.rules.publicity.sheets import BUREAU, licence

pytestmark = pytest.mark.django_db


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


def run(batch, handler):
    import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    while import_chunk_take(batch_id=batch.pk, on=TODAY):
        pass
    batch.refresh_from_db()
    return counts_of([batch.pk])[batch.pk]


def take(content, bureau, handler, name="处罚.xlsx"):
    batch = preview(content, department=bureau, actor=handler, name=name)
    return batch, run(batch, handler)


FORMATS = {
    "xlsx": (xlsx(thirty_rows()), "处罚.xlsx"),
    "xls": (xls(thirty_rows()), "处罚.xls"),
    "csv-utf8": (csv_file(thirty_rows(), "utf-8-sig"), "处罚.csv"),
    "csv-gb18030": (csv_file(thirty_rows(), "gb18030"), "处罚.csv"),
    "xlsx named xls": (xlsx(thirty_rows()), "处罚.xls"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_good_rows_go_in_and_bad_rows_come_back(name, bureau, handler):
    content, filename = FORMATS[name]
    batch, counts = take(content, bureau, handler, filename)
    assert (batch.state, counts.imported, counts.same, counts.refused) == ("done", 24, 0, 6)
    assert Record.objects.filter(state="confirmed", kind="penalty").count() == 24


REASONS = {
    6: "第18位（校验码）不符",
    11: "晚于今天",
    16: "不是行政处罚法第九条规定的处罚类别",
    21: "处罚类别含罚款",
    26: "必填项为空",
    31: "与第2行是同一相对人的同一文书",
}


@pytest.mark.parametrize("number", REASONS)
def test_each_bad_row_says_why(number, bureau, handler):
    batch = preview(xlsx(thirty_rows()), department=bureau, actor=handler)
    row = batch.rows.get(number=number)
    assert row.state == ImportRow.State.REFUSED
    assert REASONS[number] in reason_of(row.errors)


@pytest.mark.parametrize("name", ["xlsx", "xls", "csv-utf8", "csv-gb18030"])
def test_failed_rows_come_back_in_the_same_layout_with_reasons(name, bureau, handler):
    content, filename = FORMATS[name]
    batch, _ = take(content, bureau, handler, filename)
    made = import_failed_file(batch_id=batch.pk, actor=handler, on=TODAY)
    table = open_table(made.stream.read(), made.name)
    rows = [cells for _, cells in table.rows]
    assert table.format == ("csv" if "csv" in name else "xlsx")
    assert table.header == [*batch.header, "失败原因"]
    assert [row[13] for row in rows] == [f"河应急罚〔2026〕{number}号" for number in (5, 10, 15, 20, 25, 1)]
    assert all(text in row[-1] for text, row in zip(REASONS.values(), rows, strict=True))


def test_corrected_failed_rows_can_be_taken_in(bureau, handler):
    batch, _ = take(xlsx([good(1), good(2, CF_SY=None)]), bureau, handler)
    made = import_failed_file(batch_id=batch.pk, actor=handler, on=TODAY)
    table = open_table(made.stream.read(), made.name)
    ((_, cells),) = table.rows
    cells[15] = "补填的违法事实"
    again = preview(xlsx([cells[:30]]), department=bureau, actor=handler)
    assert run(again, handler).imported == 1


def test_the_same_file_twice_changes_nothing(bureau, handler):
    take(xlsx(thirty_rows()), bureau, handler)
    before = (Record.objects.count(), Subject.objects.count(), Record.history.count())
    _, counts = take(xlsx(thirty_rows()), bureau, handler)
    assert (counts.imported, counts.same, counts.refused) == (0, 24, 6)
    assert (Record.objects.count(), Subject.objects.count(), Record.history.count()) == before


def test_the_same_bytes_are_recognised(bureau, handler):
    content = xlsx(thirty_rows())
    first = preview(content, department=bureau, actor=handler)
    second = preview(content, department=bureau, actor=handler)
    assert same_file_before(second) == first


def test_money_goes_from_ten_thousands_to_yuan(bureau, handler):
    take(xlsx([good(1, CF_NR_FK="0.2")]), bureau, handler)
    assert Record.objects.get().penalty.fine == Decimal("2000.00")


def test_an_unknown_subject_is_taken_in_and_a_known_one_found(bureau, handler):
    take(xlsx([good(1), good(1, CF_WSH="河应急罚〔2026〕99号")]), bureau, handler)
    assert Subject.objects.get().records.count() == 2


def test_a_code_starting_92_is_a_sole_trader(bureau, handler):
    take(xlsx(thirty_rows()), bureau, handler)
    assert Subject.objects.get(name="河湾县第8小卖部").category == "sole-trader"


def test_a_decision_recorded_with_other_content_is_refused_with_the_way_out(bureau, handler):
    take(xlsx([good(1)]), bureau, handler)
    batch, counts = take(xlsx([good(1, CF_NR_FK="0.3", CF_NR="罚款叁仟元")]), bureau, handler)
    reason = reason_of(batch.rows.get().errors)
    assert counts.refused == 1
    assert "处罚内容、罚款金额(万元)" in reason
    assert "更正" in reason


def test_another_name_under_a_known_code_is_refused(bureau, handler):
    take(xlsx([good(1)]), bureau, handler)
    batch, counts = take(xlsx([good(1, CF_XDR_MC="别的厂", CF_WSH="河应急罚〔2026〕77号")]), bureau, handler)
    assert counts.refused == 1
    assert "1001" in reason_of(batch.rows.get().errors)


def test_a_refused_row_leaves_nothing_behind(bureau, handler):
    take(xlsx([good(1)]), bureau, handler)
    before = Subject.objects.count()
    take(xlsx([good(1, CF_XDR_MC="别的厂", CF_WSH="河应急罚〔2026〕77号")]), bureau, handler)
    assert Subject.objects.count() == before


def test_a_voided_record_is_not_brought_back(bureau, handler):
    take(xlsx([good(1)]), bureau, handler)
    record = Record.objects.get()
    record.state, record.voided_on, record.void_reason = "voided", TODAY, "决定已撤销"
    record.save_by(None, reason="test")
    batch, counts = take(xlsx([good(1)]), bureau, handler)
    assert (counts.imported, counts.refused) == (0, 1)
    assert "决定已撤销" in reason_of(batch.rows.get().errors)


def test_the_decision_belongs_to_the_authority_named_in_the_row(bureau, handler):
    other = make_department(name="河湾县住房和城乡建设局")
    take(xlsx([good(1)]), other, handler)
    assert Record.objects.get().department == bureau


def test_licences_go_in(bureau, handler):
    batch = preview(xlsx([licence(XK_YXQZI="2099-12-31")], Kind.LICENCE), department=bureau, actor=handler)
    assert run(batch, handler).imported == 1
    assert Record.objects.get().permit.valid_until is None


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (xlsx([]), "空表.xlsx", "sheet-empty"),
        (b"", "空.xlsx", "file-empty"),
        (b"%PDF-1.7 x", "处罚.xlsx", "file-not-a-table"),
        ("处罚名称,处罚类别1,处罚事由,处罚结果,处罚截止期,地方编码\n".encode(), "旧表.csv", "old-layout"),
        ("甲,乙,丙\n1,2,3\n".encode(), "别的.csv", "unknown-layout"),
    ],
)
def test_a_file_that_cannot_be_taken_in_is_refused(content, name, code, bureau, handler):
    with pytest.raises(InvalidInput) as refusal:
        preview(content, department=bureau, actor=handler, name=name)
    assert (refusal.value.code, refusal.value.field) == (code, "file")
    assert ImportBatch.objects.count() == 0


def test_a_kind_chosen_against_the_header_is_refused(bureau, handler):
    with pytest.raises(InvalidInput) as refusal:
        preview(xlsx([good(1)]), department=bureau, actor=handler, kind="licence")
    assert refusal.value.field == "kind"


def test_too_many_rows_are_refused(bureau, handler, settings):
    settings.IMPORT_MAX_ROWS = 2
    with pytest.raises(InvalidInput, match="2行"):
        preview(xlsx([good(1), good(2), good(3)]), department=bureau, actor=handler)


def test_a_previewed_file_records_nothing(bureau, handler):
    preview(xlsx(thirty_rows()), department=bureau, actor=handler)
    assert (Record.objects.count(), Subject.objects.count()) == (0, 0)


def test_only_a_handler_may_upload(bureau):
    with pytest.raises(NotAllowed):
        preview(xlsx([good(1)]), department=bureau, actor=make_account("approver"))


def test_an_import_cannot_be_started_twice(bureau, handler):
    batch, _ = take(xlsx([good(1)]), bureau, handler)
    with pytest.raises(TransitionRefused):
        import_start(batch_id=batch.pk, actor=handler, on=TODAY)


def test_a_file_without_a_good_row_cannot_be_started(bureau, handler):
    batch = preview(xlsx([good(1, CF_SY=None)]), department=bureau, actor=handler)
    with pytest.raises(TransitionRefused):
        import_start(batch_id=batch.pk, actor=handler, on=TODAY)


def test_a_cancelled_import_takes_nothing_in(bureau, handler):
    batch = preview(xlsx([good(1)]), department=bureau, actor=handler)
    import_cancel(batch_id=batch.pk, actor=handler, on=TODAY)
    import_chunk_take(batch_id=batch.pk, on=TODAY)
    assert Record.objects.count() == 0


def test_starting_owes_the_work_once(bureau, handler):
    batch = preview(xlsx([good(1)]), department=bureau, actor=handler)
    import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    assert list(OutboxMessage.objects.values_list("topic", "payload")) == [("import.run", {"batch": batch.pk})]


def test_the_uploader_is_told_when_it_is_done(bureau, handler):
    take(xlsx(thirty_rows()), bureau, handler)
    notice = Notice.objects.get(kind="import.finished")
    assert notice.account == handler
    assert "导入24行" in notice.body


def test_the_timeline_has_upload_start_and_end(bureau, handler):
    take(xlsx([good(1)]), bureau, handler)
    names = Event.objects.filter(name__startswith="import.").order_by("id").values_list("name", flat=True)
    assert list(names) == ["import.previewed", "import.started", "import.finished"]


def test_who_lost_the_right_meanwhile_records_nothing(bureau, handler):
    batch = preview(xlsx([good(1)]), department=bureau, actor=handler)
    import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    grant = handler.grants.get()
    grant.ends_on = TODAY
    grant.save_by(None, reason="test")
    with pytest.raises(NotAllowed):
        import_chunk_take(batch_id=batch.pk, on=TODAY)
    assert batch.rows.get().state == ImportRow.State.WAITING
