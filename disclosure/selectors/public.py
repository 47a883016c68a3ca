"""What the public may read, on a day. Everything comes from publications visible on that day, and organisations' names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField, DateField, QuerySet

from disclosure.models import Publication
from disclosure.models.publications import last_day_before
from disclosure.rules.queries import Query, QueryKind, query_of
from disclosure.rules.sentences import Standing, others_sentence, standing_sentence
from disclosure.selectors.snapshots import public_name
from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.base.personal_data import lookup_hash
from registry.base.prepared import Prepared, Slot
from registry.models import Subject, SubjectName
from registry.rules.identifiers import normalize_code
from registry.rules.names import comparable_document_number, comparable_name
from registry.selectors.search import NameHit, names_matching, organizations_by_code

MOST_ANSWERS = 50
MOST_OF_A_KIND = 100
MOST_OF_A_NUMBER = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One subject found, with the sentence that the public reads first. `former`: the former name that was met."""

    public_id: UUID
    name: str
    uscc: str
    sentence: str
    others: str
    is_listed: bool
    former: str = ""
    former_until: date | None = None


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """The answer to one search. `documents`: publications with exactly this document number."""

    query: Query
    answers: tuple[Answer, ...] = ()
    documents: tuple[Publication, ...] = ()
    has_more: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not self.answers and not self.documents


def public_search(text: str, *, on: date) -> SearchAnswer:
    """Answer one search: an exact code or document number first, else names by a fragment. Persons are never listed.

    The number of statements does not depend on what is found. An identity number is not searched at all.
    """
    query = query_of(text)
    if query.kind in (QueryKind.EMPTY, QueryKind.IDENTITY, QueryKind.TOO_LONG):
        return SearchAnswer(query)
    subjects = organizations_by_code(query.text) if query.may_be_code else []
    if subjects:
        return SearchAnswer(query, tuple(answers_for(subjects, on=on)))
    documents = publications_by_number(query.text, on=on)
    if query.kind == QueryKind.CODE:
        return SearchAnswer(query, documents=documents)
    found = names_matching(query.text, limit=MOST_ANSWERS)
    return SearchAnswer(query, tuple(_answers(found.hits, on=on)), documents, found.has_more)


def person_search(*, name: str, document_number: str, on: date) -> str:
    """Answer in one sentence whether the person with exactly this name and document number is on a public list.

    Both must fit. One who is not known and one who is not listed get the same answer, so that nobody learns from it
    whether a person is on record here.
    """
    digest = lookup_hash(normalize_code(document_number))
    person = Subject.objects.filter(kind=Subject.Kind.PERSON, document_hash=digest).first()
    names: list[str] = []
    if person is not None:
        names = list(SubjectName.objects.filter(subject=person).values_list("normalized", flat=True))
    if person is None or comparable_name(name) not in [comparable_name(person.name), *names]:
        return standing_sentence("该姓名和证件号码对应的自然人", [])
    standings = standings_of([person.merged_into_id or person.pk], on=on)
    return standing_sentence("该姓名和证件号码对应的自然人", standings[person.merged_into_id or person.pk])


def answers_for(subjects: Iterable[Subject], *, on: date) -> list[Answer]:
    """Return the answer for each subject, in the given order; listed or not is read in one statement for all."""
    hits = [
        NameHit(
            each.pk, each.public_id, public_name(each), each.uscc or "", each.name, is_former=False, former_until=None
        )
        for each in subjects
    ]
    return _answers(hits, on=on)


def _answers(hits: Sequence[NameHit], *, on: date) -> list[Answer]:
    ids = [hit.subject_id for hit in hits]
    if not ids:
        return []
    standings, counts = standings_of(ids, on=on), counts_of(ids, on=on)
    return [
        Answer(
            public_id=hit.public_id,
            name=hit.name,
            uscc=hit.uscc,
            sentence=standing_sentence(hit.name, standings[hit.subject_id]),
            others=others_sentence(
                penalties=counts[hit.subject_id, Publication.Kind.PENALTY],
                permits=counts[hit.subject_id, Publication.Kind.PERMIT],
            ),
            is_listed=bool(standings[hit.subject_id]),
            former=hit.matched if hit.is_former else "",
            former_until=hit.former_until if hit.is_former else None,
        )
        for hit in hits
    ]


_ON: Any = Slot("on", DateField())
_PUBLIC_OF = Prepared(
    lambda: (
        Publication.objects.visible(_ON)
        .filter(kind=Slot("kind", CharField()), subject__pk__any_of=Slot("subjects", BigIntegerField(), many=True))
        .order_by("visible_from")
    ),
    ("subject_id", "list_label", "visible_from", "visible_until", "disputed_on"),
)
_OTHERS_OF = Prepared(
    lambda: (
        Publication.objects.visible(_ON)
        .filter(subject__pk__any_of=Slot("subjects", BigIntegerField(), many=True))
        .exclude(kind=Publication.Kind.ENTRY)
        .order_by()
    ),
    ("subject_id", "kind"),
)
_NUMBERED = Prepared(
    lambda: Publication.objects.visible(_ON).filter(number_normalized=Slot("number", CharField()))[:MOST_OF_A_NUMBER],
    ("id",),
)


def standings_of(subject_ids: Iterable[int], *, on: date) -> defaultdict[int, list[Standing]]:
    """Return the public lists that each subject stands on."""
    found: defaultdict[int, list[Standing]] = defaultdict(list)
    for row in _PUBLIC_OF.rows(on=on, kind=Publication.Kind.ENTRY, subjects=subject_ids):
        found[row.subject_id].append(standing_of(row))
    return found


def standing_of(publication: Any) -> Standing:
    """Return a published entry, or a row with the fields of one, as a standing."""
    return Standing(
        publication.list_label,
        publication.visible_from,
        last_day_before(publication.visible_until),
        is_disputed=publication.disputed_on is not None,
    )


def counts_of(subject_ids: Iterable[int], *, on: date) -> Counter[tuple[int, str]]:
    """Return how many penalties and permits of each subject are public, by subject and kind."""
    return Counter((row.subject_id, row.kind) for row in _OTHERS_OF.rows(on=on, subjects=subject_ids))


def publications_by_number(text: str, *, on: date) -> tuple[Publication, ...]:
    """Return the visible publications with exactly this document number, in any way of writing its brackets."""
    key = comparable_document_number(text)
    ids = [row.id for row in _NUMBERED.rows(on=on, number=key)] if key else []
    if not ids:  # as for nearly every search
        return ()
    return tuple(Publication.objects.filter(pk__in=ids).select_related("subject", "department"))


def subject_visible(public_id: UUID, *, on: date) -> Subject | None:
    """Return the subject that the public may open: any organisation; a person only while something of theirs is public."""
    subject = Subject.objects.select_related("merged_into").filter(public_id=public_id).first()
    if subject is not None and subject.merged_into is not None:
        subject = subject.merged_into
    if subject is None or not subject.is_person:
        return subject
    return subject if Publication.objects.visible(on).filter(subject=subject).exists() else None


def subject_publications(subject: Subject, *, on: date) -> dict[str, list[Publication]]:
    """Return a subject's visible publications by kind, newest first, at most `MOST_OF_A_KIND` of each."""
    visible = Publication.objects.visible(on).filter(subject=subject).select_related("department", "subject")
    return {kind: list(visible.filter(kind=kind)[:MOST_OF_A_KIND]) for kind in Publication.Kind.values}


def former_names(subject: Subject) -> list[SubjectName]:
    """Return an organisation's former names, latest first; a person's are nobody's business."""
    return [] if subject.is_person else list(subject.names.filter(ends_on__isnull=False))


def entries_listed(*, on: date, list_label: str = "") -> QuerySet[Publication]:
    """Return the visible list entries, newest first; of one list when `list_label` is given."""
    entries = (
        Publication.objects.visible(on).filter(kind=Publication.Kind.ENTRY).select_related("subject", "department")
    )
    return entries.filter(list_label=list_label) if list_label else entries


def list_labels(*, on: date) -> list[str]:
    """Return the names of the lists that have a visible entry."""
    entries = Publication.objects.visible(on).filter(kind=Publication.Kind.ENTRY)
    return list(entries.order_by("list_label").values_list("list_label", flat=True).distinct())


def records_published(kind: str, *, on: date) -> QuerySet[Publication]:
    """Return the visible penalties or permits, newest first."""
    return Publication.objects.visible(on).filter(kind=kind).select_related("subject", "department")
