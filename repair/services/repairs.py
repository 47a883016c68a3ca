"""Credit repair and removal on application: filed, accepted, supplemented, verified. Decisions: `repair_decisions`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.files import File
from django.db import transaction

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from registry.models import Account, Record, Subject
from registry.services.deadlines import deadline_meet, deadline_pause, deadline_resume
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.numbers import number_next
from registry.services.record_marks import record_mark_corrected, record_mark_fulfilled
from repair.models import RepairApplication, RepairFile
from repair.rules import lifecycle
from repair.rules.lifecycle import OPEN
from repair.selectors.governing import RepairGround, limit_of, repair_governing
from repair.selectors.overview import grounds_of_matter
from repair.services.documents import request_document
from repair.services.requests import (
    SUPPLEMENT_DEADLINE,
    limit_set,
    open_deadline,
    request_lock,
    step_begin,
    step_finish,
    subject_require,
    supplement_sentence,
    supplement_set,
    tell_department,
    tell_subject,
)
from sanctions.models import ListEntry
from sanctions.services.case_documents import number_word

ACCEPT_DEADLINE, DECIDE_DEADLINE = "repair-accept", "repair"
Kind = RepairApplication.Kind


@dataclass(frozen=True)
class Paper:
    """A document handed in: what it is (`RepairFile.Kind`) and the file."""

    kind: str
    file: File


@transaction.atomic
def repair_file(
    *,
    subject_id: int,
    statement: str,
    actor: Account | None,
    on: date,
    record_id: int | None = None,
    entry_id: int | None = None,
    kind: str = Kind.REPAIR,
    papers: Sequence[Paper] = (),
) -> RepairApplication:
    """Apply for repair of one record or entry, or for removal of an entry, to the department that decided it.

    What our own records prove is taken from there and need not be handed in. Raises NotAllowed, InvalidInput,
    RuleRefused (nothing to repair, barred for false papers), Conflict (one is open already).
    """
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    record, entry = _target(subject, record_id, entry_id)
    is_on_paper = subject_require(actor, subject, on=on)
    _target_require(record, entry, kind, on)
    _open_refuse(record, entry)
    _bar_refuse(subject, record, entry, on)
    department = record.department if record is not None else entry.department if entry is not None else None
    assert department is not None  # noqa: S101  (_target gives exactly one of the two)
    ground = repair_governing(record=record, entry=entry, kind="person" if subject.is_person else "organization", on=on)
    application = RepairApplication(
        subject=subject, record=record, entry=entry, department=department, kind=kind, filed_on=on, filed_by=actor,
        statement=statement.strip()[:5000], is_on_paper=is_on_paper,
        number=number_next(kind="repair", prefix=number_word(department, "信修"), department=department, year=on.year),
        policy=ground.governing.version if ground is not None else None,
        clause=_clause(ground, entry, kind),
    )  # fmt: skip
    application.save_by(actor, reason="repair.file")
    papers_add(application, papers, actor)
    _own_proof_add(application, actor, on)
    _limits_set(application, "received_on", on, actor)
    label = application.get_kind_display()
    event_record(
        "repair.filed", f"申请{label}：{application.about}（{application.number}）", obj=application, subject=subject,
        actor=actor, on=on,
        payload={"number": application.number, "kind": kind, "record": record_id, "entry": entry_id},
    )  # fmt: skip
    tell_subject(
        application, "repair.filed", f"已收到{label}申请（{application.number}）",
        f"已收到您（单位）对{application.about}的{label}申请，编号{application.number}，由{department.name}办理。办理不收取任何费用。",
    )  # fmt: skip
    tell_department(
        application, "repair.filed", f"收到{label}申请：{subject.name}（{application.number}）",
        f"{subject.name}对{application.about}申请{label}，请决定是否受理。",
    )  # fmt: skip
    return application


@transaction.atomic
def repair_accept(
    *, application_id: int, actor: Account | None, on: date, version: int | None = None
) -> RepairApplication:
    """Accept an application; the accept slip promises the day by which it is decided."""
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "accept", actor=actor, on=on, version=version)
    application.accepted_on, application.accepted_by = on, actor
    deadline_meet(application, ACCEPT_DEADLINE, actor=actor, on=on)
    _limits_set(application, "accepted_on", on, actor)
    running = open_deadline(application, DECIDE_DEADLINE)
    application.promised_on = running.due_on if running is not None else None
    promise = f"，承诺于{application.promised_on}前办结" if application.promised_on else ""
    step_finish(application, begun, f"受理{application.get_kind_display()}申请{application.number}{promise}", code="repair",
                payload={"promised_on": application.promised_on})  # fmt: skip
    label = application.get_kind_display()
    day = (
        f"本机关承诺于{application.promised_on}前（含当日）办结。" if application.promised_on else "本机关将及时办理。"
    )
    request_document(
        application, "accept", [f"你（单位）对{application.about}的{label}申请，本机关于{on}受理。{day}", _papers_text(application)],
        actor=actor, on=on,
    )  # fmt: skip
    tell_subject(
        application, "repair.accepted", f"受理通知（{application.number}）",
        f"您（单位）对{application.about}的{application.get_kind_display()}申请已于{on}受理{promise}。",
    )  # fmt: skip
    return application


@transaction.atomic
def repair_supplement(
    *, application_id: int, wanted: str, actor: Account | None, on: date, version: int | None = None
) -> RepairApplication:
    """Ask for what is missing; the clocks stand until the subject answers."""
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "supplement", actor=actor, on=on, version=version, reason=wanted)
    application.supplement = wanted.strip()[:1000]
    for code in (ACCEPT_DEADLINE, DECIDE_DEADLINE):
        running = open_deadline(application, code)
        if running is not None:
            deadline_pause(deadline_id=running.pk, reason="等待申请人补正材料", actor=actor, on=on)
    until = supplement_set(application, actor=actor, on=on)
    step_finish(application, begun, f"要求补正：{application.supplement}", code="repair")
    request_document(
        application, "supplement",
        [f"办理你（单位）的{application.get_kind_display()}申请还需要：{application.supplement}。",
         supplement_sentence(until)],
        actor=actor, on=on,
    )  # fmt: skip
    tell_subject(
        application, "repair.supplement", f"补正通知（{application.number}）",
        f"办理您（单位）的{application.get_kind_display()}申请还需要：{application.supplement}。{supplement_sentence(until)}",
    )  # fmt: skip
    return application


@transaction.atomic
def repair_answer(
    *, application_id: int, statement: str, actor: Account | None, on: date, papers: Sequence[Paper] = (),
    version: int | None = None,
) -> RepairApplication:  # fmt: skip
    """Hand in what was asked for; the application goes on where it stood and the clocks run again."""
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "answer", actor=actor, on=on, version=version)
    if not statement.strip() and not papers:
        raise InvalidInput("answer-empty", "请填写补正说明或者上传补正材料。", field="statement")
    papers_add(application, papers, actor)
    if statement.strip():
        application.statement = f"{application.statement}\n（{on}补正）{statement.strip()}"[:5000]
    deadline_meet(application, SUPPLEMENT_DEADLINE, actor=actor, on=on)
    application.state = lifecycle.ACCEPTED if application.accepted_on is not None else lifecycle.FILED
    for code in (ACCEPT_DEADLINE, DECIDE_DEADLINE):
        running = open_deadline(application, code)
        if running is not None:
            due_on = deadline_resume(deadline_id=running.pk, actor=actor, on=on).due_on
            if code == DECIDE_DEADLINE and application.accepted_on is not None:
                application.promised_on = due_on
    step_finish(application, begun, f"申请人已补正（{application.number}）", code="repair")
    tell_department(
        application, "repair.answered", f"申请人已补正：{application.number}",
        f"{application.subject.name}已按要求补正，请继续办理。",
    )  # fmt: skip
    return application


@transaction.atomic
def repair_verify(
    *, application_id: int, verified_on: date, text: str, actor: Account | None, on: date, version: int | None = None,
    corrected_on: date | None = None, fulfilled_on: date | None = None,
) -> RepairApplication:  # fmt: skip
    """Keep what a visit or a check of the papers showed. `corrected_on`, `fulfilled_on`: found to be so since, noted on
    each record concerned that does not have the day yet. Raises InvalidInput for a day that cannot be."""
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "verify", actor=actor, on=on, version=version)
    if not application.filed_on <= verified_on <= on:
        raise InvalidInput(
            "verified-day-outside",
            f"核查日期{verified_on}不可用：应在提出申请之日{application.filed_on}至今日{on}之间。",
            field="verified_on",
        )
    if not text.strip():
        raise InvalidInput("verification-missing", "请填写核查情况。", field="text")
    for record in grounds_of_matter(application.record, application.entry):
        _days_note(record, corrected_on, fulfilled_on, actor, on)
    application.verified_on, application.verification = verified_on, text.strip()[:2000]
    step_finish(application, begun, f"核查（{verified_on}）：{application.verification}"[:500], code="repair")
    return application


def _days_note(
    record: Record, corrected_on: date | None, fulfilled_on: date | None, actor: Account | None, on: date
) -> None:
    if corrected_on is not None and record.corrected_on is None:
        record_mark_corrected(record_id=record.pk, corrected_on=corrected_on, version=None, actor=actor, on=on)
    if fulfilled_on is not None and record.fulfilled_on is None:
        record_mark_fulfilled(record_id=record.pk, fulfilled_on=fulfilled_on, version=None, actor=actor, on=on)


@transaction.atomic
def repair_withdraw(
    *, application_id: int, actor: Account | None, on: date, version: int | None = None
) -> RepairApplication:
    """Let the subject take its application back; it may apply again at any time."""
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "withdraw", actor=actor, on=on, version=version)
    step_finish(application, begun, f"申请人撤回{application.number}", code="repair")
    return application


def _papers_text(application: RepairApplication) -> str:
    """Say which documents are at hand, and which of them came from our own records."""
    rows = application.files.select_related("attachment").order_by("pk")
    shown = [f"{each.get_kind_display()}{'（本机关已有记录）' if each.own_source else ''}" for each in rows]
    return f"已有材料：{'、'.join(shown)}。" if shown else "没有另交材料。"


def _clause(ground: RepairGround | None, entry: ListEntry | None, kind: str) -> str:
    """Return the clause that answers the application: of the list's removal, or of repair."""
    if ground is None:
        return ""
    listed = ground.governing.pack.lists_by_code.get(entry.list_code) if entry is not None else None
    if kind == Kind.REMOVAL and listed is not None and listed.removal is not None:
        return listed.removal.clause[:60]
    return ground.rule.clause[:60] if ground.rule is not None else ""


def papers_add(application: RepairApplication, papers: Sequence[Paper], actor: Account | None) -> None:
    """Keep the documents handed in. Raises InvalidInput for an unknown kind or a file that cannot be taken."""
    for paper in papers:
        if paper.kind not in RepairFile.Kind.values:
            raise InvalidInput("paper-kind", f"材料种类“{paper.kind}”不存在，请从列表中选择。", field="kind")
        attachment = attachment_store(upload=paper.file, actor=actor)
        RepairFile(application=application, kind=paper.kind, attachment=attachment).save_by(actor, reason="repair.file")


def _own_proof_add(application: RepairApplication, actor: Account | None, on: date) -> None:
    """Take from our own records what proves that the duties were fulfilled, instead of asking for it."""
    records = grounds_of_matter(application.record, application.entry)
    fulfilled = [each for each in records if each.fulfilled_on is not None and each.fulfilled_on <= on]
    if records and len(fulfilled) == len(records):
        days = "、".join(f"{each}于{each.fulfilled_on}履行完毕" for each in fulfilled)
        RepairFile(application=application, kind=RepairFile.Kind.FULFILMENT, own_source=days[:200]).save_by(
            actor, reason="repair.own-proof"
        )


def _limits_set(application: RepairApplication, event: str, on: date, actor: Account | None) -> None:
    """Set the time limits that run from this event: by when to accept, by when to decide."""
    for code in (ACCEPT_DEADLINE, DECIDE_DEADLINE):
        limit = limit_of(application, code, on=on)
        if limit is not None and limit.rule.start[0] == event:
            limit_set(application, code, limit, starts_on=on, actor=actor)


def _target(subject: Subject, record_id: int | None, entry_id: int | None) -> tuple[Record | None, ListEntry | None]:
    """Return the record or entry, locked; a foreign one is told like one that does not exist."""
    if (record_id is None) == (entry_id is None):
        raise InvalidInput("target-missing", "请选择一条信用记录或者一个名单条目。", field="target")
    if record_id is not None:
        records = Record.objects.select_for_update(of=("self",)).select_related("department")
        record = records.filter(pk=record_id, subject=subject).first()
        if record is not None:
            return record, None
    if entry_id is not None:
        entries = ListEntry.objects.select_for_update(of=("self",)).select_related("department", "policy")
        entry = entries.filter(pk=entry_id, subject=subject).first()
        if entry is not None:
            return None, entry
    raise NotAllowed("target-unknown", "没有找到这条信息，或者它不属于本单位（本人）。请从本人档案中选择。")


def _target_require(record: Record | None, entry: ListEntry | None, kind: str, on: date) -> None:
    if kind not in Kind.values or (kind == Kind.REMOVAL and entry is None):
        raise InvalidInput("kind-wrong", "只有名单条目可以申请移出；信用记录请申请信用修复。", field="kind")
    if record is not None and record.state != Record.State.CONFIRMED:
        raise RuleRefused("nothing-to-repair", f"该记录现在是“{record.get_state_display()}”，不需要信用修复。")
    if entry is not None and entry.ends_on <= on:
        raise RuleRefused("nothing-to-repair", f"该条目已于{entry.ends_on}终止，不需要申请{Kind(kind).label}。")


def _open_refuse(record: Record | None, entry: ListEntry | None) -> None:
    found = RepairApplication.objects.filter(record=record, entry=entry, state__in=OPEN).first()
    if found is not None:
        raise Conflict("repair-open", f"对该信息已有正在办理的申请（{found.number}），请在其中补充材料。")


def _bar_refuse(subject: Subject, record: Record | None, entry: ListEntry | None, on: date) -> None:
    barred = (
        RepairApplication.objects.filter(subject=subject, record=record, entry=entry, barred_until__gte=on)
        .order_by("-barred_until")
        .first()
    )
    if barred is not None:
        raise RuleRefused(
            "barred-for-false-papers",
            f"因在{barred.number}中提供虚假材料，在{barred.barred_until}（含）之前不受理该信息的修复申请。"
            "认为有误的，可以依法申请行政复议或者提起行政诉讼。",
        )
