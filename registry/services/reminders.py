"""Reminders of deadlines: one notice a deadline and stage (before, on, after the due day), to the department."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef

from registry.models import Deadline, DeadlinePause, OutboxMessage
from registry.rules.calendar import WorkingCalendar
from registry.selectors.calendar import calendar_current
from registry.services.notices import notice_queue
from registry.services.outbox import outbox_put

TOPIC = "deadline.remind"
NOTICE_KIND = "deadline.reminder"
BEFORE: Final = "before"
ON: Final = "on"
AFTER: Final = "after"
DAYS_BEFORE = 2


def stage_of(calendar: WorkingCalendar, due_on: date, on: date) -> str | None:
    """Return the stage that holds on the day `on`: within `DAYS_BEFORE` working days before, on, or after the due day.

    A late run so reminds of what is true on its day, not of what it missed.
    """
    if on > due_on:
        return AFTER
    if on == due_on:
        return ON
    return BEFORE if calendar.between(on, due_on) <= DAYS_BEFORE else None


def deadlines_remind(*, on: date, at: datetime) -> dict[str, int]:
    """Owe one reminder for each open deadline that has reached a new stage by `on`; return how many were owed.

    A deadline whose clock stands still reminds nobody. The outbox key holds deadline, due day and stage: a second run
    owes nothing new, a moved due day starts over.
    """
    calendar = calendar_current()
    # Rest days make the span longer: every deadline with at most DAYS_BEFORE working days left ends by that day.
    horizon = calendar.add(on, DAYS_BEFORE + 1).on - timedelta(days=1)
    standing = DeadlinePause.objects.filter(deadline=OuterRef("pk"), ends_on__isnull=True)
    near = Deadline.objects.filter(
        ~Exists(standing), met_on__isnull=True, cancelled_on__isnull=True, due_on__lte=horizon
    ).order_by("id")
    owed: dict[str, dict[str, Any]] = {}
    for pk, due_on in near.values_list("pk", "due_on"):
        stage = stage_of(calendar, due_on, on)
        if stage is not None:
            owed[f"{pk}:{due_on}:{stage}"] = {"deadline": pk, "due_on": due_on.isoformat(), "stage": stage}
    keys = [f"{TOPIC}:{key}" for key in owed]
    known = set(OutboxMessage.objects.filter(key__in=keys).values_list("key", flat=True))
    new = {key: payload for key, payload in owed.items() if f"{TOPIC}:{key}" not in known}
    for key, payload in new.items():
        outbox_put(TOPIC, key=key, payload=payload, at=at)
    return {"reminded": len(new)}


def reminder_queue(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler: put the reminder to the department, unless the deadline was met, moved or paused meanwhile."""
    deadline = Deadline.objects.select_related("department", "subject").get(pk=payload["deadline"])
    is_paused = deadline.pauses.filter(ends_on__isnull=True).exists()
    if not deadline.is_open or is_paused or deadline.due_on.isoformat() != payload["due_on"]:
        return
    title, body = _texts(deadline, payload["stage"])
    notice_queue(NOTICE_KIND, title=title, body=body, at=now, obj=deadline, department=deadline.department)


def _texts(deadline: Deadline, stage: str) -> tuple[str, str]:
    due = f"{deadline.due_on:%Y-%m-%d}"
    titles = {
        BEFORE: f"即将到期：{deadline.label}",
        ON: f"今日到期：{deadline.label}",
        AFTER: f"已逾期：{deadline.label}",
    }
    basis = f"依据：{deadline.pack_id} {deadline.clause}。" if deadline.clause else ""
    mark = "（该日所在年份的放假安排尚未公布，日期为暂定）" if deadline.is_provisional else ""
    body = f"主体“{deadline.subject.name}”的事项“{deadline.label}”应于{due}{mark}前（含当日）办结。{basis}"
    return titles[stage], body
