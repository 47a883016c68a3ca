"""A subject's own file: next steps in order of day, reasons and measures, credit report with every section, receipts."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit_site.selectors.next_steps import next_steps
from credit_site.selectors.own_file import entry_rows, own_entries, own_file, record_rows
from credit_site.selectors.report import NOTHING, SECTIONS, report_body
from credit_site.services.own_report import own_report_make
from registry.base.errors import RuleRefused
from registry.models import AttachmentDownload, Document, Event
from registry.rules.blocks import Paragraph, TableBlock
from registry.services.docx import Letter
from registry.services.merging import subjects_merge
from registry.services.pdf import FONT, pdf_bytes
from repair.services.objections import objection_file, objection_supplement
from repair.services.repair_decisions import repair_refuse
from tests.credit_site import samples
from tests.factories import make_account, make_department, make_record, make_subject
from tests.repair.people import make_people
from tests.repair.scenes import accepted_repair, penalty
from tests.sanctions import listing
from tests.sanctions.case_world import DEFENCE_UNTIL, SERVED, CaseWorld

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)
PER_RECORD = 1  # the entries in force that a record could rest on


def verify_url(code):
    return f"https://credit.example/verify/{code}/"


@pytest.fixture
def office():
    return make_department("office", kind="credit-office", name="演示县信用监管办公室")


# --- next steps


def test_a_subject_with_nothing_has_nothing_to_do():
    assert next_steps(make_subject(), TODAY) == []


def test_a_served_notice_is_to_be_answered_by_the_last_day_and_stands_first():
    world = CaseWorld()
    case = world.serve(world.case("noticed"))
    steps = next_steps(world.subject, SERVED)
    assert steps[0].until == DEFENCE_UNTIL
    assert steps[0].is_owed
    assert steps[0].url == reverse("my-cases:defend", args=[case.public_id])
    late = next_steps(world.subject, DEFENCE_UNTIL + dt.timedelta(days=1))[0]
    assert "逾期" in late.note


def test_once_answered_the_notice_is_no_step_any_more():
    world = CaseWorld()
    case = world.serve(world.case("noticed"))
    world.defend(case)
    assert not [step for step in next_steps(world.subject, SERVED) if "陈述申辩" in step.text]


def test_an_entry_tells_from_which_day_it_can_be_left_early():
    # 应急管理部令第11号: twelve months from publication must be full; they are on 2027-06-01, so from the day after.
    entry = listing.make_entry("mem-2023-11", "blacklist", on=TODAY)
    since = {step.since for step in next_steps(entry.subject, TODAY) if entry.list_label in step.text}
    assert dt.date(2027, 6, 2) in since


def test_steps_stand_in_order_of_day_with_undated_ones_last():
    world = CaseWorld()
    world.serve(world.case("noticed"))
    days = [step.day for step in next_steps(world.subject, SERVED)]
    dated = [day for day in days if day is not None]
    assert dated == sorted(dated)
    assert days[: len(dated)] == dated


def test_a_refused_repair_leaves_reconsideration_and_court():
    people = make_people()
    record = penalty(people, "警告", decided_on=dt.date(2026, 5, 1))
    application = accepted_repair(people, TODAY, record_id=record.pk)
    repair_refuse(application_id=application.pk, reason="尚未改正", actor=people.approver, on=TODAY)
    found = {step.text: step.until for step in next_steps(people.subject, TODAY) if application.number in step.text}
    # sixty days after 1 June, and six months: 31 July and 1 December
    assert sorted(found.values()) == [dt.date(2026, 7, 31), dt.date(2026, 12, 1)]


def test_what_is_to_be_handed_in_names_its_last_day():
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = objection_file(
        subject_id=people.subject.pk, statement="有误", actor=people.own, on=TODAY, record_id=record.pk
    )
    objection_supplement(objection_id=objection.pk, wanted="凭证", actor=people.handler, on=TODAY)
    step = next(step for step in next_steps(people.subject, TODAY) if step.text.startswith("补正"))
    # ten working days (assumed) from 1 June end on 15 June
    assert (step.until, step.is_owed) == (dt.date(2026, 6, 15), True)


def test_many_records_do_not_ask_for_the_whole_file_again_and_again(client):
    listing.load_policy("ndrc-2025-36")
    people = make_people()
    client.force_login(people.own)

    def asked(name: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(name)).status_code == 200
        return len(found)

    penalty(people, "警告", decided_on=dt.date(2026, 5, 1))
    names = ("portal:home", "portal:records", "my-requests:repair")
    few = {name: asked(name) for name in names}
    for day in range(2, 8):
        penalty(people, "没收违法所得", decided_on=dt.date(2026, 5, day))
    many = {name: asked(name) for name in names}
    # What is asked for each record is its class and its own requests, never all records once more.
    assert {name: (many[name] - few[name]) // 6 for name in names if many[name] - few[name] > 6 * PER_RECORD} == {}


# --- records, entries, documents


def test_letters_to_a_second_row_of_the_same_enterprise_stay_readable(client, office):
    loser, winner = make_subject(uscc=None), make_subject()
    document, notice = samples.make_document(loser, office), samples.make_notice(loser)
    subjects_merge(
        loser_id=loser.pk,
        winner_id=winner.pk,
        reason="重复登记",
        version=None,
        actor=make_account("approver"),
        on=TODAY,
    )
    client.force_login(make_account("subject", subject=winner))
    assert client.get(reverse("portal:message", args=[notice.pk])).status_code == 200
    assert document.number in client.get(reverse("portal:mailbox")).content.decode()
    assert client.get(reverse("portal:document-file", args=[document.attachment.public_id])).status_code == 200


def test_only_measures_in_force_show_by_department(office):
    entry = listing.make_entry("mem-2023-11", "blacklist", on=TODAY)
    finance = make_department(name="演示财政局")
    listing.make_order(entry, finance, on=TODAY)
    listing.make_order(entry, finance, on=TODAY, measure_code="19", state="refused", answered_on=TODAY)
    row = entry_rows(own_entries(entry.subject, TODAY), TODAY)[0]
    assert [(each.department, each.measures) for each in row.measures] == [("演示财政局", ["依法限制参与政府采购活动"])]
    after = entry_rows(own_entries(entry.subject, entry.ends_on), entry.ends_on)[0]
    assert after.measures == []
    assert not after.state.is_in_force


def test_a_draft_is_no_fact_yet_and_a_dispute_shows(client):
    subject = make_subject()
    own = make_account("subject", subject=subject)
    make_record(subject, state="draft", number="草稿〔2026〕1号")
    disputed = make_record(subject, disputed_on=TODAY)
    client.force_login(own)
    page = client.get(reverse("portal:records")).content.decode()
    assert "草稿〔2026〕1号" not in page
    assert disputed.number in page
    assert "有异议" in page
    assert [row.is_public for row in record_rows([disputed], TODAY)] == [False]


def test_every_fetch_of_an_own_document_is_logged(client, office):
    subject = make_subject()
    own = make_account("subject", subject=subject)
    document = samples.make_document(subject, office)
    client.force_login(own)
    response = client.get(reverse("portal:document-file", args=[document.attachment.public_id]))
    assert response.status_code == 200
    assert AttachmentDownload.objects.get().account == own


@pytest.mark.parametrize(
    "kind", ["case-opening", "case-review", "case-minutes", "case-submission", "case-defence", "new"]
)
def test_the_offices_own_papers_are_no_documents_of_the_subject(office, kind):
    document = samples.make_document(make_subject(), office, kind=kind)
    assert own_file(document.subject, document.attachment.public_id) is None


def test_reading_a_message_is_noted_once_and_serves_nothing(client):
    subject = make_subject()
    notice = samples.make_notice(subject, channel="paper")
    client.force_login(make_account("subject", subject=subject))
    page = client.get(reverse("portal:message", args=[notice.pk])).content.decode()
    notice.refresh_from_db()
    first = notice.read_at
    assert first is not None
    assert notice.served_on is None
    assert "在这里阅读不算送达" in page
    client.get(reverse("portal:message", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first


# --- the credit report


def sections(body):
    """Section → the blocks under it."""
    found, name = {}, ""
    for block in body:
        if isinstance(block, Paragraph) and block.bold:
            name = block.text.split(". ", 1)[1]
            found[name] = []
        elif name:
            found[name].append(block)
    return found


def test_the_report_has_nine_sections_in_order_and_an_empty_one_says_so():
    found = sections(report_body(make_subject(), TODAY))
    assert tuple(found) == SECTIONS == (
        "基础信息", "行政管理", "诚实守信", "严重失信主体名单", "经营异常", "信用承诺", "信用评价", "司法判决", "其他",
    )  # fmt: skip
    empty = [name for name, blocks in found.items() if isinstance(blocks[0], Paragraph)]
    assert empty == list(SECTIONS[1:])
    assert NOTHING == "查询期内无相关信息"
    not_held = {"经营异常", "信用评价"}
    assert {found[name][0].text for name in empty if name not in not_held} == {NOTHING}
    # What the site does not collect must not read like a clean record.
    for name in not_held:
        assert found[name][0].text.startswith(f"{NOTHING}（本平台不")


def test_the_report_holds_neither_unpublished_penalties_nor_repaired_secret_or_internal_things():
    subject = make_subject()
    make_record(subject, number="未公示〔2026〕1号")
    make_record(subject, kind="misconduct", number="已修复〔2026〕2号", state="repaired", repaired_on=TODAY)
    make_record(subject, kind="misconduct", number="涉密〔2026〕3号", is_secret=True)
    make_record(subject, kind="judgment", number="演民初〔2026〕4号")
    listing.make_entry("mem-2023-11", "blacklist", on=TODAY, subject=subject, mode="internal")
    said = str(report_body(subject, TODAY))
    assert "演民初〔2026〕4号" in said
    for hidden in ("未公示〔2026〕1号", "已修复〔2026〕2号", "涉密〔2026〕3号"):
        assert hidden not in said
    assert isinstance(sections(report_body(subject, TODAY))["严重失信主体名单"][0], Paragraph)


def test_a_public_entry_stands_in_the_report_until_its_last_day():
    entry = listing.make_entry("mem-2023-11", "blacklist", on=TODAY)
    last = entry.ends_on - dt.timedelta(days=1)
    found = sections(report_body(entry.subject, last))["严重失信主体名单"][0]
    assert isinstance(found, TableBlock)
    assert found.rows[0][3] == str(last)
    assert isinstance(sections(report_body(entry.subject, entry.ends_on))["严重失信主体名单"][0], Paragraph)


def test_a_report_is_numbered_kept_and_checked_by_its_code(client, office):
    subject = make_subject("演示矿业有限公司")
    own = make_account("subject", subject=subject)
    first = own_report_make(actor=own, verify_url=verify_url, on=TODAY)
    second = own_report_make(actor=own, verify_url=verify_url, on=TODAY)
    assert (first.number, second.number) == ("信报〔2026〕0001号", "信报〔2026〕0002号")
    assert Event.objects.filter(name="credit-report.made").count() == 2
    page = client.get(reverse("report-verify", args=[first.attachment.public_id])).content.decode()
    for said in (first.number, "2026年6月1日", "演示矿业有限公司", first.attachment.sha256):
        assert said in page
    assert client.get(reverse("report-verify", args=[make_subject().public_id])).status_code == 404


def test_no_other_document_is_confirmed_by_its_code(client, office):
    notice = samples.make_document(make_subject(), office)
    assert client.get(reverse("report-verify", args=[notice.attachment.public_id])).status_code == 404


def test_the_check_page_hides_a_persons_name(client, office):
    person = make_subject("王建国", kind="person")
    report = own_report_make(actor=make_account("subject", subject=person), verify_url=verify_url, on=TODAY)
    page = client.get(reverse("report-verify", args=[report.attachment.public_id])).content.decode()
    assert "王建国" not in page
    assert "王*" in page


def test_without_a_credit_office_no_report_is_made():
    with pytest.raises(RuleRefused):
        own_report_make(actor=make_account("subject", subject=make_subject()), verify_url=verify_url, on=TODAY)
    assert not Document.objects.exists()


def test_the_pdf_brings_its_own_font_and_needs_none_of_the_machine(monkeypatch):
    monkeypatch.setattr("registry.services.pdf.WIDE_FONT", FONT.parent / "none.ttc")
    letter = Letter("公共信用信息报告", "信报〔2026〕0001号", "演示县信用监管办公室", TODAY)
    written = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)
    table = TableBlock(("种类", "文书号"), [("行政处罚", f"演罚〔2026〕{n}号") for n in range(80)])
    content = pdf_bytes(letter, [Paragraph("喆、堃", bold=True), table], written_at=written, verify_url=verify_url("x"))
    assert content.startswith(b"%PDF-")
    assert b"/FontFile3" in content
    assert content.count(b"/Type /Page\n") >= 2
    assert len(content) < 300_000


def test_every_next_step_leads_to_the_page_where_it_is_done(client):
    entry = listing.make_entry("mem-2023-11", "blacklist", on=dt.date(2024, 3, 1))
    listing.load_policy("ndrc-2023-58")  # rules the repair of the record behind it
    client.force_login(make_account("subject", subject=entry.subject))
    steps = [step for step in next_steps(entry.subject, TODAY) if "信用修复" in step.text]
    record = entry.subject.records.get()
    assert {step.url for step in steps} == {
        f"/my/requests/repair/entry/{entry.public_id}/repair/",
        f"/my/requests/repair/record/{record.public_id}/repair/",
    }
    for step in steps:
        assert client.get(step.url).status_code == 200
