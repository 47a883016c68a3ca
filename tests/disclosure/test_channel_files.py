"""文件报送: owed with the fact, dropped once, read back by number and party, and the figures that follow."""

import datetime as dt
import io
import json
import os
import time

import openpyxl
import pytest
from django.core.files.base import ContentFile

from disclosure.models import Acknowledgement, ChannelFile, Submission
from disclosure.rules.publicity_figures import Counts
from disclosure.selectors.publicity_figures import lines_by_department, month_span
from disclosure.services.channels.answering import acknowledgement_read
from disclosure.services.channels.file_drop import file_place, folder_in, folder_out
from disclosure.services.channels.inbox import inboxes_read
from disclosure.services.channels.managing import channel_change, channel_open, submission_resend
from disclosure.services.channels.moves import When
from disclosure.services.channels.sending import channels_drop
from disclosure.services.publications import publication_correct, publication_withdraw
from disclosure.services.records import record_publish
from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.models import OutboxMessage
from registry.rules.publicity import Kind, check_rows, recognize
from registry.services.imports.reading import open_table
from registry.services.outbox import outbox_drain
from tests.disclosure import county
from tests.disclosure.channel_samples import (
    confirmed,
    corrected,
    make_channel,
    noon,
    penalty,
    permit,
    returned,
    state_of,
    voided,
)
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 3)
LATER = dt.date(2026, 11, 10)


@pytest.fixture(autouse=True)
def _running(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: LATER)
    monkeypatch.setattr(clock, "now", lambda: noon(DAY))
    county.activate("test-dual")


@pytest.fixture
def channel():
    return make_channel()


@pytest.fixture
def bureau():
    return make_department("yingji")


def drop(on=DAY):
    counts = channels_drop(now=lambda: noon(on))
    while outbox_drain(now=lambda: noon(on), limit=200)["done"]:
        pass
    return counts


def read(channel, upload, *, on=LATER, file=None, actor=None):
    return acknowledgement_read(channel=channel, file=file, upload=upload, actor=actor, when=When(on, noon(on)))


def rows_in(file):
    """Read one of our files as the platform would: its rows, checked by the national template."""
    with file.attachment.file.open("rb") as stored:
        table = open_table(stored.read(), file.attachment.name)
    return list(check_rows(recognize(table.header), table.rows, LATER))


def figures(on=LATER):
    _, total = lines_by_department(month_span(dt.date(2026, 11, 1), on=on))
    return total.total


# --- owed ----------------------------------------------------------------------------------------------------------
def test_a_fact_is_owed_to_every_channel_that_takes_its_kind():
    both, permits = make_channel("a"), make_channel("b", takes_penalties=False)
    make_channel("later", since_on=dt.date(2027, 1, 1))
    make_channel("closed", closed_on=DAY)
    record, licence = penalty(on=DAY), permit(on=DAY)
    assert [s.channel for s in record.submissions.all()] == [both]
    assert [s.channel for s in licence.submissions.all()] == [both, permits]


@pytest.mark.parametrize(
    "fields", [{"procedure": "summary"}, {"is_secret": True}, {"state": "draft"}], ids=["summary", "secret", "draft"]
)
@pytest.mark.usefixtures("channel")
def test_what_is_exempt_or_no_fact_is_owed_to_nobody_and_never_leaves(fields):
    record = penalty(on=DAY, **fields)
    drop()
    assert (record.submissions.count(), ChannelFile.objects.count()) == (0, 0)


@pytest.mark.usefixtures("channel")
def test_confirming_twice_owes_once():
    confirmed(penalty(on=DAY), on=DAY)
    assert Submission.objects.count() == 1


def test_a_new_channel_is_owed_what_was_decided_since_its_day():
    before, since, summary = penalty(on=DAY), penalty(on=LATER), penalty(on=LATER, procedure="summary")
    admin = make_account("administrator")
    values = {
        "name": "省平台", "named_as": "", "takes_penalties": True, "takes_permits": True, "with_identities": False,
        "counts": True, "since_on": LATER,
    }  # fmt: skip
    channel, secret = channel_open(
        code="province", kind="file", values=values, settings={}, actor=admin, on=LATER, at=noon(LATER)
    )
    outbox_drain(now=lambda: noon(LATER))
    assert (secret, [s.record for s in channel.submissions.all()]) == ("", [since])
    channel_change(
        channel=channel, values=values | {"since_on": DAY}, settings={}, version=None, actor=admin, on=LATER,
        at=noon(LATER),
    )  # fmt: skip
    outbox_drain(now=lambda: noon(LATER))
    assert {s.record for s in channel.submissions.all()} == {since, before}
    assert not summary.submissions.exists()


# --- dropped -------------------------------------------------------------------------------------------------------
def test_a_drop_writes_the_national_sheet_with_its_manifest_and_a_second_run_nothing(channel):
    record, licence = penalty(on=DAY), permit(on=DAY)
    counts = drop()
    assert (counts["files"], counts["sent"], counts["held"]) == (2, 2, 0)
    names = sorted(path.name for path in folder_out(channel).iterdir())
    first, second = "xinyong-20261103-0001-行政处罚.xlsx", "xinyong-20261103-0002-行政许可.xlsx"
    assert names == [first, f"{first}.json", second, f"{second}.json"]
    manifest = json.loads((folder_out(channel) / f"{first}.json").read_text())
    file = ChannelFile.objects.get(number=1)
    assert (manifest["rows"], manifest["sha256"]) == (1, file.attachment.sha256)
    assert [row.result.is_good for row in rows_in(file)] == [True]
    assert [row.result.values.number for row in rows_in(file)] == [record.number]
    assert state_of(record) == state_of(licence) == ("report", "sent")
    assert drop()["files"] == 0
    assert ChannelFile.objects.count() == 2


def test_no_number_of_a_representative_and_none_in_a_text_leaves(channel):
    penalty(on=DAY, facts=f"负责人身份证号{county.IDENTITY}，电话{county.MOBILE}。")
    drop()
    book = openpyxl.load_workbook(
        io.BytesIO((folder_out(channel) / "xinyong-20261103-0001-行政处罚.xlsx").read_bytes())
    )
    cells = {column[0].value: column[1].value or "" for column in book.active.iter_cols()}
    said = "".join(cells.values())
    assert (county.IDENTITY in said, county.MOBILE in said, cells["法定代表人证件号码"]) == (False, False, "")


def test_a_row_the_template_refuses_stays_with_its_reason_until_it_is_corrected(channel):
    record = penalty(on=DAY)
    record.penalty.basis = ""
    record.penalty.save_by(None, reason="test")
    assert drop()["held"] == 1
    assert "处罚依据" in record.submissions.get().fault
    new = corrected(record, on=LATER)
    drop(LATER)
    assert (state_of(record), state_of(new)) == (("report", "dropped"), ("report", "sent"))


def test_nothing_leaves_a_paused_channel_and_all_of_it_when_it_goes_on(channel):
    record = penalty(on=DAY)
    channel.is_paused = True
    channel.save_by(None, reason="test")
    assert (drop().get("files", 0), state_of(record)) == (0, ("report", "owed"))
    channel.is_paused = False
    channel.save_by(None, reason="test")
    assert (drop()["files"], state_of(record)) == (1, ("report", "sent"))


@pytest.mark.usefixtures("channel")
def test_a_person_whose_age_is_unknown_stays_here_and_one_known_goes_without_the_number():
    unknown = penalty(on=DAY, subject=make_subject("李某某", kind="person"))
    known = penalty(
        on=DAY, subject=make_subject("王某某", kind="person", born_on=dt.date(1990, 3, 7), document_type="身份证")
    )
    drop()
    assert (state_of(unknown), state_of(known)) == (("report", "owed"), ("report", "sent"))
    assert "出生日期" in unknown.submissions.get().fault


def test_a_file_laid_twice_is_the_same_and_one_never_laid_is_laid_by_the_next_relay(channel):
    penalty(on=DAY)
    channels_drop(now=lambda: noon(DAY))  # killed before the relay came by
    file = ChannelFile.objects.get()
    assert (file.placed_at, OutboxMessage.objects.filter(topic="channel.place").count()) == (None, 1)
    file_place({"file": file.pk}, noon(DAY))
    first = (folder_out(channel) / file.attachment.name).read_bytes()
    file_place({"file": file.pk}, noon(LATER))
    file.refresh_from_db()
    assert (folder_out(channel) / file.attachment.name).read_bytes() == first
    assert file.placed_at == noon(DAY)


# --- read back -----------------------------------------------------------------------------------------------------
def test_the_round_trip_drives_the_figures(channel, bureau):
    """Three decided on the 3rd: one accepted, one sent back, one without an answer; one more not yet sent."""
    taken, back, open_ = (penalty(on=DAY, department=bureau) for _ in range(3))
    drop()
    penalty(on=LATER, department=bureau)
    assert figures() == Counts(known=4, reported=3, unanswered=3)
    got = read(channel, returned([(taken, "成功", ""), (back, "失败", "处罚依据不完整")]))
    assert (got.rows, got.accepted, got.refused, got.unknown) == (2, 1, 1, 0)
    assert figures() == Counts(known=4, reported=3, accepted=1, refused=1, unanswered=1)
    assert back.submissions.get().reason == "处罚依据不完整"
    assert state_of(open_) == ("report", "sent")
    steps = [(step.state, step.on) for step in back.submissions.get().steps.all()]
    assert steps == [("owed", DAY), ("sent", DAY), ("refused", LATER)]


def test_number_and_party_are_found_however_they_are_written(channel):
    record = penalty(on=DAY, number="演应急罚〔2026〕7号", number_normalized="演应急罚(2026)7号")
    drop()
    about = ("演应急罚[2026] 7 号", record.subject.name, f" {record.subject.uscc.lower()} ")
    assert read(channel, returned([(about, "已入库", "")])).accepted == 1


def test_the_same_number_of_another_party_is_told_apart(channel):
    """One decision against two: the answer about the one says nothing about the other."""
    one = penalty(on=DAY, number="演应急罚〔2026〕8号", number_normalized="演应急罚(2026)8号")
    two = penalty(
        on=DAY, number="演应急罚〔2026〕8号", number_normalized="演应急罚(2026)8号", department=one.department
    )
    drop()
    read(channel, returned([(two, "退回", "名称不符")]))
    assert (state_of(one), state_of(two)) == (("report", "sent"), ("report", "refused"))


def test_a_list_of_failures_leaves_the_rest_of_its_file_accepted(channel):
    good, bad = penalty(on=DAY), penalty(on=DAY)
    drop()
    name = "xinyong-20261103-0001-行政处罚-失败数据.xlsx"
    got = read(channel, returned([(bad, "处罚类别错误")], header=("失败原因",), name=name))
    assert (got.file.number, got.accepted, got.refused) == (1, 1, 1)
    assert (state_of(good), state_of(bad)) == (("report", "accepted"), ("report", "refused"))


def test_a_list_of_failures_with_an_unknown_row_accepts_nothing_by_silence(channel):
    good = penalty(on=DAY)
    drop()
    stranger = ("演应急罚〔2026〕999号", "演示企业", "")
    got = read(channel, returned([(stranger, "错误")], header=("失败原因",)), file=ChannelFile.objects.get())
    assert (got.accepted, got.unknown, state_of(good)) == (0, 1, ("report", "sent"))
    assert [(note["line"], note["number"]) for note in got.notes] == [(2, "演应急罚〔2026〕999号")]
    assert "演示企业" not in str(got.notes)


def test_a_list_of_failures_without_a_file_refuses_only_what_it_names(channel):
    good, bad = penalty(on=DAY), penalty(on=DAY)
    drop()
    got = read(channel, returned([(bad, "错误")], header=("失败原因",)))
    assert (got.file, state_of(good), state_of(bad)) == (None, ("report", "sent"), ("report", "refused"))


def test_a_later_answer_about_the_same_sending_counts_and_the_same_file_is_read_once(channel):
    record = penalty(on=DAY)
    drop()
    upload = returned([(record, "失败", "待核")])
    read(channel, upload)
    upload.seek(0)
    with pytest.raises(Conflict, match="不必重复读入"):
        read(channel, upload)
    read(channel, returned([(record, "成功", "")]))
    assert (state_of(record), record.submissions.get().accepted_on) == (("report", "accepted"), LATER)
    read(channel, returned([(record, "失败", "复核不通过")]))
    assert (state_of(record), record.submissions.get().accepted_on) == (("report", "refused"), None)


def test_an_answer_about_an_older_file_changes_nothing(channel):
    record = penalty(on=DAY)
    drop()
    first = ChannelFile.objects.get()
    submission_resend(
        submission_id=record.submissions.get().pk, reason="平台要求重报", actor=None, when=When(LATER, noon(LATER))
    )
    assert read(channel, returned([(record, "失败", "旧")]), file=first).superseded == 1
    drop(LATER)
    got = read(channel, returned([(record, "失败", "旧的回执")]), file=first)
    assert (got.superseded, state_of(record)) == (1, ("report", "sent"))
    read(channel, returned([(record, "成功", "")]), file=ChannelFile.objects.get(number=2))
    assert state_of(record) == ("report", "accepted")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "空"),
        (b"%PDF-1.7", "PDF"),
        ("文书号,决定日期\n1号,2026-01-01\n".encode(), "没有找到回执需要的列"),
        ("文书号,行政相对人名称,处理结果\n1号,某,也许\n".encode(), "看不出是接收还是退回"),
    ],
    ids=["empty", "pdf", "columns", "result"],
)
def test_what_is_no_acknowledgement_is_refused_and_says_why(channel, content, word):
    with pytest.raises(InvalidInput, match=word) as refusal:
        read(channel, ContentFile(content, name="回执.csv"))
    assert refusal.value.field == "file"


def test_the_inbox_is_read_once_and_what_cannot_be_read_is_laid_aside(channel):
    record = penalty(on=DAY)
    drop()
    inbox = folder_in(channel)
    (inbox / "a.xlsx").write_bytes(returned([(record, "成功", "")]).read())
    (inbox / "b.csv").write_text("什么\n", encoding="utf-8")
    (inbox / "young.csv").write_text("还在上传\n", encoding="utf-8")
    (inbox / ".hidden").write_text("x")
    past = time.mktime((2026, 11, 1, 0, 0, 0, 0, 0, 0))
    for name in ("a.xlsx", "b.csv"):
        os.utime(inbox / name, (past, past))
    soon = noon(LATER).timestamp()
    os.utime(inbox / "young.csv", (soon, soon))
    assert inboxes_read(at=noon(LATER)) == {"read": 1, "failed": 1}
    assert inboxes_read(at=noon(LATER)) == {"read": 0, "failed": 0}
    assert state_of(record) == ("report", "accepted")
    assert sorted(path.name for path in inbox.iterdir()) == [".hidden", "refused", "young.csv"]
    assert [ack.error != "" for ack in Acknowledgement.objects.order_by("name")] == [False, True]


def test_a_file_read_but_not_yet_taken_away_is_taken_away(channel):
    """Killed between the reading and the removal."""
    record = penalty(on=DAY)
    drop()
    upload = returned([(record, "成功", "")])
    read(channel, upload)
    path = folder_in(channel) / "again.xlsx"
    upload.seek(0)
    path.write_bytes(upload.read())
    os.utime(path, (1, 1))
    assert (inboxes_read(at=noon(LATER))["read"], path.exists(), Acknowledgement.objects.count()) == (1, False, 1)


# --- corrected, withdrawn ------------------------------------------------------------------------------------------
def test_a_refused_record_is_owed_again_by_its_correction_which_keeps_the_day_of_reporting(channel):
    record = penalty(on=DAY)
    drop()
    read(channel, returned([(record, "失败", "金额有误")]))
    new = corrected(record, on=LATER)
    assert (state_of(record), state_of(new)) == (("report", "dropped"), ("report", "owed"))
    drop(LATER)
    each = new.submissions.get()
    assert (each.first_sent_on, each.sent_on) == (DAY, LATER)


def test_a_correction_under_another_number_withdraws_the_first(channel):
    record = penalty(on=DAY)
    drop()
    read(channel, returned([(record, "成功", "")]))
    new = corrected(record, on=LATER, number="演应急罚〔2026〕5001号")
    assert (state_of(record), state_of(new)) == (("withdrawal", "owed"), ("report", "owed"))
    drop(LATER)
    file = ChannelFile.objects.get(matter="withdrawal")
    assert file.attachment.name == f"xinyong-20261110-{file.number:04d}-行政处罚撤销.xlsx"
    with file.attachment.file.open("rb") as stored:
        table = open_table(stored.read(), "撤销.xlsx")
    (row,) = list(table.rows)
    assert (table.header[-1], row[1][-1]) == ("撤销原因", "原记录已作废")
    read(channel, returned([(record, "成功", "")], withdrawal=True))
    assert (state_of(record), state_of(new)) == (("withdrawal", "accepted"), ("report", "sent"))


def test_a_correction_that_turns_out_secret_withdraws_what_is_out(channel):
    record = penalty(on=DAY)
    drop()
    new = corrected(record, on=LATER, is_secret=True)
    assert (state_of(record), new.submissions.count()) == (("withdrawal", "owed"), 0)


def test_a_void_record_that_never_left_needs_no_withdrawal_and_one_that_did_needs_it(channel):
    never = penalty(on=DAY)
    voided(never, on=DAY)
    out = penalty(on=DAY)
    drop()
    voided(out, on=LATER)
    assert (state_of(never), state_of(out)) == (("report", "dropped"), ("withdrawal", "owed"))


def test_a_correction_of_what_is_out_is_withdrawn_too_when_it_is_void_before_it_went(channel):
    record = penalty(on=DAY)
    drop()
    new = corrected(record, on=LATER)
    voided(new, on=LATER)
    assert state_of(new) == ("withdrawal", "owed")


def test_what_is_taken_down_by_hand_is_withdrawn_and_owed_again_when_it_is_shown_again(channel):
    record = penalty(on=DAY)
    drop()
    shown = record_publish(record_id=record.pk, actor=None, on=LATER, until=dt.date(2027, 11, 2))
    publication_withdraw(publication_id=shown.pk, reason="内容有误", actor=None, on=LATER)
    assert state_of(record) == ("withdrawal", "owed")
    publication_correct(publication_id=shown.pk, reason="已核对", actor=None, on=LATER)
    assert state_of(record) == ("report", "owed")


# --- sent again ----------------------------------------------------------------------------------------------------
def test_who_may_not_send_neither_sends_again_nor_reads_answers(channel):
    record = penalty(on=DAY)
    drop()
    auditor = make_account("auditor")
    with pytest.raises(NotAllowed):
        submission_resend(
            submission_id=record.submissions.get().pk, reason="x", actor=auditor, when=When(DAY, noon(DAY))
        )
    with pytest.raises(NotAllowed):
        read(channel, returned([(record, "成功", "")]), actor=auditor)


@pytest.mark.usefixtures("channel")
def test_what_waits_already_is_not_sent_again():
    record = penalty(on=DAY)
    with pytest.raises(TransitionRefused, match="已在待报送中"):
        submission_resend(submission_id=record.submissions.get().pk, reason="急", actor=None, when=When(DAY, noon(DAY)))


def test_a_failed_rows_file_of_licences_is_read_as_licences(channel):
    licence = permit(on=DAY)
    drop()
    got = read(channel, returned([(licence, "编号重复")], kind=Kind.LICENCE, header=("失败原因",)))
    assert (got.refused, state_of(licence)) == (1, ("report", "refused"))
