"""The lists' part in merging two subjects: nobody leaves a list by it, and nobody is listed twice for one fact."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from registry.base.errors import RuleRefused
from registry.models import Account, Subject
from registry.services.events import event_record
from sanctions.models import Candidate, Case, EntryGround, ListEntry, Standing, Tip
from sanctions.selectors.cases import ENDED


@transaction.atomic
def subject_rows_move(*, loser: Subject, winner: Subject, actor: Account | None, on: date) -> None:
    """Move candidates, ended cases and ended entries of `loser` to `winner`; call with both subjects locked.

    Raises RuleRefused while a case of the loser is open or an entry of it in force: the parties of a procedure and of
    a published decision do not change underway.
    """
    _refuse_open_case(loser, winner)
    _refuse_running_entry(loser, winner, on)
    for entry in ListEntry.objects.select_for_update(of=("self",)).filter(subject=loser).order_by("pk"):
        _entry_move(entry, winner, actor, on)
    kept = ListEntry.objects.filter(subject=loser).values("case")
    for case in Case.objects.select_for_update().filter(subject=loser).exclude(pk__in=kept).order_by("pk"):
        case.subject = winner
        case.save_by(actor, reason="subject.merge")
    _candidates_move(loser, winner, actor, on)
    Standing.objects.filter(subject=loser).delete()
    for tip in Tip.objects.select_for_update(of=("self",)).filter(subject=loser).order_by("pk"):
        tip.subject = winner
        tip.save_by(actor, reason="subject.merge")


def _refuse_open_case(loser: Subject, winner: Subject) -> None:
    case = Case.objects.filter(subject=loser).exclude(state__in=ENDED).first()
    if case is not None:
        raise RuleRefused(
            "merge-open-case",
            f"“{loser.name}”有在办案件{case.number}（{case.get_state_display()}），办结之前不能并入“{winner.name}”。"
            "请先办结或终止该案，或者改为把另一主体并入它。",
            field="winner",
        )


def _refuse_running_entry(loser: Subject, winner: Subject, on: date) -> None:
    # An open pause may still lengthen an entry whose counted end has passed.
    running = Q(ends_on__gt=on) | Q(pauses__isnull=False, pauses__ends_on__isnull=True)
    entry = ListEntry.objects.filter(running, subject=loser).first()
    if entry is not None:
        raise RuleRefused(
            "merge-entry-in-force",
            f"“{loser.name}”自{entry.starts_on}起在{entry.list_label}上，在列期间不能并入“{winner.name}”。"
            "请改为把另一主体并入它；两个主体都在列的，请先依法终止其中一个条目。",
            field="winner",
        )


def _entry_move(entry: ListEntry, winner: Subject, actor: Account | None, on: date) -> None:
    """Move an ended entry. One whose days the winner stood on the same list already stays behind as a trace (a subject
    stands on a list once at a time), and what it rested on counts as used by the winner's."""
    same = ListEntry.objects.filter(
        subject=winner, pack_id=entry.pack_id, list_code=entry.list_code, starts_on__lt=entry.ends_on,
        ends_on__gt=entry.starts_on,
    ).first()  # fmt: skip
    if same is None or entry.starts_on == entry.ends_on:
        entry.subject = winner
        entry.save_by(actor, reason="subject.merge")
        return
    for record_id in entry.grounds.values_list("record_id", flat=True):
        EntryGround.objects.get_or_create(entry=same, record_id=record_id)
    event_record(
        "entry.left-behind",
        f"{entry.list_label}条目（{entry.starts_on}起，{entry.ends_on}终止）与“{winner.name}”的同一名单条目期间重叠，"
        "保留在被合并的主体上，其依据计入后者",
        obj=entry, subject=winner, actor=actor, on=on, payload={"entry": entry.pk, "same": same.pk},
    )  # fmt: skip


def _candidates_move(loser: Subject, winner: Subject, actor: Account | None, on: date) -> None:
    """Move candidates; an open one that the winner has too lapses, since its records now speak for the winner's."""
    waiting = set(
        Candidate.objects.filter(subject=winner, state=Candidate.State.OPEN).values_list("pack_id", "list_code")
    )
    for candidate in Candidate.objects.select_for_update().filter(subject=loser).order_by("pk"):
        doubled = candidate.state == Candidate.State.OPEN and (candidate.pack_id, candidate.list_code) in waiting
        if doubled:
            candidate.state, candidate.evaluated_on = Candidate.State.LAPSED, on
            candidate.next_change_on = None
        candidate.subject = winner
        candidate.save_by(actor, reason="subject.merge")
