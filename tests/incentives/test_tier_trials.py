"""A pack on trial tells whose supervision tier it would change, from which to which, why, and on whose records."""

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incentives.models import TierAssessment
from incentives.services.tiers import tiers_recompute
from registry.services.imports.reading import open_table
from registry.services.policies import policy_activate
from sanctions.models import Trial, TrialRow
from sanctions.selectors.trials import trial_counts, trial_rows
from sanctions.services.trials import trial_chunk_take, trial_file, trial_start
from tests.factories import make_subject
from tests.sanctions.trial_county import DAY, TrialCounty, pack_data

pytestmark = pytest.mark.django_db


def tiers(*, clean: int = 3, points: int = 4, risk: bool = False) -> list[dict]:
    """Good after so many clean years, watched from so many points on, plain otherwise."""
    good = {"clean": {"years": clean}}
    return [
        {"code": "good", "label": "良好", "clause": "7", "condition": {
            **({"all": [good, {"risk": ["low"]}]} if risk else good), "clause": "7"}},
        {"code": "watched", "label": "重点", "clause": "8", "condition": {"points": {"at_least": points}, "clause": "8"}},
        {"code": "plain", "label": "一般", "clause": "9"},
        {"code": "pending", "label": "待评定", "clause": "9", "newcomer": True},
    ]  # fmt: skip


@pytest.fixture
def county():
    """The points of an item A are 2, of B 4; 甲 has no record, 乙 one of 2024-05-01, 丙 one A, 丁 one B of 2026-05."""
    found = TrialCounty(pack_data(tiers=tiers()))
    make_subject("甲无记录")
    found.record(make_subject("乙两年前"), "A", dt.date(2024, 5, 1))
    found.subject("丙轻微", "A", department=found.traffic)
    found.subject("丁一般", "B")
    return found


def moves(trial: Trial) -> list[tuple[str, str, str, str]]:
    rows = TrialRow.objects.filter(trial=trial).select_related("subject").order_by("subject__name", "kind")
    return [(row.subject.name, row.kind, row.old_label, row.new_label) for row in rows]


def test_fewer_clean_years_lift_whoever_has_them(county):
    trial = county.run(pack_data(tiers=tiers(clean=2)))
    assert moves(trial) == [("乙两年前", "tier", "一般", "良好")]
    assert (trial.total, trial.answered) == (4, 4)


def test_a_lower_threshold_of_points_puts_under_watch_and_names_record_and_department(county):
    trial = county.run(pack_data(tiers=tiers(points=2)))
    [row] = trial_rows(trial)
    assert (row.subject.name, row.clause) == ("丙轻微", "第八条")
    assert (row.old_label, row.new_label) == ("一般", "重点")
    assert [ground.department for ground in row.grounds.all()] == [county.traffic]
    number = county.traffic.records.get().number
    assert row.sentences == [f"近1年内失信计分累计满2分：已有2分（{number}），依据第八条。"]
    assert row.former_sentences == ["不符合前面各等级的条件，为一般。"]


def test_records_that_decide_only_together_are_all_named(county):
    """Neither of two records of 4 points alone keeps the subject from another tier than the threshold of 5 to 8."""
    county.subject("戊两件", "B", "B")
    county.subject("己三件", "B", "B", "A")
    trial = county.run(pack_data(tiers=tiers(points=9)))
    found = {row.subject.name: row.grounds.count() for row in trial_rows(trial)}
    assert found == {"丁一般": 1, "戊两件": 2}
    trial = county.run(pack_data(tiers=tiers(points=2)))
    assert {row.subject.name: row.grounds.count() for row in trial_rows(trial)} == {"丙轻微": 1}


def test_a_subject_without_any_record_is_tried_too(county):
    """甲 would have to be of low risk to be good, and nobody has registered its risk."""
    trial = county.run(pack_data(tiers=tiers(risk=True)))
    assert moves(trial) == [("甲无记录", "tier", "良好", "待评定")]
    assert trial_rows(trial).get().sentences == ["没有登记安全风险等级，不能评定，为待评定。"]


def test_the_same_tiers_change_nothing(county):
    assert moves(county.run(pack_data())) != []
    assert moves(county.run(pack_data(tiers=tiers()))) == []


def test_a_draft_without_tiers_leaves_everybody_without_one(county):
    trial = county.run(pack_data())
    assert Counter((was, would) for _, _, was, would in moves(trial)) == {
        ("良好", ""): 1, ("一般", ""): 2, ("重点", ""): 1}  # fmt: skip
    assert {tuple(row.sentences) for row in trial_rows(trial)} == {("没有政策评定信用等级。",)}


def test_the_first_pack_with_tiers_grades_and_no_other():
    """Two packs in use have tiers: the one whose id comes first grades, as every night."""
    county = TrialCounty(pack_data(tiers=tiers()))
    make_subject("甲无记录")
    later = {**pack_data(tiers=tiers(clean=9)), "head": {**pack_data()["head"], "id": "zz-later"}}
    assert moves(county.run(later)) == []
    earlier = {**pack_data(tiers=[tiers()[2]]), "head": {**pack_data()["head"], "id": "aa-earlier"}}
    assert moves(county.run(earlier)) == [("甲无记录", "tier", "良好", "一般")]


def test_where_nothing_grades_yet_everybody_gets_a_tier():
    county = TrialCounty(None)
    make_subject("甲无记录")
    county.subject("丁一般", "B")
    assert moves(county.run(pack_data(tiers=tiers()))) == [
        ("丁一般", "tier", "", "重点"), ("甲无记录", "tier", "", "良好")]  # fmt: skip


def test_the_trial_foretells_what_adoption_and_the_night_do(county):
    """What the rows promise is what the job finds once the draft is adopted."""
    tiers_recompute(on=DAY)
    before = held()
    draft = pack_data(tiers=tiers(clean=2, points=2))
    promised = {name: (was, would) for name, _, was, would in moves(county.run(draft))}
    adopt(county, draft)
    tiers_recompute(on=DAY)
    after = held()
    assert promised == {name: (before[name], after[name]) for name in before if before[name] != after[name]} != {}


def held() -> dict[str, str]:
    return dict(TierAssessment.objects.on(DAY).values_list("subject__name", "tier_label"))


def adopt(county: TrialCounty, draft: dict) -> None:
    policy_activate(version=county.edition(draft), mode="internal", actor=None, on=DAY)


def test_the_page_counts_the_moves_and_the_sheet_names_them(client, county):
    trial = county.run(pack_data(tiers=tiers(clean=2, points=2)))
    assert trial_counts(trial).moves == [("一般", "良好", 1), ("一般", "重点", 1)]
    client.force_login(county.officer)
    page = client.get(reverse("sanctions:trial-detail", args=[trial.public_id])).content.decode()
    assert "2处变化" in page
    assert "信用等级变化" in page
    assert "一般 → 良好" in page
    made = trial_file(trial=trial, actor=county.officer, on=DAY)
    assert [(row[0], row[2], row[3], row[4]) for _, row in open_table(made.stream.read(), made.name).rows] == [
        ("乙两年前", "信用等级变化", "一般", "良好"), ("丙轻微", "信用等级变化", "一般", "重点")]  # fmt: skip


def test_a_chunk_takes_as_many_queries_for_twenty_subjects_as_for_two(county):
    counted = []
    for number in (2, 20):
        for each in range(number):
            county.subject(f"戊{number}-{each:02}", "A")
        draft = county.draft(pack_data(tiers=tiers(points=2)))
        trial = trial_start(pack=draft, day=DAY, actor=county.officer, on=DAY)
        with CaptureQueriesContext(connection) as queries:
            trial_chunk_take(trial_id=trial.pk, on=DAY)
        counted.append(len(queries))
    assert counted[0] == counted[1]
    assert trial.rows.count() == 1 + 2 + 20
