"""Commitments as officers, subjects and the public find them, and what an officer owes next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, DateField, Exists, Min, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from incentives.models import Commitment, Obligation, ObligationFile
from incentives.rules import lifecycle
from incentives.rules.texts import PROMISE
from registry.models import Attachment, Department, Event, Subject
from registry.selectors.deadlines import NO_DAY

_TONES = {
    lifecycle.DRAFTED: "info",
    lifecycle.SIGNED: "info",
    lifecycle.NOTICED: "warn",
    lifecycle.BROKEN: "danger",
    lifecycle.FULFILLED: "ok",
    "missed": "danger",
}
_OBLIGATION_TONES = {"handed": "info", "missed": "danger", "late": "danger", "done": "ok", "done-late": "warn"}


@dataclass(frozen=True)
class ObligationRow:
    """An obligation as it shows on a day."""

    obligation: Obligation
    state: str
    label: str
    tone: str
    files: Sequence[ObligationFile]


@dataclass(frozen=True)
class CommitmentRow:
    """A commitment as it shows on a day. `due_on`: the earliest day of what is still open, None without."""

    commitment: Commitment
    state: str
    label: str
    tone: str
    due_on: date | None
    obligations: Sequence[ObligationRow]

    @property
    def done(self) -> int:
        """How many obligations are found fulfilled."""
        return sum(1 for each in self.obligations if each.obligation.done_on is not None)


@dataclass(frozen=True)
class CommitmentFilters:
    """What the officers' list is narrowed by; empty means all. `state`: a state, `open` or `missed`."""

    text: str = ""
    state: str = ""
    kind: str = ""
    department: Department | None = None


def with_obligations(found: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Fetch beside each commitment what its row shows, at a constant number of queries."""
    files = ObligationFile.objects.select_related("attachment")
    obligations = Obligation.objects.prefetch_related(Prefetch("files", queryset=files))
    return found.select_related("subject", "department", "policy", "signature").prefetch_related(
        Prefetch("obligations", queryset=obligations)
    )


def commitment_row(commitment: Commitment, on: date) -> CommitmentRow:
    """Return a commitment as it shows on `on`."""
    obligations = [_obligation_row(each, on) for each in commitment.obligations.all()]
    dues = [each.obligation.due for each in obligations]
    state, label = lifecycle.shown_state(commitment.state, commitment.last_day, dues, on)
    waiting = [each.due_on for each in dues if each.done_on is None]
    is_running = commitment.state in {*lifecycle.RUNNING, lifecycle.DRAFTED}
    due_on = min(waiting) if waiting and is_running else None
    return CommitmentRow(commitment, state, label, _TONES.get(state, "muted"), due_on, obligations)


def commitment_rows(commitments: Iterable[Commitment], on: date) -> list[CommitmentRow]:
    """Return commitments as they show on `on`."""
    return [commitment_row(each, on) for each in commitments]


def _obligation_row(obligation: Obligation, on: date) -> ObligationRow:
    state = lifecycle.obligation_state(obligation.due, on)
    label, tone = lifecycle.OBLIGATION_LABELS[state], _OBLIGATION_TONES.get(state, "muted")
    return ObligationRow(obligation, state, label, tone, list(obligation.files.all()))


def commitment_list(filters: CommitmentFilters, on: date) -> QuerySet[Commitment]:
    """Return the commitments that fit, the newest first."""
    found = Commitment.objects.all()
    if filters.state == "open":
        found = found.exclude(state__in=lifecycle.OVER)
    elif filters.state == "missed":
        found = found.missed(on)
    elif filters.state:
        found = found.filter(state=filters.state)
    if filters.kind == PROMISE:
        found = found.filter(kind=PROMISE)
    elif filters.kind:
        found = found.exclude(kind=PROMISE)
    if filters.department is not None:
        found = found.filter(department=filters.department)
    if filters.text.strip():
        text = filters.text.strip()
        found = found.filter(Q(number__contains=text) | Q(subject__name__contains=text) | Q(matter__contains=text))
    return with_obligations(found)


def commitments_of(subject: Subject) -> QuerySet[Commitment]:
    """Return a subject's own commitments, the newest first."""
    return with_obligations(Commitment.objects.filter(subject=subject))


def commitments_public(on: date, *, text: str = "") -> QuerySet[Commitment]:
    """Return the commitments that the public may see on `on`, the newest first; `text`: part of an organisation's name.

    Persons are never searched by name.
    """
    found = with_obligations(Commitment.objects.public(on)).order_by("-signature__signed_on", "-pk")
    if text.strip():
        found = found.filter(subject__kind=Subject.Kind.ORGANIZATION, subject__name__contains=text.strip())
    return found


def commitments_due(department: Department | None, on: date) -> QuerySet[Any]:
    """Return what the officers of `department` (of all without one) must act on, each with `due`, the earliest first.

    A commitment is among them while something handed in waits to be checked, an obligation was missed, or the time for
    a statement about a breach is over. `due`: the obligation's day; the last day for the statement, or the day on which
    the subject waived it.
    """
    waiting = Obligation.objects.filter(commitment=OuterRef("pk"), done_on__isnull=True)
    acts = Exists(waiting.filter(Q(handed_on__isnull=False) | Q(due_on__lt=on)))
    heard = Q(state=lifecycle.NOTICED) & (Q(statement_until__lt=on) | Q(waived_on__isnull=False))
    earliest = Min("obligations__due_on", filter=Q(obligations__done_on__isnull=True))
    found = Commitment.objects.filter(Q(acts, state=lifecycle.SIGNED) | heard)
    found = found.filter(department=department) if department is not None else found
    due = Case(
        When(state=lifecycle.NOTICED, then=Coalesce("waived_on", "statement_until", output_field=DateField())),
        default=Coalesce(earliest, Value(NO_DAY)),
        output_field=DateField(),
    )
    return found.annotate(due=due).select_related("subject", "department").order_by("due", "pk")


def commitment_events(commitment: Commitment) -> QuerySet[Event]:
    """Return what happened to a commitment, the newest first."""
    kind = commitment._meta.label_lower
    return Event.objects.filter(object_kind=kind, object_id=commitment.pk).select_related("actor")


def files_of(commitment: Commitment) -> QuerySet[Attachment]:
    """Return every file of a commitment: signed copy, paper original, evidence, papers about a breach."""
    handed = ObligationFile.objects.filter(obligation__commitment=commitment).values("attachment")
    papers = [each.attachment_id for each in (commitment.notice_document, commitment.breach_document) if each]
    signature = getattr(commitment, "signature", None)
    own = [signature.copy_id, signature.paper_id] if signature is not None else []
    return Attachment.objects.filter(Q(pk__in=handed) | Q(pk__in=[pk for pk in (*papers, *own) if pk]))
