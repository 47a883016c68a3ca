"""A night asks whoever a changed fact may concern, and leaves out changes on which nothing that the pack says can rest."""

import datetime as dt
from random import Random

import pytest
from django.utils import timezone

from registry.models import AccidentDetail, Finding, PenaltyDetail, Record, RecordItem, Subject
from registry.rules.findings import FINDINGS
from registry.rules.policy import load_packs
from registry.rules.policy.screen import asks_only_of_classified, reach_of
from sanctions.models import EntryGround, ListEntry
from sanctions.selectors.population import population_choose
from sanctions.selectors.population_changes import changes_since
from sanctions.selectors.worlds import worlds_of
from tests.factories import make_department, make_record, make_subject
from tests.sanctions.county import County
from tests.sanctions.test_population import DRAFTS, draft, one_by_one

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 6, 1)
LIBRARY = load_packs()
LISTING = sorted(name for name, loaded in LIBRARY.items() if any(rule.entry for rule in loaded.pack.lists))
POINTS, ACCIDENTS, MINISTRY = "nanning-urban", "saws-2017-49", "mem-2023-11"


def chosen_of(pack, seen):
    return set(population_choose(changes_since(seen, ON, pack, ON), are_few=True))


def saved(fact):
    return fact.save_by(None, reason="test")


class Changes:
    """One change of a fact of a subject, at random, written with its row version as every service writes it."""

    def __init__(self, county, seed):
        self.county, self.chance = county, Random(seed)
        self.codes = [item.code for item in county.pack.items]
        self.all = [self.void, self.redate, self.record, self.item_gone, self.finding, self.finding_gone,
                    self.accident, self.accident_gone, self.penalty]  # fmt: skip
        if self.codes:
            self.all.append(self.item)

    def apply(self, subject):
        records = list(Record.objects.filter(subject=subject))
        self.chance.choice(self.all if records else [self.record])(subject, records)

    def void(self, _, records):
        record = self.chance.choice(records)
        record.state, record.voided_on = "voided", ON
        saved(record)

    def redate(self, _, records):
        record = self.chance.choice(records)
        record.decided_on = record.occurred_on = self.county.day()
        saved(record)

    def record(self, subject, _):
        make_record(subject, department=self.county.department, decided_on=ON, confirmed_on=ON)

    def item(self, _, records):
        code, record = self.chance.choice(self.codes), self.chance.choice(records)
        if not record.items.filter(code=code, pack_id=self.county.pack.head.id).exists():
            saved(RecordItem(record=record, pack_id=self.county.pack.head.id, code=code))

    def item_gone(self, _, records):
        self._gone(RecordItem.objects.filter(record__in=records, pack_id=self.county.pack.head.id))

    def finding(self, _, records):
        code, record = self.chance.choice(list(FINDINGS)), self.chance.choice(records)
        if not record.findings.filter(code=code).exists():
            saved(Finding(record=record, code=code, reason="演示", found_on=ON))

    def finding_gone(self, _, records):
        self._gone(Finding.objects.filter(record__in=records))

    def accident(self, _, records):
        record = self.chance.choice(records)
        detail = AccidentDetail.objects.filter(record=record).first() or AccidentDetail(record=record)
        detail.deaths, detail.is_liable = self.chance.choice([0, 1, 3, 10]), True
        saved(detail)

    def accident_gone(self, _, records):
        self._gone(AccidentDetail.objects.filter(record__in=records))

    def penalty(self, _, records):
        record = self.chance.choice(records)
        detail = PenaltyDetail.objects.filter(record=record).first() or PenaltyDetail(
            record=record, violation_type="演示", basis="演示", content="演示", authority="演示机关"
        )
        detail.kinds, detail.fine = ["罚款", "吊销许可证件"], 50_000
        saved(detail)

    def _gone(self, found):
        for each in found[:1]:
            each.delete()


@pytest.mark.parametrize("name", [*LISTING, *DRAFTS])
def test_whoever_answers_differently_is_asked(name):
    """Every subject changes by one fact; those whose lists, points, grounds or days differ are all among the asked."""
    loaded = LIBRARY[name] if name in LIBRARY else draft(name)
    differing = 0
    for seed in (1, 2):
        county = County(loaded, ON, size=60, seed=seed)
        seen = timezone.now()
        before, changes = one_by_one(loaded, county.subjects, ON), Changes(county, seed)
        for subject in county.subjects:
            changes.apply(subject)
        after, chosen = one_by_one(loaded, county.subjects, ON), chosen_of(loaded.pack, seen)
        changed = {pk for pk in before if before[pk] != after[pk]}
        assert changed <= chosen, (name, changed - chosen)
        differing += len(changed)
    assert differing > 0


def test_each_pack_reaches_as_far_as_its_conditions():
    assert {name: reach_of(LIBRARY[name].pack) for name in (POINTS, ACCIDENTS, MINISTRY)} == {
        POINTS: "classified", ACCIDENTS: "classified", MINISTRY: "penalised"}  # fmt: skip
    assert (reach_of(draft("everything").pack), reach_of(draft("published").pack)) == ("any", "any")
    assert [asks_only_of_classified(LIBRARY[name].pack) for name in (POINTS, MINISTRY)] == [True, False]


def long_after():
    """Forget that anything has changed so far: return the instant since when changes count."""
    for tracked in (Subject, Record, RecordItem, Finding, AccidentDetail, PenaltyDetail, ListEntry):
        tracked.history.all().delete()
    return timezone.now()


def a_record(subject, **fields):
    return make_record(subject, decided_on=dt.date(2026, 5, 1), confirmed_on=dt.date(2026, 5, 1), **fields)


def with_item(subject, pack_id):
    record = a_record(subject)
    saved(RecordItem(record=record, pack_id=pack_id, code="x"))
    return record


def with_accident(subject):
    record = a_record(subject, kind="accident", number="事1", occurred_on=dt.date(2026, 4, 1))
    saved(AccidentDetail(record=record, deaths=3))
    return record


def with_finding(subject):
    record = a_record(subject)
    saved(Finding(record=record, code="egregious", reason="演示", found_on=ON))
    return record


def as_ground(subject):
    county = County(LIBRARY[ACCIDENTS], ON, size=30, seed=subject.pk)
    ground = EntryGround.objects.filter(entry__pack_id=ACCIDENTS).first()
    record = a_record(subject, department=county.department)
    EntryGround.objects.create(entry=ground.entry, record=record)
    return record


def unclassified(subject):
    return a_record(subject)


def penalised_after_an_accident(subject):
    with_accident(subject)
    return a_record(subject)


@pytest.mark.parametrize(
    ("make", "asked"),
    [
        (unclassified, set()),
        (lambda subject: with_item(subject, ACCIDENTS), {ACCIDENTS}),
        (lambda subject: with_item(subject, "another-pack"), set()),
        (with_accident, {POINTS, ACCIDENTS, MINISTRY}),
        (with_finding, {POINTS, ACCIDENTS, MINISTRY}),
        (as_ground, {POINTS, ACCIDENTS, MINISTRY}),
        (penalised_after_an_accident, {MINISTRY}),
    ],
)
def test_a_changed_record_is_asked_about_by_the_packs_that_may_rest_on_it(make, asked):
    """(南宁 and 49号 count classified records, accidents and findings; 应急管理部11号 art. 3 asks for a penalty besides.)"""
    make_department()
    subject = make_subject()
    record = make(subject)
    seen = long_after()
    record.title = "改过的事由"
    saved(record)
    assert {pack for pack in (POINTS, ACCIDENTS, MINISTRY) if chosen_of(LIBRARY[pack].pack, seen)} == asked
    assert all(chosen_of(LIBRARY[pack].pack, seen) == {subject.pk} for pack in asked)


def test_a_classification_taken_back_is_asked_about():
    subject = make_subject()
    with_item(subject, ACCIDENTS)
    seen = long_after()
    RecordItem.objects.get().delete()
    assert chosen_of(LIBRARY[ACCIDENTS].pack, seen) == {subject.pk}
    assert worlds_of([subject.pk], asked_by=LIBRARY[ACCIDENTS].pack, on=ON)[0].records == ()
