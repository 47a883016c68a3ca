"""Messages about the end of honours: apply again in time, the term is over. Nothing depends on them."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from incentives.models import Honour
from incentives.rules import honours as rules
from incentives.rules.county import county_honours
from registry.base.bulk import parts
from registry.models import Notice
from registry.rules import periods
from registry.rules.policy.values import TimedRule
from registry.selectors.policies import pack_of
from registry.services.notices import notices_queue
from registry.services.outbox import outbox_known, outbox_note

TOPIC: Final = "honour.remind"
REAPPLY: Final = "reapply"
OVER: Final = "over"
NOTICE_KIND: Final = "honour.reminder"
HONOUR_KIND: Final = Honour._meta.label_lower
CHUNK: Final = 500
_HORIZON = timedelta(days=400)
_LATE = timedelta(days=30)


def honours_remind(*, on: date, at: datetime) -> dict[str, int]:
    """Remind once to apply again of each honour near its end, and tell once of each whose term has run out: the subject
    and whoever put it forward.

    The key holds honour, end and stage: a second run tells nobody anew; an honour that was renewed is left alone. Ends of
    more than 30 days ago are not announced any more. Each chunk is a transaction of a few statements: killed, the next
    run goes on where it stopped.
    """
    staged = [(honour.pk, _key(honour, stage)) for honour, stage in _staged(_near(on), on)]
    reminded = 0
    for some in parts(staged, CHUNK):
        known = outbox_known(key for _, key in some)
        reminded += _remind([pk for pk, key in some if key not in known], on, at)
    return {"reminded": reminded}


@transaction.atomic
def _remind(honour_ids: Collection[int], on: date, at: datetime) -> int:
    locked = _near(on).filter(pk__in=honour_ids).select_for_update(of=("self",))
    found = {_key(honour, stage): (honour, stage) for honour, stage in _staged(locked, on)}
    fresh = {key: each for key, each in found.items() if key not in outbox_known(found)}  # asked again under the lock
    outbox_note(TOPIC, {key: {"of": each.pk, "stage": stage} for key, (each, stage) in fresh.items()}, at=at)
    notices_queue([notice for honour, stage in fresh.values() for notice in _notices(honour, stage)], at=at)
    return len(fresh)


def _near(on: date) -> QuerySet[Honour]:
    """Honours whose end is near or not long ago, and that nobody has applied for again."""
    renewed = Honour.objects.filter(renews=OuterRef("pk"), state__in=[*rules.OPEN, rules.RECOGNISED])
    found = Honour.objects.filter(
        ~Exists(renewed), state=rules.RECOGNISED, end_reason=rules.TERM, ends_on__gt=on - _LATE,
        ends_on__lte=on + _HORIZON,
    )  # fmt: skip
    return found.select_related("policy", "subject").defer("policy__text").order_by("pk")


def _staged(honours: Iterable[Honour], on: date) -> Iterator[tuple[Honour, str]]:
    return ((honour, stage) for honour in honours if (stage := _stage(honour, on)))


def _key(honour: Honour, stage: str) -> str:
    return f"{TOPIC}:{honour.pk}:{honour.ends_on}:{stage}"


def reapply_from(honour: Honour) -> date | None:
    """Return the day from which a new application is due, by the pack (else the county); None without a term."""
    last_day = honour.last_day
    if last_day is None:
        return None
    rule = pack_of(honour.policy).honour
    ahead: TimedRule = (rule.reapply_before if rule is not None else None) or county_honours().reapply
    return periods.add_months(last_day, -(12 * ahead.years + ahead.months)) - timedelta(days=ahead.days)


def _stage(honour: Honour, on: date) -> str:
    if honour.ends_on is None:
        return ""
    if honour.ends_on <= on:
        return OVER
    begins = reapply_from(honour)
    return REAPPLY if begins is not None and on >= begins else ""


def _notices(honour: Honour, stage: str) -> Iterator[Notice]:
    """Yield what the subject and whoever put it forward are told."""
    if stage == REAPPLY:
        title = f"即将期满：{honour.list_label}（{honour.number}）"
        body = f"{honour.subject.name}在{honour.list_label}上至{honour.last_day}（含当日）止。需要继续的，请在期满前重新申请。"
    else:
        title = f"已期满：{honour.list_label}（{honour.number}）"
        body = f"{honour.subject.name}在{honour.list_label}上已于{honour.last_day}期满，自{honour.ends_on}起不再在列，激励措施同时停止。"
    told = {"kind": NOTICE_KIND, "title": title, "body": body, "object_kind": HONOUR_KIND, "object_id": honour.pk}
    yield Notice(subject_id=honour.subject_id, **told)
    yield Notice(department_id=honour.nominator_department_id or honour.department_id, **told)
