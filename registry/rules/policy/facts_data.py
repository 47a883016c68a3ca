"""Facts as plain data and back: what a decision keeps, so that it can be asked again for ever.

What has its default value is left out, so that facts kept long ago mean the same after a new kind of fact was added.
"""

import datetime as dt
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from .facts import History, SubjectFacts

Kept = TypeVar("Kept")


def facts_to_dict(subject: SubjectFacts, history: History) -> dict[str, Any]:
    """Return the subject and its history as plain data for JSON; the same facts always give the same data."""
    return {"subject": _plain(subject), "history": _plain(history)}


def facts_from_dict(data: Mapping[str, Any]) -> tuple[SubjectFacts, History]:
    """Return the facts that `facts_to_dict` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return _made(SubjectFacts, data["subject"]), _made(History, data["history"])


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        given = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        defaults = {each.name: _default(each) for each in fields(value)}
        return {name: _plain(each) for name, each in given.items() if each != defaults[name]}
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value


def _default(each: "Field[Any]") -> Any:
    return each.default_factory() if each.default_factory is not MISSING else each.default


def _made(kind: Callable[..., Kept], data: Mapping[str, Any]) -> Kept:
    hints = _hints(kind)
    return kind(**{name: _read(value, hints[name]) for name, value in data.items()})


@cache
def _hints(kind: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(value: Any, hint: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(value, next(each for each in inner if each is not types.NoneType))
    if hint is dt.date:
        return dt.date.fromisoformat(value)
    if hint is Decimal:
        return Decimal(value)
    if origin is frozenset:
        return frozenset(_read(each, inner[0]) for each in value)
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[1:] == (Ellipsis,) else inner
        return tuple(_read(each, kind) for each, kind in zip(value, kinds, strict=True))
    if origin is not None and origin is not Literal:
        return types.MappingProxyType({key: _read(each, inner[1]) for key, each in value.items()})
    return _made(hint, value) if isinstance(hint, type) and is_dataclass(hint) else value
