"""Reminders to subjects of what they promised: one a stage, before, on and after the day. Nothing depends on them."""

from datetime import date, datetime
from typing import Final

from incentives.models import Commitment, Obligation
from registry.models import Notice
from registry.services.reminders import AFTER, BEFORE, ON, horizon_of, reminders_write

TOPIC: Final = "commitment.remind"
NOTICE_KIND: Final = "commitment.reminder"
_TITLES = {BEFORE: "即将到期", ON: "今日到期", AFTER: "已逾期"}


def promises_remind(*, on: date, at: datetime) -> dict[str, int]:
    """Remind the subject of each open obligation that has reached a new stage by `on`, once; return how many.

    The department is reminded by the obligation's deadline.
    """
    near = Obligation.objects.filter(
        commitment__state=Commitment.State.SIGNED, done_on__isnull=True, handed_on__isnull=True,
        due_on__lte=horizon_of(on),
    ).select_related("commitment__subject", "commitment__department")  # fmt: skip
    return {"reminded": reminders_write(near, topic=TOPIC, notice_of=_notice, on=on, at=at)}


def _notice(obligation: Obligation, stage: str) -> Notice:
    commitment = obligation.commitment
    late = "期限已过，请尽快提交，并联系受诺部门。" if stage == AFTER else "请在期限内提交。"
    return Notice(
        kind=NOTICE_KIND, title=f"{_TITLES[stage]}：{obligation.text}（{commitment.number}）",
        body=f"{commitment.subject.name}：您（单位）承诺的“{obligation.text}”应于{obligation.due_on}（含当日）之前完成。{late}"
        f"受诺部门：{commitment.department.name}。",
        object_kind=Commitment._meta.label_lower, object_id=commitment.pk, subject_id=commitment.subject_id,
    )  # fmt: skip
