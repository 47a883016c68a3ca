"""Finding organisations: by exact code, and by fragments of their present and former names.

One way on every database: rows of 1- and 2-character grams give candidates, the whole fragment is then compared with
each. Persons have no grams, so nothing here lists a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from registry.models import NameGram, Subject, SubjectName
from registry.rules.identifiers import normalize_code
from registry.rules.names import comparable_name, query_grams

FRAGMENT_MOST = 60  # characters; longer than any registered name that people type
_PROBE = 5_000  # how far the frequency of a gram is counted
_CANDIDATES = 20_000  # how many names are compared with the fragment at most


@dataclass(frozen=True, slots=True)
class NameHit:
    """An organisation found. `matched` is the name that the fragment met; a former one when `is_former`."""

    subject_id: int
    public_id: UUID
    name: str
    uscc: str
    matched: str
    is_former: bool
    former_until: date | None


@dataclass(frozen=True, slots=True)
class NameSearch:
    """What a fragment found. `has_more`: there are more than `limit`, or not every candidate could be compared."""

    hits: tuple[NameHit, ...]
    has_more: bool


_NOTHING = NameSearch((), has_more=False)


def names_matching(fragment: str, *, limit: int = 50) -> NameSearch:
    """Find organisations whose present or former name contains `fragment` (one character up, any width or brackets).

    Whole names come first, then present names, then former ones; each organisation comes once. At most four queries,
    whatever is found.
    """
    key = comparable_name(fragment)[:FRAGMENT_MOST]
    if not key:
        return _NOTHING
    exact = list(_named(SubjectName.objects.filter(normalized=key))[: limit + 1])
    gram = _rarest(query_grams(key))
    if gram is None:
        return _found(exact, key, limit)
    candidates = NameGram.objects.filter(gram=gram).order_by("name_id").values("name_id")[:_CANDIDATES]
    # Present and former name of one organisation may both match, so twice the limit is read before they are joined.
    wanted = 2 * limit + 2
    containing = list(_named(SubjectName.objects.filter(pk__in=candidates, normalized__contains=key))[:wanted])
    found = _found([*exact, *containing], key, limit)
    cut = len(containing) < wanted and not found.has_more and _is_beyond(gram)
    return NameSearch(found.hits, has_more=found.has_more or len(containing) == wanted or cut)


def subjects_named(text: str) -> QuerySet[Any]:
    """Return, for `pk__in`, the organisations that bear or bore a name with this fragment and the persons whose name
    begins with it. Of a fragment with very many names those registered last are compared: `is_too_common` tells."""
    key = comparable_name(text)[:FRAGMENT_MOST]
    persons = SubjectName.objects.filter(subject__kind=Subject.Kind.PERSON, normalized__startswith=key)
    gram = _rarest(query_grams(key))
    if gram is None:
        return persons.order_by().values("subject")
    newest = NameGram.objects.filter(gram=gram).order_by("-name_id").values("name_id")[:_CANDIDATES]
    organizations = SubjectName.objects.filter(pk__in=newest, normalized__contains=key)
    return organizations.order_by().values("subject").union(persons.order_by().values("subject"))


def is_too_common(text: str) -> bool:
    """Whether more names hold the fragment's characters than `subjects_named` compares."""
    gram = _rarest(query_grams(comparable_name(text)[:FRAGMENT_MOST]))
    return gram is not None and _is_beyond(gram)


def organizations_by_code(code: str) -> list[Subject]:
    """Return the organisations with exactly this code: unified code, or an older registration or organisation code."""
    code = normalize_code(code)
    if not code or not code.isascii():
        return []
    found = Subject.objects.filter(
        Q(uscc=code) | Q(registration_number=code) | Q(organization_code=code), kind=Subject.Kind.ORGANIZATION
    ).select_related("merged_into")
    return _once(subject.merged_into or subject for subject in found[:20])


def _named(names: QuerySet[SubjectName]) -> QuerySet[SubjectName]:
    return names.filter(subject__kind=Subject.Kind.ORGANIZATION).select_related("subject__merged_into").order_by()


def _rarest(grams: Sequence[str]) -> str | None:
    """Return the gram that the fewest names have, counted only as far as it matters; None when one of them has none.

    One statement: a common gram ("公司") is never counted to its end.
    """
    if not grams:
        return None
    table = connection.ops.quote_name(NameGram._meta.db_table)
    count = f"SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE gram = %s LIMIT {_PROBE}) AS probe"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({count})" for _ in grams), list(grams))
        counts: tuple[int, ...] = cursor.fetchone()
    if 0 in counts:
        return None
    return grams[counts.index(min(counts))]


def _is_beyond(gram: str) -> bool:
    """Whether the gram has more names than were compared."""
    return NameGram.objects.filter(gram=gram).order_by("name_id")[_CANDIDATES : _CANDIDATES + 1].exists()


def _found(names: Iterable[SubjectName], key: str, limit: int) -> NameSearch:
    best: dict[int, tuple[tuple[bool, bool, int, str], NameHit]] = {}
    for name in names:
        subject = name.subject.merged_into or name.subject
        rank = (name.normalized != key, name.is_former, len(name.name), name.name)
        if subject.pk not in best or rank < best[subject.pk][0]:
            best[subject.pk] = (rank, _hit(subject, name))
    ordered = [hit for _, hit in sorted(best.values(), key=lambda ranked: (ranked[0], ranked[1].subject_id))]
    return NameSearch(tuple(ordered[:limit]), has_more=len(ordered) > limit)


def _hit(subject: Subject, name: SubjectName) -> NameHit:
    return NameHit(
        subject_id=subject.pk,
        public_id=subject.public_id,
        name=subject.name,
        uscc=subject.uscc or "",
        matched=name.name,
        is_former=name.name != subject.name,
        former_until=name.ends_on,
    )


def _once(subjects: Iterable[Subject]) -> list[Subject]:
    return list({subject.pk: subject for subject in subjects}.values())
