"""After the dust: every promise of the design asked of the database and of the receiver, each with what was counted."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from disclosure.models import Publication, PublicityBackfill
from disclosure.selectors.records import KINDS
from disclosure.services.publicity_backfill import publicity_backfill
from incentives.models import Commitment, TierAssessment, TierMark
from incentives.selectors.honours import honours_in_force
from incentives.selectors.tier_answers import tiers_ask
from incentives.selectors.tiers import new_subjects, overtaken, tier_pack, world_verdict
from incentives.services.tier_settling import tiers_settle
from registry.models import (
    Deadline,
    Event,
    ImportBatch,
    ImportRow,
    JobRun,
    Notice,
    OutboxMessage,
    Record,
    Subject,
    WebhookDelivery,
    WebhookEvent,
)
from registry.services.events import events_verify
from registry.services.reminders import NOTICE_KIND as REMINDER
from registry.services.reminders import horizon_of
from sanctions.selectors.worlds import worlds_of
from tests.api.receiver import Receiver
from tests.faults.client import Reporter, Visitor
from tests.faults.county import number_of
from tests.faults.killer import RESUMED_WITHIN, Death
from tests.faults.load import NOTICE_KIND

DELIVERED = (Notice.State.DELIVERED, Notice.State.SERVED)


@dataclass(frozen=True)
class Line:
    """One promise: how many were owed, how many were missed and how many came twice; `wrong` makes the run fail."""

    what: str
    owed: int
    missed: int
    doubled: int
    note: str = ""

    @property
    def wrong(self) -> bool:
        return bool(self.missed or self.doubled)


def owes_nothing() -> bool:
    """Whether everything owed has been carried out."""
    return not (
        OutboxMessage.objects.filter(done_at=None, failed_at=None).exists()
        or WebhookEvent.objects.filter(number=None).exists()
        or WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING).exists()
        or ImportBatch.objects.filter(state=ImportBatch.State.RUNNING).exists()
    )


def lines(
    receiver: Receiver,
    reporter: Reporter,
    visitors: list[Visitor],
    published: list[int],
    deaths: list[Death],
    on: dt.date,
) -> Iterator[Line]:
    """Yield every promise with what became of it."""
    yield _notices()
    yield _reminders(on)
    yield _events(receiver)
    yield _reports(reporter)
    yield _import_rows(reporter)
    yield _publications(published, on)
    yield _tiers(on)
    yield _seals()
    yield _given_up()
    yield _runs()
    yield _answers(visitors)
    yield _resumptions(deaths)


def _notices() -> Line:
    sent = Notice.objects.filter(kind=NOTICE_KIND)
    late = sent.exclude(state__in=DELIVERED).count()
    more = sent.filter(attempts__gt=1).count()
    return Line("notices: delivered once", sent.count(), late, more)


def _reminders(on: dt.date) -> Line:
    """Each open deadline's present stage was told once, and no stage of any was told twice."""
    horizon, expected = horizon_of(on), 0
    told = Counter(Notice.objects.filter(kind=REMINDER).values_list("object_id", "title"))
    objects = Counter(pk for pk, _ in told)
    missed = 0
    for deadline in Deadline.objects.filter(met_on=None, cancelled_on=None):
        if deadline.due_on <= horizon:
            expected += 1
            missed += deadline.pk not in objects
    return Line(
        "reminders: each stage told once",
        sum(told.values()),
        missed,
        sum(told.values()) - len(told),
        f"{expected} due at the end",
    )


def _events(receiver: Receiver) -> Line:
    """At the receiver with an inbox (by the delivery's id) every event was taken once; how often it came is told."""
    came = Counter(each.headers["X-Credit-Delivery"] for each in receiver.taken)
    owed = {str(each) for each in WebhookDelivery.objects.values_list("public_id", flat=True)}
    twice = WebhookEvent.objects.annotate(n=Count("deliveries")).exclude(n=1).count()
    again = sum(came.values()) - len(came)
    return Line(
        "events: taken by the department's inbox once",
        len(owed),
        len(owed - set(came)),
        twice,
        f"{again} came again under the same id",
    )


def _reports(reporter: Reporter) -> Line:
    """What was acknowledged over HTTP is there once."""
    found = Counter(Record.objects.filter(kind="penalty").values_list("number", flat=True))
    counts = [found[number_of(serial)] for serial in reporter.acknowledged]
    twice = sum(1 for count in found.values() if count > 1)
    return Line("penalties reported over the API: acknowledged, there once", len(counts), counts.count(0), twice)


def _import_rows(reporter: Reporter) -> Line:
    found = Counter(Record.objects.filter(kind="penalty").values_list("number", flat=True))
    rows = ImportRow.objects.count()
    lost = ImportRow.objects.exclude(state=ImportRow.State.IMPORTED).count()
    lost += sum(found[number_of(serial)] == 0 for serial in reporter.uploaded)
    linked = Record.objects.filter(import_row__isnull=False).values("import_row").annotate(n=Count("pk"))
    return Line("import rows: taken in once", rows, lost, linked.filter(n__gt=1).count())


def _publications(published: list[int], on: dt.date) -> Line:
    """Every confirmed penalty has its publicity settled: public, due, or exempt; a run of the job finds none left. What was
    made public shows today, its deadline is met, and nothing is public twice."""
    shown = Publication.objects.filter(object_kind="registry.record", object_id=OuterRef("pk"))
    limits = Deadline.objects.filter(object_kind="registry.record", object_id=OuterRef("pk"))
    records = Record.objects.filter(kind__in=KINDS, state=Record.State.CONFIRMED)
    missed = records.filter(~Exists(shown), ~Exists(limits), publicity_exemption__isnull=True).count()
    missed += records.filter(Exists(shown), Exists(limits.filter(met_on=None, cancelled_on=None))).count()
    PublicityBackfill.objects.all().delete()  # so that the run asks of every record
    missed += sum(publicity_backfill(on=on).values())
    visible = set(Publication.objects.visible(on).values_list("object_id", flat=True))
    missed += len(set(published) - visible)
    doubled = Publication.objects.values("object_kind", "object_id", "channel").annotate(n=Count("pk")).filter(n__gt=1)
    return Line(
        "publications: none missed", records.count(), missed, doubled.count(), f"{len(visible)} public, the others due"
    )


def _tiers(on: dt.date) -> Line:
    """No mark and no overtaken day is left, and judging everybody anew gives the tier that is kept."""
    active = tier_pack(on)
    assert active is not None
    stale = TierMark.objects.count() + new_subjects(active.version.pack_id).count()
    stale += sum(found.count() for found in overtaken(active.version.pack_id, on))
    with transaction.atomic():
        tiers_ask(active, on)
        again = tiers_settle(active, on, chosen=False).written
    open_now = TierAssessment.objects.filter(ends_on=None, pack_id=active.version.pack_id)
    differing = sum(_differs(each, on) for each in open_now.select_related("subject").order_by("?")[:100])
    twice = Subject.objects.filter(pk__in=open_now.values("subject")).count() - open_now.count()
    return Line("tiers: none stale", open_now.count(), stale + again + differing, -twice, "100 judged anew by hand")


def _differs(assessment: TierAssessment, on: dt.date) -> bool:
    active = tier_pack(on)
    assert active is not None
    pk = assessment.subject_id
    [world] = worlds_of([pk])
    committed = Commitment.objects.public(on).filter(subject_id=pk).exists()
    verdict, _, _ = world_verdict(
        world, active.pack, on, honours=honours_in_force([pk], on).get(pk, []), committed=committed
    )
    return verdict.tier is None or verdict.tier.code != assessment.tier_code


def _seals() -> Line:
    problems = events_verify(anchor="")
    return Line("timeline: every digest and seal", Event.objects.count(), len(problems), 0, "; ".join(problems[:2]))


def _given_up() -> Line:
    return Line(
        "outbox: nothing given up",
        OutboxMessage.objects.count(),
        OutboxMessage.objects.exclude(failed_at=None).count(),
        0,
    )


def _runs() -> Line:
    """No run is left open, and no two runs of a job overlap."""
    left, overlapping = 0, 0
    last: dict[str, dt.datetime] = {}
    for run in JobRun.objects.exclude(
        name__in=["registry.outbox_drain", "registry.webhooks_send", "registry.jobs_make_up"]
    ).order_by("started_at"):
        left += run.finished_at is None
        overlapping += run.name in last and last[run.name] > run.started_at
        if run.finished_at is not None and not run.error:
            last[run.name] = max(run.finished_at, last.get(run.name, run.finished_at))
    return Line("jobs: no run left open, none beside itself", JobRun.objects.count(), left, overlapping)


def _answers(visitors: list[Visitor]) -> Line:
    answers: Counter[int] = sum((each.answers for each in visitors), Counter())
    faults = [fault for each in visitors for fault in each.faults]
    away = f"{answers[503]} answered 503 while PostgreSQL restarted, {answers[0]} connections broke, slowest {max(each.slowest for each in visitors)[0]:.1f} s"
    return Line("requests: none answered 500", sum(answers.values()), answers[500], 0, "; ".join([away, *faults[:3]]))


def _resumptions(deaths: list[Death]) -> Line:
    timed = sorted(each.seconds for each in deaths if each.seconds is not None)
    late = [each for each in deaths if each.seconds is not None and each.seconds > RESUMED_WITHIN]
    note = f"median {timed[len(timed) // 2]:.1f} s, longest {timed[-1]:.1f} s" if timed else ""
    note += "".join(f"; {each.task} {each.where} {each.note} {each.seconds:.0f} s" for each in late[:4])
    return Line(f"killed work: resumed within {RESUMED_WITHIN:.0f} s", len(timed), len(late), 0, note)
