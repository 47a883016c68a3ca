"""The jobs that a person may ask for, what they are called, and who may ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Job:
    """A job by its task name."""

    name: str
    label: str
    permission: str


OUTBOX: Final = "registry.outbox_drain"
WEBHOOKS: Final = "registry.webhooks_send"
CHANNELS: Final = "disclosure.channels_push"
MAKE_UP: Final = "registry.jobs_make_up"
VERIFY: Final = "registry.events_verify"

JOBS: Final = {
    job.name: job
    for job in (
        Job("sanctions.candidates_refresh", "重新评估待列入提示", "job.run"),
        Job("sanctions.cross_checks", "交叉核查", "job.run"),
        Job("sanctions.endings_dispatch", "到期移出与措施解除", "job.run"),
        Job("sanctions.orders_escalate", "逾期任务提请督办", "job.run"),
        Job("sanctions.joint_reports", "编制月度反馈报告", "job.run"),
        Job("disclosure.monthly_files", "备好每月报表", "job.run"),
        Job("registry.deadlines_remind", "期限提醒", "job.run"),
        Job("repair.removal_reminders", "申请移出提醒", "job.run"),
        Job("incentives.promises_remind", "承诺事项提醒", "job.run"),
        Job("incentives.honours_remind", "红名单期满提醒", "job.run"),
        Job("incentives.tiers_recompute", "重新评定信用等级", "job.run"),
        Job("incentives.grants_stop", "红名单期满停止激励", "job.run"),
        Job("disclosure.open_data", "制作公开名单快照", "job.run"),
        Job("disclosure.channels_drop", "制作公示渠道报送文件", "job.run"),
        Job("disclosure.channels_inbox", "读入公示渠道回执", "job.run"),
        Job("disclosure.publicity_backfill", "补设双公示期限", "job.run"),
        Job("registry.events_seal", "封存事件", "job.run"),
        Job("registry.retention", "保存期限届满的删除和隐去", "job.run"),
        Job("registry.api_clear", "清理过期的接口令牌、幂等答复和推送记录", "job.run"),
        Job(VERIFY, "核对事件时间线", "event.view"),
    )
}

# Jobs that look often and leave a row only when there was something to do: no row means nothing.
QUIET: Final = frozenset({OUTBOX, WEBHOOKS, MAKE_UP, CHANNELS, "disclosure.channels_inbox", "disclosure.open_data"})

LABELS: Final = {name: job.label for name, job in JOBS.items()} | {
    OUTBOX: "办理待办事务", WEBHOOKS: "推送事件", CHANNELS: "向公示渠道推送",
    MAKE_UP: "补办中断和错过的任务",
}  # fmt: skip


def job_label(name: str) -> str:
    """Return what officers call the job; its task name when it has no label."""
    return LABELS.get(name, name)


COUNT_LABELS: Final = {
    "done": "办理",
    "failed": "失败",
    "lost": "转由其他进程办理",
    "resumed": "接办中断的任务",
    "made_up": "补办错过的任务",
    "marked": "列出",
    "unmarked": "撤销列出",
    "cleared": "删除或隐去",
    "sealed": "封存",
    "answers": "幂等答复",
    "tokens": "令牌",
    "deliveries": "推送记录",
    "problems": "不符",
    "verified": "核对已封存事件",
    "reminded": "提醒",
    "asked": "核对主体",
    "judged": "逐个评估",
    "graded": "评定",
    "alone": "其中逐个评定",
    "changed": "等级变动",
    "written": "写入",
    "corrected": "每周复核更正",
    "noted": "更新备注",
    "evaluated": "评估",
    "raised": "新提示",
    "renewed": "更新提示",
    "lapsed": "不再满足",
    "ended": "到期",
    "orders": "解除任务",
    "escalated": "提请督办",
    "settled": "督办了结",
    "reports": "报告",
    "sent": "送达",
    "given_up": "多次失败",
    "dropped": "不再送达",
    "made": "制作快照",
    "listed": "公开条目",
    "dated": "设定期限",
    "exempted": "不列入双公示",
    "owed": "补列应报",
    "files": "文件",
    "held": "无法报送",
    "read": "读入回执",
    "opened": "新的冲突",
    "closed": "冲突消除",
}


def counts_text(counts: Mapping[str, int]) -> str:
    """Say what a run did, e.g. 评估3，新提示1; a count without a label keeps its key."""
    said = [f"{COUNT_LABELS.get(name, name)}{count}" for name, count in counts.items() if count]
    return "，".join(said) or "没有需要办理的"
