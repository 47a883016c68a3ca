"""Outcomes of reconsideration and suits: entered once, with the document, and carried out at once."""

from dataclasses import dataclass
from datetime import date

from django.core.files import File
from django.db import transaction

from registry import clock
from registry.base.errors import Conflict, InvalidInput
from registry.models import Account, Record, Subject
from registry.rules.details import RecordInput
from registry.services import authz
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.notices import notice_queue
from repair import signals
from repair.models import Objection, Review
from repair.services.putting_right import PutRight, Wrong, put_right
from repair.services.requests import department_require, target_find
from sanctions.models import ListEntry
from sanctions.selectors.entries import WRONG
from sanctions.services.entries import entry_end


@dataclass(frozen=True)
class Ruling:
    """What was decided: `kind` and `outcome` of `Review`; `note`: its main content; `file`: a copy of the document."""

    kind: str
    authority: str
    number: str
    decided_on: date
    outcome: str
    note: str
    file: File


@transaction.atomic
def review_enter(
    *, subject_id: int, ruling: Ruling, actor: Account | None, on: date, record_id: int | None = None,
    entry_id: int | None = None, content: RecordInput | None = None, ends_on: date | None = None,
) -> Review:  # fmt: skip
    """Enter the outcome of a reconsideration or a suit about a record or an entry and carry it out.

    Revoked: as an upheld objection, the record is voided or the entry taken back, one that is over too. Changed: the
    record is corrected (`content`), the entry ends on the changed day (`ends_on`); what ended by then has nothing left
    to change. Upheld: nothing changes. Raises NotAllowed, InvalidInput, Conflict (entered already).
    """
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    authz.require(actor, "request.decide", on=on)
    record, entry = target_find(subject, record_id, entry_id)
    thing = record or entry
    assert thing is not None  # noqa: S101  (target_find gives exactly one)
    department_require(actor, thing.department)
    _ruling_require(ruling, record, entry, on)
    review = Review(
        subject=subject, record=record, entry=entry, kind=ruling.kind, authority=ruling.authority.strip(),
        number=ruling.number.strip(), decided_on=ruling.decided_on, outcome=ruling.outcome,
        note=ruling.note.strip()[:2000], entered_on=on, entered_by=actor,
        objection=Objection.objects.filter(record=record, entry=entry, state="refused").order_by("-pk").first(),
        attachment=attachment_store(upload=ruling.file, actor=actor),
    )  # fmt: skip
    done = _carry_out(review, content, ends_on, actor, on)
    review.replaced_by = done.replaced_by
    review.save_by(actor, reason="review.enter")
    text = f"{review.authority}{review.number}：{review.get_outcome_display()}（{review.about}）"
    event_record(
        "review.entered", text[:500], obj=review, subject=subject, actor=actor, on=on,
        payload={"kind": review.kind, "outcome": review.outcome, "number": review.number, "record": record_id,
                 "entry": entry_id, "ended": [each.pk for each in done.entries]},
    )  # fmt: skip
    notice_queue(
        "review.entered", title=f"{review.get_kind_display()}结果已执行（{review.number}）"[:200],
        body=f"{subject.name}：{text}。本机关已登记并按该文书执行。", at=clock.now(), obj=review, subject=subject,
    )  # fmt: skip
    if review.outcome != Review.Outcome.UPHELD:
        signals.wrong_put_right.send(
            sender=Review, request=review, record=record, done=done, department=thing.department, actor=actor, on=on
        )
    return review


def _carry_out(
    review: Review, content: RecordInput | None, ends_on: date | None, actor: Account | None, on: date
) -> PutRight:
    note = f"{review.authority}{review.number}（{review.get_outcome_display()}）：{review.note}"
    if review.outcome == Review.Outcome.UPHELD:
        return PutRight(())
    if review.outcome == Review.Outcome.REVOKED:
        remedy = "revoke" if review.entry is not None else "void"
        return put_right(Wrong(review.record, review.entry, remedy), note=note[:500], actor=actor, on=on)
    if review.entry is not None:
        if review.entry.ends_on <= on and (review.entry.end_reason in WRONG or (ends_on or on) >= review.entry.ends_on):
            return PutRight(())
        if ends_on is None:
            raise InvalidInput("end-missing", "变更名单条目的，请填写变更后的终止日。", field="ends_on")
        entry = entry_end(
            entry=review.entry, reason=ListEntry.EndReason.CORRECTED, ends_on=ends_on, note=note[:500], actor=actor, on=on
        )  # fmt: skip
        return PutRight((entry,))
    if review.record is not None and review.record.state != Record.State.CONFIRMED:
        return PutRight(())
    if content is None:
        raise InvalidInput("content-missing", "变更信用记录的，请填写变更后的内容。", field="outcome")
    return put_right(Wrong(review.record, None, "correct", content), note=note[:500], actor=actor, on=on)


def _ruling_require(ruling: Ruling, record: Record | None, entry: ListEntry | None, on: date) -> None:
    for value, field, label in (
        (ruling.authority, "authority", "复议机关或者法院"),
        (ruling.number, "number", "文书号"),
        (ruling.note, "note", "主要内容"),
    ):
        if not value.strip():
            raise InvalidInput(f"{field}-missing", f"请填写{label}。", field=field)
    if ruling.kind not in Review.Kind.values or ruling.outcome not in Review.Outcome.values:
        raise InvalidInput("outcome-unknown", "请从列表中选择种类和结果。", field="outcome")
    if ruling.decided_on > on:
        raise InvalidInput(
            "decided-in-future", f"作出日期{ruling.decided_on}晚于今天（{on}），请核对。", field="decided_on"
        )
    same = Review.objects.filter(
        authority=ruling.authority.strip(), number=ruling.number.strip(), record=record, entry=entry
    )
    if same.exists():
        raise Conflict("review-doubled", f"{ruling.number}已经登记过，不能重复登记。", field="number")
