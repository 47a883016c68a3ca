"""Records as the publicity rules want them, and what those rules answer."""

from datetime import date

from disclosure.rules.publicity import Publicity, publicity_of
from registry.models import Record, Subject
from registry.rules.policy.facts import PenaltyFact, RecordFact, SubjectFacts
from registry.selectors.policies import ActivePack

KINDS = (Record.Kind.PENALTY, Record.Kind.PERMIT)


def record_fact(record: Record) -> RecordFact:
    """Return a penalty or a permit as a fact. Reads its detail row."""
    is_penalty = record.kind == Record.Kind.PENALTY
    penalty = None
    if is_penalty:
        detail = getattr(record, "penalty", None)
        penalty = (
            PenaltyFact(tuple(detail.kinds), detail.fine, detail.procedure) if detail is not None else PenaltyFact()
        )
    return RecordFact(
        id=str(record.pk),
        penalty=penalty,
        permit=record.kind == Record.Kind.PERMIT,
        occurred_on=record.occurred_on,
        decided_on=record.decided_on,
        corrected_on=record.corrected_on,
        fulfilled_on=record.fulfilled_on,
        voided_on=record.voided_on,
    )


def subject_facts(subject: Subject) -> SubjectFacts:
    """Return what the publicity rules ask of a subject."""
    return SubjectFacts(kind="person" if subject.is_person else "organization", born_on=subject.born_on)


def record_publicity(record: Record, packs: list[ActivePack], *, on: date) -> Publicity:
    """Say whether a record is to be public by the packs that the office runs, and for how long."""
    permit = getattr(record, "permit", None) if record.kind == Record.Kind.PERMIT else None
    return publicity_of(
        [active.pack for active in packs],
        record_fact(record),
        subject_facts(record.subject),
        is_secret=record.is_secret,
        valid_until=permit.valid_until if permit is not None else None,
        on=on,
    )
