"""A repair granted on false papers taken back, and another authority's repair decision carried out here too."""

from dataclasses import dataclass
from datetime import date

from django.core.files import File
from django.db import transaction

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Account, Department, Record, Subject
from registry.services import authz
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.numbers import number_next
from registry.services.record_marks import record_unrepaired
from registry.services.records import record_lock
from repair import signals
from repair.models import RepairApplication, RepairFile
from repair.rules.lifecycle import OPEN, undo_refusal
from repair.rules.wording import court_remedies
from repair.selectors.governing import cited_basis
from repair.services.documents import request_document
from repair.services.repair_decisions import bar_set, effect_carry_out
from repair.services.requests import request_lock, step_begin, step_finish, target_find, tell_department, tell_subject
from repair.services.standstill import standstill_again
from repair.services.undo_hearing import undone_refuse
from sanctions.models import ListEntry
from sanctions.services.case_documents import number_word
from sanctions.services.restoring import entry_restore


@transaction.atomic
def repair_undo(
    *, application_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> RepairApplication:
    """Take a granted repair back because false papers were found: the record stands and is public again, the entry is
    in force again for the rest of its term, its measures are ordered anew, and the subject is barred as the pack says.

    Not before the subject was told and heard (`undo_hearing`), and not by the officer who told it. What cannot be put back (a term that is over, a record voided meanwhile) is told in the event and to the subject.
    Raises TransitionRefused (not granted, taken back already), NotAllowed, Conflict, RuleRefused (no reason, not heard).
    """
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "undo", actor=actor, on=on, version=version, reason=reason)
    undone_refuse(application)
    _heard_require(application, actor, on)
    bar_set(application, on)
    application.undone_on, application.undo_reason = on, reason.strip()[:2000]
    effect = _put_back(application, actor, on)
    label = application.get_kind_display()
    text = f"撤销{label}（{application.number}）：{application.undo_reason}。{effect}"
    step_finish(application, begun, text[:500], code="repair",
                payload={"barred_until": application.barred_until, "effect": effect})  # fmt: skip
    barred = f"在{application.barred_until}（含）之前不再受理该信息的修复申请。" if application.barred_until else ""
    said = f"经查，你（单位）在{application.number}中提供虚假材料{cited_basis(application)}，本机关决定撤销{label}。"
    heard = _heard_sentence(application)
    request_document(
        application, "undo", [said, heard, f"理由：{application.undo_reason}", effect, barred, f"不服本决定的，{court_remedies()}"],
        actor=actor, on=on,
    )  # fmt: skip
    tell_subject(
        application, "repair.undone", f"撤销{label}（{application.number}）",
        f"因提供虚假材料，撤销对{application.about}的{label}{cited_basis(application)}。理由：{application.undo_reason}。"
        f"{effect}{barred}不服本决定的，{court_remedies()}",
    )  # fmt: skip
    signals.repair_undone.send(sender=RepairApplication, application=application, actor=actor, on=on)
    return application


def _heard_require(application: RepairApplication, actor: Account | None, on: date) -> None:
    refused = undo_refusal(
        noticed_on=application.undo_noticed_on, until=application.undo_until, stated_on=application.undo_stated_on,
        waived_on=application.undo_waived_on, on=on,
    )  # fmt: skip
    if refused:
        raise RuleRefused("undo-not-heard", refused, field="reason")
    if actor is not None and actor.pk == application.undo_noticed_by_id:
        raise NotAllowed("same-as-noticer", "告知拟撤销的人员不能作出撤销决定，请由另一名审批人员办理。")


def _heard_sentence(application: RepairApplication) -> str:
    """Say how the subject was heard."""
    told = f"本机关已于{application.undo_noticed_on}告知拟撤销的事实、理由和依据。"
    if application.undo_stated_on is not None:
        return f"{told}你（单位）于{application.undo_stated_on}提出的陈述申辩，本机关已经审查。"
    if application.undo_waived_on is not None:
        return f"{told}你（单位）于{application.undo_waived_on}明确放弃陈述申辩。"
    return f"{told}你（单位）在{application.undo_until}之前没有陈述申辩。"


def _put_back(application: RepairApplication, actor: Account | None, on: date) -> str:
    """Put back what the repair ended; return what came of it, in words."""
    note = f"{application.number}因虚假材料撤销"
    if application.record is not None:
        record = record_lock(application.record.pk)
        if record.state != Record.State.REPAIRED:
            return f"该记录现在是“{record.get_state_display()}”，不再恢复。"
        record_unrepaired(record, note=note, actor=actor, on=on)
        return f"该记录自{on}起恢复使用；公示期未满的，恢复公示。"
    assert application.entry is not None  # noqa: S101  (a request is about one of the two)
    try:
        with transaction.atomic():
            entry = entry_restore(entry=application.entry, note=note, actor=actor, on=on)
    except (TransitionRefused, RuleRefused, Conflict) as refusal:
        return refusal.message
    standstill_again(entry, actor=actor, on=on)
    return f"自{on}起恢复列入{entry.list_label}，有关公示和措施同时恢复。"


@dataclass(frozen=True)
class Origin:
    """The repair decision of another authority: who decided, its number and day, and a copy."""

    authority: str
    number: str
    decided_on: date
    file: File


@transaction.atomic
def repair_mirror(
    *, subject_id: int, origin: Origin, actor: Account | None, on: date, record_id: int | None = None,
    entry_id: int | None = None,
) -> RepairApplication:  # fmt: skip
    """Enter the repair decision of the authority that decided a record or entry, and carry it out here at once.

    Done by the credit office alone, and only for what another department decided: an own decision goes the ordinary
    way. Raises NotAllowed, InvalidInput,
    RuleRefused (not standing any more), Conflict (an application is open here).
    """
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    authz.require(actor, "request.decide", on=on)
    record, entry = target_find(subject, record_id, entry_id)
    thing = _thing(record, entry)
    _mirror_require(record, entry, thing, origin, actor, on)
    application = RepairApplication(
        subject=subject, record=record, entry=entry, department=thing.department, filed_on=on, filed_by=actor,
        is_on_paper=True, statement=f"登记{origin.authority.strip()}的信用修复决定{origin.number.strip()}。",
        number=number_next(kind="repair", prefix=number_word(thing.department, "信修"), department=thing.department,
                           year=on.year),
        state=RepairApplication.State.GRANTED, decided_on=on, decided_by=actor, effective_on=on,
        outcome_reason=f"{origin.authority.strip()}以{origin.number.strip()}准予修复",
        origin_authority=origin.authority.strip(), origin_number=origin.number.strip(),
        origin_decided_on=origin.decided_on, policy=entry.policy if entry is not None else None,
    ).save_by(actor, reason="repair.mirror")  # fmt: skip
    kept = attachment_store(upload=origin.file, actor=actor)
    RepairFile(application=application, kind=RepairFile.Kind.DECISION, attachment=kept).save_by(
        actor, reason="repair.mirror"
    )
    effect_carry_out(application, application.outcome_reason, actor=actor, on=on)
    event_record(
        "repair.mirrored", f"{application.outcome_reason}，本县同步执行：{application.about}"[:500], obj=application,
        subject=subject, actor=actor, on=on,
        payload={"number": application.number, "authority": origin.authority, "origin": origin.number,
                 "origin_decided_on": origin.decided_on},
    )  # fmt: skip
    tell_subject(
        application, "repair.granted", f"同步执行信用修复（{application.number}）",
        f"{application.outcome_reason}，本县自{on}起对{application.about}停止公示和惩戒措施。",
    )  # fmt: skip
    tell_department(
        application, "repair.mirrored", f"同步执行信用修复：{subject.name}",
        f"{application.outcome_reason}，已对{application.about}同步执行。如有不符，请立即联系信用监管办公室。",
    )  # fmt: skip
    signals.repair_granted.send(sender=RepairApplication, application=application, actor=actor, on=on)
    return application


def _thing(record: Record | None, entry: ListEntry | None) -> Record | ListEntry:
    found = record or entry
    assert found is not None  # noqa: S101  (target_find gives exactly one)
    return found


def _mirror_require(
    record: Record | None, entry: ListEntry | None, thing: Record | ListEntry, origin: Origin, actor: Account | None,
    on: date,
) -> None:  # fmt: skip
    if actor is not None and actor.department_id == thing.department_id:
        raise NotAllowed(
            "own-decision", f"该信息由本部门（{thing.department.name}）认定，请由当事人申请、按信用修复程序办理。"
        )
    if actor is not None and (actor.department is None or actor.department.kind != Department.Kind.CREDIT_OFFICE):
        raise NotAllowed(
            "not-the-office",
            f"其他机关的修复决定由信用监管办公室登记，其他部门不能终止{thing.department.name}认定的信息。请把决定书转交该办公室。",
        )
    for value, field, label in ((origin.authority, "authority", "修复机关"), (origin.number, "number", "文号")):
        if not value.strip():
            raise InvalidInput(f"{field}-missing", f"请填写{label}。", field=field)
    if origin.decided_on > on or (thing.decided_on is not None and origin.decided_on < thing.decided_on):
        raise InvalidInput(
            "decided-day-outside",
            f"修复决定日期{origin.decided_on}不可用：应在原决定之日至今日{on}之间。",
            field="decided_on",
        )
    if record is not None and record.state != Record.State.CONFIRMED:
        raise RuleRefused("nothing-to-repair", f"该记录现在是“{record.get_state_display()}”，不需要信用修复。")
    if entry is not None and entry.ends_on <= on:
        raise RuleRefused("nothing-to-repair", f"该条目已于{entry.ends_on}终止，不需要信用修复。")
    open_one = RepairApplication.objects.filter(record=record, entry=entry, state__in=OPEN).first()
    if open_one is not None:
        raise Conflict("repair-open", f"对该信息有正在办理的申请（{open_one.number}），请先办结或者由当事人撤回。")
