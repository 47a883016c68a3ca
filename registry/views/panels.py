"""The seam through which higher apps put their sections on a subject's file page and on a record's page.

Panels are registered once, in `AppConfig.ready()`, and never change afterwards: every process holds the same set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from registry.models import Record, Subject

# Given the request and the subject: the template to include and its context; None shows nothing.
PanelBuilder = Callable[[HttpRequest, Subject], tuple[str, dict[str, Any]] | None]
RecordPanelBuilder = Callable[[HttpRequest, Record], tuple[str, dict[str, Any]] | None]


@dataclass(frozen=True)
class Panel:
    """A section ready to be included: `{% include panel.template with panel=panel.context %}`."""

    name: str
    template: str
    context: dict[str, Any]


_builders: dict[str, tuple[int, PanelBuilder]] = {}
_record_builders: dict[str, tuple[int, RecordPanelBuilder]] = {}


def register_panel(name: str, order: int, builder: PanelBuilder) -> None:
    """Put a section on the subject's file page, in ascending `order`; the same name again replaces it.

    The template finds its context under the name `panel` and `subject` and `request` beside it.
    """
    _builders[name] = (order, builder)


def register_record_panel(name: str, order: int, builder: RecordPanelBuilder) -> None:
    """Put a section on the record's page; as `register_panel`, with `record` beside the template's `panel`."""
    _record_builders[name] = (order, builder)


def panels_for(request: HttpRequest, subject: Subject) -> list[Panel]:
    """Build every registered section for this subject, in order."""
    return _built(_builders, request, subject)


def record_panels_for(request: HttpRequest, record: Record) -> list[Panel]:
    """Build every registered section for this record, in order."""
    return _built(_record_builders, request, record)


def _built(builders: Mapping[str, tuple[int, Callable[..., Any]]], request: HttpRequest, about: Any) -> list[Panel]:
    built = []
    for name, (_, builder) in sorted(builders.items(), key=lambda item: (item[1][0], item[0])):
        result = builder(request, about)
        if result is not None:
            built.append(Panel(name, *result))
    return built
