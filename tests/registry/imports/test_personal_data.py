"""Nobody's identity number lies in the database, the timeline or the logs in plain, wherever the file had it."""

import datetime as dt
import io
import logging

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from registry.models import Subject
from registry.rules.publicity import RowError
from registry.rules.publicity.masked import masked_error, masked_remark
from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity
from registry.selectors.import_rows import cells_open
from registry.services.imports.running import import_chunk_take, import_start
from tests.factories import make_account, make_department
from tests.registry.imports.files import PERSON_NUMBER, REPRESENTATIVE_NUMBER, TODAY, good, preview, thirty_rows, xlsx
from tests.registry.rules.publicity.sheets import person

NUMBERS = [make_identity(FICTIONAL_DIVISION, dt.date(1985, 1, day), day) for day in range(1, 6)]


def awkward_rows():
    """Return rows that put identity numbers where they are wrong, or where none belongs."""
    return [
        person(CF_XDR_ZJHM=NUMBERS[0][:17] + "A"),
        person(CF_XDR_SHXYM=NUMBERS[1], CF_XDR_ZJHM=None),
        good(40, CF_XDR_SHXYM=NUMBERS[2]),
        good(41, CF_FR_ZJLX="身份证", CF_FR_ZJHM=NUMBERS[3][:16] + "00"),
        person(CF_XDR_ZJHM=NUMBERS[4], CF_WSH="河应急罚〔2026〕88号", CF_XDR_GSZC=NUMBERS[4]),
        good(42, CF_SY=f"负责人（身份证号{NUMBERS[2]}）未组织演练", CF_NR=f"对{NUMBERS[3]}罚款一万元"),
    ]


@pytest.mark.django_db
def test_no_identity_number_is_kept_in_plain(caplog):
    caplog.set_level(logging.DEBUG)
    department = make_department(name="河湾县应急管理局")
    handler = make_account("handler", department=department)
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        batch = preview(xlsx([*thirty_rows(), *awkward_rows()]), department=department, actor=handler)
        import_start(batch_id=batch.pk, actor=handler, on=TODAY)
        while import_chunk_take(batch_id=batch.pk, on=TODAY):
            pass
    dump = io.StringIO()
    call_command("dumpdata", stdout=dump)
    text = dump.getvalue() + caplog.text
    numbers = [PERSON_NUMBER, REPRESENTATIVE_NUMBER, *NUMBERS]
    assert [number for number in numbers if number in text or number[:17] in text] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"), [("handler", 200), ("reviewer", 404), ("approver", 404), ("publisher", 404), ("auditor", 404)]
)
def test_the_imported_file_is_fetched_only_by_who_runs_imports(client, role, status):
    department = make_department()
    batch = preview(xlsx([person(CF_XDR_ZJHM=PERSON_NUMBER)]), department=department, actor=make_account("handler"))
    client.force_login(make_account(role))
    address = reverse("registry:attachment-download", args=[batch.attachment.public_id])
    assert client.get(address).status_code == status


def taken(rows, department):
    """Import a file and return its batch."""
    handler = make_account("handler")
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        batch = preview(xlsx(rows), department=department, actor=handler)
        import_start(batch_id=batch.pk, actor=handler, on=TODAY)
        import_chunk_take(batch_id=batch.pk, on=TODAY)
    return batch


@pytest.mark.django_db
def test_an_identity_number_in_a_free_text_is_masked_and_the_officer_told():
    row = taken([good(42, CF_SY=f"负责人（身份证号{NUMBERS[2]}）未组织演练")], make_department()).rows.get()
    masked = f"{NUMBERS[2][:3]}***********{NUMBERS[2][-4:]}"
    assert (row.state, row.record.facts) == ("imported", f"负责人（身份证号{masked}）未组织演练")
    assert any("已遮盖" in text for text in row.warnings)


@pytest.mark.django_db
def test_a_masked_row_imported_again_is_the_same():
    rows = [good(42, CF_SY=f"负责人（身份证号{NUMBERS[2]}）未组织演练")]
    department = make_department()
    assert [taken(rows, department).rows.get().state for _ in range(2)] == ["imported", "same"]


@pytest.mark.django_db
def test_what_is_sealed_can_be_given_back():
    department = make_department()
    handler = make_account("handler", department=department)
    batch = preview(xlsx([person(CF_XDR_ZJHM=PERSON_NUMBER)]), department=department, actor=handler)
    assert PERSON_NUMBER in cells_open(batch.rows.get().cells_sealed)


@pytest.mark.django_db
def test_a_person_is_taken_in_with_a_masked_number():
    department = make_department()
    handler = make_account("handler", department=department)
    batch = preview(xlsx([person(CF_XDR_ZJHM=PERSON_NUMBER)]), department=department, actor=handler)
    import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    import_chunk_take(batch_id=batch.pk, on=TODAY)
    assert Subject.objects.get(kind="person").document_masked == f"{PERSON_NUMBER[:3]}***********{PERSON_NUMBER[-4:]}"


def fault(column, value, reason):
    return RowError(column, "列", value, reason, "请核对")


def test_the_birth_date_in_a_reason_is_hidden():
    hidden = masked_error(fault("CF_XDR_ZJHM", "139***", "第7至14位“19881399”不是真实的日期"), is_person=True)
    assert hidden.reason == "第7至14位“********”不是真实的日期"


def test_an_organisations_wrong_code_stays_readable():
    error = fault("CF_XDR_SHXYM", "91139999MA00000000", "第18位（校验码）不符")
    assert masked_error(error, is_person=False) == error


def test_a_persons_number_in_an_organisations_column_is_hidden():
    hidden = masked_error(fault("CF_XDR_SHXYM", NUMBERS[0], "自然人不应有代码"), is_person=True)
    assert hidden.value == f"{NUMBERS[0][:3]}***********{NUMBERS[0][-4:]}"


def test_a_remark_on_a_persons_number_hides_its_digits():
    assert (
        masked_remark("证件号码：第1至6位“139999”不是已知的行政区划码")
        == "证件号码：第1至6位“******”不是已知的行政区划码"
    )
