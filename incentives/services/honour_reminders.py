"""Messages about the end of honours: apply again in time, the term is over. Nothing depends on them."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef

from incentives.models import Honour
from incentives.rules import honours as rules
from incentives.rules.county import county_honours
from registry.models import OutboxMessage
from registry.rules import periods
from registry.rules.policy.values import TimedRule
from registry.selectors.policies import pack_of
from registry.services.notices import notice_queue
from registry.services.outbox import outbox_put

TOPIC: Final = "honour.remind"
REAPPLY: Final = "reapply"
OVER: Final = "over"
_HORIZON = timedelta(days=400)
_LATE = timedelta(days=30)


def honours_remind(*, on: date, at: datetime) -> dict[str, int]:
    """Owe one reminder to apply again for each honour near its end, and one message for each whose term has run out.

    The outbox key holds honour, end and stage: a second run owes nothing new; an honour that was renewed is left alone.
    Ends of more than 30 days ago are not announced any more.
    """
    renewed = Honour.objects.filter(renews=OuterRef("pk"), state__in=[*rules.OPEN, rules.RECOGNISED])
    found = Honour.objects.filter(
        ~Exists(renewed), state=rules.RECOGNISED, end_reason=rules.TERM, ends_on__gt=on - _LATE,
        ends_on__lte=on + _HORIZON,
    ).select_related("policy")  # fmt: skip
    owed: dict[str, dict[str, Any]] = {}
    for honour in found.order_by("pk"):
        stage = _stage(honour, on)
        if stage and honour.ends_on is not None:
            owed[f"{honour.pk}:{honour.ends_on}:{stage}"] = {
                "honour": honour.pk, "stage": stage, "ends_on": honour.ends_on.isoformat(),
            }  # fmt: skip
    keys = [f"{TOPIC}:{key}" for key in owed]
    known = set(OutboxMessage.objects.filter(key__in=keys).values_list("key", flat=True))
    new = {key: payload for key, payload in owed.items() if f"{TOPIC}:{key}" not in known}
    for key, payload in new.items():
        outbox_put(TOPIC, key=key, payload=payload, at=at)
    return {"reminded": len(new)}


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


def _is_renewed(honour: Honour) -> bool:
    return honour.renewals.filter(state__in=[*rules.OPEN, rules.RECOGNISED]).exists()


def honour_reminder_queue(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler: put the message to the subject and to whoever put it forward, unless the honour moved on."""
    honour = Honour.objects.select_related("subject", "department", "nominator_department").get(pk=payload["honour"])
    is_same = honour.ends_on is not None and honour.ends_on.isoformat() == payload["ends_on"]
    if not is_same or honour.end_reason != rules.TERM or _is_renewed(honour):
        return
    if payload["stage"] == REAPPLY:
        title = f"即将期满：{honour.list_label}（{honour.number}）"
        body = f"{honour.subject.name}在{honour.list_label}上至{honour.last_day}（含当日）止。需要继续的，请在期满前重新申请。"
    else:
        title = f"已期满：{honour.list_label}（{honour.number}）"
        body = f"{honour.subject.name}在{honour.list_label}上已于{honour.last_day}期满，自{honour.ends_on}起不再在列，激励措施同时停止。"
    notice_queue("honour.reminder", title=title[:200], body=body, at=now, obj=honour, subject=honour.subject)
    department = honour.nominator_department or honour.department
    notice_queue("honour.reminder", title=title[:200], body=body, at=now, obj=honour, department=department)
