"""Deleting and redacting what has outlived its time, in chunks: killed anywhere, repeated or late, the same is gone.

What cannot be brought back goes in two steps: marked and shown for the county's grace, then gone unless held or no longer
due. Records, decisions, the timeline and what publications rest on are of no kind and never go.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, models, transaction

from registry.base.errors import Conflict, InvalidInput, TransitionRefused
from registry.models import Account, RetentionHold, RetentionMark, RetentionTally, Subject
from registry.rules.retention import county_retention
from registry.selectors.retention import Kind, due_now, hold_of_kind, kinds
from registry.services import authz
from registry.services.events import event_record

CHUNK: Final = 500


def retention_run(*, on: date) -> dict[str, int]:
    """Apply every kind's time on the day `on`; return how many were `marked`, `unmarked` and `cleared`.

    One transaction a chunk. What the timeline says of it is counts, never what was in the rows.
    """
    counts = {"marked": 0, "unmarked": 0, "cleared": 0}
    for kind in kinds():
        if hold_of_kind(kind.code, on) is not None:
            continue
        if kind.two_steps:
            _two_steps(kind, on, counts)
            continue
        while ids := list(due_now(kind, on).values_list("pk", flat=True)[:CHUNK]):
            counts["cleared"] += _clear(kind, ids, on)
    return counts


def _two_steps(kind: Kind, on: date, counts: dict[str, int]) -> None:
    waiting = RetentionMark.objects.filter(kind=kind.code, done_on__isnull=True)
    goes_on = county_retention().grace.last_day(on)
    after = 0
    while ids := list(due_now(kind, on).filter(pk__gt=after).values_list("pk", flat=True)[:CHUNK]):
        after = ids[-1]
        counts["marked"] += _mark(kind, ids, on, goes_on)
    after = 0
    while marks := list(waiting.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        after = marks[-1].pk
        still = set(due_now(kind, on).filter(pk__in=[each.object_id for each in marks]).values_list("pk", flat=True))
        gone = [each.pk for each in marks if each.object_id not in still]
        counts["unmarked"] += RetentionMark.objects.filter(pk__in=gone).delete()[0]
        ripe = [each.object_id for each in marks if each.object_id in still and each.goes_on <= on]
        if ripe:
            counts["cleared"] += _clear(kind, ripe, on)


def _mark(kind: Kind, ids: Sequence[int], on: date, goes_on: date) -> int:
    # What went before and came again is marked anew.
    RetentionMark.objects.filter(kind=kind.code, object_id__in=ids, done_on__isnull=False).delete()
    known = set(RetentionMark.objects.filter(kind=kind.code, object_id__in=ids).values_list("object_id", flat=True))
    new = [RetentionMark(kind=kind.code, object_id=pk, marked_on=on, goes_on=goes_on) for pk in ids if pk not in known]
    RetentionMark.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


@transaction.atomic
def _clear(kind: Kind, ids: Sequence[int], on: date) -> int:
    # Looked at again under the rows' locks: a fact may have come since.
    due = due_now(kind, on).filter(pk__in=ids)
    locked = list(
        due.model._default_manager.select_for_update(of=("self",)).filter(pk__in=ids).values_list("pk", flat=True)
    )
    still = list(due.filter(pk__in=locked).values_list("pk", flat=True))
    if not still:
        return 0
    count = kind.clear(still, on)
    RetentionMark.objects.filter(kind=kind.code, object_id__in=still).update(done_on=on)
    tally, _ = RetentionTally.objects.get_or_create(kind=kind.code, on=on)
    tally.count += count
    tally.save(update_fields=["count"])
    event_record(
        "retention.cleared", f"保存期限届满：{kind.label}{count}项，{kind.what}", obj=tally, actor=None, on=on,
        payload={"kind": kind.code, "count": count},
    )  # fmt: skip
    return count


def history_redact(model: Any, ids: Sequence[int], **values: Any) -> None:
    """Write `values` into every row version of the rows `ids` of a tracked model: what goes from a row goes from its
    history too."""
    model.history.model._base_manager.filter(id__in=ids).update(**values)


def history_delete(model: Any, ids: Sequence[int]) -> None:
    """Delete every row version of the rows `ids` of a tracked model."""
    model.history.model._base_manager.filter(id__in=ids).delete()


# --- holds --------------------------------------------------------------------------------------------------------
@transaction.atomic
def hold_set(*, kind: str, subject: Subject | None, reason: str, actor: Account, on: date) -> RetentionHold:
    """Hold back a whole kind, or everything about a subject, from `on` until it is lifted.

    Raises NotAllowed, InvalidInput (neither or both named, no reason), Conflict (held already).
    """
    authz.require(actor, "retention.hold", on=on)
    if (not kind) == (subject is None):
        raise InvalidInput("hold-of-what", "请在“种类”和“主体”中选择一项。", field="kind")
    if kind and kind not in {each.code for each in kinds()}:
        raise InvalidInput("hold-kind", "没有这个种类，请从列表中选择。", field="kind")
    if not reason.strip():
        raise InvalidInput("reason-missing", "请写明封存的依据和理由，例如法院、监察机关的文书号。", field="reason")
    try:
        with transaction.atomic():
            hold = RetentionHold(kind=kind, subject=subject, reason=reason.strip(), starts_on=on, set_by=actor)
            hold.save_by(actor, reason="retention.hold")
    except IntegrityError as error:
        raise Conflict("held-already", "已经封存，不必重复；需要更改理由的，请先解除原封存。", field="kind") from error
    _hold_event("held", "依法封存", hold, actor, on)
    return hold


@transaction.atomic
def hold_lift(*, hold_id: int, actor: Account, on: date) -> RetentionHold:
    """Lift a hold from `on`. Raises NotAllowed, TransitionRefused when it was lifted before."""
    hold = RetentionHold.objects.select_for_update().get(pk=hold_id)
    authz.require(actor, "retention.hold", on=on)
    if hold.ends_on is not None:
        raise TransitionRefused("hold-lifted", f"该封存已于{hold.ends_on}解除。请刷新后核对。")
    hold.ends_on, hold.lifted_by = on, actor
    hold.save_by(actor, reason="retention.lift")
    _hold_event("lifted", "解除封存", hold, actor, on)
    return hold


def _hold_event(name: str, text: str, hold: RetentionHold, actor: Account, on: date) -> None:
    what = (
        hold.subject.name
        if hold.subject is not None
        else next(each.label for each in kinds() if each.code == hold.kind)
    )
    obj: models.Model = hold
    event_record(
        f"retention.{name}", f"{text}“{what}”：{hold.reason}"[:500], obj=obj, subject=hold.subject, actor=actor, on=on
    )  # fmt: skip
