"""接口推送: each row is posted to the channel's address, signed like webhooks, until the receiver answers about it.

At least once: an attempt is noted before it begins, a lease (decision 0005) keeps two senders apart, a killed one's lease
runs out and another goes on under the same Idempotency-Key. Only an answer that says what became of the row counts.
"""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from disclosure.models import Channel, ChannelHealth, Submission
from disclosure.rules.acknowledgements import http_answer
from disclosure.rules.submissions import ATTEMPTS_MOST, DEAD, OWED, WITHDRAWAL, Standing
from disclosure.selectors.channel_rows import KIND_OF, Composed, submissions_compose
from disclosure.services.channels.carriers import Carrier, Counts, Now, Setting, register_carrier
from disclosure.services.channels.moves import (
    When,
    answer,
    answered_write,
    held_back_write,
    move,
    owed_rows,
    sent_write,
)
from registry.base.errors import InvalidInput
from registry.base.personal_data import text_open
from registry.models import Account, Record
from registry.rules.publicity import national_header
from registry.rules.webhooks import UnfitAddress, signature, target_of, wait_after, wait_unreachable
from registry.services.events import event_record
from registry.services.webhook_http import Outcome, webhook_post

KIND: Final = "push"
LEASE: Final = timedelta(minutes=3)  # far above what a pass takes: PASS_MOST / THREADS rounds of ten seconds
PASS_MOST: Final = 24
THREADS: Final = 8
ANSWER_MOST: Final = 16 * 1024


@dataclass(frozen=True)
class _Parcel:
    composed: Composed
    body: bytes
    headers: dict[str, str]


def rows_push(channel: Channel, actor: Account | None, now: Now) -> Counts:
    """Send one pass of what the channel is owed; return how many rows were `sent` (taken), `failed` (tried again later),
    `given_up`, `held` back, `dropped` and `lost` to another sender."""
    counts = {"sent": 0, "failed": 0, "given_up": 0, "held": 0, "dropped": 0, "lost": 0}
    parcels = _parcels(channel, _lease(channel.pk, now()), now(), counts)
    if not parcels:
        return counts
    url = channel.settings["url"]
    with ThreadPoolExecutor(min(THREADS, len(parcels)), thread_name_prefix="channel") as pool:
        posted = {
            pool.submit(webhook_post, url, body=each.body, headers=each.headers, answer_most=ANSWER_MOST): each
            for each in parcels
        }
        for future in as_completed(posted):
            at = now()
            counts[
                _settle(channel, posted[future].composed, future.result(), When(timezone.localdate(at), at, actor))
            ] += 1
    return counts


@transaction.atomic
def _lease(channel_id: int, at: datetime) -> list[Submission]:
    """Take rows that are due for this sender, each counted as tried from here on."""
    channel = Channel.objects.select_related("health").get(pk=channel_id)
    health = channel.health
    is_away = health.resumes_at is not None and health.resumes_at > at
    if channel.is_paused or channel.closed_on is not None or is_away:
        return []
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=at)
    rows = owed_rows(channel, available_at__lte=at).filter(free)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True)
    # One that could not be reached is tried with a single row.
    ids = list(rows.values_list("pk", flat=True)[: 1 if health.failures else PASS_MOST])
    token = uuid.uuid4()
    Submission.objects.filter(pk__in=ids).update(lease_token=token, leased_until=at + LEASE, attempts=F("attempts") + 1)
    return list(Submission.objects.filter(pk__in=ids).order_by("pk"))


def _parcels(channel: Channel, leased: list[Submission], at: datetime, counts: Counts) -> list[_Parcel]:
    composed = submissions_compose(channel, leased, on=timezone.localdate(at)) if leased else []
    _hold_back([each for each in composed if not each.cells], at, counts)
    return [_pack(channel, each, at) for each in composed if each.cells]


@transaction.atomic
def _hold_back(back: list[Composed], at: datetime, counts: Counts) -> None:
    """Put off what may not leave, where this sender still holds it: an officer may mend it meanwhile."""
    ids = [each.submission.pk for each in back]
    mine = Submission.objects.select_for_update().filter(pk__in=ids, state=OWED).order_by("pk")
    tokens = dict(mine.values_list("pk", "lease_token"))
    held = [each for each in back if tokens.get(each.submission.pk) == each.submission.lease_token]
    for each in held:
        each.submission.attempts -= 1  # it has not been on its way
        each.submission.available_at = at + wait_after(ATTEMPTS_MOST)
    for name, number in held_back_write(held, When(timezone.localdate(at), at)).items():
        counts[name] += number


def _pack(channel: Channel, composed: Composed, at: datetime) -> _Parcel:
    submission = composed.submission
    kind = KIND_OF[Record.Kind(submission.record.kind)]
    codes, _ = national_header(kind)
    key = f"{submission.public_id}-{submission.revision}"
    told: dict[str, Any] = {
        "id": key, "operation": submission.matter, "kind": str(kind), "row": dict(zip(codes, composed.cells, strict=True))
    }  # fmt: skip
    if submission.matter == WITHDRAWAL:
        told["reason"] = submission.withdraw_reason
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = int(at.timestamp())
    mark = signature(text_open(channel.secret_sealed), timestamp=timestamp, body=body)
    headers = {
        "Content-Type": "application/json", "User-Agent": "county-credit-channel/1", "Idempotency-Key": key,
        "X-Credit-Timestamp": str(timestamp), "X-Credit-Signature": f"v1={mark}",
    }  # fmt: skip
    return _Parcel(composed, body, headers)


@transaction.atomic
def _settle(channel: Channel, composed: Composed, outcome: Outcome, when: When) -> str:
    """Write down how it went, while this sender still holds the row; return the name of the count."""
    mine = Submission.objects.select_for_update().filter(
        pk=composed.submission.pk, lease_token=composed.submission.lease_token, state=OWED
    )
    submission = mine.select_related(None).first()
    if submission is None:
        return "lost"
    said = http_answer(outcome.answer) if outcome.is_taken else None
    _health(channel, outcome, when)
    if said is None:
        error = outcome.error or "接收方的答复看不出是接收还是退回"
        return _failed(channel, submission, error, when)
    sent_write([Composed(submission, composed.cells, composed.number, composed.code, composed.name)], when)
    if said.is_accepted is not None:
        step = answer(submission, when, is_accepted=said.is_accepted, reason=said.reason)
        answered_write([submission], [step])
    return "sent"


def _failed(channel: Channel, submission: Submission, error: str, when: When) -> str:
    submission.reason, submission.lease_token, submission.leased_until = error[:500], None, None
    if submission.attempts < ATTEMPTS_MOST:
        submission.available_at = when.at + wait_after(submission.attempts)
        submission.save()
        return "failed"
    move(submission, Standing(submission.matter, DEAD, submission.is_held), when, reason=error).save()
    submission.save()
    event_record(
        "channel.dead", f"渠道“{channel}”：{submission.record}推送{submission.attempts}次未成，待处理",
        obj=submission, actor=None, on=when.on, payload={"channel": channel.code, "attempts": submission.attempts},
    )  # fmt: skip
    return "given_up"


def _health(channel: Channel, outcome: Outcome, when: When) -> None:
    """Leave a receiver alone for a while where nobody is at work; when somebody is again, all that waits may go."""
    health = ChannelHealth.objects.select_for_update().get(channel=channel)
    was_away = health.unreachable_since is not None
    if outcome.is_unreachable:
        health.failures += 1
        health.unreachable_since = health.unreachable_since or when.at
        health.resumes_at = when.at + wait_unreachable(health.failures)
    else:
        health.failures, health.unreachable_since, health.resumes_at = 0, None, None
        health.sent_at = when.at if outcome.is_taken else health.sent_at
    health.save()
    if was_away and not outcome.is_unreachable:
        owed_rows(channel, fault="", available_at__gt=when.at).update(available_at=when.at)


def _check(given: dict[str, str]) -> None:
    try:
        target_of(given["url"], may_be_plain=settings.WEBHOOK_HTTP)
    except UnfitAddress as error:
        raise InvalidInput("channel-url-unfit", f"不能推送到这个地址：{error}", field="url") from error


register_carrier(
    Carrier(
        code=KIND,
        label="接口推送",
        hint="逐条以JSON推送到接收地址，签名方式与事件推送相同；接收方当场答复接收或者退回。",
        settings=(
            Setting("url", "接收地址", "https 网址。内部网络的地址须由运行维护人员在 WEBHOOK_NETWORKS 中列明。"),
        ),
        check=_check,
        send=rows_push,
        is_scheduled=False,
        is_signed=True,
    )
)
