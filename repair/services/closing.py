"""Applications whose object is gone: closed at once, with the reason; neither granted nor refused."""

from datetime import date

from django.db import transaction

from registry.models import Account, Record, Subject
from repair.models import RepairApplication
from repair.rules.lifecycle import CLOSE, OPEN
from repair.services.documents import request_document
from repair.services.requests import Begun, step_finish, tell_department, tell_subject
from sanctions.models import ListEntry
from sanctions.selectors.entries import WRONG


@transaction.atomic
def applications_close(
    *, actor: Account | None, on: date, record: Record | None = None, entry: ListEntry | None = None
) -> list[RepairApplication]:
    """Close what is still applied for about a record that has been voided or corrected, or an entry that was wrong.

    Publication and measures have ended with it, so nothing is left to repair; the subject is told why, and where to
    apply again when a right record took the wrong one's place. Anything else closes nothing. Call inside the
    transaction that put it right.
    """
    thing, reason = record or entry, _reason(record, entry, on)
    if thing is None or not reason:
        return []
    Subject.objects.select_for_update().get(pk=thing.subject_id)
    found = (
        RepairApplication.objects.select_for_update(of=("self",))
        .select_related("department", "subject", "policy", "record__department", "entry__policy", "entry__department")
        .filter(record=record, entry=entry, state__in=OPEN)
        .order_by("pk")
    )
    return [_close(application, reason, actor, on) for application in found]


def _reason(record: Record | None, entry: ListEntry | None, on: date) -> str:
    if record is not None and record.state == Record.State.VOIDED:
        right = record.corrections.exclude(state=Record.State.VOIDED).order_by("-pk").first()
        if right is not None:
            return f"所涉记录已于{on}更正为{right}，原记录不再公示和使用。对更正后的记录需要修复的，可以另行申请"
        return f"所涉记录已于{on}作废，不再公示和使用，不需要修复"
    if entry is not None and entry.end_reason in WRONG and entry.ends_on <= on:
        return f"所涉条目已{entry.get_end_reason_display()}，公示和惩戒措施已经停止，不需要修复或者移出"
    return ""


def _close(application: RepairApplication, reason: str, actor: Account | None, on: date) -> RepairApplication:
    # Nobody decides on the application: whoever put the matter right may have accepted it.
    application.decided_on, application.outcome_reason = on, reason
    label = application.get_kind_display()
    step_finish(
        application, Begun(CLOSE, actor, on), f"终止办理{label}申请{application.number}：{reason}", code="repair",
        payload={"reason": reason},
    )  # fmt: skip
    said = f"你（单位）对{application.about}的{label}申请，因{reason}，本机关终止办理。"
    request_document(
        application, "close", [said, "终止办理不是不予支持，不影响你（单位）以后提出申请。"], actor=actor, on=on
    )
    tell_subject(
        application, "repair.closed", f"终止办理{label}申请（{application.number}）",
        f"{reason}，对{application.about}的{label}申请终止办理。这不是不予支持，不影响以后提出申请。",
    )  # fmt: skip
    tell_department(
        application, "repair.closed", f"终止办理：{application.subject.name}（{application.number}）",
        f"{reason}，该申请已终止办理，不需要再作决定。",
    )  # fmt: skip
    return application
