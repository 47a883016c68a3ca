"""The timeline: one event per service call, sealed in batches, verifiable."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from registry import clock
from registry.base.bulk import row_new, rows_add
from registry.models import Account, Event, Seal, Subject

GENESIS = "0" * 64
# Made once, not for each event.
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_PLAIN = frozenset({str, int, bool, type(None)})  # what JSON gives back as it is


# What a digest covers, by column: many rows are digested without making an object of each.
_COVERED: Final = (
    "uid", "name", "text", "subject_id", "object_kind", "object_id", "actor_id", "department_id", "on", "at", "payload",
)  # fmt: skip
_covered_of = attrgetter(*_COVERED)


def event_digest(event: Event) -> str:
    """Return SHA-256 (hex) over the event's content in canonical JSON."""
    return _digest(_covered_of(event))


def _digest(covered: tuple[Any, ...]) -> str:
    uid, name, text, subject, object_kind, object_id, actor, department, on, at, payload = covered
    content = {
        "uid": str(uid),
        "name": name,
        "text": text,
        "subject": subject,
        "object": [object_kind, object_id],
        "actor": actor,
        "department": department,
        "on": on.isoformat(),
        "at": _instant_text(at),
        "payload": payload,
    }
    return hashlib.sha256(_CANONICAL(content).encode()).hexdigest()


@lru_cache(maxsize=64)
def _instant_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def event_record(
    name: str,
    text: str,
    *,
    obj: models.Model,
    actor: Account | None,
    on: date,
    subject: Subject | None = None,
    payload: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """Append one event. `name` is `<thing>.<action>`, `text` the Chinese sentence officers read; call inside the
    service's transaction. `payload` is made JSON-plain, so that the digest can be recomputed from what any database
    gives back: dates as ISO text, and numbers with a fraction as text, since databases write those in several ways.
    Raises ValueError for a payload with NaN or an infinite number."""
    event = event_make(name, text, obj=obj, actor=actor, on=on, subject=subject, payload=payload, at=at)
    event.save(force_insert=True)
    return event


@dataclass(frozen=True)
class EventDraft:
    """What `event_record` takes, for many at once."""

    name: str
    text: str
    obj: models.Model
    on: date
    actor: Account | None = None
    subject: Subject | None = None
    payload: dict[str, Any] = field(default_factory=dict)


def events_record(drafts: Iterable[EventDraft]) -> None:
    """Append many events of one act at once, in their order; inside the service's transaction."""
    at = clock.now()
    events_add([event_make(**vars(each), at=at) for each in drafts])


def event_make(
    name: str,
    text: str,
    *,
    obj: models.Model,
    actor: Account | None,
    on: date,
    subject: Subject | None = None,
    payload: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """Return the event that `event_record` would append, not yet written; many of them go in by `events_add`."""
    event = row_new(
        Event,
        uid=uuid.uuid4(),
        name=name,
        text=text[:500],
        subject_id=subject.pk if subject is not None else None,
        object_kind=obj._meta.label_lower,
        object_id=obj.pk,
        actor_id=actor.pk if actor is not None else None,
        department_id=actor.department_id if actor is not None else None,
        on=on,
        at=(at or clock.now()).replace(microsecond=0),
        payload=_plain(payload or {}),
    )
    event.digest = event_digest(event)
    return event


def events_add(events: Sequence[Event]) -> None:
    """Append many events at once; call inside the service's transaction."""
    rows_add(events)


def _plain(payload: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value.isoformat() if type(value) is date else value for name, value in payload.items()}
    if all(type(value) in _PLAIN or _is_plain_list(value) for value in plain.values()):
        return plain
    parsed: dict[str, Any] = json.loads(json.dumps(payload, cls=DjangoJSONEncoder, allow_nan=False), parse_float=str)
    return parsed


def _is_plain_list(value: Any) -> bool:
    return type(value) is list and all(type(each) in _PLAIN for each in value)


def seal_digest(previous: str, digests: list[str]) -> str:
    """Return the digest of a seal: over the seal before it and its events' digests in order of id."""
    return hashlib.sha256("\n".join([previous, *digests]).encode()).hexdigest()


def _last_seal_locked() -> Seal | None:
    """Lock the newest seal. Who waited for the lock looks again: the sealer before may have added a newer one."""
    while True:
        locked = Seal.objects.select_for_update().order_by("-id").first()
        newest = Seal.objects.order_by("-id").first()
        if locked == newest:
            return locked


@transaction.atomic
def events_seal(*, at: datetime, limit: int = 10_000) -> Seal | None:
    """Close the unsealed events (at most `limit`) under a new seal; None when there are none.

    Sealers queue on the newest seal's row; a second one at the genesis is refused by `previous_digest`'s uniqueness.
    """
    last = _last_seal_locked()
    events = list(Event.objects.filter(seal__isnull=True).order_by("id")[:limit])
    if not events:
        return None
    previous = last.digest if last else GENESIS
    seal = Seal.objects.create(
        sealed_at=at,
        count=len(events),
        previous_digest=previous,
        digest=seal_digest(previous, [event.digest for event in events]),
    )
    Event.objects.filter(pk__in=[event.pk for event in events]).update(seal=seal)
    return seal


def events_verify(*, anchor: str = "") -> list[str]:
    """Verify the whole timeline: return what does not add up, in Chinese; an empty list means that nothing was altered,
    removed or inserted.

    `anchor`: a seal's digest noted outside the database earlier. It must still be there: only so is it noticed that
    the newest seals were cut off or the whole chain was made anew.
    """
    problems: list[str] = []
    if anchor and not Seal.objects.filter(digest=anchor).exists():
        problems.append(f"留存的封存摘要 {anchor} 已不存在：封存被删除或重做")
    problems += chain_problems()
    for seal in Seal.objects.order_by("id").iterator():
        problems += seal_problems(seal)
    return [*problems, *unsealed_problems()]


def chain_problems() -> list[str]:
    """Return where a seal does not follow the one before it. Reads seals alone, no event."""
    problems, previous = [], GENESIS
    for pk, before, digest in Seal.objects.order_by("id").values_list("pk", "previous_digest", "digest").iterator():
        if before != previous:
            problems.append(f"封存 {pk} 与前一封存不相衔接")
        previous = digest
    return problems


def seal_problems(seal: Seal) -> list[str]:
    """Return what of a seal's events was altered, removed or inserted."""
    rows = list(seal.events.order_by("id").values_list(*_COVERED, "digest"))
    problems = [f"事件 {row[0]} 的内容与其摘要不符" for row in rows if _digest(row[:-1]) != row[-1]]
    if len(rows) != seal.count:
        problems.append(f"封存 {seal.pk} 应有 {seal.count} 条事件，现有 {len(rows)} 条")
    elif seal_digest(seal.previous_digest, [row[-1] for row in rows]) != seal.digest:
        problems.append(f"封存 {seal.pk} 的摘要不符")
    return problems


def unsealed_problems() -> list[str]:
    """Return which of the events that wait for a seal were altered."""
    return [
        f"事件 {event.uid}（未封存）的内容与其摘要不符"
        for event in Event.objects.filter(seal__isnull=True).iterator()
        if event_digest(event) != event.digest
    ]
