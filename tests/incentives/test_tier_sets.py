"""Everybody's tier asked at once is the tier that each subject's own evaluation finds, for any pack and any history."""

import datetime as dt
from types import SimpleNamespace

import pytest
import yaml
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incentives.models import Commitment, Honour, Signature, TierAssessment
from incentives.selectors.good_standing import is_committed
from incentives.selectors.tier_answers import next_looks, tiers_ask, tiers_choose
from incentives.selectors.tier_sql import ANSWERS, MISSING, NO_TIER
from incentives.selectors.tiers import gradable, tier_pack, world_verdict
from incentives.services.tier_settling import tiers_settle
from incentives.services.tiers import tier_mark, tiers_recompute
from registry.models import Attachment, PolicyVersion, Record
from registry.rules.policy import load_packs
from registry.rules.policy.conditions import KINDS, kind_of
from registry.rules.policy.schema import Pack
from registry.rules.policy.strict_yaml import read_yaml
from registry.rules.policy.tier_plan import tier_plan
from registry.rules.policy.values import Duration
from registry.selectors.policies import ActivePack
from registry.services.policies import policy_activate
from sanctions.models import Case, ListEntry
from sanctions.selectors.worlds import worlds_of
from tests.incentives.tier_packs import CONDITIONS, PACKS, tiered
from tests.sanctions.case_world import activate
from tests.sanctions.county import County

pytestmark = [pytest.mark.django_db]
Day, ONE_DAY = dt.date, dt.timedelta(days=1)
ON = Day(2026, 6, 1)
LIBRARY = load_packs()
GRADING = sorted(name for name, loaded in LIBRARY.items() if loaded.pack.tiers)
OFTEN = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
DAYS = st.sampled_from([0, 0, 1, 30, 31, 214, 365]).map(lambda days: ON + dt.timedelta(days=days))


def active_of(pack: Pack) -> ActivePack:
    version = PolicyVersion(pk=1, pack_id=pack.head.id, content_hash="0" * 64)
    return ActivePack(version, SimpleNamespace(mode="internal"), pack, None)


def asked(active, on, *, chosen=None):
    """Subject → (place of the tier, missing facts, next day) out of the question of everybody."""
    with transaction.atomic():
        counts = tiers_ask(active, on, chosen=chosen)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT subject_id, tier, missing, next_change_on FROM {ANSWERS}")  # noqa: S608
        rows = cursor.fetchall()
    return {
        pk: (tier, bits, Day.fromisoformat(day) if isinstance(day, str) else day) for pk, tier, bits, day in rows
    }, counts


def one_by_one(active, on):
    plan, places = tier_plan(active.pack), {tier.code: place for place, tier in enumerate(active.pack.tiers)}
    found = {}
    for world in worlds_of(list(gradable().values_list("pk", flat=True))):
        subject = world.subject
        held = list(Honour.objects.in_force(on).filter(subject=subject))
        verdict, _, history = world_verdict(world, active.pack, on, honours=held, committed=is_committed(subject, on))
        days = [
            *next_looks(world, history, active, plan, on),
            *([verdict.next_change_on] if verdict.next_change_on else []),
        ]
        if plan is None or plan.asks_commitment:
            days += committed_days(subject, on)
        tier = places[verdict.tier.code] if verdict.tier else NO_TIER
        found[subject.pk] = (tier, sum(MISSING[each] for each in verdict.missing), min(days, default=None))
    return found


def committed_days(subject, on):
    rows = Commitment.objects.filter(subject=subject, is_public=True, signature__isnull=False)
    days = [
        day
        for each in rows.select_related("signature")
        for day in (each.signature.signed_on, each.closed_on, each.last_day and each.last_day + dt.timedelta(days=1))
    ]
    return [day for day in days if day is not None and day > on]


def build(pack_id="tiered", *, loaded=None, size=90, seed=0):
    """A county at random, with commitments, and entries on the blacklists of other fields."""
    county = County(loaded or tiered([None], newcomer=False), ON, size=size, seed=seed, ahead=200)
    chance, at = county.chance, "2026-01-01T00:00:00+08:00"
    for number, subject in enumerate(each for each in county.subjects if not each.is_person):
        of = {"subject": subject, "policy": county.policy, "department": county.department}
        if chance.random() < 0.3:
            a_record_lapses(county, subject)
        if chance.random() < 0.4:
            signed = ON - dt.timedelta(days=chance.randrange(-40, 400))
            commitment = Commitment.objects.create(
                number=f"承{number}", pack_id="county-default", kind="voluntary-publicity", label="主动公示",
                is_public=chance.random() < 0.8, text="演示", made_on=signed, state=chance.choice(["signed", "fulfilled"]),
                last_day=chance.choice([None, ON, signed + dt.timedelta(days=365)]),
                closed_on=chance.choice([None, ON, ON + dt.timedelta(days=20)]), **of,
            )  # fmt: skip
            copy = Attachment.objects.create(file="x", name="x", media_type="x", size=1, sha256="0", uploaded_at=at)
            Signature.objects.create(commitment=commitment, sha256="0", signer="演示", capacity="演示",
                                     confirmed_by="password", signed_on=signed, at=at, copy=copy)  # fmt: skip
        for domain in chance.sample(["fire", "tax", "work-safety", ""], chance.choice([0, 0, 1, 2, 3])):
            start = ON - dt.timedelta(days=chance.choice([-10, 0, 1, 364, 365, 900]))
            ends = start + dt.timedelta(days=chance.choice([1, 365, 1000]))
            lists = {
                **of,
                "pack_id": f"field-{domain}",
                "list_code": "blacklist",
                "list_label": "黑名单",
                "decided_on": start,
            }
            case = Case.objects.create(number=f"域{number}{domain}", mode="internal", opened_on=start, state="published",
                                       **lists)  # fmt: skip
            ListEntry.objects.create(case=case, domain=domain, is_public=True, clause="1", starts_on=start, term_ends_on=ends,
                                     ends_on=ends, end_reason="term", **lists)  # fmt: skip
    return county


def a_record_lapses(county, subject):
    """A record that leaves a window soon, and of which something is dated ahead, mostly for later than that."""
    chance = county.chance
    record = county._record(subject)
    period = Duration.model_validate(chance.choice([{"years": 1}, {"years": 3}, {"months": 6, "days": 3}]))
    leaves = ON + dt.timedelta(days=chance.randrange(1, 40))
    day = leaves - dt.timedelta(days=366 * period.years + 31 * period.months + period.days)
    while period.last_day(day) < leaves - ONE_DAY:
        day += ONE_DAY
    record.decided_on, record.occurred_on, record.state = day, chance.choice([None, day]), "confirmed"
    record.voided_on = record.repaired_on = record.disputed_on = None
    name = chance.choice(["voided_on", "repaired_on", "disputed_on"])
    setattr(record, name, leaves + dt.timedelta(days=chance.randrange(-10, 60)))
    record.save_by(None, reason="test")


@pytest.mark.parametrize("seed", [0, 1])
def test_every_answer_is_that_of_one_evaluation(seed):
    build(seed=seed)
    alone = []

    @OFTEN
    @given(PACKS, DAYS)
    def hold(loaded, on):
        active = active_of(loaded.pack)
        found, counts = asked(active, on)
        alone.append(counts["alone"] / counts["graded"])
        assert found == one_by_one(active, on)

    hold()
    # What the question leaves to the evaluation of one subject is the exception.
    assert sum(alone) / len(alone) < 0.15


@pytest.mark.parametrize("seed", [2, 3])
def test_every_answer_holds_until_the_day_that_it_gives(seed):
    """What is written stays what everybody would be told, day by day, until `next_change_on`: else the nights, which look
    at nobody before that day, and the question of everybody would part."""
    build(seed=seed)
    told = []

    @OFTEN
    @given(PACKS, DAYS, st.one_of(st.integers(1, 60), st.sampled_from([213, 214, 364, 365, 366, 1095, 1096])))
    def hold(loaded, on, days):
        active, later = active_of(loaded.pack), on + dt.timedelta(days=days)
        first, then = asked(active, on)[0], asked(active, later)[0]
        told.append(sum(next_on is None or later < next_on for _, _, next_on in first.values()))
        for pk, answer in first.items():
            if answer[2] is None or later < answer[2]:
                assert then[pk] == answer, (pk, on, later)

    hold()
    assert sum(told) > 20 * len(told)


def test_the_packs_at_random_hold_every_kind_of_condition():
    held = set()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(CONDITIONS)
    def look(condition):
        pack = tiered([condition], newcomer=False).pack
        held.update(kind_of(node) for node in pack.conditions)
        assert tier_plan(pack) is not None

    look()
    assert held == set(KINDS)


@pytest.mark.parametrize("pack_id", GRADING)
def test_so_is_it_for_the_packs_in_use(pack_id):
    loaded = LIBRARY[pack_id]
    build(loaded=loaded)
    active = active_of(loaded.pack)
    for days in (0, 1, 213, 214, 364, 365, 366, 730):
        on = ON + dt.timedelta(days=days)
        assert asked(active, on)[0] == one_by_one(active, on)


def test_a_pack_beyond_the_question_is_evaluated_one_by_one_and_counted():
    windows = [{"kind": "lookback", "period": {"days": days}} for days in range(1, 70)]
    counts = [{"count": {"of": {"penalty": {}}, "at_least": 1, "window": window}} for window in windows]
    active = active_of(tiered([{"any": counts}, {"clean": {"years": 1}}], newcomer=True).pack)
    build(size=40)
    assert tier_plan(active.pack) is None
    found, number = asked(active, ON)
    assert number["alone"] == number["graded"] == len(found) > 0
    assert found == one_by_one(active, ON)


def test_the_chosen_get_the_answers_that_they_get_among_everybody():
    build()
    text = "SELECT id, NULL, NULL FROM registry_subject WHERE id %% 3 = %s"

    @OFTEN
    @given(PACKS, DAYS)
    def hold(loaded, on):
        active = active_of(loaded.pack)
        everybody, _ = asked(active, on)
        number = tiers_choose([(text, [1]), (text, [1])])
        assert asked(active, on, chosen=number)[0] == {pk: each for pk, each in everybody.items() if pk % 3 == 1}

    hold()


# --- night by night


def differences(on):
    """Ask everybody and write what differs; return of how many subjects."""
    active = tier_pack(on)
    with transaction.atomic():
        tiers_ask(active, on)
        return tiers_settle(active, on, chosen=False).written


def a_fact_changes(county, on):
    """Something happens to a few subjects, some of it dated ahead; each leaves the mark that services leave."""
    chance = county.chance
    for subject in chance.sample([each for each in county.subjects if not each.is_person], 4):
        day = on + dt.timedelta(days=chance.choice([0, 0, 0, 3, 40]))
        records = list(Record.objects.filter(subject=subject).exclude(state="draft"))
        what = chance.choice(["add", "add", "void", "repair", "dispute", "rate", "end"])
        if what == "add" or (what in ("void", "repair", "dispute") and not records):
            county.on = day
            county._record(subject)
        elif what == "rate":
            subject.risk = chance.choice(["", "low", "major"])
            subject.save_by(None, reason="test")
        elif what == "end":
            for entry in ListEntry.objects.filter(subject=subject, starts_on__lt=day, ends_on__gt=day)[:1]:
                entry.ends_on, entry.end_reason = day, "repaired"
                entry.save_by(None, reason="test")
        else:
            record = chance.choice(records)
            name = {"void": "voided_on", "repair": "repaired_on", "dispute": "disputed_on"}[what]
            setattr(record, name, day)
            record.save_by(None, reason="test")
        tier_mark(subject=subject, cause="记录变动", on=on)


def edition(number, on):
    """Another edition of the county's pack in use from `on`: one year without a bad record becomes so many half years."""
    source = read_yaml(PolicyVersion.objects.filter(pack_id="county-default").earliest("pk").text)
    tier = next(each for each in source["tiers"] if each["code"] == "B")
    tier["condition"]["all"][0] = {"clean": {"months": 6 * number}}
    version = PolicyVersion.objects.create(
        pack_id="county-default", content_hash=f"{number:064d}", title="县域", issuer="演示", authority="local-document",
        text=yaml.safe_dump(source, allow_unicode=True), loaded_at="2026-01-01T00:00:00+08:00",
    )  # fmt: skip
    policy_activate(version=version, mode="internal", actor=None, on=on)


def test_after_every_night_a_question_of_everybody_writes_nothing(settings):
    settings.SIMPLE_HISTORY_ENABLED = False
    activate("county-default", ON)
    county = build(loaded=LIBRARY["county-default"], size=45)
    on, changed = ON, 0
    for number in range(30):
        a_fact_changes(county, on)
        if number in (8, 20):
            edition(number, on)
        counts = tiers_recompute(on=on)
        changed += counts["changed"]
        assert (counts["corrected"], differences(on)) == (0, 0), on
        on += dt.timedelta(days=county.chance.choice([1, 1, 1, 2, 7, 40]))
    # Newcomers apart, time, facts and editions have moved somebody.
    assert changed > gradable().count() * 1.5


def test_late_or_in_time_the_same_rows_come_of_it():
    """Thirty days in one go, with edges and another edition between, leave the rows of thirty nights."""
    activate("county-default", ON)
    build(loaded=LIBRARY["county-default"], size=60)
    tiers_recompute(on=ON)
    edition(1, ON + dt.timedelta(days=17))
    rows = []
    for days in (range(1, 61), [60]):
        with transaction.atomic():
            for each in days:
                tiers_recompute(on=ON + dt.timedelta(days=each))
            found = TierAssessment.objects.order_by("subject_id", "starts_on", "pk")
            rows.append(
                list(
                    found.values_list("subject_id", "tier_code", "policy_id", "starts_on", "ends_on", "next_change_on")
                )
            )
            transaction.set_rollback(True)
    assert rows[0] == rows[1]
    assert len(rows[0]) > 2 * gradable().count()
