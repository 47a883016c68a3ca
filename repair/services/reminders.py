"""Reminding subjects of removal: before the days on which it may be applied for, and before these are over."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from registry import clock
from registry.models import Notice, PolicyVersion
from registry.rules.policy.standing import RemovalPeriod
from registry.selectors.policies import pack_of
from registry.selectors.remembered import answers_remembered
from registry.services.notices import notices_queue
from registry.services.subjects import subjects_lock
from repair.models import RemovalReminder, RepairApplication
from repair.rules.county import county_requests
from repair.rules.lifecycle import OPEN
from repair.selectors.verdicts import removal_window
from sanctions.models import ListEntry
from sanctions.selectors.worlds import worlds_of

Stage = RemovalReminder.Stage
ONE_DAY, SLACK = timedelta(days=1), timedelta(days=40)
CHUNK = 200


def removal_reminders(*, on: date) -> dict[str, int]:
    """Remind the subject of every entry in force whose removal may soon, or not much longer, be applied for: once each.

    A late run reminds of what is true on its day; nobody is reminded who has applied. Returns how many were sent.
    """
    sent = 0
    near = _entries_near(on)
    while chunk := list(islice(near, CHUNK)):
        with answers_remembered():
            due = list(_due(chunk, on))
        sent += _remind(due, on) if due else 0
    return {"reminded": sent}


def _due(entries: Sequence[ListEntry], on: date) -> Iterator[tuple[ListEntry, str, RemovalPeriod]]:
    """Yield those that have reached a stage nobody was reminded of; read in a fixed number of queries for all."""
    # The window follows from the entry, its pauses and its grounds.
    subjects = {entry.subject_id for entry in entries}
    worlds = {world.subject.pk: world for world in worlds_of(subjects, grounds_alone=True)}
    told = set(RemovalReminder.objects.filter(entry__in=entries).values_list("entry", "stage"))
    for entry in entries:
        window = removal_window(entry, on=on, world=worlds[entry.subject_id])
        stage = _stage(window, on) if window is not None else None
        if window is not None and stage is not None and (entry.pk, stage) not in told:
            yield entry, stage, window


def _entries_near(on: date) -> Iterator[ListEntry]:
    """Return the entries whose window may open or close within the days ahead; the others cost nothing. Only a sieve by
    dates, wide enough for every calendar: the window itself tells."""
    reminded_last = RemovalReminder.objects.filter(entry=OuterRef("pk"), stage=Stage.CLOSING)
    running = ListEntry.objects.in_force(on).filter(~Exists(reminded_last)).order_by()
    ahead = county_requests().removal_reminder.last_day(on) + ONE_DAY
    for policy_id, list_code in running.values_list("policy", "list_code").distinct():
        rule = pack_of(PolicyVersion.objects.defer("text").get(pk=policy_id)).lists_by_code.get(list_code)
        if rule is None or rule.removal is None:
            continue
        near = Q(ends_on__lte=ahead + SLACK)
        if rule.removal.last_working_days is not None:
            # Half of all days are worked at the least, whatever the holidays.
            near = Q(ends_on__lte=ahead + SLACK + 2 * rule.removal.last_working_days * ONE_DAY)
        elif rule.removal.after is not None:
            after = rule.removal.after
            least = timedelta(days=365 * after.years + 28 * after.months + after.days)
            most = timedelta(days=366 * after.years + 31 * after.months + after.days)
            near |= Q(published_on__gte=on - most - SLACK, published_on__lte=ahead - least + SLACK)
            near |= Q(published_on__isnull=True)
        found = running.filter(near, policy=policy_id, list_code=list_code)
        known = found.select_related("subject", "policy", "department").defer("policy__text")
        yield from known.order_by("pk").iterator(chunk_size=500)


def _stage(window: RemovalPeriod, on: date) -> str | None:
    """Return what there is to remind of on the day; None outside the days ahead."""
    ahead = county_requests().removal_reminder
    if on < window.apply_from:
        return Stage.OPENING if ahead.last_day(on) >= window.apply_from else None
    if on <= window.apply_until and ahead.last_day(on) >= window.apply_until:
        return Stage.CLOSING
    return None


@transaction.atomic
def _remind(due: Sequence[tuple[ListEntry, str, RemovalPeriod]], on: date) -> int:
    """Remind of these stages in a few statements, unless somebody applied or was reminded meanwhile; return how many."""
    entries = [entry.pk for entry, _, _ in due]
    subjects_lock({entry.subject_id for entry, _, _ in due})
    applied = set(RepairApplication.objects.filter(entry__in=entries, state__in=OPEN).values_list("entry", flat=True))
    told = set(RemovalReminder.objects.filter(entry__in=entries).values_list("entry", "stage"))
    fresh = [each for each in due if each[0].pk not in applied and (each[0].pk, each[1]) not in told]
    RemovalReminder.objects.bulk_create(
        RemovalReminder(
            entry=entry, stage=stage, apply_from=window.apply_from, apply_until=window.apply_until, sent_on=on
        )
        for entry, stage, window in fresh
    )  # fmt: skip
    notices_queue([_notice(*each) for each in fresh], at=clock.now())
    return len(fresh)


def _notice(entry: ListEntry, stage: str, window: RemovalPeriod) -> Notice:
    span = f"{window.apply_from}至{window.apply_until}"
    word = "即将可以申请" if stage == Stage.OPENING else "申请期即将届满："
    return Notice(
        kind=f"removal.{stage}", title=f"{word}移出{entry.list_label}", subject_id=entry.subject_id,
        body=f"{entry.subject.name}：您（单位）可以在{span}（含首尾两日）申请移出{entry.list_label}。"
        "请登录后在“信用修复”中办理，不收取任何费用；不申请的，期满自动移出。",
        object_kind=entry._meta.label_lower, object_id=entry.pk,
    )  # fmt: skip
