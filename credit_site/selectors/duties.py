"""What each role answers for beside its queue: how much lies where, and whether the machinery runs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from credit_site.selectors.queues import Desk
from disclosure.selectors.channels import stuck_submissions
from disclosure.selectors.office import due_counts
from incentives.selectors.inspections import inspection_work
from registry.models import Account, Deadline, Record
from registry.rules import access
from registry.selectors.calendar import calendar_current
from registry.selectors.events import seal_state
from registry.selectors.jobs import outbox_counts, run_list, worker_beats
from registry.selectors.notices import notices_failed
from registry.selectors.records import disputed, unclassified
from registry.selectors.webhooks import deliveries_dead, webhooks_unreachable
from repair.models import Objection, RepairApplication
from repair.rules.lifecycle import OPEN
from sanctions.models import Candidate, ListEntry
from sanctions.selectors.basis import groundless_entries
from sanctions.selectors.entries import EXPIRING_DAYS, expiring
from sanctions.selectors.order_counts import late_number
from sanctions.selectors.orders import in_queue, orders_visible_to
from sanctions.selectors.turns import HEAR, TAKE, TURN_LABELS, WAIT, cases_with_turns, turns_of

FAILED_RUNS_DAYS: Final = 7


@dataclass(frozen=True)
class Duty:
    """A line of a panel. `tone`: how its value is marked (a tag's kind), "" for plain."""

    label: str
    value: str
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Panel:
    """What one role answers for."""

    title: str
    duties: tuple[Duty, ...]


def panels_of(desk: Desk) -> list[Panel]:
    """Return a panel for each of the person's roles, then one for what the whole office answers for."""
    turns = _turn_counts(desk) if desk.may("case.view") else {}
    builders: dict[str, Callable[[], Panel]] = {
        access.HANDLER: lambda: _handler(desk, turns),
        access.REVIEWER: lambda: _reviewer(turns),
        access.APPROVER: lambda: _approver(desk, turns),
        access.PUBLISHER: lambda: _publisher(desk, turns),
        access.DEPARTMENT: lambda: _department(desk),
        access.AUDITOR: lambda: _auditor(desk),
        access.ADMINISTRATOR: lambda: _administrator(desk),
    }
    panels = [build() for role, build in builders.items() if role in desk.roles]
    return [*panels, _office(desk)] if desk.is_officer else panels


def _counted(label: str, number: int, url: str, tone: str = "") -> Duty:
    """A number of things; nothing to do is shown quietly."""
    return Duty(label, str(number), url, tone if number else "")


def _to(name: str, query: str = "") -> str:
    return reverse(name) + (f"?{query}" if query else "")


def _turn_counts(desk: Desk) -> dict[str, tuple[int, int]]:
    """Return, by turn, how many open cases stand there, and how many of them the person handles."""
    mine = Count("pk", filter=Q(handler=desk.account.pk))
    found = cases_with_turns(desk.on).values("turn").annotate(total=Count("pk"), mine=mine)
    return {row["turn"]: (row["total"], row["mine"]) for row in found}


def _records(condition: Q) -> int:
    return Record.objects.filter(condition).count()


def _classifying() -> Duty:
    return _counted(
        "待归类的记录", _records(unclassified()), _to("registry:record-list", "unclassified=on"), "info"
    )  # fmt: skip


def _handler(desk: Desk, turns: dict[str, tuple[int, int]]) -> Panel:
    candidates = Candidate.objects.filter(state=Candidate.State.OPEN).count()
    handled = [turn for turn in (*turns_of(access.HANDLER), WAIT) if turn != TAKE]
    own = _to("sanctions:case-list", "whose=mine")
    drafts = _records(Q(state=Record.State.DRAFT))
    work = inspection_work(desk.account.department_id, desk.on)
    return Panel(
        "经办",
        (
            _counted("待列入提示", candidates, _to("sanctions:candidate-list"), "warn"),
            _classifying(),
            _counted("待确认的记录草稿", drafts, _to("registry:record-list", "state=draft"), "info"),
            _counted("我经办的在办案件", sum(mine for _, mine in turns.values()), own),
            *(
                Duty(f"其中：{TURN_LABELS[turn]}", str(turns[turn][1]))
                for turn in handled
                if turn in turns and turns[turn][1]
            ),
            _counted("待抽取的抽查计划", work.to_draw, _to("inspections:list", "state=approved"), "info"),
            _counted("待检查的抽查对象", work.visits - work.late, _to("inspections:list", "state=drawn")),
            _counted("检查期间已过、尚未检查", work.late, _to("inspections:list", "state=drawn"), "danger"),
        ),
    )


def _stage(turns: dict[str, tuple[int, int]], turn: str, label: str, query: str) -> Duty:
    return _counted(label, turns.get(turn, (0, 0))[0], _to("sanctions:case-list", query), "warn")


def _reviewer(turns: dict[str, tuple[int, int]]) -> Panel:
    return Panel(
        "审核",
        (
            _stage(turns, "review", "待初审", "state=collected"),
            _stage(turns, HEAR, "待审查的陈述申辩", "state=noticed"),
            _stage(turns, TAKE, "待指派经办人", "whose=unassigned"),
            _classifying(),
        ),
    )


def _approver(desk: Desk, turns: dict[str, tuple[int, int]]) -> Panel:
    work = inspection_work(desk.account.department_id, desk.on)
    return Panel(
        "审批",
        (
            _stage(turns, "decide", "待认定", "state=open"),
            _stage(turns, TAKE, "待指派经办人", "whose=unassigned"),
            _counted("有异议的记录", _records(disputed()), _to("registry:record-list", "disputed=on"), "info"),
            _counted("待批准的抽查计划", work.to_approve, _to("inspections:list", "state=drafted"), "warn"),
        ),
    )


def _publisher(desk: Desk, turns: dict[str, tuple[int, int]]) -> Panel:
    labels = {"late": "双公示已逾期", "today": "双公示今日到期", "tomorrow": "双公示下一工作日到期",
              "later": "双公示以后到期"}  # fmt: skip
    tones = {"late": "danger", "today": "danger", "tomorrow": "warn"}
    counts = due_counts(on=desk.on)
    work = inspection_work(desk.account.department_id, desk.on)
    return Panel(
        "公示",
        (
            _stage(turns, "publish", "待公布的名单", "state=decided"),
            *(
                _counted(label, counts[bucket], _to("publications:due", f"when={bucket}"), tones.get(bucket, ""))
                for bucket, label in labels.items()
            ),
            _counted(
                "公示渠道退回、无法报送的",
                stuck_submissions().count(),
                _to("publications:submission-list", "shown=stuck"),
                "warn",
            ),
            _counted(
                "待公开的抽查结果", work.unpublished - work.overdue, _to("inspections:list", "state=drawn"), "info"
            ),
            _counted("抽查结果逾期未公开", work.overdue, _to("inspections:list", "state=drawn"), "danger"),
        ),
    )


def _department(desk: Desk) -> Panel:
    seen = orders_visible_to(desk.account, desk.on)
    labels = {
        "waiting": "待签收",
        "answering": "待反馈",
        "ending": "解除待确认",
        "in-force": "今日执行中",
        "late": "逾期未答复",
    }
    tones = {"in-force": "", "late": "danger"}
    counts = [
        _counted(
            label, in_queue(seen, queue, desk.on).count(), _to("sanctions:order-list", f"queue={queue}"),
            tones.get(queue, "warn"),
        )
        for queue, label in labels.items()
    ]  # fmt: skip
    return Panel("本部门的联合惩戒任务", tuple(counts))


def _office(desk: Desk) -> Panel:
    ending = ListEntry.objects.filter(expiring(desk.on)).count()
    entries, requests = "sanctions:entry-list", "requests:list"
    return Panel(
        "全办",
        (
            _counted("在列条目", ListEntry.objects.in_force(desk.on).count(), _to(entries, "state=in-force")),
            _counted(
                "依据已不具备的在列条目",
                groundless_entries(desk.on).count(),
                _to("workbench", "scope=whole&queue=soon"),
                "danger",
            ),
            _counted(f"{EXPIRING_DAYS}日内期满的条目", ending, _to(entries, "state=expiring"), "info"),
            _counted(
                "未办结的异议",
                Objection.objects.filter(state__in=OPEN, level="department").count(),
                _to(requests, "kind=objection"),
            ),
            _counted(
                "未办结的投诉",
                Objection.objects.filter(state__in=OPEN, level="complaint").count(),
                _to(requests, "kind=complaint"),
            ),
            _counted("未办结的修复和移出申请", RepairApplication.objects.filter(state__in=OPEN).count(), _to(requests)),
            _counted("部门逾期未答复的任务", late_number(desk.on), _to("sanctions:order-list", "queue=late"), "warn"),
            _notices_failed(desk),
        ),
    )


def _notices_failed(desk: Desk) -> Duty:
    url = _to("registry:notice-list", "state=failed") if desk.may("notice.view") else ""
    return _counted("发送失败的通知", notices_failed(), url, "danger")


def _moment(at: object) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"  # type: ignore[arg-type]


def _failed_runs(desk: Desk) -> Duty:
    since = desk.on - timedelta(days=FAILED_RUNS_DAYS)
    number = run_list(failed_only=True).filter(started_at__date__gte=since).count()
    return _counted(
        f"{FAILED_RUNS_DAYS}日内失败的任务", number, _to("registry:job-list", "failed_only=on"), "danger"
    )  # fmt: skip


def _auditor(desk: Desk) -> Panel:
    seal, events = seal_state(), _to("registry:event-list")
    verified, tone = "从未核对", "warn"
    if seal.verified is not None and seal.verified.finished_at is not None:
        broken = bool(seal.verified.error)
        verified = f"{'有不符' if broken else '完整'}，{_moment(seal.verified.finished_at)}"
        tone = "danger" if broken else "ok"
    return Panel(
        "留痕与运行",
        (
            Duty("时间线核对", verified, events, tone),
            Duty("最近一次封存", _moment(seal.last.sealed_at) if seal.last else "尚无", events),
            _counted("尚未封存的事件", seal.waiting, events),
            _failed_runs(desk),
            _counted("放弃办理的后台事务", outbox_counts()["failed"], _to("registry:job-list"), "danger"),
            _notices_failed(desk),
        ),
    )


def _administrator(desk: Desk) -> Panel:
    outbox, jobs = outbox_counts(), _to("registry:job-list")
    beats = list(worker_beats())
    alive = [Duty(f"后台进程 {beat.name}", f"最近响应 {_moment(beat.at)}", jobs) for beat in beats]
    return Panel(
        "系统运行",
        (
            *(alive or [Duty("后台进程", "还没有响应过", jobs, "warn")]),
            _counted("等待办理的后台事务", outbox["waiting"], jobs),
            _counted("放弃办理的后台事务", outbox["failed"], jobs, "danger"),
            _failed_runs(desk),
            _notices_failed(desk),
            _counted("多次失败、待处理的推送", deliveries_dead().count(), _to("registry:webhook-dead"), "danger"),
            _counted("无法到达的推送接收方", webhooks_unreachable().count(), _to("registry:client-list"), "warn"),
            *_calendar(desk),
            _counted("在用账号", Account.objects.filter(is_active=True).count(), _to("registry:account-list")),
        ),
    )


def _calendar(desk: Desk) -> tuple[Duty, Duty]:
    """Whether next year's holidays are known, and how many due days hang on a year that is not."""
    year = desk.on.year + 1
    known = year in calendar_current().announced_years
    provisional = Deadline.objects.filter(
        is_provisional=True, met_on__isnull=True, cancelled_on__isnull=True
    ).count()  # fmt: skip
    page = _to("registry:calendar", f"year={year}")
    return (
        Duty(f"{year}年放假安排", "已载入" if known else "尚未载入", page, "ok" if known else "warn"),
        _counted("因此暂定的期限", provisional, page, "info"),
    )
