"""Dual publicity (双公示): a confirmed penalty or permit becomes public within its working days, or is exempt with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from disclosure.models import Publication, PublicityExemption
from disclosure.rules.publicity import DEADLINE_CODE, Publicity, deadline_rule
from disclosure.selectors.records import KINDS, record_publicity
from disclosure.selectors.snapshots import public_name, record_snapshot
from disclosure.services.channels.owing import (
    submissions_owe,
    submissions_owe_missing,
    submissions_owe_new,
    submissions_restore,
    submissions_withdraw,
)
from registry import clock
from registry.base.bulk import rows_add
from registry.base.errors import Conflict, DomainError, InvalidInput, RuleRefused, TransitionRefused
from registry.models import Account, Deadline, Record, Subject
from registry.rules import access
from registry.rules.names import comparable_document_number
from registry.selectors.policies import packs_active
from registry.services import authz
from registry.services.deadlines import (
    Basis,
    Matter,
    deadline_meet,
    deadline_set,
    deadlines_cancel,
    deadlines_set,
)
from registry.services.events import event_make, event_record, events_add
from registry.services.notices import notice_queue

OBJECT_KIND = Record._meta.label_lower
NO_END = date.max
_ONE_DAY = timedelta(days=1)


@transaction.atomic
def record_publicity_set(*, record: Record, actor: Account | None, on: date) -> Deadline | None:
    """Set by when a newly confirmed penalty or permit must be public and owe it to the publication channels; an exempt
    one gets an event with the reason, and nothing of it is sent anywhere.

    None for other kinds, exempt records, and while the office runs no policy on dual publicity.
    """
    terms = _terms_of([record], on)
    if not terms:
        return None
    (_, publicity), basis = terms[0], _basis(on)
    if basis is None:
        return None
    if not publicity.is_public:
        _exempt(record, publicity, actor, on)
        return None
    submissions_owe(record=record, actor=actor, on=on)
    return deadline_set(actor=actor, **_deadline(record, basis))


@transaction.atomic
def records_publicity_set(
    *, records: Sequence[Record], actor: Account | None, on: date, are_new: bool = True
) -> tuple[list[Deadline], int]:
    """Do what `record_publicity_set` does for many records, which have no deadline or exemption yet; `are_new`: written
    just now and correcting none, so that no channel is owed any of them either. Returns the deadlines and how many are
    exempt.
    """
    basis = _basis(on)
    if basis is None:
        return [], 0
    terms = _terms_of(records, on)
    public = [record for record, publicity in terms if publicity.is_public]
    (submissions_owe_new if are_new else submissions_owe_missing)(records=public, actor=actor, on=on)
    matters = [Matter(each, each.subject_id, each.department_id, each.decided_on) for each in public if each.decided_on]
    deadlines = deadlines_set(DEADLINE_CODE, basis[0], matters, basis=basis[1], actor=actor, role=access.PUBLISHER)
    exempt = [(record, publicity) for record, publicity in terms if _is_exempt(publicity)]
    rows_add([PublicityExemption(record=record, **_exemption(publicity, on)) for record, publicity in exempt])
    events_add([event_make(**_exempted(record, publicity), actor=actor, on=on) for record, publicity in exempt])
    return deadlines, len(exempt)


def _terms_of(records: Sequence[Record], on: date) -> list[tuple[Record, Publicity]]:
    """Return the records that dual publicity is about, each with what the active packs say of it."""
    packs = packs_active(on)
    asked = [each for each in records if each.kind in KINDS and each.decided_on is not None]
    return [(record, record_publicity(record, packs, on=on)) for record in asked]


def _basis(on: date) -> tuple[str, Basis] | None:
    """Return label and basis of the deadline that the active packs set; None while none of them sets one."""
    packs = packs_active(on)
    rule = deadline_rule([active.pack for active in packs])
    if rule is None:
        return None
    pack, limit = rule
    version = next(active.version for active in packs if active.pack is pack)
    working = limit.working_days is not None
    days = limit.working_days if limit.working_days is not None else limit.period.days if limit.period else 0
    unit = Deadline.Unit.WORKING if working else Deadline.Unit.CALENDAR
    return limit.label, Basis(
        days,
        unit,
        pack_id=version.pack_id,
        policy_hash=version.content_hash,
        clause=limit.clause,
        assumed=limit.assumed,
    )


def _deadline(record: Record, basis: tuple[str, Basis]) -> dict[str, Any]:
    return {
        "code": DEADLINE_CODE, "label": basis[0], "obj": record, "subject": record.subject,
        "department": record.department, "starts_on": record.decided_on, "basis": basis[1], "role": access.PUBLISHER,
    }  # fmt: skip


def _exempt(record: Record, publicity: Publicity, actor: Account | None, on: date) -> None:
    """Keep why the record need not be public."""
    if not _is_exempt(publicity):
        return
    _, is_new = PublicityExemption.objects.get_or_create(record=record, defaults=_exemption(publicity, on))
    if is_new:
        event_record(**_exempted(record, publicity), actor=actor, on=on)


def _is_exempt(publicity: Publicity) -> bool:
    """While no policy speaks of a record's kind, nothing is exempt from it."""
    return not publicity.is_public and publicity.code != "no-policy"


def _exemption(publicity: Publicity, on: date) -> dict[str, Any]:
    return {"code": publicity.code, "reason": publicity.reason[:300], "on": on}


def _exempted(record: Record, publicity: Publicity) -> dict[str, Any]:
    return {
        "name": "publication.exempt", "text": f"{record}不列入双公示：{publicity.reason}", "obj": record,
        "subject": record.subject, "payload": {"code": publicity.code},
    }  # fmt: skip


@transaction.atomic
def record_publish(*, record_id: int, actor: Account | None, on: date, until: date | None = None) -> Publication:
    """Publish one penalty or permit and meet its deadline.

    `until`: the last day of publication, inclusive; by default the 公示截止期 that the decision itself names, else the
    longest that an active pack allows, for a permit its validity. A record taken down before may be published anew.
    Raises TransitionRefused (not confirmed), NotAllowed, Conflict (public already), RuleRefused (exempt, or the
    birthday of a person is unknown), InvalidInput (`until` outside what the policy allows, or nowhere given).
    """
    subject_id = Record.objects.values_list("subject_id", flat=True).get(pk=record_id)
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    record = Record.objects.select_for_update(of=("self",)).select_related("department").get(pk=record_id)
    record.subject = subject
    _require_confirmed(record)
    authz.require(actor, "publication.publish", on=on)
    existing = publication_of_record(record)
    if existing is not None and existing.is_visible(on):
        raise Conflict("already-published", f"{record}已于{existing.published_on}公示，不能重复公示。")
    publicity = _require_public(record, on)
    last_day = _last_day(record, publicity, until, on)
    publication = _publication_save(record, existing, last_day, actor, on)
    if existing is not None:
        submissions_restore(record=record, actor=actor, on=on)
    deadline_meet(record, DEADLINE_CODE, actor=actor, on=on)
    shown = f"至{last_day}止" if last_day else "无固定截止日"
    event_record(
        "publication.opened", f"公示{record}，{shown}", obj=publication, subject=subject, actor=actor, on=on,
        payload={"record": record.pk, "last_day": last_day, "basis": publicity.basis, "assumed": publicity.is_assumed},
    )  # fmt: skip
    _tell_subject(record, publication, shown)
    return publication


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record of a batch that was not published, and why (Chinese)."""

    record_id: int
    message: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch did, one by one."""

    published: tuple[Publication, ...]
    refused: tuple[Refusal, ...]


def records_publish(
    *, record_ids: Iterable[int], actor: Account | None, on: date, until: date | None = None
) -> BatchResult:
    """Publish several records, each on its own: a refusal stops only its own record and is reported.

    `until` serves those for which neither decision nor policy gives a last day.
    """
    published: list[Publication] = []
    refused: list[Refusal] = []
    for record_id in dict.fromkeys(record_ids):
        try:
            published.append(_publish_with_fallback(record_id, actor, on, until))
        except Record.DoesNotExist:
            refused.append(Refusal(record_id, f"编号为{record_id}的记录不存在，可能已被合并。请刷新页面后重试。"))
        except DomainError as refusal:
            refused.append(Refusal(record_id, refusal.message))
    return BatchResult(tuple(published), tuple(refused))


def _publish_with_fallback(record_id: int, actor: Account | None, on: date, until: date | None) -> Publication:
    try:
        return record_publish(record_id=record_id, actor=actor, on=on)
    except InvalidInput as refusal:
        if until is None or refusal.code != "until-missing":
            raise
        return record_publish(record_id=record_id, actor=actor, on=on, until=until)


def publication_of_record(record: Record) -> Publication | None:
    """Return the record's publication, locked; None when it never had one."""
    found = Publication.objects.select_for_update().filter(object_kind=OBJECT_KIND, object_id=record.pk)
    return found.first()


@transaction.atomic
def record_publicity_end(*, record: Record, actor: Account | None, on: date) -> None:
    """Take a voided or repaired record off the public pages and out of the channels, and drop its open deadlines."""
    deadlines_cancel(record, actor=actor, on=on)
    submissions_withdraw(
        record=record, why="信用修复" if record.state == Record.State.REPAIRED else "原记录已作废", actor=actor, on=on
    )
    publication = publication_of_record(record)
    if publication is None or publication.withdrawn_on is not None:
        return
    publication.withdrawn_on = on
    repaired = record.state == Record.State.REPAIRED
    publication.withdraw_reason = "信用修复" if repaired else f"原记录已作废：{record.void_reason}"[:300]
    publication.save_by(actor, reason="publication.withdraw")
    event_record(
        "publication.withdrawn", f"撤下公示：{publication.withdraw_reason}", obj=publication, subject=record.subject,
        actor=actor, on=on,
    )  # fmt: skip


def _require_confirmed(record: Record) -> None:
    if record.kind not in KINDS:
        raise InvalidInput("not-dual-publicity", f"{record}不是行政处罚或行政许可，不在双公示范围内。")
    if not hasattr(record, record.kind):  # the detail row carries the name of the kind
        raise RuleRefused(
            "detail-missing", f"{record}没有登记{record.get_kind_display()}的详细内容，不能公示。请先补录后再公示。"
        )
    if record.state != Record.State.CONFIRMED:
        raise TransitionRefused(
            "record-not-confirmed",
            f"{record}为“{record.get_state_display()}”，只有已确认的记录可以公示。请先办理确认。",
        )


def _require_public(record: Record, on: date) -> Publicity:
    subject = record.subject
    if subject.is_person and subject.born_on is None:
        raise RuleRefused(
            "birthday-unknown",
            "当事人的出生日期没有登记，不能确认其是否为未成年人，暂不能公示。请在主体档案中补登出生日期后再公示。",
        )
    publicity = record_publicity(record, packs_active(on), on=on)
    if not publicity.is_public:
        raise RuleRefused(publicity.code, f"{record}不能公示：{publicity.reason}。", record=record.pk)
    return publicity


def _last_day(record: Record, publicity: Publicity, until: date | None, on: date) -> date | None:
    """Return the last day of publication, None for a permit without end."""
    own = record.penalty.published_until if record.kind == Record.Kind.PENALTY else None
    if until is None and own is not None and publicity.last_end is not None:
        own = min(own, publicity.last_end)  # the decision may not stretch what the policy limits
    last_day = until or own or publicity.last_end
    if last_day is None:
        if record.kind == Record.Kind.PERMIT:
            return None
        raise InvalidInput(
            "until-missing",
            f"{record}没有写明公示截止期，已启用的政策也没有规定最长公示期。请填写公示截止期后再公示。",
            field="until",
        )
    _check_last_day(record, publicity, last_day, on)
    return last_day


def _check_last_day(record: Record, publicity: Publicity, last_day: date, on: date) -> None:
    if last_day < on:
        raise InvalidInput(
            "until-past", f"{record}的公示截止期{last_day}早于今天{on}，不能公示。请核对公示截止期。", field="until"
        )
    if publicity.last_end is not None and last_day > publicity.last_end:
        raise InvalidInput(
            "until-too-late",
            f"公示截止期{last_day}超过最长公示期，按{publicity.basis}最迟为{publicity.last_end}。请改为该日或更早。",
            field="until",
        )
    if publicity.first_end is not None and last_day < publicity.first_end:
        raise InvalidInput(
            "until-too-early",
            f"公示截止期{last_day}短于最短公示期，按{publicity.basis}不早于{publicity.first_end}。请改为该日或更晚。",
            field="until",
        )


def _publication_save(
    record: Record, existing: Publication | None, last_day: date | None, actor: Account | None, on: date
) -> Publication:
    """Write the publication; one that was taken down or ran out is opened again under its old address."""
    publication = existing or Publication(object_kind=OBJECT_KIND, object_id=record.pk)
    publication.kind = Publication.Kind(record.kind)
    publication.subject = record.subject
    publication.department = record.department
    publication.title = f"{public_name(record.subject)}：{record.get_kind_display()}"[:200]
    publication.number_normalized = comparable_document_number(record.number)
    publication.snapshot = record_snapshot(record, last_day=last_day)
    publication.decided_on = record.decided_on or on
    publication.published_on = publication.visible_from = on
    publication.visible_until = last_day + _ONE_DAY if last_day and last_day < NO_END else NO_END
    publication.withdrawn_on, publication.withdraw_reason = None, ""
    publication.disputed_on = record.disputed_on
    return publication.save_by(actor, reason="publication.reopen" if existing else "publication.open")


def _tell_subject(record: Record, publication: Publication, shown: str) -> None:
    notice_queue(
        "publication.opened",
        title=f"{record.get_kind_display()}信息公示告知",
        body=(
            f"{record.subject.name}：{record.department.name}作出的{record}已于{publication.published_on}向社会公示，{shown}。"
            "认为公示内容有误的，可以向作出决定的部门提出异议；符合条件的可以申请信用修复。均不收取费用。"
        ),
        at=clock.now(),
        obj=publication,
        subject=record.subject,
    )
