"""Whether a list entry still stands on its grounds, asked anew from what is left of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from registry.models import Event, Record
from sanctions.models import ListEntry
from sanctions.rules.conditions import MAJORITY_AGE, is_minor
from sanctions.rules.wording import due_sentences, not_due_sentences
from sanctions.selectors.entries import WRONG
from sanctions.selectors.history import acted_on, evaluate_for_case

ENTRY_KIND: Final = ListEntry._meta.label_lower
GROUNDS_CHANGED: Final = "entry.grounds-changed"


@dataclass(frozen=True)
class EntryBasis:
    """What an entry rests on, on a day. `voided`: grounds withdrawn since; `sentences`: why the listing stands on the
    others, or why not (Chinese)."""

    stands: bool
    voided: tuple[Record, ...]
    sentences: tuple[str, ...]

    @property
    def is_lost(self) -> bool:
        """Whether withdrawn records took away what the entry stood on."""
        return bool(self.voided) and not self.stands


def entry_basis(entry: ListEntry, on: date) -> EntryBasis:
    """Evaluate the entry's grounds as they stand on `on`, under the policy and for the day of its case's opening.

    A person listed along stands on the organisation's grounds. A corrected record stands for the one it replaces.
    """
    leading = entry.case.parent or entry.case
    grounds = [ground.record for ground in entry.grounds.select_related("record").order_by("record_id")]
    replaced = {record.corrects_id for record in grounds if record.voided_on is None}
    voided = tuple(
        record
        for record in grounds
        if record.voided_on is not None and record.voided_on <= on and record.pk not in replaced
    )
    minor = _minor_sentence(entry, grounds)
    if minor:
        return EntryBasis(False, voided, (minor,))
    evaluation = evaluate_for_case(
        leading.subject, entry.policy, records=frozenset(record.pk for record in grounds),
        opened_on=leading.opened_on, on=on,
    )  # fmt: skip
    if entry.list_code in evaluation.entry:
        return EntryBasis(True, voided, tuple(due_sentences(evaluation, entry.list_code)))
    return EntryBasis(False, voided, tuple(not_due_sentences(evaluation, entry.list_code)))


def groundless_entries(on: date) -> QuerySet[Any]:
    """Return the entries in force on `on` whose conditions are not met any more, by what officers were told last, and
    that nobody has revoked or corrected yet; each with `told_by`, the id of the event that says so."""
    told = Event.objects.filter(name=GROUNDS_CHANGED, object_kind=ENTRY_KIND, object_id=OuterRef("pk"))
    last = told.order_by("-pk").values("pk")[:1]
    return (
        ListEntry.objects.in_force(on)
        .exclude(end_reason__in=WRONG)
        # First whom anything was told about, of whom there are few.
        .filter(pk__in=Event.objects.filter(name=GROUNDS_CHANGED, object_kind=ENTRY_KIND).values("object_id"))
        .annotate(told_by=Subquery(last))
        .filter(Exists(Event.objects.filter(pk=OuterRef("told_by"), payload__stands=False)))
    )


def is_told_groundless(entry: ListEntry) -> bool:
    """Whether officers were told last that the entry does not stand on its grounds."""
    told = Event.objects.filter(name=GROUNDS_CHANGED, object_kind=ENTRY_KIND, object_id=entry.pk)
    last = told.order_by("-pk").first()
    return last is not None and not last.payload["stands"]


def _minor_sentence(entry: ListEntry, grounds: list[Record]) -> str:
    subject = entry.subject
    days = [entry.starts_on, *(day for record in grounds if (day := acted_on(record)) is not None)]
    if not subject.is_person or not is_minor(subject.born_on, min(days)):
        return ""
    return f"{subject.name}在行为发生时或者列入时未满{MAJORITY_AGE}周岁，未成年人不得列入任何名单。"
