"""Checks asked on the page: answered at once, kept line by line, stamped as .xlsx and .pdf after commit.

The files are made by the outbox's relay: a thousand lines take the .pdf some seconds, and a killed worker loses none.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from registry import clock
from registry.base.errors import InvalidInput, TransitionRefused
from registry.base.personal_data import text_seal
from registry.models import Account, Attachment, OutboxMessage
from registry.rules.access import AUDITOR
from registry.rules.masking import mask_document_number
from registry.rules.uploads import MEDIA_TYPES
from registry.selectors.rights import roles_on
from registry.services import authz
from registry.services.events import event_record
from registry.services.evidence import attachment_download_log, attachment_keep_own
from registry.services.outbox import lease_keep, message_resend, outbox_put
from sanctions.models import CheckSheet
from sanctions.rules.checking import UNKNOWN, Asked, key_of
from sanctions.selectors.check_sheets import sheet_is_current, sheet_lines
from sanctions.selectors.checks import Checked, CheckedEntry
from sanctions.services.check_files import sheet_pdf, sheet_xlsx
from sanctions.services.checks import CheckReceipt, subjects_check

TOPIC: Final = "sanctions.check-files"
_IDENTITY_DIGITS: Final = 17  # before the check character
_OLDER_IDENTITY: Final = 15  # digits of an identity number of before 1999; a registration number has as many


@transaction.atomic
def check_sheet_make(
    *, asked: Sequence[Asked], matter: str, purpose: str, actor: Account, verify_url: Callable[[UUID], str], on: date,
    at: datetime,
) -> CheckSheet:  # fmt: skip
    """Answer the questions as `subjects_check` does, keep the answers with the receipt, and owe the stamped files.

    `verify_url`: the address at which a code is checked. Raises InvalidInput as `subjects_check`, NotAllowed.
    """
    authz.require(actor, "check.ask", on=on)
    receipt = subjects_check(asked=asked, matter=matter, purpose=purpose, actor=actor, client=None, on=on, at=at)
    lines = [_line(number, each, receipt) for number, each in enumerate(receipt.answers, start=1)]
    code = uuid4()
    sheet = CheckSheet.objects.create(
        log=receipt.log, code=code, verify_url=verify_url(code), matter_label=receipt.matter_label[:200],
        lines_sealed=text_seal(json.dumps(lines, ensure_ascii=False, separators=(",", ":"))),
        entries=sorted({entry["id"] for line in lines for entry in line["entries"]}),
    )  # fmt: skip
    outbox_put(TOPIC, key=str(sheet.pk), payload={"sheet": sheet.pk}, at=at)
    event_record(
        "check.asked", f"联合奖惩查询{receipt.log.asked}个主体，事项“{receipt.matter_label}”，回执{receipt.log.receipt}",
        obj=sheet, actor=actor, on=on,
        payload={"receipt": receipt.log.receipt, "asked": receipt.log.asked, "found": receipt.log.found,
                 "listed": receipt.log.listed, "matter": matter},
    )  # fmt: skip
    return sheet


def _line(number: int, each: Checked, receipt: CheckReceipt) -> dict[str, Any]:
    row = each.subject
    enjoys = receipt.enjoyed.get(row.pk, ()) if row is not None else ()
    tier = receipt.graded.get(row.pk) if row is not None else None
    return {
        "number": number, "code": _shown_code(each), "name": each.asked.name.strip(), "outcome": each.outcome,
        "sentence": each.sentence, "subject": row.name if row is not None and row.kind == "organization" else "",
        "uscc": (row.uscc or "") if row is not None else "", "entries": [_entry(entry) for entry in each.entries],
        "enjoys": [{"label": one.label, "basis": one.basis, "why": one.why} for one in enjoys],
        "tier": tier and {
            "label": tier.label, "pending": tier.is_pending, "since": tier.since.isoformat() if tier.since else "",
            "effect": tier.effect, "basis": tier.basis,
        },
    }  # fmt: skip


def _shown_code(each: Checked) -> str:
    """Return the code as asked; one that is, or may be meant as, a person's document number is masked."""
    key = key_of(each.asked)
    may_be_meant = key.code[:_IDENTITY_DIGITS].isdigit() and len(key.code) >= _IDENTITY_DIGITS - 1
    is_older_unknown = key.kind == "older" and len(key.code) == _OLDER_IDENTITY and each.outcome == UNKNOWN
    if key.kind == "person" or is_older_unknown or (each.subject is None and may_be_meant):
        return mask_document_number(key.code)
    return key.code


def _entry(each: CheckedEntry) -> dict[str, Any]:
    row = each.row
    return {
        "id": str(row.public_id), "list": row.list_label, "department": row.department_name, "policy": row.policy_title,
        "clause": row.clause, "since": row.starts_on.isoformat(), "until": each.last_day.isoformat(),
        "disputed": row.disputed_on is not None, "paused": bool(row.paused_now),
        "measures": [
            {"label": measure.label, "mandatory": measure.is_mandatory, "catalogue": measure.catalogue.title,
             "clause": measure.clause, "basis": list(measure.legal_basis)}
            for measure in each.measures
        ],
        "incentives": [{"label": one["label"], "clause": one["clause"]} for one in each.incentives],
    }  # fmt: skip


def check_files_make(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler (`once=False`): write both files outside any transaction, then keep them together, once."""
    sheet = CheckSheet.objects.select_related("log__department", "log__account").get(pk=payload["sheet"])
    if sheet.state == CheckSheet.State.MADE:
        return
    lines = sheet_lines(sheet)
    xlsx = sheet_xlsx(sheet, lines)
    lease_keep(now=clock.now())
    pdf = sheet_pdf(sheet, lines, written_at=now)
    lease_keep(now=clock.now())
    with transaction.atomic():
        locked = CheckSheet.objects.select_for_update(of=("self",)).select_related("log__account").get(pk=sheet.pk)
        if locked.state == CheckSheet.State.MADE:
            return
        locked.xlsx, locked.pdf = _keep(locked, xlsx, "xlsx"), _keep(locked, pdf, "pdf")
        locked.state = CheckSheet.State.MADE
        locked.save(update_fields=["xlsx", "pdf", "state"])
        event_record(
            "check.stamped", f"生成联合奖惩查询结果{locked.log.receipt}", obj=locked, actor=None, on=clock.today(),
            payload={"xlsx": locked.xlsx.sha256, "pdf": locked.pdf.sha256},
        )  # fmt: skip


def _keep(sheet: CheckSheet, content: bytes, kind: str) -> Attachment:
    return attachment_keep_own(
        content=content, name=f"联合奖惩查询结果（{sheet.log.receipt}）.{kind}", media_type=MEDIA_TYPES[kind],
        actor=sheet.log.account,
    )  # fmt: skip


def check_files_give_up(payload: dict[str, Any], now: datetime) -> None:
    """Outbox's last word: the files could not be made. The answers stay on the page."""
    CheckSheet.objects.filter(pk=payload["sheet"], state=CheckSheet.State.MAKING).update(state=CheckSheet.State.FAILED)


@transaction.atomic
def check_files_again(*, sheet_id: int, actor: Account, on: date, at: datetime) -> CheckSheet:
    """Make the files of a sheet anew after they failed. Raises NotAllowed, TransitionRefused (they did not fail)."""
    sheet = CheckSheet.objects.select_for_update().get(pk=sheet_id)
    if sheet.state != CheckSheet.State.FAILED:
        raise TransitionRefused(
            "check-files-not-failed", f"文件的状态是“{sheet.get_state_display()}”，不需要重新生成。请刷新页面查看。"
        )
    authz.require(actor, "check.ask", on=on)
    sheet.state = CheckSheet.State.MAKING
    sheet.save(update_fields=["state"])
    message_resend(OutboxMessage.objects.get(key=f"{TOPIC}:{sheet.pk}").pk, now=at)
    event_record("check.files-again", "重新生成联合奖惩查询结果文件", obj=sheet, actor=actor, on=on)
    return sheet


def check_file_take(*, sheet: CheckSheet, kind: str, address: str | None, actor: Account, on: date) -> Attachment:
    """Hand out the stamped `pdf` or `xlsx` of a sheet that the caller may see; the download is logged.

    A result naming an entry that is over, or whose measures stand still since, is handed to auditors alone: nobody is
    shown as listed a day too long. Raises NotAllowed, InvalidInput (no such file yet), TransitionRefused (outdated).
    """
    authz.require(actor, "check.view", on=on)
    attachment: Attachment | None = {"pdf": sheet.pdf, "xlsx": sheet.xlsx}.get(kind)
    if attachment is None:
        raise InvalidInput("check-file-not-made", "文件还没有生成。请稍候刷新页面；生成失败的，请重新生成。")
    if not sheet_is_current(sheet, on) and AUDITOR not in roles_on(actor, on):
        raise TransitionRefused(
            "check-outdated",
            f"这份结果只说明{sheet.log.on}的状况，所载的名单条目此后已经终止或者暂停，文件不再提供下载。"
            "请就现在办理的事项重新查询；确需调阅原件的，由审计员调阅。",
        )
    attachment_download_log(attachment=attachment, address=address, actor=actor, on=on, permission="check.view")
    return attachment
