"""The name search index: one- and two-character grams of organisations' names. Persons are never indexed."""

from collections.abc import Iterable

from django.db import transaction

from registry.base.bulk import row_new, rows_add
from registry.models import NameGram, Subject, SubjectName
from registry.rules.names import grams

_BATCH = 2_000


@transaction.atomic
def name_grams_rebuild(name: SubjectName) -> int:
    """Make the index rows of one name what they should be; return how many it has now.

    Call it in the transaction that adds or changes the name. A person's name gets none: persons are not found by
    guessing. Running it again changes nothing.
    """
    wanted = _wanted(name)
    present = set(NameGram.objects.filter(name=name).values_list("gram", flat=True))
    NameGram.objects.filter(name=name, gram__in=present - wanted).delete()
    NameGram.objects.bulk_create([NameGram(gram=gram, name=name) for gram in sorted(wanted - present)])
    return len(wanted)


@transaction.atomic
def names_grams_add(names: Iterable[SubjectName]) -> int:
    """Index many new names in few statements (imports, demonstration); rows that exist stay. Return rows offered.

    Give names with `subject` loaded, or each costs a query.
    """
    rows: list[NameGram] = []
    offered = 0
    for name in names:
        rows += [NameGram(gram=gram, name=name) for gram in sorted(_wanted(name))]
        if len(rows) >= _BATCH:
            NameGram.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BATCH)
            offered, rows = offered + len(rows), []
    NameGram.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BATCH)
    return offered + len(rows)


def names_grams_new(names: Iterable[SubjectName]) -> None:
    """Index names written just now, which have no rows yet. Give names with `subject` loaded."""
    rows_add([row_new(NameGram, gram=gram, name_id=name.pk) for name in names for gram in sorted(_wanted(name))])


def _wanted(name: SubjectName) -> set[str]:
    if name.subject.kind != Subject.Kind.ORGANIZATION:
        return set()
    return set(grams(name.name))
