"""What the public may see on a day: records by the pack's publication rule, entries of public lists."""

import datetime as dt
from dataclasses import dataclass

from registry.rules.periods import add_years

from .facts import ListingFact, PenaltyFact, RecordFact, SubjectFacts
from .mode import lists_may_be_public
from .procedure import ClassTerm, RecordPublication
from .schema import KindClasses, Pack
from .standing import ListingState

Day = dt.date
ADULT_AGE = 18


@dataclass(frozen=True, slots=True)
class RecordVisibility:
    """Whether a record may be seen, and the last day on which it may at the longest (None: no end).

    A class that is not published as a rule may have a longest term all the same.
    """

    visible: bool
    until: Day | None


HIDDEN = RecordVisibility(False, None)


def is_under_age(subject: SubjectFacts, on: Day, age: int = ADULT_AGE) -> bool:
    """Tell whether a person has not yet reached `age` on `on`; a birthday not registered is no proof."""
    return subject.kind == "person" and subject.born_on is not None and on < add_years(subject.born_on, age)


def listing_visible(pack: Pack, listing: ListingFact, state: ListingState, subject: SubjectFacts, on: Day) -> bool:
    """Tell whether the public may see an entry on `on`: public list, in force, authority, not under age."""
    rule = pack.lists_by_code.get(listing.list_code)
    return (
        rule is not None
        and rule.public.value
        and state.in_force
        and not is_under_age(subject, on)
        # 国办发〔2020〕49号 is about lists of the dishonest; a list of honour needs no such authority.
        and (rule.polarity == "positive" or lists_may_be_public(pack, on))
    )


def record_visibility(pack: Pack, record: RecordFact, subject: SubjectFacts, on: Day) -> RecordVisibility:
    """Say whether the public may see a record on `on`. Existence is not publicity: most packs publish none.

    Publication counts from the decision.
    """
    rule = pack.publication.records
    if rule is None or record.decided_on is None or not _is_of(rule, record) or subject.kind not in rule.kinds:
        return HIDDEN
    if record.penalty is not None and record.penalty.procedure in rule.exempt_procedures:
        return HIDDEN
    # By the age at the conduct: a birthday does not bring to light what somebody did as a minor.
    conduct = record.occurred_on or record.decided_on
    if rule.persons_from_age is not None and is_under_age(subject, conduct, rule.persons_from_age):
        return HIDDEN
    until = None
    if rule.classes:
        term = class_term(pack, record, subject)
        if term is None:
            return HIDDEN
        until = term.most.last_day(record.decided_on) if term.most else None
        if not term.public:
            return RecordVisibility(False, until)
    over = until is not None and on > until and not (rule.stays_while_uncorrected and not _corrected(record, on))
    return RecordVisibility(record.exists_on(on) and not record.is_repaired_on(on) and not over, until)


def _corrected(record: RecordFact, on: Day) -> bool:
    return record.corrected_on is not None and record.corrected_on <= on


def _is_of(rule: RecordPublication, record: RecordFact) -> bool:
    kinds = {
        "penalty": record.penalty is not None,
        "permit": record.permit,
        "accident": record.accident is not None,
        "item": record.item is not None,
    }
    return any(kinds[kind] for kind in rule.of)


def class_term(pack: Pack, record: RecordFact, subject: SubjectFacts) -> ClassTerm | None:
    """Return the publication term of the record's repair class, None where the pack has none."""
    rule = pack.publication.records
    found = repair_class(pack, record, subject)
    return next((term for term in rule.classes if term.of_class == found), None) if rule else None


def repair_class(pack: Pack, record: RecordFact, subject: SubjectFacts) -> str | None:
    """Return the class given on the record, else derive it from the kinds of its penalty."""
    if record.repair_class is not None:
        return record.repair_class
    if record.penalty is None or pack.classes is None:
        return None
    return _class_of(pack.classes, record.penalty)


def _class_of(classes: KindClasses, penalty: PenaltyFact) -> str:
    if classes.summary_is_minor and penalty.procedure == "summary":
        return "minor"
    fine = penalty.fine_yuan or 0
    if set(penalty.kinds) & set(classes.serious) or fine >= classes.serious_fine_from.value:
        return "serious"
    if set(penalty.kinds) & set(classes.ordinary) or fine >= classes.ordinary_fine_from.value:
        return "ordinary"
    return "minor"


def publication_edges(pack: Pack, record: RecordFact, subject: SubjectFacts) -> list[Day]:
    """Return the days on which a record's visibility may change by itself."""
    until = record_visibility(pack, record, subject, record.decided_on or Day.min).until
    return [] if until is None else [until + dt.timedelta(days=1)]
