"""Opening a case from a candidate, with the persons that the pack carries along."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from registry.base.tracked import version_require
from registry.models import Account, Department, OrganizationRole, Record, Subject
from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import ActivePack, pack_active
from registry.services import authz
from registry.services.events import event_record
from registry.services.numbers import number_next
from sanctions.models import Candidate, Case, CaseGround
from sanctions.rules.conditions import MAJORITY_AGE, is_minor
from sanctions.rules.wording import clauses_by_record, due_sentences, not_due_sentences
from sanctions.selectors.cases import ENDED
from sanctions.selectors.entries import entries_in_force
from sanctions.selectors.history import evaluate_subject, record_pk
from sanctions.services.candidates import candidate_lock, candidate_require_open
from sanctions.services.case_documents import case_document, internal_body, number_word
from sanctions.services.case_steps import deadlines_from


@transaction.atomic
def case_open(
    *, candidate_id: int, handler: Account | None, actor: Account, on: date, version: int | None = None
) -> Case:
    """Open a case on what a candidate says is due, evaluated anew; `handler` None leaves it in the unassigned queue.

    Persons in the roles that the pack names on the day of a ground get cases of their own below it; minors never.
    Raises TransitionRefused (settled already), NotAllowed, Conflict, RuleRefused (not due any more, policy not in
    use), InvalidInput (handler lacks the role, department unknown).
    """
    candidate = candidate_lock(candidate_id)
    candidate_require_open(candidate)
    authz.require(actor, "case.open", on=on)
    version_require(candidate, version)
    department = _department_of(actor, handler)
    if handler is not None:
        handler_require(handler, on)
    active = _policy_in_use(candidate, on)
    evaluation = _still_due(candidate, active, on)
    case = _case_new(candidate.subject, active, evaluation, candidate.list_code, department, handler, on)
    case.candidate, case.reasons = candidate, evaluation.reasons[candidate.list_code].to_dict()
    case.sentences = due_sentences(evaluation, candidate.list_code)
    _case_save(case, actor)
    _grounds_copy(case, evaluation)
    candidate.state = Candidate.State.TAKEN
    candidate.save_by(actor, reason="candidate.take")
    _opened(case, actor, on, f"对{case.subject.name}拟列入{case.list_label}立案，案号{case.number}")
    _carry_persons(case, evaluation, actor, on)
    return case


def handler_require(handler: Account, on: date) -> None:
    """Raise InvalidInput unless the account may handle cases on the day `on`."""
    if not authz.may(handler, "case.handle", on):
        raise InvalidInput(
            "handler-lacks-role", f"{handler}没有经办权限，不能作为经办人。请另选一名经办人员。", field="handler"
        )


def _department_of(actor: Account, handler: Account | None) -> Department:
    department = (handler.department if handler is not None else None) or actor.department
    if department is None:
        raise NotAllowed("no-department", "您的账号没有所属部门，不能立案：案件必须有承办部门。请联系系统管理员设置。")
    return department


def _policy_in_use(candidate: Candidate, on: date) -> ActivePack:
    active = pack_active(candidate.pack_id, on)
    if active is None:
        raise RuleRefused(
            "policy-not-in-use",
            f"《{candidate.activation.policy.title}》已停用或者失效，不能据以立案。请核对现行政策；本提示将自动撤下。",
        )
    return active


def _still_due(candidate: Candidate, active: ActivePack, on: date) -> Evaluation:
    evaluation = evaluate_subject(candidate.subject, active.version, on)
    if candidate.list_code not in evaluation.entry:
        known = candidate.list_code in evaluation.pack.lists_by_code
        why = "".join(not_due_sentences(evaluation, candidate.list_code)) if known else "政策已不设该名单。"
        raise RuleRefused("no-longer-due", f"现在不能立案，条件已不具备：{why}请核对主体的记录；本提示将自动撤下。")
    return evaluation


def _case_new(
    subject: Subject, active: ActivePack, evaluation: Evaluation, list_code: str, department: Department,
    handler: Account | None, on: date,
) -> Case:  # fmt: skip
    return Case(
        number=number_next(kind="case", prefix=number_word(department, "信监立"), department=department, year=on.year),
        subject=subject,
        policy=active.version,
        mode=active.mode,
        pack_id=active.version.pack_id,
        list_code=list_code,
        list_label=evaluation.pack.lists_by_code[list_code].label,
        department=department,
        handler=handler,
        opened_on=on,
    )


def _case_save(case: Case, actor: Account) -> None:
    clash = _open_case(case.subject, case)
    if clash is not None:
        raise Conflict(
            "case-open-already",
            f"{case.subject.name}已有拟列入{case.list_label}的案件{clash.number}在办（{clash.get_state_display()}），"
            "不能重复立案。请在该案中补充依据。",
            number=clash.number,
        )
    case.save_by(actor, reason="case.open")


def _open_case(subject: Subject, like: Case) -> Case | None:
    found = Case.objects.filter(subject=subject, pack_id=like.pack_id, list_code=like.list_code)
    return found.exclude(state__in=ENDED).first()


def _grounds_copy(case: Case, evaluation: Evaluation) -> None:
    clauses = clauses_by_record(evaluation.reasons[case.list_code])
    by_record: dict[int, list[str]] = {}
    for fact in evaluation.entry[case.list_code]:
        texts = [clause_text(evaluation.pack, clause) for clause in clauses.get(fact, [])]
        known = by_record.setdefault(record_pk(fact), [])
        known += [text for text in texts if text not in known]
    CaseGround.objects.bulk_create(
        CaseGround(case=case, record_id=record_id, clauses=texts) for record_id, texts in sorted(by_record.items())
    )


def _opened(case: Case, actor: Account, on: date, text: str) -> None:
    document = case_document(case, "open", internal_body(case, []), actor=actor, on=on)
    records = list(case.grounds.order_by("record_id").values_list("record_id", flat=True))
    event_record(
        "case.open", text, obj=case, subject=case.subject, actor=actor, on=on,
        payload={"case": case.number, "list": case.list_code, "policy": case.pack_id, "mode": case.mode,
                 "policy_hash": case.policy.content_hash, "records": records, "document": document.number,
                 "handler": case.handler_id, "parent": case.parent.number if case.parent else None},
    )  # fmt: skip
    deadlines_from(case, "opened_on", on, actor=actor)


def _carry_persons(case: Case, evaluation: Evaluation, actor: Account, on: date) -> None:
    rule = evaluation.pack.lists_by_code[case.list_code].persons
    if rule is None or case.subject.is_person:
        return
    days = [
        record.occurred_on or record.decided_on
        for record in Record.objects.filter(case_grounds__case=case)
        if record.occurred_on or record.decided_on
    ]
    positions = _positions(case.subject, rule.roles, [day for day in days if day is not None])
    people = Subject.objects.select_for_update().filter(pk__in=positions).order_by("pk")
    clause = clause_text(evaluation.pack, rule.clause)
    for person in people:
        _carry_person(case, person, "、".join(positions[person.pk]), clause, min(d for d in days if d), actor, on)


def _positions(organization: Subject, roles: Iterable[str], days: list[date]) -> dict[int, list[str]]:
    """Return person id → labels of the roles held on any of the days on which a ground happened."""
    held: dict[int, list[str]] = {}
    for day in sorted(set(days)):
        found = OrganizationRole.objects.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day),
            Q(ends_on__isnull=True) | Q(ends_on__gt=day),
            organization=organization,
            role__in=list(roles),
        )
        for position in found.order_by("pk"):
            labels = held.setdefault(position.person_id, [])
            if position.get_role_display() not in labels:
                labels.append(str(position.get_role_display()))
    return held


def _carry_person(
    case: Case, person: Subject, role: str, clause: str, acted_on: date, actor: Account, on: date
) -> None:
    if is_minor(person.born_on, acted_on) or is_minor(person.born_on, on):
        reason = f"未满{MAJORITY_AGE}周岁，未成年人不列入任何名单"
        _not_carried(case, person, role, reason, actor, on)
        return
    clash = _open_case(person, case)
    entry = entries_in_force(person, on).filter(pack_id=case.pack_id, list_code=case.list_code).first()
    if clash is not None or entry is not None:
        reason = f"已有同一名单的案件{clash.number}在办" if clash is not None else "已在同一名单上"
        _not_carried(case, person, role, reason, actor, on)
        return
    own: dict[str, Any] = {
        name: getattr(case, name)
        for name in ("policy", "mode", "pack_id", "list_code", "list_label", "department", "handler", "opened_on")
    }
    prefix = number_word(case.department, "信监立")
    number = number_next(kind="case", prefix=prefix, department=case.department, year=on.year)
    carried = Case(number=number, subject=person, parent=case, person_role=role[:30], reasons=case.reasons, **own)
    because = f"该人员在相关行为发生时任{case.subject.name}{role}，依据{clause}随单位一并认定。"
    carried.sentences = [because, *case.sentences]
    carried.save_by(actor, reason="case.open")
    grounds = case.grounds.values_list("record_id", "clauses")
    CaseGround.objects.bulk_create(CaseGround(case=carried, record_id=pk, clauses=texts) for pk, texts in grounds)
    _opened(carried, actor, on, f"随{case.subject.name}案件{case.number}立案，案号{carried.number}")


def _not_carried(case: Case, person: Subject, role: str, reason: str, actor: Account, on: date) -> None:
    event_record(
        "case.person-left-out", f"{person.name}（{role}）不随案立案：{reason}", obj=case, subject=person, actor=actor,
        on=on, payload={"case": case.number, "role": role, "reason": reason},
    )  # fmt: skip
