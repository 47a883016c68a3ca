"""The seam through which higher apps tell what a pack on trial changes besides lists: supervision tiers lie above.

Sources are registered once, in `AppConfig.ready()`, and never change afterwards.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from registry.models import Subject
from sanctions.selectors.trial_answers import Answer, Question, answers_of
from sanctions.selectors.worlds import subjects_with_facts


@dataclass(frozen=True, slots=True)
class TrialSource:
    """`asks`: whether a question is any of its concern; `subjects`: whom it is about then, whether they have facts or
    not; `answers`: what would change for subjects, by id."""

    asks: Callable[[Question], bool]
    subjects: Callable[[], QuerySet[Subject]]
    answers: Callable[[Collection[int], Question], Iterable[Answer]]


_sources: dict[str, TrialSource] = {}


def register_trial_source(name: str, source: TrialSource) -> None:
    """Let trials ask `source`; the same name again replaces it."""
    _sources[name] = source


def subjects_tried(question: Question) -> QuerySet[Subject]:
    """Return everybody for whom a trial may find a change."""
    found = subjects_with_facts()
    for source in _asked(question):
        found |= source.subjects()
    return found


def changes_tried(ids: Collection[int], question: Question) -> Iterator[Answer]:
    """Yield what would change for the subjects `ids`: their places on lists, then what the sources tell."""
    yield from answers_of(ids, question)
    for source in _asked(question):
        yield from source.answers(ids, question)


def _asked(question: Question) -> list[TrialSource]:
    return [source for _, source in sorted(_sources.items()) if source.asks(question)]
