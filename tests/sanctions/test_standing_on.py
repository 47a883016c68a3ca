"""Any day: what stood, stands or will stand, on what was known then and on what is known now."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from credit_site.demonstration.clockwork import pretended
from registry.models import AccidentDetail, Finding, Record, RecordItem, Subject
from registry.services.records import record_void
from sanctions.selectors.known import end_of, world_known, world_now
from sanctions.selectors.standing_on import standing_on
from sanctions.services.entries import entry_end, entry_pause
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.case_world import CaseWorld, activate, add_penalty
from tests.sanctions.listing import make_decided_case, make_order

pytestmark = pytest.mark.django_db

Day = dt.date
MARCH, APRIL, MAY, JUNE = Day(2026, 3, 10), Day(2026, 4, 1), Day(2026, 5, 20), Day(2026, 6, 10)


@pytest.fixture
def running():
    """The office runs the ministry's pack since the beginning of the year."""
    with pretended(Day(2026, 1, 1)):
        return activate("mem-2023-11", Day(2026, 1, 1))


@pytest.fixture
def subject():
    with pretended(Day(2026, 1, 5)):
        return make_subject()


def due(subject: Subject, on: Day, **known: object) -> list[str]:
    return [label for each in standing_on(subject, on, **known).packs for label in each.evaluation.entry]


def late(subject: Subject) -> Record:
    """Decided in March, recorded in May."""
    with pretended(MAY):
        return add_penalty(subject, "B1", decided_on=MARCH, occurred_on=MARCH)


@pytest.mark.usefixtures("running")
class TestRecordedLate:
    def test_as_then_known_it_is_not_there(self, subject):
        late(subject)
        assert due(subject, APRIL, known_at=APRIL) == []
        assert due(subject, MAY, known_at=MAY) == ["blacklist"]

    def test_as_now_known_it_is_there(self, subject):
        late(subject)
        assert due(subject, APRIL) == ["blacklist"]
        assert due(subject, MARCH - dt.timedelta(days=1)) == []

    def test_the_difference_is_said(self, subject):
        record = late(subject)
        said = standing_on(subject, APRIL).differences
        assert any(record.number in line and "补录" in line for line in said)
        assert any("当时已知应当列入的名单没有" in line and "现在已知应当列入安全生产" in line for line in said)
        assert standing_on(subject, APRIL, known_at=APRIL).differences == said

    def test_where_nothing_differs_nothing_is_said(self, subject):
        late(subject)
        assert standing_on(subject, MAY).differences == ()


@pytest.mark.usefixtures("running")
class TestVoided:
    def voided(self, subject: Subject) -> Record:
        with pretended(MARCH):
            record = add_penalty(subject, "B1", decided_on=MARCH, occurred_on=MARCH)
        with pretended(JUNE):
            record_void(record_id=record.pk, reason="决定撤销", version=None, actor=make_account("approver"), on=JUNE)
        return record

    def test_as_known_in_may_it_counted(self, subject):
        self.voided(subject)
        assert due(subject, MAY, known_at=MAY) == ["blacklist"]

    def test_as_known_now_it_never_counted(self, subject):
        record = self.voided(subject)
        assert due(subject, MAY) == []
        assert any(f"“{record}”当时有效，后于2026-06-10作废" in line for line in standing_on(subject, MAY).differences)

    def test_from_the_day_of_voiding_both_agree(self, subject):
        self.voided(subject)
        assert due(subject, JUNE, known_at=JUNE) == due(subject, JUNE) == []


@pytest.mark.usefixtures("running")
class TestVersions:
    def test_an_item_classified_later_did_not_count_then(self, subject):
        with pretended(MARCH):
            record = add_penalty(subject, decided_on=MARCH)
        with pretended(MAY):
            RecordItem(record=record, pack_id="mem-2023-11", code="B1").save_by(None, reason="test")
        assert due(subject, APRIL, known_at=APRIL) == []
        assert due(subject, APRIL) == ["blacklist"]
        assert any("条款归类当时与现在不同" in line for line in standing_on(subject, APRIL).differences)

    def test_an_item_taken_away_later_counted_then(self, subject):
        with pretended(MARCH):
            record = add_penalty(subject, "B1", decided_on=MARCH)
        with pretended(MAY):
            record.items.get().delete()
        assert due(subject, APRIL, known_at=APRIL) == ["blacklist"]
        assert due(subject, APRIL) == []

    def test_a_date_corrected_later_is_as_it_was(self, subject):
        with pretended(MARCH):
            record = add_penalty(subject, "B1", decided_on=MARCH)
        with pretended(MAY):
            record.decided_on = Day(2026, 4, 20)
            record.save_by(None, reason="test")
        assert due(subject, APRIL, known_at=APRIL) == ["blacklist"]
        assert due(subject, APRIL) == []
        said = standing_on(subject, APRIL).differences
        assert any("决定日期当时登记为2026-03-10，现在为2026-04-20" in line for line in said)

    def test_figures_and_findings_are_as_they_were(self, subject):
        with pretended(MARCH):
            record = add_penalty(subject, decided_on=MARCH, kind="accident")
            accident = AccidentDetail(record=record, deaths=2).save_by(None, reason="test")
        with pretended(MAY):
            accident.deaths = 10
            accident.save_by(None, reason="test")
            Finding(record=record, code="egregious", reason="演示", found_on=MAY).save_by(None, reason="test")
        then = world_known(subject, end_of(APRIL)).records[0]
        assert (then.accident.deaths, list(then.findings.all())) == (2, [])
        now = world_now(subject).records[0]
        assert (now.accident.deaths, [each.code for each in now.findings.all()]) == (10, ["egregious"])
        assert due(subject, APRIL, known_at=APRIL) == []
        assert due(subject, APRIL) == ["blacklist"]

    def test_sectors_are_as_they_were(self, subject):
        with pretended(MARCH):
            add_penalty(subject, "B1", decided_on=MARCH)
            subject.sectors = ["construction"]
            subject.save_by(None, reason="test")
        with pretended(MAY):
            subject.sectors = ["mines"]
            subject.save_by(None, reason="test")
        assert due(subject, APRIL, known_at=APRIL) == []
        assert due(subject, APRIL) == ["blacklist"]
        assert any("主体的领域" in line for line in standing_on(subject, APRIL).differences)

    def test_a_draft_was_no_fact_yet(self, subject):
        with pretended(MARCH):
            record = add_penalty(subject, "B1", decided_on=MARCH, state="draft")
        with pretended(MAY):
            record.state = "confirmed"
            record.save_by(None, reason="test")
        assert due(subject, APRIL, known_at=APRIL) == []
        assert due(subject, APRIL) == ["blacklist"]

    def test_a_subject_not_recorded_yet_is_unknown(self):
        with pretended(MAY):
            found = make_subject()
        assert not standing_on(found, APRIL, known_at=APRIL).is_known
        assert standing_on(found, APRIL).is_known

    def test_an_instant_cuts_within_a_day(self, subject):
        record = late(subject)
        recorded = record.history.get().history_date
        assert world_known(subject, recorded).records == ()
        assert len(world_known(subject, recorded + dt.timedelta(seconds=60)).records) == 1


class TestEntries:
    @pytest.fixture
    def world(self):
        with pretended(Day(2026, 5, 20)):
            return CaseWorld()

    def published(self, world):
        with pretended(Day(2026, 6, 11)):
            world.case("published")
        return world.subject.entries.get()

    def test_in_force_from_its_first_day_to_its_last(self, world):
        entry = self.published(world)
        # Three years from publication on 2026-06-11 run through 2029-06-11.
        assert entry.starts_on == Day(2026, 6, 11)
        for day, expected in ((10, 0), (11, 1)):
            assert len(standing_on(world.subject, Day(2026, 6, day)).entries) == expected
            assert len(standing_on(world.subject, Day(2029, 6, day + 1)).entries) == 1 - expected

    def test_an_entry_revoked_later_was_in_force_as_known_then(self, world):
        entry = self.published(world)
        with pretended(Day(2026, 8, 3)):
            entry_end(
                entry=entry, reason="revoked", ends_on=entry.starts_on, note="依据撤销",
                actor=world.approver, on=Day(2026, 8, 3), version=None,
            )  # fmt: skip
        asked = Day(2026, 7, 1)
        assert len(standing_on(world.subject, asked, known_at=asked).entries) == 1
        now = standing_on(world.subject, asked)
        assert now.entries == ()
        assert any("当时的终止日为2029-06-12，现在为2026-06-11（撤销）" in line for line in now.differences)

    def test_measures_are_those_ordered_by_then_and_not_refused(self, world):
        entry = self.published(world)
        first, second = make_department(), make_department()
        with pretended(Day(2026, 6, 12)):
            make_order(entry, first, on=Day(2026, 6, 12))
            make_order(entry, second, on=Day(2026, 6, 12))
            refused = make_order(entry, second, on=Day(2026, 6, 12), measure_code="9", measure_label="限制评优")
        with pretended(Day(2026, 6, 20)):
            refused.state, refused.answered_on = "refused", Day(2026, 6, 20)
            refused.save_by(None, reason="test")

        def on(day: int, **known: object) -> list[tuple[str, list[str]]]:
            return standing_on(world.subject, Day(2026, 6, day), **known).entries[0].measures

        both = [first.short_name, second.short_name]
        assert on(11) == []
        assert on(19) == [("依法限制参与政府采购活动", both), ("限制评优", [second.short_name])]
        assert on(20) == [("依法限制参与政府采购活动", both)]
        assert on(20, known_at=Day(2026, 6, 19)) == on(19)

    def test_a_pause_leaves_the_entry_in_force_without_measures(self, world):
        entry = self.published(world)
        with pretended(Day(2026, 8, 3)):
            entry_pause(entry=entry, reason="复议停止执行", actor=world.approver, on=Day(2026, 8, 3), version=None)
        found = standing_on(world.subject, Day(2026, 8, 3)).entries[0]
        assert (found.state.code, found.orders) == ("paused", ())
        assert standing_on(world.subject, Day(2026, 8, 2)).entries[0].state.code == "in-force"


@pytest.mark.usefixtures("running")
class TestShape:
    def test_a_future_day_says_what_stands_if_nothing_happens(self, subject):
        with pretended(MARCH):
            add_penalty(subject, "B1", decided_on=MARCH)
        assert due(subject, Day(2030, 1, 1)) == ["blacklist"]
        assert due(subject, Day(2030, 1, 1), known_at=Day(2030, 1, 1)) == ["blacklist"]

    def test_only_packs_run_on_the_day_answer(self, subject):
        assert standing_on(subject, Day(2025, 12, 31)).packs == ()
        assert [each.version.pack_id for each in standing_on(subject, APRIL).packs] == ["mem-2023-11"]

    def test_a_chosen_edition_answers_though_it_was_not_run(self, subject, running):
        found = standing_on(subject, Day(2025, 12, 31), edition=running)
        assert [each.evaluation.pack_hash for each in found.packs] == [running.content_hash]

    @pytest.mark.parametrize("known_at", [None, MAY])
    def test_the_number_of_queries_does_not_grow_with_the_facts(self, subject, known_at):
        with pretended(MARCH):
            add_penalty(subject, "B1", decided_on=MARCH)
        standing_on(subject, MAY, known_at=known_at)
        with CaptureQueriesContext(connection) as one:
            standing_on(subject, MAY, known_at=known_at)
        with pretended(APRIL):
            for _ in range(6):
                add_penalty(subject, "B1", "B2", decided_on=APRIL)
        with CaptureQueriesContext(connection) as many:
            standing_on(subject, MAY, known_at=known_at)
        assert len(many) == len(one)

    def test_row_versions_are_dated_by_the_sites_clock(self, subject):
        assert settings.PRETEND_TODAY is None
        assert timezone.localdate(subject.history.first().history_date) == Day(2026, 1, 5)


def test_a_subject_recorded_in_may_is_unknown_in_april():
    with pretended(MAY):
        case = make_decided_case("mem-2023-11", "blacklist", decided_on=MAY)
    assert world_known(case.subject, end_of(APRIL)) is None
    assert len(world_known(case.subject, end_of(MAY)).records) == 1
