"""Merging two rows that mean one subject: what hung on the loser hangs on the winner, with a trail."""

from datetime import date
from typing import Any

from django.db import models, transaction

from registry.base.errors import Conflict, InvalidInput
from registry.base.tracked import version_require
from registry.models import Account, Deadline, OrganizationRole, Record, Subject
from registry.services import authz
from registry.services.events import event_record
from registry.services.mandates import mandates_move
from registry.signals import subject_changed, subject_merging


@transaction.atomic
def subjects_merge(
    *, loser_id: int, winner_id: int, reason: str, version: int | None, actor: Account | None, on: date
) -> Subject:
    """Merge the duplicate `loser` into `winner` and return the winner. `version`: the loser's, as shown.

    Records, names, roles, accounts with their mandates and open deadlines move; events, documents and notices stay where they were
    written. Higher apps move or veto by `subject_merging`. Raises InvalidInput, Conflict when the two bear different
    codes or hold the same document twice, NotAllowed.
    """
    loser, winner = _lock_both(loser_id, winner_id)
    authz.require(actor, "subject.merge", on=on)
    version_require(loser, version)
    if not reason.strip():
        raise InvalidInput("reason-missing", "请填写合并的理由，例如“同一企业重复登记”。", field="reason")
    _refuse_different(loser, winner)
    _refuse_doubled_records(loser, winner)
    subject_merging.send(Subject, loser=loser, winner=winner, actor=actor, on=on)
    moved = _move_facts(loser, winner, actor, on)
    _hand_over_codes(loser, winner, actor)
    payload: dict[str, Any] = {"loser": loser.pk, "winner": winner.pk, "reason": reason, "moved": moved}
    text = f"“{loser.name}”合并到“{winner.name}”：{reason.strip()}"
    for subject in (loser, winner):
        event_record("subject.merged", text, obj=loser, subject=subject, actor=actor, on=on, payload=payload)
    subject_changed.send(Subject, subject=winner, actor=actor, on=on)
    return winner


def _lock_both(loser_id: int, winner_id: int) -> tuple[Subject, Subject]:
    """Lock both in order of id, so that two merges crossing each other cannot wait for one another."""
    if loser_id == winner_id:
        raise InvalidInput("merge-same", "不能把主体合并到它自己，请选择另一个主体。", field="winner")
    rows = Subject.objects.select_for_update().filter(pk__in=(loser_id, winner_id)).order_by("pk")
    both = {subject.pk: subject for subject in rows}
    for subject in both.values():
        if subject.merged_into_id is not None:
            raise Conflict("subject-merged", f"“{subject.name}”已经合并到别的主体，不能再次合并。", field="winner")
    return both[loser_id], both[winner_id]


def _refuse_different(loser: Subject, winner: Subject) -> None:
    if loser.kind != winner.kind:
        raise InvalidInput("merge-kinds", "一个是组织，一个是自然人，不是同一主体，不能合并。", field="winner")
    if loser.uscc and winner.uscc:
        raise Conflict(
            "merge-codes",
            f"两个主体的统一社会信用代码不同（{loser.uscc}、{winner.uscc}），不是同一主体。如其中一个填错，请先更正代码。",
            field="winner",
        )
    if loser.document_hash and winner.document_hash:
        raise Conflict("merge-documents", "两人的证件号码不同，不是同一人。如其中一个填错，请先更正。", field="winner")


def _refuse_doubled_records(loser: Subject, winner: Subject) -> None:
    def numbers(subject: Subject) -> dict[tuple[int, str, str], str]:
        rows = subject.records.exclude(state=Record.State.VOIDED).exclude(number_normalized="")
        return {(row.department_id, row.kind, row.number_normalized): row.number for row in rows}

    mine = numbers(loser)
    doubled = [mine[key] for key in mine.keys() & numbers(winner).keys()]
    if doubled:
        raise Conflict(
            "merge-records",
            f"两个主体都有文书号为{'、'.join(sorted(doubled))}的记录。请先作废重复的一条，再合并。",
            field="winner",
        )


def _move_facts(loser: Subject, winner: Subject, actor: Account | None, on: date) -> dict[str, int]:
    records = _move(loser.records.all(), "subject", winner, actor)
    names = _move_names(loser, winner, actor, on)
    roles = _move_roles(loser, winner, actor)
    open_deadlines = Deadline.objects.filter(subject=loser, met_on__isnull=True, cancelled_on__isnull=True)
    deadlines = _move(open_deadlines, "subject", winner, actor)
    accounts = Account.objects.filter(subject=loser).update(subject=winner)
    mandates = mandates_move(loser=loser, winner=winner, actor=actor, on=on)
    return {"records": records, "names": names, "roles": roles, "deadlines": deadlines, "accounts": accounts,
            "mandates": mandates}  # fmt: skip


def _move(rows: "models.QuerySet[Any]", field: str, winner: Subject, actor: Account | None) -> int:
    count = 0
    for row in rows.select_for_update():
        setattr(row, field, winner)
        row.save_by(actor, reason="subject.merge")
        count += 1
    return count


def _move_names(loser: Subject, winner: Subject, actor: Account | None, on: date) -> int:
    """The loser's names become former names of the winner, save those it bears already."""
    known = set(winner.names.values_list("normalized", flat=True))
    count = 0
    for name in loser.names.select_for_update():
        if name.normalized in known:
            continue
        name.subject, name.ends_on = winner, name.ends_on or on
        name.save_by(actor, reason="subject.merge")
        count += 1
    return count


def _move_roles(loser: Subject, winner: Subject, actor: Account | None) -> int:
    """Roles move; one that the winner holds in the same way stays behind on the merged row as a trace."""
    count = 0
    for field in ("organization", "person"):
        for role in OrganizationRole.objects.select_for_update().filter(**{field: loser}):
            setattr(role, field, winner)
            same = OrganizationRole.objects.filter(
                organization_id=role.organization_id, person_id=role.person_id, role=role.role, ends_on__isnull=True
            ).exclude(pk=role.pk)
            if role.ends_on is None and same.exists():
                continue
            role.save_by(actor, reason="subject.merge")
            count += 1
    return count


def _hand_over_codes(loser: Subject, winner: Subject, actor: Account | None) -> None:
    """The codes go with the facts; the loser lets go first, since each is unique."""
    names = ("uscc", "document_type", "document_sealed", "document_hash", "document_masked", "born_on")
    kept = {name: getattr(loser, name) for name in names if getattr(loser, name)}
    loser.uscc, loser.document_hash = None, None
    loser.merged_into, loser.status = winner, Subject.Status.MERGED
    loser.save_by(actor, reason="subject.merge")
    # One step always leads to the subject that stands: what was merged into the loser goes on to the winner.
    _move(Subject.objects.filter(merged_into=loser), "merged_into", winner, actor)
    for name, value in kept.items():
        if not getattr(winner, name):
            setattr(winner, name, value)
    winner.save_by(actor, reason="subject.merge")
