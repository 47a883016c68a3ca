"""Where one subject stood on a day, and what happened by a day, for a department: answered and noted like a check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from registry.base.errors import DomainError, InvalidInput
from registry.models import Account, ApiClient, Subject
from registry.selectors.search import organizations_by_code
from registry.services import authz
from sanctions.models import CheckLog
from sanctions.rules.checking import Asked, ListedAs, key_of, standing_words
from sanctions.selectors.entries import ONE_DAY, entries_visible_to
from sanctions.selectors.standing_on import EntryOn, standing_on
from sanctions.selectors.subject_days import SubjectDay, subject_days
from sanctions.selectors.subject_records import RecordOn, subject_records
from sanctions.services.checks import check_note


class SubjectUnknown(DomainError):
    """Nobody has this code (404)."""

    status = 404


@dataclass(frozen=True)
class DaysReceipt:
    """The note, the subject that stands now, and what the asking department may know of its days, latest first."""

    log: CheckLog
    subject: Subject
    days: Sequence[SubjectDay]


@dataclass(frozen=True)
class RecordsReceipt:
    """The note, the subject that stands now, and a page of its records that the asking department decided."""

    log: CheckLog
    subject: Subject
    records: Sequence[RecordOn]
    has_more: bool


@dataclass(frozen=True)
class StandingReceipt:
    """The note, the subject that stands now, and its entries that the asking account may see."""

    log: CheckLog
    subject: Subject
    sentence: str
    entries: Sequence[EntryOn]


@transaction.atomic
def standing_check(
    *, code: str, purpose: str, day: date, known_at: date | None, actor: Account, client: ApiClient | None, on: date,
    at: datetime,
) -> StandingReceipt:  # fmt: skip
    """Answer on which lists the organisation with the code `code` stood on `day`, as known by the end of `known_at`
    (None: now). Reasons and points are the office's own and not told. Raises NotAllowed, InvalidInput, SubjectUnknown.
    """
    authz.require(actor, "entry.view", on=on)
    if known_at is not None and known_at > on:
        raise InvalidInput(
            "known-in-future", f"known_at {known_at}晚于今日（{on}），那一日的情况还没有人知道。请改为今日以前的日期，"
            "或者去掉它，按现在已知的情况查询。", field="known_at", value=str(known_at),
        )  # fmt: skip
    subject = _subject(code)
    standing = standing_on(subject, day, known_at=known_at)
    visible = set(entries_visible_to(actor, on).filter(subject=subject).values_list("pk", flat=True))
    entries = [each for each in standing.entries if each.entry.pk in visible]
    log = check_note(
        matter="", purpose=purpose, actor=actor, client=client, on=day, at=at, asked=1,
        found={subject.pk: bool(entries)},
    )  # fmt: skip
    if standing.is_known:
        sentence = standing_words(subject.name, day, [_listed(each) for each in entries], is_expected=day > on)
    else:
        sentence = f"到{known_at}，{subject.name}尚未在本平台登记。"
    return StandingReceipt(log, subject, sentence, entries)


def _listed(each: EntryOn) -> ListedAs:
    entry = each.entry
    return ListedAs(
        entry.list_label, entry.starts_on, entry.ends_on - ONE_DAY, each.state.code == "paused",
        entry.disputed_on is not None,
    )  # fmt: skip


@transaction.atomic
def days_check(
    *, code: str, purpose: str, until: date, actor: Account, client: ApiClient | None, on: date, at: datetime
) -> DaysReceipt:
    """Answer what had happened to the organisation with the code `code` by the end of `until`, as far as `actor`'s
    department may know. Raises NotAllowed, InvalidInput, SubjectUnknown.
    """
    authz.require(actor, "entry.view", on=on)
    subject = _subject(code)
    days = subject_days(subject, account=actor, until=until, on=on)
    entries = any(each.entry is not None and each.order is None for each in days)
    log = check_note(
        matter="", purpose=purpose, actor=actor, client=client, on=until, at=at, asked=1, found={subject.pk: entries}
    )
    return DaysReceipt(log, subject, days)


@transaction.atomic
def records_check(
    *, code: str, purpose: str, until: date, after: int, limit: int, actor: Account, client: ApiClient | None, on: date,
    at: datetime,
) -> RecordsReceipt:  # fmt: skip
    """Answer which records of the organisation with the code `code` the actor's department had decided by the end of
    `until`, as they stood then. Every page is noted; no list is asked. Raises NotAllowed, InvalidInput, SubjectUnknown.
    """
    authz.require(actor, "entry.view", on=on)
    subject = _subject(code)
    records, has_more = subject_records(subject, account=actor, until=until, after=after, limit=limit)
    log = check_note(
        matter="", purpose=purpose, actor=actor, client=client, on=until, at=at, asked=1, found={subject.pk: False}
    )
    return RecordsReceipt(log, subject, records, has_more)


def _subject(code: str) -> Subject:
    found = organizations_by_code(code)
    if len(found) != 1:
        key = key_of(Asked(code))
        why = "；".join(key.errors) or "请核对统一社会信用代码"
        raise SubjectUnknown(
            "subject-unknown",
            f"没有代码为“{code[:50]}”的主体，或者对应多个主体：{why}。",
            field="code",
            value=code[:50],
        )
    return found[0]
