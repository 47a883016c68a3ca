"""Base of every model whose row versions are kept."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from simple_history.models import HistoricalRecords

from registry import clock
from registry.base.errors import Conflict

if TYPE_CHECKING:
    from registry.models import Account


class TrackedQuerySet(models.QuerySet[Any]):
    """A queryset that refuses the one call which would change rows without writing history."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(
            f"{self.model.__name__} is tracked: change it by save_by() or bulk_update_with_history(), not update()"
        )


class Tracked(models.Model):
    """Row versions by django-simple-history, and a counter that makes a stale form visible."""

    version = models.PositiveIntegerField("版本", default=0, editable=False)
    history = HistoricalRecords(inherit=True)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def _history_date(self) -> datetime:
        """When the row version was recorded; django-simple-history reads it. By the site's one clock, so that what was
        known on a day can be told in a demonstration too."""
        return clock.now()

    def save_by(self, actor: "Account | None", *, reason: str) -> Self:
        """Save with the actor (None: the system) and the reason on the history row, and count the version up."""
        self._history_user = actor
        self._change_reason = reason[:100]
        self.version += 1
        self.save()
        return self


def version_require(obj: Tracked, version: int | None) -> None:
    """Raise Conflict when the form was opened on another version than the row has now. None means: not asked."""
    if version is not None and obj.version != version:
        raise Conflict(
            "stale-version",
            "这一页打开之后，内容已被他人修改，本次提交没有生效。请刷新页面，核对最新内容后再办理。",
            expected=version,
            actual=obj.version,
        )
