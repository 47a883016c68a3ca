"""What channels are owed about a record: written in the transaction that makes it a fact, ends it or brings it back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from disclosure.models import Channel, Submission, SubmissionStep
from disclosure.rules.publicity import deadline_rule
from disclosure.rules.submissions import DROPPED, WITHDRAWAL, owed_again, replaced, withdrawn
from disclosure.selectors.channels import channels_open, channels_taking, goes_to, records_unowed
from disclosure.selectors.records import KINDS, record_publicity
from disclosure.services.channels.moves import When, owe, owed_write
from registry import clock
from registry.base.bulk import rows_add
from registry.models import Account, Record
from registry.selectors.policies import packs_active
from registry.services.outbox import lease_keep
from registry.services.records import record_lock

OPENED = "channel.opened"
_BATCH = 200


@transaction.atomic
def submissions_owe(*, record: Record, actor: Account | None, on: date) -> int:
    """Owe a record that has to be public to every channel that takes it; return how many are owed it now.

    Once each: what is owed already stays. A correction takes over when its record was first sent and whether the
    receiver may have a row of it. Call with the record locked, after its publicity has been judged.
    """
    when = When(on, clock.now(), actor)
    taking = channels_taking(record)
    before = _before(record)
    new, steps = [], []
    for channel in taking:
        submission = _new(channel, record, before.pop(channel.pk, None), when)
        new.append(submission)
        steps.append(_first_step(submission, when))
    for old in before.values():  # its channel takes no more: the day of reporting stays known
        if old.first_sent_on is not None:
            gone = _new(old.channel, record, old, when)
            gone.state = DROPPED
            new.append(gone)
    known = set(Submission.objects.filter(record=record).values_list("channel_id", flat=True)) if new else set()
    new = [each for each in new if each.channel_id not in known]
    Submission.objects.bulk_create(new)
    SubmissionStep.objects.bulk_create(step for step in steps if step.submission in new)
    return sum(each.state != DROPPED for each in new)


def submissions_owe_new(*, records: Sequence[Record], actor: Account | None, on: date) -> None:
    """Do what `submissions_owe` does for many records written just now, of which none corrects another."""
    when, channels = When(on, clock.now(), actor), channels_open()
    new = [_new(channel, each, None, when) for each in records for channel in channels if goes_to(channel, each)]
    _owe_first(new, when)


def submissions_owe_missing(*, records: Sequence[Record], actor: Account | None, on: date) -> None:
    """Do what `submissions_owe` does for many records, in a few statements but for those that correct another one."""
    for record in records:
        if record.corrects_id is not None:
            submissions_owe(record=record, actor=actor, on=on)
    known = set(Submission.objects.filter(record__in=records).values_list("record_id", "channel_id"))
    when, channels = When(on, clock.now(), actor), channels_open()
    _owe_first(
        [
            _new(channel, each, None, when)
            for each in records
            for channel in channels
            if (each.pk, channel.pk) not in known and each.corrects_id is None and goes_to(channel, each)
        ],
        when,
    )


def _owe_first(new: Sequence[Submission], when: When) -> None:
    rows_add(new)
    rows_add([_first_step(submission, when) for submission in new])


def _before(record: Record) -> dict[int, Submission]:
    """Return by channel what was owed about the record that this one corrects."""
    if record.corrects_id is None:
        return {}
    found = Submission.objects.filter(record=record.corrects_id).select_related("channel")
    return {each.channel_id: each for each in found}


def _new(channel: Channel, record: Record, old: Submission | None, when: When) -> Submission:
    submission = Submission(channel=channel, record=record, owed_on=when.on, available_at=when.at)
    if old is not None:
        submission.first_sent_on, submission.first_sent_at = old.first_sent_on, old.first_sent_at
        # Dropped for its successor, not withdrawn: the receiver still has the row that this one replaces.
        submission.is_held = old.is_held and old.state == DROPPED
        submission.available_at = max(when.at, old.leased_until or when.at)
    return submission


def _first_step(submission: Submission, when: When) -> SubmissionStep:
    why = "更正" if submission.record.corrects_id is not None else ""
    return SubmissionStep(
        submission=submission, matter=submission.matter, state=submission.state, on=when.on, at=when.at, reason=why,
        actor=when.actor,
    )  # fmt: skip


@transaction.atomic
def submissions_withdraw(*, record: Record, why: str, actor: Account | None, on: date) -> int:
    """Owe the withdrawal of a record to every channel that may have it; return how many are owed one now.

    What never left is dropped. A corrected record whose correction bears the same number is dropped, too: its successor
    takes its place. `why`: Chinese, told to the receiver. Call with the record locked.
    """
    when = When(on, clock.now(), actor)
    changed, steps, count = [], [], 0
    found = list(Submission.objects.select_for_update().filter(record=record).order_by("pk"))
    replacing = _channels_replacing(record, on) if found else set()
    for submission in found:
        is_replaced, before = submission.channel_id in replacing, submission.standing
        after = replaced(before) if is_replaced else withdrawn(before)
        if after == before:
            continue
        submission.withdraw_reason = why[:100]
        steps.append(owe(submission, after, when, reason="由更正后的记录代替" if is_replaced else why))
        changed.append(submission)
        count += after.matter == WITHDRAWAL
    owed_write(changed, steps)
    return count


def _channels_replacing(record: Record, on: date) -> set[int]:
    """Return the channels that will get a correction of the record under the same number, where it is to be public."""
    if not record.number_normalized:
        return set()
    found = Record.objects.filter(corrects=record, kind=record.kind, number_normalized=record.number_normalized)
    successor = found.exclude(state=Record.State.VOIDED).select_related("subject").first()
    packs = packs_active(on)
    if successor is None or deadline_rule([active.pack for active in packs]) is None:
        return set()
    if not record_publicity(successor, packs, on=on).is_public:
        return set()
    return {channel.pk for channel in channels_taking(successor)}


@transaction.atomic
def submissions_restore(*, record: Record, actor: Account | None, on: date) -> int:
    """Owe a record again that was withdrawn or dropped and is to be public again; return how many are owed it now."""
    if record.kind not in KINDS or record.state != Record.State.CONFIRMED:
        return 0
    when, changed, steps = When(on, clock.now(), actor), [], []
    for submission in Submission.objects.select_for_update().filter(record=record).order_by("pk"):
        before = submission.standing
        if before.matter == WITHDRAWAL or before.state == DROPPED:
            steps.append(owe(submission, owed_again(before), when, reason="恢复公示"))
            changed.append(submission)
    owed_write(changed, steps)
    return len(changed)


# --- a channel that has just been opened, or a record that slipped past one ----------------------------------------
def channel_owe(channel: Channel, *, on: date, actor: Account | None = None) -> int:
    """Owe a channel every record that it takes and is not owed yet; return how many.

    One transaction a record: killed or repeated, it goes on where it stopped.
    """
    count, after = 0, 0
    unowed = records_unowed(channel).order_by("pk")
    while ids := list(unowed.filter(pk__gt=after).values_list("pk", flat=True)[:_BATCH]):
        after = ids[-1]
        for record_id in ids:
            count += _owe_one(record_id, actor, on)
        lease_keep(now=clock.now())
    return count


@transaction.atomic
def _owe_one(record_id: int, actor: Account | None, on: date) -> int:
    record = record_lock(record_id)
    packs = packs_active(on)
    if record.state != Record.State.CONFIRMED or deadline_rule([active.pack for active in packs]) is None:
        return 0
    if not record_publicity(record, packs, on=on).is_public:
        return 0
    return submissions_owe(record=record, actor=actor, on=on)


def opened_handle(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler: owe a newly opened channel what had been decided before."""
    channel = Channel.objects.filter(pk=payload["channel"], closed_on__isnull=True).first()
    if channel is not None:
        channel_owe(channel, on=timezone.localdate(now))
