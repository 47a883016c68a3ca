"""A trial over a county counted by hand: who comes on, who goes off, who changes level; nothing else is written."""

import datetime as dt
import hashlib
from collections import Counter

import pytest
from django.apps import apps
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry import clock
from registry.base.errors import NotAllowed, TransitionRefused
from registry.models import Event, Notice, OutboxMessage
from registry.services.imports.reading import open_table
from registry.services.outbox import outbox_drain
from sanctions.models import Candidate, Case, Trial, TrialGround, TrialRow
from sanctions.selectors.trials import trial_counts, trial_rows
from sanctions.services.candidates import candidates_evaluate
from sanctions.services.trials import (
    TOPIC,
    trial_cancel,
    trial_chunk_take,
    trial_file,
    trial_give_up,
    trial_resume,
    trial_start,
)
from tests.factories import make_account, make_subject
from tests.sanctions.trial_county import DAY, TrialCounty, pack_data, told
from tests.streaming import loaded_at_once

pytestmark = pytest.mark.django_db
OFFICE_TABLES = {"registry.event", "registry.outboxmessage", "registry.notice", "registry.policydraft",
                 "registry.historicalpolicydraft"}  # fmt: skip


@pytest.fixture
def county():
    return TrialCounty()


def a_county_of_every_kind(county: TrialCounty) -> None:
    """2 points for A, 4 for B. Running: yellow from 6, red from 10. Tried below: yellow from 8, red from 12, and 4/14."""
    county.subject("甲04分", "B")
    county.subject("乙06分", "A", "B")
    county.subject("丙08分", "B", "B")
    county.subject("丁10分", "A", "B", "B")
    county.subject("戊14分", "A", "B", "B", "B")
    make_subject("己无记录")


# --- on, off, level ------------------------------------------------------------------------------------------------


def test_higher_thresholds_take_off_and_lower(county):
    """8/12: six points are no list any more; ten are yellow and no longer red; eight and fourteen stay."""
    a_county_of_every_kind(county)
    assert told(county.run(pack_data(yellow=8, red=12))) == [
        ("丁10分", "level", "red", "yellow", ""),
        ("乙06分", "off", "yellow", "", ""),
    ]


def test_a_lower_and_a_higher_threshold_put_on_and_lower(county):
    """4/14: four points come on yellow; ten fall from red to yellow; six and eight stay yellow, fourteen red."""
    a_county_of_every_kind(county)
    assert told(county.run(pack_data(yellow=4, red=14))) == [
        ("丁10分", "level", "red", "yellow", ""),
        ("甲04分", "on", "", "yellow", ""),
    ]


def test_a_lower_red_threshold_raises(county):
    a_county_of_every_kind(county)
    trial = county.run(pack_data(yellow=6, red=8))
    assert told(trial) == [("丙08分", "level", "yellow", "red", "")]
    row = trial.rows.get()
    assert (row.is_up, row.old_points, row.new_points) == (True, 8, 8)


def test_the_same_edition_changes_nothing(county):
    a_county_of_every_kind(county)
    trial = county.run(pack_data())
    assert (told(trial), trial.state, trial.answered, trial.total) == ([], Trial.State.DONE, 5, 5)


def test_against_nothing_everybody_due_comes_on():
    county = TrialCounty(running=None)
    a_county_of_every_kind(county)
    trial = county.run(pack_data())
    assert trial.against is None
    assert told(trial) == [
        ("丁10分", "on", "", "red", ""),
        ("丙08分", "on", "", "yellow", ""),
        ("乙06分", "on", "", "yellow", ""),
        ("戊14分", "on", "", "red", ""),
    ]


def test_a_list_that_the_draft_does_not_keep_loses_everybody(county):
    county.subject("乙06分", "A", "B")
    data = pack_data()
    del data["lists"][0]
    trial = county.run(data)
    assert told(trial) == [("乙06分", "off", "yellow", "", "")]
    assert trial.rows.get().sentences == ["《计分办法》不设该名单。"]


def test_the_window_is_that_of_the_day_tried(county):
    """The record of 2026-05-01 is inside one year until 2027-05-01 and outside the day after."""
    county.subject("甲04分", "B")
    data = pack_data(yellow=4)
    assert told(county.run(data, day=dt.date(2027, 5, 1))) == [("甲04分", "on", "", "yellow", "")]
    assert told(county.run(data, day=dt.date(2027, 5, 2))) == []


# --- what there is already -----------------------------------------------------------------------------------------


def test_an_open_candidate_that_is_no_longer_supported(county):
    subject = county.subject("乙06分", "A", "B")
    candidates_evaluate(subject=subject, actor=None, on=DAY)
    assert told(county.run(pack_data(yellow=8))) == [("乙06分", "off", "yellow", "", "candidate")]
    assert Candidate.objects.get().state == Candidate.State.OPEN


def test_an_entry_in_force_that_the_draft_would_not_have_made(county):
    """On its grounds, for the day of its case: six points do not make eight, whatever became of the window since."""
    county.entry(county.subject("乙06分", "A", "B"), "yellow", "黄名单", dt.date(2026, 5, 20))
    for day in (DAY, dt.date(2027, 5, 10)):
        assert told(county.run(pack_data(yellow=8), day=day)) == [("乙06分", "off", "yellow", "", "entry")]


def test_an_entry_that_the_draft_would_have_made_stays(county):
    county.entry(county.subject("丙08分", "B", "B"), "yellow", "黄名单", dt.date(2026, 5, 20))
    assert told(county.run(pack_data(yellow=8))) == []


def test_an_entry_whose_term_is_over_is_nobodys(county):
    county.entry(county.subject("乙06分", "A", "B"), "yellow", "黄名单", dt.date(2026, 5, 20))
    assert told(county.run(pack_data(yellow=8), day=dt.date(2027, 5, 21))) == []


def test_an_entry_that_the_draft_would_have_made_on_the_lower_list(county):
    county.entry(county.subject("丁10分", "A", "B", "B"), "red", "红名单", dt.date(2026, 5, 20))
    trial = county.run(pack_data(yellow=6, red=12))
    assert told(trial) == [("丁10分", "level", "red", "yellow", "entry")]
    assert trial.rows.get().is_up is False


def test_an_entry_that_nobody_supports_now_is_not_the_drafts_doing(county):
    """Four points: no list today. An entry on them is a fault of its own (`groundless`), not a change by the draft."""
    county.entry(county.subject("甲04分", "B"), "yellow", "黄名单", dt.date(2026, 5, 20))
    assert told(county.run(pack_data(yellow=8))) == []


def test_a_case_under_way_that_would_lose_its_ground(county):
    county.case(county.subject("乙06分", "A", "B"), "yellow", "黄名单", dt.date(2026, 5, 20), Case.State.COLLECTING)
    assert told(county.run(pack_data(yellow=8))) == [("乙06分", "off", "yellow", "", "case")]


def test_a_subject_with_a_case_under_way_does_not_come_on_again(county):
    county.case(county.subject("甲04分", "B"), "yellow", "黄名单", dt.date(2026, 5, 20), Case.State.COLLECTING)
    assert told(county.run(pack_data(yellow=4))) == []


def test_what_officers_declined_on_the_same_records_does_not_come_on(county):
    """Only the band that the points reach is told."""
    county.case(county.subject("甲04分", "B"), "yellow", "黄名单", dt.date(2026, 5, 20), Case.State.DROPPED)
    assert told(county.run(pack_data(yellow=4))) == [("甲04分", "level", "", "yellow", "")]


# --- reasons, records, departments ---------------------------------------------------------------------------------


def test_a_row_tells_why_with_its_clause_and_records(county):
    subject = county.subject("甲04分", "B")
    row = county.run(pack_data(yellow=4)).rows.get()
    assert any("4分" in sentence and "第三条" in sentence for sentence in row.sentences)
    assert (row.clause, row.former_sentences) == ("第三条", [])
    assert [ground.record_id for ground in row.grounds.all()] == [subject.records.get().pk]


def test_going_off_tells_what_is_missing_and_what_spoke_for_it_before(county):
    county.subject("乙06分", "A", "B")
    row = county.run(pack_data(yellow=8)).rows.get()
    assert any("8分" in sentence and "6分" in sentence for sentence in row.sentences)
    assert any("6分" in sentence for sentence in row.former_sentences)
    assert row.grounds.count() == 2


def test_each_department_counts_the_rows_that_rest_on_its_records(county):
    county.subject("甲应急", "B", department=county.safety)
    county.subject("乙交通", "B", department=county.traffic)
    both = county.subject("丙两家", "A", department=county.safety)
    county.record(both, "A", dt.date(2026, 5, 9), county.traffic)
    counts = trial_counts(county.run(pack_data(yellow=4)))
    assert counts.kinds == {"on": 3, "off": 0, "level": 0, "tier": 0}
    assert [(department.name, kinds["on"]) for department, kinds in counts.departments] == [
        ("交通局", 2), ("应急局", 2),
    ]  # fmt: skip


def test_rows_are_filtered_by_change_list_and_department(county):
    a_county_of_every_kind(county)
    county.subject("庚交通", "B", department=county.traffic)
    trial = county.run(pack_data(yellow=4, red=14))

    def names(**chosen):
        return {row.subject.name for row in trial_rows(trial, **chosen)}

    assert names() == {"甲04分", "丁10分", "庚交通"}
    assert names(kind="level") == {"丁10分"}
    assert names(list_code="red") == {"丁10分"}
    assert names(department=county.traffic.pk) == {"庚交通"}


def test_a_changed_band_of_points_is_told_where_no_list_changes():
    """Records used by an entry that was repaired list nobody again, but their points count: 6 is yellow, 5 is none."""
    county = TrialCounty()
    subject = county.subject("乙06分", "A", "B")
    county.entry(subject, "yellow", "黄名单", dt.date(2026, 5, 20))
    entry = subject.entries.get()
    entry.ends_on, entry.end_reason = dt.date(2026, 5, 25), "repaired"
    entry.save_by(None, reason="test")
    items = [{**item, "points": 3} if item["code"] == "B" else item for item in pack_data()["items"]]
    trial = county.run(pack_data(items=items))
    assert told(trial) == [("乙06分", "level", "yellow", "", "")]
    row = trial.rows.get()
    assert (row.old_points, row.new_points, row.is_up, row.grounds.count()) == (6, 5, False, 2)


# --- nothing else is written ---------------------------------------------------------------------------------------


def fingerprint() -> dict[str, str]:
    """A digest of every row of every table, but the trial's own and those where the office's acts are noted."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        name = model._meta.label_lower
        if not name.startswith("sanctions.trial") and name not in OFFICE_TABLES:
            rows = serializers.serialize("json", model._base_manager.order_by("pk"))
            found[name] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def test_a_trial_writes_nothing_but_its_own_rows(county):
    a_county_of_every_kind(county)
    county.entry(county.subject("辛在列", "A", "B"), "yellow", "黄名单", dt.date(2026, 5, 20))
    candidates_evaluate(subject=county.subject("壬提示", "A", "B"), actor=None, on=DAY)
    before, told_before = fingerprint(), Event.objects.filter(subject__isnull=False).count()
    trial = county.run(pack_data(yellow=8, red=12))
    assert trial.rows.count() == 4
    assert fingerprint() == before
    assert Event.objects.filter(subject__isnull=False).count() == told_before
    names = Event.objects.exclude(subject__isnull=False).values_list("name", flat=True)
    assert Counter(name for name in names if name.startswith("trial.")) == {"trial.started": 1, "trial.finished": 1}


# --- long, killed, cancelled ---------------------------------------------------------------------------------------


def rows_of(trial: Trial) -> list[tuple]:
    grounds = TrialGround.objects.filter(row__trial=trial).values_list("row__subject", "record", "department")
    fields = [f.name for f in TrialRow._meta.fields if f.name not in ("id", "trial")]
    return [*trial.rows.order_by("subject_id", "kind").values_list(*fields), *sorted(grounds)]


def killed(*args, **kwargs):
    raise SystemExit


def test_a_run_killed_in_the_middle_and_resumed_gives_the_same_rows(county, monkeypatch):
    a_county_of_every_kind(county)
    whole = county.run(pack_data(yellow=4, red=14))
    trial = county.start(pack_data(yellow=4, red=14))
    trial_chunk_take(trial_id=trial.pk, on=DAY, size=2)
    with monkeypatch.context() as patch:
        # Killed when the second chunk's rows are written and its cursor is not.
        patch.setattr(Trial, "save", killed)
        with pytest.raises(SystemExit):
            trial_chunk_take(trial_id=trial.pk, on=DAY, size=2)
    trial.refresh_from_db()
    assert trial.answered == 2
    while trial_chunk_take(trial_id=trial.pk, on=DAY, size=2):
        pass
    assert rows_of(trial) == rows_of(whole)


def test_a_draft_changed_meanwhile_does_not_change_the_trial(county):
    a_county_of_every_kind(county)
    trial = county.start(pack_data(yellow=4, red=14))
    trial_chunk_take(trial_id=trial.pk, on=DAY, size=2)
    trial.draft.text = "head: {}"
    trial.draft.save_by(None, reason="test")
    while trial_chunk_take(trial_id=trial.pk, on=DAY, size=2):
        pass
    assert {name for name, *_ in told(trial)} == {"甲04分", "丁10分"}


def test_a_chunk_takes_as_many_queries_for_twenty_subjects_as_for_two(county):
    counted = []
    for number in (2, 20):
        for _ in range(number):
            county.entry(subject := county.subject("", "A", "B"), "yellow", "黄名单", dt.date(2026, 5, 20))
            county.record(subject, "B", dt.date(2026, 5, 28))
        county.subject("", "B")
        trial = county.start(pack_data(yellow=4, red=8))
        trial_chunk_take(trial_id=trial.pk, on=DAY, size=1)
        with CaptureQueriesContext(connection) as queries:
            trial_chunk_take(trial_id=trial.pk, on=DAY, size=1000)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert counted[0] < 35


def test_the_relay_carries_it_out_and_the_starter_is_told(county):
    a_county_of_every_kind(county)
    trial = county.start(pack_data(yellow=4, red=14))
    outbox_drain(now=clock.now)
    trial.refresh_from_db()
    assert (trial.state, trial.rows.count()) == (Trial.State.DONE, 2)
    assert Notice.objects.get(kind="trial.finished").account == county.officer
    assert OutboxMessage.objects.get(topic=TOPIC).done_at is not None


def test_a_cancelled_trial_stops_and_keeps_what_it_found(county):
    a_county_of_every_kind(county)
    trial = county.start(pack_data(yellow=4, red=14))
    trial_chunk_take(trial_id=trial.pk, on=DAY, size=2)
    trial_cancel(trial_id=trial.pk, actor=county.officer, on=DAY)
    assert not trial_chunk_take(trial_id=trial.pk, on=DAY)
    trial.refresh_from_db()
    assert (trial.state, trial.answered, told(trial)) == (
        Trial.State.CANCELLED, 2, [("甲04分", "on", "", "yellow", "")],
    )  # fmt: skip
    with pytest.raises(TransitionRefused):
        trial_cancel(trial_id=trial.pk, actor=county.officer, on=DAY)


def test_a_trial_given_up_can_go_on(county):
    a_county_of_every_kind(county)
    trial = county.start(pack_data(yellow=4, red=14))
    trial_chunk_take(trial_id=trial.pk, on=DAY, size=2)
    trial_give_up({"trial": trial.pk}, clock.now())
    assert not trial_chunk_take(trial_id=trial.pk, on=DAY)
    trial_resume(trial_id=trial.pk, actor=county.officer, on=DAY)
    outbox_drain(now=clock.now)
    assert {name for name, *_ in told(trial)} == {"甲04分", "丁10分"}


@pytest.mark.parametrize("role", ["handler", "publisher", "auditor", "administrator", "department"])
def test_who_may_not_try(county, role):
    county.officer = make_account(role)
    edition = county.edition(pack_data())
    with pytest.raises(NotAllowed):
        trial_start(pack=edition, day=DAY, actor=county.officer, on=DAY)


# --- the sheet -----------------------------------------------------------------------------------------------------


def test_the_sheet_has_every_row_and_no_formula(county):
    county.subject("=HYPERLINK(1)", "B")
    county.subject("甲04分", "B")
    trial = county.run(pack_data(yellow=4))
    with loaded_at_once() as held:
        made = trial_file(trial=trial, actor=county.officer, on=DAY)
    assert held[TrialRow] == 0, "the rows go from the database into the sheet, none is kept"
    table = open_table(made.stream.read(), made.name)
    cells = [row for _, row in table.rows]
    assert made.rows == 2
    assert table.header[:5] == ["主体", "统一社会信用代码", "变化", "原名单或等级", "新名单或等级"]
    assert [(row[0], row[2], row[4]) for row in cells] == [
        ("=HYPERLINK(1)", "会列入", "黄名单"), ("甲04分", "会列入", "黄名单"),
    ]  # fmt: skip
    assert Event.objects.get(name="trial.exported").payload["rows"] == 2


def test_the_sheet_is_filtered_like_the_page(county):
    a_county_of_every_kind(county)
    trial = county.run(pack_data(yellow=4, red=14))
    made = trial_file(trial=trial, actor=county.officer, on=DAY, kind="level")
    assert (made.rows, [row[0] for _, row in open_table(made.stream.read(), made.name).rows]) == (1, ["丁10分"])
