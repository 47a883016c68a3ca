"""Objections: filed, accepted or not, supplemented, withdrawn. Decisions stand in `objection_decisions`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.files import File
from django.db import transaction

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from registry.models import Account, Department, Record, Subject
from registry.services.deadlines import deadline_meet, deadline_pause, deadline_resume
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.numbers import number_next
from repair import signals
from repair.models import Objection, ObjectionFile
from repair.rules import lifecycle
from repair.rules.lifecycle import OPEN
from repair.selectors.governing import Limit, joint_conference, limit_of, objection_governing
from repair.selectors.repeated import again_sentence, objection_refused
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
from repair.services.standstill import measures_hold, standstill_begin, standstill_end
from sanctions.models import ListEntry
from sanctions.selectors.entries import WRONG
from sanctions.services.case_documents import number_word

DEADLINE = "objection"
ACCEPT_LIMIT = "objection-accept"
COMPLAINT_LIMIT = "complaint"  # what packs call the limit of a complaint


@dataclass(frozen=True)
class Upload:
    """A file handed in, with a word on what it shows."""

    file: File
    label: str


@transaction.atomic
def objection_file(
    *,
    subject_id: int,
    statement: str,
    actor: Account | None,
    on: date,
    record_id: int | None = None,
    entry_id: int | None = None,
    uploads: Sequence[Upload] = (),
    new_facts: str = "",
) -> Objection:
    """File an objection of a subject about one of its records or entries, with the department that decided it.

    The record is marked as disputed at once; measures stand still where the pack says so. After one about the same thing
    was refused they do not again, unless the office accepts `new_facts` as such (`objection_accept`). Raises NotAllowed (another
    subject's), InvalidInput, RuleRefused (nothing to object to any more), Conflict (one is open already).
    """
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    record, entry = _target(subject, record_id, entry_id)
    is_on_paper = subject_require(actor, subject, on=on)
    statement = _statement_require(statement)
    _target_require(record, entry)
    _open_refuse(record, entry)
    department = record.department if record is not None else entry.department if entry is not None else None
    assert department is not None  # noqa: S101  (_target gives exactly one of the two)
    objection = Objection(
        subject=subject, record=record, entry=entry, department=department, statement=statement, filed_on=on,
        filed_by=actor, is_on_paper=is_on_paper, repeats=objection_refused(record=record, entry=entry),
    )  # fmt: skip
    objection.new_facts = new_facts.strip()[:2000] if objection.repeats is not None else ""
    return _file(objection, uploads, actor, on)


@transaction.atomic
def complaint_file(
    *, objection_id: int, statement: str, actor: Account | None, on: date, uploads: Sequence[Upload] = ()
) -> Objection:
    """Complain to the joint-conference office about an objection that was refused or not accepted.

    Raises RuleRefused (nothing to complain about, no such office), Conflict (complained already), NotAllowed.
    """
    first = request_lock(Objection, objection_id)
    is_on_paper = subject_require(actor, first.subject, on=on)
    if first.level != Objection.Level.DEPARTMENT or first.state not in (lifecycle.REFUSED, lifecycle.DECLINED):
        raise RuleRefused(
            "not-complainable",
            f"异议{first.number}现在是“{first.state_label}”，只有不成立或者未予受理的异议可以投诉。",
        )
    if Objection.objects.filter(first=first).exists():
        raise Conflict("complaint-doubled", f"对异议{first.number}已经提出投诉，请查看该投诉的办理情况。")
    office = joint_conference()
    if office is None:
        raise RuleRefused(
            "no-joint-conference",
            "系统中没有设置联席会议办公室，暂不能在线投诉。请直接向本县社会信用体系建设联席会议办公室书面提出，"
            "也可以申请行政复议或者提起行政诉讼。",
        )
    complaint = Objection(
        subject=first.subject, record=first.record, entry=first.entry, department=office, first=first,
        level=Objection.Level.COMPLAINT, statement=_statement_require(statement), filed_on=on, filed_by=actor,
        is_on_paper=is_on_paper,
    )  # fmt: skip
    _target_require(first.record, first.entry)
    _open_refuse(first.record, first.entry)
    return _file(complaint, uploads, actor, on)


def _file(objection: Objection, uploads: Sequence[Upload], actor: Account | None, on: date) -> Objection:
    governing = objection_governing(record=objection.record, entry=objection.entry, on=on)
    if governing is not None:
        objection.policy = governing.version
        objection.clause = governing.objection.clause[:60] if governing.objection is not None else ""
    objection.number = _number(objection.department, objection.level, on)
    objection.save_by(actor, reason="objection.file")
    files_add(objection, uploads, actor)
    held = standstill_begin(objection, actor=actor, on=on)
    limit = _limit(objection, on)
    if limit is not None and "received_on" in limit.rule.start:
        _promise(objection, limit, on, actor)
        objection.save_by(actor, reason="objection.promise")
    word = objection.get_level_display()
    _accept_limit_set(objection, on, actor)
    event_record(
        "objection.filed", f"对{objection.about}提出{word}（{objection.number}）", obj=objection,
        subject=objection.subject, actor=actor, on=on,
        payload={"number": objection.number, "level": objection.level, "record": objection.record_id,
                 "entry": objection.entry_id, "paused": [each.pause.entry_id for each in held]},
    )  # fmt: skip
    paused = "核查期间暂停惩戒措施。" if held else again_sentence(objection)
    tell_subject(
        objection, "objection.filed", f"已收到{word}（{objection.number}）",
        f"已收到您（单位）对{objection.about}提出的{word}，编号{objection.number}，由{objection.department.name}办理，"
        f"相关信息已标注“有异议”。{paused}办理不收取任何费用。",
    )  # fmt: skip
    tell_department(
        objection, "objection.filed", f"收到{word}：{objection.subject.name}（{objection.number}）",
        f"{objection.subject.name}对{objection.about}提出{word}，请决定是否受理。",
    )  # fmt: skip
    signals.objection_filed.send(sender=Objection, objection=objection, actor=actor, on=on)
    return objection


@transaction.atomic
def objection_accept(
    *, objection_id: int, actor: Account | None, on: date, version: int | None = None, has_new_facts: bool | None = None
) -> Objection:
    """Accept an objection; the accept slip promises the day by which it is decided.

    `has_new_facts`: for a repeated one that states new facts, whether they are accepted as such; measures then stand
    still from today where the pack says so. Raises RuleRefused where that must be said and is not, or the other way.
    """
    objection = request_lock(Objection, objection_id)
    begun = step_begin(objection, "accept", actor=actor, on=on, version=version)
    _new_facts_judge(objection, has_new_facts, actor, on)
    objection.accepted_on, objection.accepted_by = on, actor
    deadline_meet(objection, ACCEPT_LIMIT, actor=actor, on=on)
    limit = _limit(objection, on)
    if limit is not None and limit.rule.start[0] == "accepted_on":
        _promise(objection, limit, on, actor)
    promise = f"，承诺于{objection.promised_on}前答复" if objection.promised_on else ""
    step_finish(objection, begun, f"受理{objection.get_level_display()}{objection.number}{promise}", code="objection",
                payload={"promised_on": objection.promised_on})  # fmt: skip
    day = (
        f"本机关承诺于{objection.promised_on}前（含当日）作出处理决定。"
        if objection.promised_on
        else "本机关将及时作出处理决定。"
    )
    request_document(
        objection, "accept",
        [f"你（单位）对{objection.about}提出的{objection.get_level_display()}，本机关于{on}受理。{day}", _during(objection)],
        actor=actor, on=on,
    )  # fmt: skip
    tell_subject(
        objection, "objection.accepted", f"受理通知（{objection.number}）",
        f"您（单位）对{objection.about}提出的{objection.get_level_display()}已于{on}受理{promise}。{again_sentence(objection)}",
    )  # fmt: skip
    return objection


@transaction.atomic
def objection_supplement(
    *, objection_id: int, wanted: str, actor: Account | None, on: date, version: int | None = None
) -> Objection:
    """Ask the subject for what is missing; the clock stands until it answers."""
    objection = request_lock(Objection, objection_id)
    begun = step_begin(objection, "supplement", actor=actor, on=on, version=version, reason=wanted)
    objection.supplement = wanted.strip()[:1000]
    for code in (ACCEPT_LIMIT, DEADLINE):
        running = open_deadline(objection, code)
        if running is not None:
            deadline_pause(deadline_id=running.pk, reason="等待当事人补正材料", actor=actor, on=on)
    until = supplement_set(objection, actor=actor, on=on)
    step_finish(objection, begun, f"要求补正：{objection.supplement}", code="objection")
    request_document(
        objection, "supplement",
        [f"办理你（单位）的{objection.get_level_display()}还需要：{objection.supplement}。",
         supplement_sentence(until)],
        actor=actor, on=on,
    )  # fmt: skip
    tell_subject(
        objection, "objection.supplement", f"补正通知（{objection.number}）",
        f"办理您（单位）的{objection.get_level_display()}还需要：{objection.supplement}。{supplement_sentence(until)}",
    )  # fmt: skip
    return objection


@transaction.atomic
def objection_answer(
    *, objection_id: int, statement: str, actor: Account | None, on: date, uploads: Sequence[Upload] = (),
    version: int | None = None,
) -> Objection:  # fmt: skip
    """Hand in what was asked for; the request goes on where it stood and the clock runs again."""
    objection = request_lock(Objection, objection_id)
    begun = step_begin(objection, "answer", actor=actor, on=on, version=version)
    if not statement.strip() and not uploads:
        raise InvalidInput("answer-empty", "请填写补正说明或者上传补正材料。", field="statement")
    files_add(objection, uploads, actor)
    if statement.strip():
        objection.statement = f"{objection.statement}\n（{on}补正）{statement.strip()}"[:5000]
    deadline_meet(objection, SUPPLEMENT_DEADLINE, actor=actor, on=on)
    objection.state = lifecycle.ACCEPTED if objection.accepted_on is not None else lifecycle.FILED
    for code in (ACCEPT_LIMIT, DEADLINE):
        running = open_deadline(objection, code)
        if running is not None:
            due_on = deadline_resume(deadline_id=running.pk, actor=actor, on=on).due_on
            objection.promised_on = due_on if code == DEADLINE else objection.promised_on
    step_finish(objection, begun, f"当事人已补正（{objection.number}）", code="objection")
    tell_department(
        objection, "objection.answered", f"当事人已补正：{objection.number}",
        f"{objection.subject.name}已按要求补正，请继续办理。",
    )  # fmt: skip
    return objection


@transaction.atomic
def objection_withdraw(*, objection_id: int, actor: Account | None, on: date, version: int | None = None) -> Objection:
    """Let the subject take its objection back; what it held runs again."""
    objection = request_lock(Objection, objection_id)
    begun = step_begin(objection, "withdraw", actor=actor, on=on, version=version)
    step_finish(objection, begun, f"当事人撤回{objection.get_level_display()}（{objection.number}）", code="objection")
    standstill_end(objection, note=f"当事人撤回{objection.number}", actor=actor, on=on)
    signals.objection_closed.send(sender=Objection, objection=objection, actor=actor, on=on)
    return objection


def _during(objection: Objection) -> str:
    paused = "，惩戒措施暂停实施" if objection.pauses.exists() else ""
    return f"办理期间有关信息标注“有异议”{paused}。{again_sentence(objection)}"


def _new_facts_judge(objection: Objection, has_new_facts: bool | None, actor: Account | None, on: date) -> None:
    """Note whether what a repeated objection states is accepted as new, and let measures stand still if so."""
    if objection.repeats is None or not objection.new_facts:
        if has_new_facts:
            raise RuleRefused(
                "no-new-facts",
                "当事人没有写明新的事实或者证据，不能认可。请取消勾选，或者先要求补正。",
                field="has_new_facts",
            )
        return
    if has_new_facts is None:
        raise RuleRefused(
            "new-facts-undecided",
            f"{objection.number}是再次异议，当事人写明了新的事实或者证据，请逐件打开，判断是否认可后再受理。",
            field="has_new_facts",
        )
    if has_new_facts:
        objection.new_facts_on = on
        objection.save_by(actor, reason="objection.new-facts")
        measures_hold(objection, actor=actor, on=on)


def files_add(objection: Objection, uploads: Sequence[Upload], actor: Account | None) -> None:
    """Keep the files handed in with an objection. Raises InvalidInput naming what is wrong with one."""
    for upload in uploads:
        attachment = attachment_store(upload=upload.file, actor=actor)
        ObjectionFile(
            objection=objection, attachment=attachment, label=upload.label.strip() or attachment.name
        ).save_by(actor, reason="objection.file")


def _number(department: Department, level: str, on: date) -> str:
    is_complaint = level == Objection.Level.COMPLAINT
    kind, word = ("complaint", "信投") if is_complaint else ("objection", "信异")
    return number_next(kind=kind, prefix=number_word(department, word), department=department, year=on.year)


def _accept_limit_set(objection: Objection, on: date, actor: Account | None) -> None:
    """Set by when to accept, where the edition says so."""
    limit = limit_of(objection, ACCEPT_LIMIT, on=on)
    if limit is not None:
        limit_set(objection, ACCEPT_LIMIT, limit, starts_on=on, actor=actor)


def _limit(objection: Objection, on: date) -> Limit | None:
    is_complaint = objection.level == Objection.Level.COMPLAINT
    return limit_of(objection, *([COMPLAINT_LIMIT] if is_complaint else []), DEADLINE, on=on)


def _promise(objection: Objection, limit: Limit, on: date, actor: Account | None) -> None:
    """Set the day by which the objection is decided, counted from `on`."""
    objection.promised_on = limit_set(objection, DEADLINE, limit, starts_on=on, actor=actor).due_on


def _statement_require(statement: str) -> str:
    if not statement.strip():
        raise InvalidInput("statement-missing", "请写明有异议的内容、事实和理由。", field="statement")
    return statement.strip()[:5000]


def _target(subject: Subject, record_id: int | None, entry_id: int | None) -> tuple[Record | None, ListEntry | None]:
    """Return the record or entry, locked; a foreign one is told like one that does not exist."""
    if (record_id is None) == (entry_id is None):
        raise InvalidInput("target-missing", "请选择一条信用记录或者一个名单条目提出异议。", field="target")
    if record_id is not None:
        record = (
            Record.objects.select_for_update(of=("self",)).select_related("department").filter(
                pk=record_id, subject=subject
            ).first()
        )  # fmt: skip
        if record is not None:
            return record, None
    if entry_id is not None:
        entry = (
            ListEntry.objects.select_for_update(of=("self",))
            .select_related("department", "policy")
            .filter(pk=entry_id, subject=subject)
            .first()
        )
        if entry is not None:
            return None, entry
    raise NotAllowed("target-unknown", "没有找到这条信息，或者它不属于本单位（本人）。请从本人档案中选择。")


def _target_require(record: Record | None, entry: ListEntry | None) -> None:
    if record is not None and record.state not in (Record.State.CONFIRMED, Record.State.REPAIRED):
        raise RuleRefused(
            "record-not-standing", f"该记录现在是“{record.get_state_display()}”，不作为信用信息使用，不需要提出异议。"
        )
    if entry is not None and entry.end_reason in WRONG:
        raise RuleRefused("entry-undone", f"该条目已经{entry.get_end_reason_display()}，不需要提出异议。")


def _open_refuse(record: Record | None, entry: ListEntry | None) -> None:
    found = Objection.objects.filter(record=record, entry=entry, state__in=OPEN).first()
    if found is not None:
        raise Conflict(
            "objection-open", f"对该信息已有正在办理的{found.get_level_display()}（{found.number}），请在其中补充材料。"
        )
