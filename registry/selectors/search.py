"""Finding organisations: by exact code, and by fragments of their present and former names.

One way on every database: rows of 1- and 2-character grams give candidates, the whole fragment is then compared with
each. Persons have no grams, so nothing here lists a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import CharField, Q, QuerySet
from django.db.models.expressions import RawSQL

from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.base.prepared import Prepared, Slot
from registry.models import NameGram, Subject, SubjectName
from registry.rules.identifiers import normalize_code
from registry.rules.names import comparable_name, query_grams

FRAGMENT_MOST = 60  # characters; longer than any registered name that people type
_PROBES = (200, 5_000)  # how far the frequencies of grams are counted: first a little, mostly enough
_CANDIDATES = 20_000  # how many names are compared with the fragment at most
_DENSE = 20  # names are rather read through than looked up one by one where a candidate is among so many


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

    Whole names come first, then present names, then former ones; each organisation comes once. At most six queries,
    whatever is found.
    """
    key = comparable_name(fragment)[:FRAGMENT_MOST]
    if not key:
        return _NOTHING
    exact = _prepared_exact(limit + 1).rows(key=key)
    gram, is_counted = _rarest(query_grams(key))
    if gram is None:
        return _found(exact, key, limit)
    # Present and former name of one organisation may both match, so twice the limit is read before they are joined.
    wanted = 2 * limit + 2
    containing = _prepared_containing(wanted, _CANDIDATES).rows(gram=gram, pattern=f"%{_escaped(key)}%")
    found = _found([*exact, *containing], key, limit)
    # Names that hold the fragment's only gram hold the fragment: whoever found too few of them has seen them all.
    is_cut = len(containing) < wanted and gram != key and not is_counted and _is_beyond(gram)
    if is_cut and not found.hits:  # made of common characters alone: rare enough to look at every name once
        every = _prepared_every(wanted).rows(pattern=f"%{_escaped(key)}%")
        return _found(every, key, limit)
    return NameSearch(found.hits, has_more=found.has_more or len(containing) == wanted or is_cut)


def subjects_named(text: str) -> list[int]:
    """Return, for `pk__any_of`, the ids of the organisations that bear or bore a name with this fragment and of the
    persons whose name begins with it. Of a fragment with very many names those registered last are compared:
    `is_too_common` tells.
    """
    key = comparable_name(text)[:FRAGMENT_MOST]
    persons = SubjectName.objects.filter(subject__kind=Subject.Kind.PERSON, normalized__startswith=key)
    gram, _ = _rarest(query_grams(key))
    organizations = _organizations_with(gram, key) if gram is not None else []
    return list({*organizations, *persons.order_by().values_list("subject", flat=True)})


def _organizations_with(gram: str, key: str) -> list[int]:
    """Return the organisations that have a name with `key` among the newest names with `gram`."""
    newest = NameGram.objects.filter(gram=gram).order_by("-name_id").values_list("name_id", flat=True)
    ids = list(newest[:_CANDIDATES])
    names = SubjectName.objects.filter(normalized__contains=key).order_by()
    if ids and ids[0] - ids[-1] < _DENSE * len(ids):
        candidates, within = set(ids), names.filter(pk__range=(ids[-1], ids[0]))
        return [subject for name, subject in within.values_list("pk", "subject") if name in candidates]
    return list(names.filter(pk__any_of=ids).values_list("subject", flat=True))


def is_too_common(text: str) -> bool:
    """Whether more names hold the fragment's characters than `subjects_named` compares."""
    gram, _ = _rarest(query_grams(comparable_name(text)[:FRAGMENT_MOST]))
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


_ROW = (
    "name", "normalized", "ends_on", "subject_id", "subject__public_id", "subject__name", "subject__uscc",
    "subject__merged_into_id", "subject__merged_into__public_id", "subject__merged_into__name",
    "subject__merged_into__uscc",
)  # fmt: skip


@cache
def _prepared_exact(most: int) -> Prepared:
    """Names that are the slot `key`."""
    return Prepared(lambda: _borne(SubjectName.objects.filter(normalized=Slot("key", CharField())))[:most], _ROW)


@cache
def _prepared_containing(most: int, candidates: int) -> Prepared:
    """Names with the slot `gram`, of which the first `candidates` are compared with the slot `pattern`.

    The name comes by its key inside the capped step, so that the comparison ends once `most` are found. Joined, the
    planner expects a LIKE to leave few rows and reads the whole register of names for it.
    """
    grams = connection.ops.quote_name(NameGram._meta.db_table)
    names = connection.ops.quote_name(SubjectName._meta.db_table)
    sql = (
        "SELECT name_id FROM ("  # noqa: S608
        f"SELECT g.name_id, (SELECT n.normalized FROM {names} n WHERE n.id = g.name_id) AS normalized "
        f"FROM {grams} g WHERE g.gram = %s ORDER BY g.name_id LIMIT {candidates}"
        rf") AS candidates WHERE normalized LIKE %s ESCAPE '\' LIMIT {most}"
    )
    slots = [Slot("gram", CharField()), Slot("pattern", CharField())]
    return Prepared(lambda: _borne(SubjectName.objects.filter(pk__in=RawSQL(sql, slots))), _ROW)  # noqa: S611


@cache
def _prepared_every(most: int) -> Prepared:
    """Names with the slot `pattern`, of all that there are: reads the register of names through."""
    names = connection.ops.quote_name(SubjectName._meta.db_table)
    sql = rf"SELECT id FROM {names} WHERE normalized LIKE %s ESCAPE '\' LIMIT {most}"  # noqa: S608
    slots = [Slot("pattern", CharField())]
    return Prepared(lambda: _borne(SubjectName.objects.filter(pk__in=RawSQL(sql, slots))), _ROW)  # noqa: S611


def _borne(names: QuerySet[SubjectName]) -> QuerySet[SubjectName]:
    return names.filter(subject__kind=Subject.Kind.ORGANIZATION).order_by()


def _escaped(text: str) -> str:
    """Return text as LIKE takes it: its own wild cards are plain characters."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _rarest(grams: Sequence[str]) -> tuple[str | None, bool]:
    """Return the gram that the fewest names have (None when one of them has none), and whether they are known to be no
    more than are compared.

    Counted only as far as it matters: a common gram ("公司") never to its end, a lone one not at all.
    """
    if len(grams) < 2:
        return (grams[0] if grams else None), False
    counts: tuple[int, ...] = ()
    for most in _PROBES:
        counts = _counted(grams, most)
        if min(counts) < most:
            break
    fewest = min(counts)
    gram = grams[counts.index(fewest)] if fewest else None
    return gram, fewest < min(_PROBES[-1], _CANDIDATES)


def _counted(grams: Sequence[str], most: int) -> tuple[int, ...]:
    """Return how many names have each gram, counted up to `most`, in one statement."""
    table = connection.ops.quote_name(NameGram._meta.db_table)
    count = f"SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE gram = %s LIMIT {most}) AS probe"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({count})" for _ in grams), list(grams))
        found: tuple[int, ...] = cursor.fetchone()
    return found


def _is_beyond(gram: str) -> bool:
    """Whether the gram has more names than were compared."""
    return NameGram.objects.filter(gram=gram).order_by("name_id")[_CANDIDATES : _CANDIDATES + 1].exists()


def _found(rows: Iterable[Any], key: str, limit: int) -> NameSearch:
    best: dict[int, tuple[tuple[bool, bool, int, str], NameHit]] = {}
    for row in rows:
        subject_id = row.subject__merged_into_id or row.subject_id
        rank = (row.normalized != key, row.ends_on is not None, len(row.name), row.name)
        if subject_id not in best or rank < best[subject_id][0]:
            best[subject_id] = (rank, _hit(row))
    ordered = [hit for _, hit in sorted(best.values(), key=lambda ranked: (ranked[0], ranked[1].subject_id))]
    return NameSearch(tuple(ordered[:limit]), has_more=len(ordered) > limit)


def _hit(row: Any) -> NameHit:
    """Return a name's row as a hit; a merged duplicate leads to the organisation that stays."""
    is_merged = row.subject__merged_into_id is not None
    name = row.subject__merged_into__name if is_merged else row.subject__name
    return NameHit(
        subject_id=row.subject__merged_into_id if is_merged else row.subject_id,
        public_id=row.subject__merged_into__public_id if is_merged else row.subject__public_id,
        name=name,
        uscc=(row.subject__merged_into__uscc if is_merged else row.subject__uscc) or "",
        matched=row.name,
        is_former=row.name != name,
        former_until=row.ends_on,
    )


def _once(subjects: Iterable[Subject]) -> list[Subject]:
    return list({subject.pk: subject for subject in subjects}.values())
