"""Files for officers: a short one is made at once, a long one by the outbox's relay and fetched from its own page.

The apps name their kinds when they are ready. What was asked (`given`) is plain JSON, so that a job can ask it again.
A file is made outside any transaction and kept in one; a killed worker's file is made anew, and kept once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from registry import clock
from registry.base.errors import DomainError, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.personal_data import text_seal
from registry.models import Account, Attachment, ExportFile
from registry.selectors.export_files import export_is_over, export_last_day, given_of
from registry.services.events import event_record
from registry.services.evidence import attachment_download_log, attachment_keep_own
from registry.services.made_files import MadeFile
from registry.services.notices import notice_queue
from registry.services.outbox import lease_keep, outbox_put
from registry.services.progress import rows_told

TOPIC: Final = "export.make"
LONG_ROWS: Final = 5_000
"""A file of more rows is made by a job."""
MOST_AT_ONCE: Final = 5

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of file. `require(given, actor, on)` raises NotAllowed or InvalidInput where the actor may not have the file
    on that day; it is asked when the file is asked for, made and fetched. `count(given, on, most)`: how many rows it has,
    `most` + 1 where there are more than `most`. `make(given, actor, on)` writes it as of the day `on` and records the event.
    """

    code: str
    label: str
    require: Callable[[Given, Account, date], None]
    count: Callable[[Given, date, int], int]
    make: Callable[[Given, Account, date], MadeFile]


_kinds: dict[str, Kind] = {}


def register_export(kind: Kind) -> None:
    """Name a kind of file."""
    _kinds[kind.code] = kind


def rows_up_to(found: QuerySet[Any], most: int) -> int:
    """Return how many rows there are, `most` + 1 where there are more."""
    return found.order_by()[: most + 1].count()


def export_ask(*, code: str, given: Given, actor: Account, on: date) -> MadeFile | ExportFile:
    """Make a short file at once, or owe a long one. Raises what its kind raises; RuleRefused where the actor waits for
    `MOST_AT_ONCE` files already. Asked again while it is being made, it is owed once."""
    kind = _kinds[code]
    kind.require(given, actor, on)
    if kind.count(given, on, LONG_ROWS) <= LONG_ROWS:
        return kind.make(given, actor, on)
    return _owe(kind, given, actor, on)


@transaction.atomic
def _owe(kind: Kind, given: Given, actor: Account, on: date) -> ExportFile:
    Account.objects.select_for_update().get(pk=actor.pk)
    waiting = list(ExportFile.objects.filter(account=actor, state=ExportFile.State.MAKING))
    for each in waiting:
        if each.kind == kind.code and each.asked_on == on and given_of(each) == dict(given):
            return each
    if len(waiting) >= MOST_AT_ONCE:
        raise RuleRefused(
            "exports-waiting", f"您已有{len(waiting)}份文件正在生成。请等其中一份完成后再导出，进度见“我的导出文件”。"
        )
    at = clock.now()
    export = ExportFile.objects.create(
        kind=kind.code, label=kind.label, given_sealed=text_seal(json.dumps(given, ensure_ascii=False)), account=actor,
        department=actor.department, asked_at=at, asked_on=on,
    )  # fmt: skip
    outbox_put(TOPIC, key=str(export.pk), payload={"export": export.pk}, at=at)
    event_record(
        "export.asked", f"导出{kind.label}，超过{LONG_ROWS}行，转为后台生成", obj=export, actor=actor, on=on,
        payload={"kind": kind.code},
    )  # fmt: skip
    return export


def export_run(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler (`once=False`): make the file and keep it. A refusal is final and told; anything else is tried again."""
    export = ExportFile.objects.select_related("account").get(pk=payload["export"])
    if export.state != ExportFile.State.MAKING:
        return
    kind, given = _kinds[export.kind], given_of(export)
    try:
        kind.require(given, export.account, clock.today())
        with rows_told(partial(_progress, export.pk)):
            made = kind.make(given, export.account, export.asked_on)
    except DomainError as refusal:
        _fail(export.pk, refusal.message, _named(refusal))
        return
    with made.stream:
        _keep(export.pk, made)


def _progress(export_id: int, rows: int) -> None:
    lease_keep(now=clock.now())
    ExportFile.objects.filter(pk=export_id).update(rows=rows)


def _named(refusal: DomainError) -> list[tuple[int, list[str]]]:
    """Return the records that a refusal names (`RowsNotReportable`), with the reasons."""
    rows: Sequence[Any] = getattr(refusal, "rows", ())
    return [(row.record.pk, list(row.reasons)) for row in rows]


@transaction.atomic
def _keep(export_id: int, made: MadeFile) -> None:
    lease_keep(now=clock.now())
    export = ExportFile.objects.select_for_update(of=("self",)).select_related("account").get(pk=export_id)
    if export.state != ExportFile.State.MAKING:
        return
    export.attachment = attachment_keep_own(
        content=made.stream, name=made.name, media_type=made.content_type, actor=export.account
    )
    export.rows, export.left_out = made.rows, made.left_out
    _settle(export, ExportFile.State.READY)
    notice_queue(
        "export.ready", title=f"{made.name}已生成",
        body=f"共{made.rows}行，可以在“我的导出文件”下载，至{export_last_day(export)}止。", at=clock.now(), obj=export,
        account=export.account,
    )  # fmt: skip


def _settle(export: ExportFile, state: str) -> None:
    export.state, export.settled_on = state, clock.today()
    export.save(update_fields=["state", "settled_on", "attachment", "rows", "left_out", "fault", "faults_sealed"])


@transaction.atomic
def _fail(export_id: int, fault: str, named: Sequence[tuple[int, list[str]]] = ()) -> None:
    export = ExportFile.objects.select_for_update(of=("self",)).select_related("account").get(pk=export_id)
    if export.state != ExportFile.State.MAKING:
        return
    export.fault = fault[:500]
    export.faults_sealed = text_seal(json.dumps(named, ensure_ascii=False)) if named else ""
    _settle(export, ExportFile.State.FAILED)
    notice_queue(
        "export.failed", title=f"{export.label}没有生成", body=export.fault, at=clock.now(), obj=export,
        account=export.account,
    )  # fmt: skip


def export_give_up(payload: dict[str, Any], now: datetime) -> None:
    """Outbox's last word on a file that failed again and again: its officer is told."""
    _fail(payload["export"], "程序多次尝试仍未成功。请重新导出；仍然不成的，请联系系统管理员排除故障。")


def export_take(*, export: ExportFile, address: str | None, actor: Account, on: date) -> Attachment:
    """Hand out a file to who asked for it; the download is logged.

    Raises NotAllowed (another's file, another department meanwhile, the right lost), InvalidInput (no file yet),
    TransitionRefused (its time is over).
    """
    if export.account_id != actor.pk or export.department_id != actor.department_id:
        raise NotAllowed("export-of-another", "这份文件只供导出它的人在原部门下载。请用自己的账号重新导出。")
    if export_is_over(export, on):
        raise TransitionRefused(
            "export-over", f"文件只保存到{export_last_day(export)}，现在不再提供下载。请重新导出。"
        )  # fmt: skip
    _kinds[export.kind].require(given_of(export), actor, on)
    if export.attachment is None:
        raise InvalidInput(
            "export-not-ready", "文件还没有生成。请稍候刷新页面；没有生成的，请按所列原因处理后重新导出。"
        )
    attachment_download_log(
        attachment=export.attachment, address=address, actor=actor, on=on, permission="export.own"
    )  # fmt: skip
    return export.attachment
