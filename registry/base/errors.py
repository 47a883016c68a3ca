"""What a service may refuse with. One place maps them to pages (middleware), one to the API (exception handler)."""

from typing import Any


class DomainError(Exception):
    """A refusal that a person can act on.

    `code` is stable (for programs), `message` is Chinese and says what was refused, why, and the way out;
    `params` holds the values that the message names; `field` the form field it belongs to, if one.
    """

    status = 400

    def __init__(self, code: str, message: str, *, field: str = "", **params: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.params = params


class InvalidInput(DomainError):
    """A value given is not acceptable (400)."""


class NotAllowed(DomainError):
    """The actor lacks the right (403)."""

    status = 403


class Conflict(DomainError):
    """Another act came first: the form is stale, or the thing exists already (409)."""

    status = 409


class TransitionRefused(DomainError):
    """The thing's state does not allow the step (409)."""

    status = 409


class RuleRefused(DomainError):
    """A rule's condition is missing (422)."""

    status = 422
