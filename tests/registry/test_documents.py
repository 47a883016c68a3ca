"""Documents: what stands on the paper, its number, its file."""

import datetime as dt
import hashlib
import io

import docx
import pytest

from registry.rules.blocks import Facts, Paragraph, TableBlock
from registry.services.documents import document_make
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
BODY = [
    Paragraph("演示矿业有限公司：", indent=False),
    Paragraph("拟将你单位列入名单。"),
    Facts([("事由", "瞒报事故"), ("依据", "第三条")]),
    TableBlock(["记录", "日期"], [["演应急罚〔2026〕1号", "2026-01-05"]]),
]


def make(**changes):
    department = changes.pop("department", None) or make_department(name="演示县应急管理局")
    subject = changes.pop("subject", None) or make_subject()
    values = {
        "kind": "case-notice", "title": "列入名单事先告知书", "prefix": "信监告", "subject": subject, "obj": subject,
        "department": department, "body": BODY, "actor": make_account("handler"), "on": DAY,
    }  # fmt: skip
    return document_make(**{**values, **changes})


def read(document):
    with document.attachment.file.open("rb") as stream:
        return docx.Document(io.BytesIO(stream.read()))


def test_number_counts_up_within_kind_department_and_year():
    department = make_department()
    numbers = [make(department=department).number, make(department=department).number]
    assert numbers == ["信监告〔2026〕0001号", "信监告〔2026〕0002号"]


def test_paper_begins_with_title_then_number():
    lines = [paragraph.text for paragraph in read(make()).paragraphs]
    assert lines[:2] == ["列入名单事先告知书", "信监告〔2026〕0001号"]


def test_paper_ends_with_department_and_date_without_leading_zeros():
    lines = [paragraph.text for paragraph in read(make()).paragraphs]
    assert lines[-2:] == ["演示县应急管理局", "2026年3月2日"]


def test_facts_and_tables_are_tables():
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in read(make()).tables]
    assert tables == [
        [["事由", "瞒报事故"], ["依据", "第三条"]],
        [["记录", "日期"], ["演应急罚〔2026〕1号", "2026-01-05"]],
    ]


def test_addressee_stands_at_the_margin_and_text_is_set_in():
    indents = [p.paragraph_format.first_line_indent for p in read(make()).paragraphs[3:5]]
    assert indents[0] is None
    assert indents[1].pt == 32


def test_footer_says_demonstration_for_a_synthetic_subject():
    assert "演示" in read(make()).sections[0].footer.paragraphs[0].text


def test_footer_is_empty_for_a_real_subject():
    subject = make_subject()
    subject.is_synthetic = False
    subject.save_by(None, reason="test")
    assert read(make(subject=subject)).sections[0].footer.paragraphs[0].text == ""


def test_file_is_kept_clean_with_its_hash():
    attachment = make().attachment
    with attachment.file.open("rb") as stream:
        content = stream.read()
    assert (attachment.scan, attachment.sha256) == ("clean", hashlib.sha256(content).hexdigest())


def test_table_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="第1行"):
        TableBlock(["甲", "乙"], [["只有一格"]])
