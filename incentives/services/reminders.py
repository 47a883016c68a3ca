"""Reminders to subjects of what they promised: one a stage, before, on and after the day. Nothing depends on them."""

from datetime import date, datetime
from typing import Final

from django.db import transaction

from incentives.models import Commitment, Obligation
from registry.models import Notice
from registry.selectors.calendar import calendar_current
from registry.services.notices import notices_queue
from registry.services.outbox import outbox_known, outbox_note
from registry.services.reminders import AFTER, BEFORE, CHUNK, ON, horizon_of, unreminded

TOPIC: Final = "commitment.remind"
NOTICE_KIND: Final = "commitment.reminder"
_TITLES = {BEFORE: "即将到期", ON: "今日到期", AFTER: "已逾期"}


def promises_remind(*, on: date, at: datetime) -> dict[str, int]:
    """Remind the subject of each open obligation that has reached a new stage by `on`, once; return how many.

    The key noted with the notice holds obligation, day and stage: a second run finds nothing new. Each chunk is a
    transaction. The department is reminded by the obligation's deadline.
    """
    horizon = horizon_of(calendar_current(), on)
    reminded = 0
    while count := _remind_some(horizon, on, at):
        reminded += count
    return {"reminded": reminded}


@transaction.atomic
def _remind_some(horizon: date, on: date, at: datetime) -> int:
    """Remind of up to `CHUNK` obligations in a few statements; who handed one in meanwhile was waited for."""
    near = Obligation.objects.filter(
        commitment__state=Commitment.State.SIGNED, done_on__isnull=True, handed_on__isnull=True, due_on__lte=horizon
    ).select_related("commitment__subject", "commitment__department")
    locked = list(unreminded(near, topic=TOPIC, on=on).select_for_update(of=("self",))[:CHUNK])
    known = outbox_known(obligation.reminder_key for obligation in locked)  # asked again under the lock
    fresh = [obligation for obligation in locked if obligation.reminder_key not in known]
    outbox_note(TOPIC, {each.reminder_key: {"obligation": each.pk, "stage": each.stage} for each in fresh}, at=at)
    notices_queue([_notice(obligation, obligation.stage) for obligation in fresh], at=at)
    return len(fresh)


def _notice(obligation: Obligation, stage: str) -> Notice:
    commitment = obligation.commitment
    late = "期限已过，请尽快提交，并联系受诺部门。" if stage == AFTER else "请在期限内提交。"
    return Notice(
        kind=NOTICE_KIND, title=f"{_TITLES[stage]}：{obligation.text}（{commitment.number}）",
        body=f"{commitment.subject.name}：您（单位）承诺的“{obligation.text}”应于{obligation.due_on}（含当日）之前完成。{late}"
        f"受诺部门：{commitment.department.name}。",
        object_kind=Commitment._meta.label_lower, object_id=commitment.pk, subject_id=commitment.subject_id,
    )  # fmt: skip
