"""Reminders to subjects of what they promised: one a stage, before, on and after the day. Nothing depends on them."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from incentives.models import Commitment, Obligation
from registry.models import OutboxMessage
from registry.selectors.calendar import calendar_current
from registry.services.notices import notice_queue
from registry.services.outbox import outbox_put
from registry.services.reminders import AFTER, BEFORE, DAYS_BEFORE, ON, stage_of

TOPIC: Final = "commitment.remind"
NOTICE_KIND: Final = "commitment.reminder"
_TITLES = {BEFORE: "即将到期", ON: "今日到期", AFTER: "已逾期"}


def promises_remind(*, on: date, at: datetime) -> dict[str, int]:
    """Owe one reminder to the subject for each open obligation that has reached a new stage by `on`; return how many.

    The outbox key holds obligation, day and stage: a second run owes nothing new. The department is reminded by the
    obligation's deadline.
    """
    calendar = calendar_current()
    horizon = calendar.add(on, DAYS_BEFORE + 1).on - timedelta(days=1)
    near = Obligation.objects.filter(
        commitment__state=Commitment.State.SIGNED, done_on__isnull=True, handed_on__isnull=True, due_on__lte=horizon
    ).order_by("pk")
    owed: dict[str, dict[str, Any]] = {}
    for pk, due_on in near.values_list("pk", "due_on"):
        stage = stage_of(calendar, due_on, on)
        if stage is not None:
            owed[f"{pk}:{due_on}:{stage}"] = {"obligation": pk, "stage": stage}
    keys = [f"{TOPIC}:{key}" for key in owed]
    known = set(OutboxMessage.objects.filter(key__in=keys).values_list("key", flat=True))
    new = {key: payload for key, payload in owed.items() if f"{TOPIC}:{key}" not in known}
    for key, payload in new.items():
        outbox_put(TOPIC, key=key, payload=payload, at=at)
    return {"reminded": len(new)}


def promise_reminder_queue(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler: put the reminder to the subject, unless it has handed in or the commitment has moved on."""
    obligation = Obligation.objects.select_related("commitment__subject", "commitment__department").get(
        pk=payload["obligation"]
    )
    commitment = obligation.commitment
    if obligation.handed_on is not None or commitment.state != Commitment.State.SIGNED:
        return
    late = "期限已过，请尽快提交，并联系受诺部门。" if payload["stage"] == AFTER else "请在期限内提交。"
    notice_queue(
        NOTICE_KIND,
        title=f"{_TITLES[payload['stage']]}：{obligation.text}（{commitment.number}）",
        body=f"{commitment.subject.name}：您（单位）承诺的“{obligation.text}”应于{obligation.due_on}（含当日）之前完成。{late}"
        f"受诺部门：{commitment.department.name}。",
        at=now,
        obj=commitment,
        subject=commitment.subject,
    )
