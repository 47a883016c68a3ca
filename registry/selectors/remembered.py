"""Answers that bulk work inside one transaction, and the parts of one page, ask for again and again; read once."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers_remembered", default=None)


@contextmanager
def answers_remembered() -> Iterator[None]:
    """Within, `remembered` asks each question once. Only around one short transaction that changes none of them, or around
    a page that is only read.

    One inside another shares what that one has been told."""
    if _answers.get() is not None:
        yield
        return
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def remembered(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """Return `ask()`, or what it returned before to the same question within `answers_remembered`."""
    answers = _answers.get()
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    answer: Answer = answers[question]
    return answer
