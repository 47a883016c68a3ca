"""Whether a list entry still stands on its grounds, asked anew from what is left of them."""

from dataclasses import dataclass
from datetime import date

from registry.models import Record
from sanctions.models import ListEntry
from sanctions.rules.conditions import MAJORITY_AGE, is_minor
from sanctions.rules.wording import due_sentences, not_due_sentences
from sanctions.selectors.history import acted_on, evaluate_for_case


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


def _minor_sentence(entry: ListEntry, grounds: list[Record]) -> str:
    subject = entry.subject
    days = [entry.starts_on, *(day for record in grounds if (day := acted_on(record)) is not None)]
    if not subject.is_person or not is_minor(subject.born_on, min(days)):
        return ""
    return f"{subject.name}在行为发生时或者列入时未满{MAJORITY_AGE}周岁，未成年人不得列入任何名单。"
