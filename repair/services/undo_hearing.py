"""Before a repair is taken back: the subject is told with facts and basis, and heard. The decision is `repair_undoing`."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from registry.base.errors import InvalidInput, RuleRefused, TransitionRefused
from registry.models import Account
from registry.rules import access
from registry.services.deadlines import deadline_meet
from repair.models import RepairApplication
from repair.selectors.governing import cited_basis, limit_of
from repair.services.documents import request_document
from repair.services.repairs import Paper, papers_add
from repair.services.requests import (
    Begun,
    limit_set,
    request_lock,
    step_begin,
    step_finish,
    tell_department,
    tell_subject,
)

UNDO_DEADLINE = "undo-statement"


@transaction.atomic
def undo_notice(
    *, application_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> RepairApplication:
    """Tell the subject that the repair may be taken back for false papers: facts, basis, consequence, and until when it
    may state its case. Nothing ends by it.

    Raises TransitionRefused (not granted, told or taken back already), NotAllowed, Conflict, RuleRefused (no reason).
    """
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "undo-notice", actor=actor, on=on, version=version, reason=reason)
    undone_refuse(application)
    if application.undo_noticed_on is not None:
        raise TransitionRefused(
            "undo-noticed-already", f"已于{application.undo_noticed_on}告知，不必重复。需要另行告知的，请先撤回该告知。"
        )
    limit = limit_of(application, UNDO_DEADLINE, on=on)
    assert limit is not None  # noqa: S101  (the county's own values have it)
    application.undo_noticed_on, application.undo_noticed_by = on, actor
    application.undo_notice = reason.strip()[:2000]
    _heard_clear(application)
    deadline = limit_set(application, UNDO_DEADLINE, limit, starts_on=on, actor=actor, role=access.SUBJECT)
    application.undo_until = until = deadline.due_on
    _finish(application, begun, f"告知拟撤销{application.number}的修复：{application.undo_notice}", until=until)
    label, basis = application.get_kind_display(), cited_basis(application)
    facts = f"经查，你（单位）在{application.number}中涉嫌提供虚假材料：{application.undo_notice}"
    told = f"本机关拟撤销{label}{basis}。撤销后，有关信息恢复使用，公示期和列入期限未满的恢复公示和措施，并在规定的期限内不再受理修复申请。"
    heard = f"你（单位）可以在{until}（含当日）之前陈述申辩、提交证据，也可以明确放弃。在此之前不作决定，修复继续有效。"
    request_document(application, "undo-notice", [facts, told, heard], actor=actor, on=on)
    tell_subject(
        application, "repair.undo-notice", f"拟撤销{label}告知（{application.number}）",
        f"{facts}。{told}{heard}不收取任何费用。",
    )  # fmt: skip
    return application


@transaction.atomic
def undo_state(
    *, application_id: int, statement: str, is_waived: bool, actor: Account | None, on: date,
    papers: Sequence[Paper] = (), version: int | None = None,
) -> RepairApplication:  # fmt: skip
    """Take the subject's statement with its evidence, or its express waiver: from its own account, or on paper by the
    department. A late one is taken too while nothing is decided; a statement takes an earlier waiver back.

    Raises TransitionRefused (nothing told, decided already), NotAllowed, Conflict, InvalidInput.
    """
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "undo-state", actor=actor, on=on, version=version)
    _noticed_require(application)
    if is_waived == bool(statement.strip() or papers):
        raise InvalidInput("statement-or-waiver", "请填写陈述内容，或者勾选放弃陈述，只选其一。", field="statement")
    papers_add(application, papers, actor)
    if is_waived:
        if application.undo_stated_on is not None:
            raise InvalidInput("stated-already", "已经提交陈述，不能再登记放弃。", field="is_waived")
        application.undo_waived_on = on
    else:
        earlier = f"{application.undo_statement}\n" if application.undo_statement else ""
        said = statement.strip() or "（只提交了材料）"
        application.undo_statement = f"{earlier}（{on}）{said}"[:5000]
        application.undo_stated_on, application.undo_waived_on = on, None
    deadline_meet(application, UNDO_DEADLINE, actor=actor, on=on)
    done = "放弃陈述" if is_waived else "陈述申辩"
    _finish(application, begun, f"当事人就拟撤销修复{done}（{application.number}）")
    tell_department(
        application, "repair.undo-state", f"当事人已{done}：{application.number}",
        f"{application.subject.name}就拟撤销修复已{done}，请审查后决定撤销，或者撤回告知。",
    )  # fmt: skip
    return application


@transaction.atomic
def undo_drop(
    *, application_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> RepairApplication:
    """Take the notice back: the papers were not false, or it cannot be shown. The repair stands; the subject is told."""
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "undo-drop", actor=actor, on=on, version=version, reason=reason)
    _noticed_require(application)
    application.undo_noticed_on = application.undo_noticed_by = application.undo_until = None
    _finish(application, begun, f"撤回拟撤销修复的告知（{application.number}）：{reason.strip()[:400]}", is_over=True)
    tell_subject(
        application, "repair.undo-drop", f"拟撤销修复的告知已撤回（{application.number}）",
        f"经审查，不撤销对{application.about}的修复，修复继续有效。理由：{reason.strip()[:1000]}",
    )  # fmt: skip
    return application


def undone_refuse(application: RepairApplication) -> None:
    """Raise TransitionRefused where the repair has been taken back."""
    if application.undone_on is not None:
        raise TransitionRefused("undone-already", f"{application.number}的修复已于{application.undone_on}撤销。")


def _noticed_require(application: RepairApplication) -> None:
    undone_refuse(application)
    if application.undo_noticed_on is None:
        raise RuleRefused("undo-not-noticed", f"对{application.number}没有告知拟撤销修复，不需要陈述或者撤回。")


def _heard_clear(application: RepairApplication) -> None:
    application.undo_statement, application.undo_stated_on, application.undo_waived_on = "", None, None


def _finish(
    application: RepairApplication, begun: Begun, text: str, *, until: date | None = None, is_over: bool = False
) -> None:
    """End the step; the subject's time to state its case runs on unless the notice is over."""
    payload = {"until": until} if until is not None else None
    step_finish(application, begun, text[:500], code="repair", payload=payload, keeps_deadlines=not is_over)
