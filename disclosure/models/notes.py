"""Public notes (公告): that something public was wrong and has been put right, or that a subject was repaired."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from registry.base.tracked import Tracked
from registry.models import Department, Subject


class PublicNoteQuerySet(models.QuerySet["PublicNote"]):
    """Reads by date: what has run out is gone with no job run."""

    def update(self, **kwargs: object) -> int:
        raise TypeError("PublicNote is tracked: change it by save_by(), not update()")

    def visible(self, on: date) -> "PublicNoteQuerySet":
        """Notes that the public may see on the day `on`."""
        return self.filter(visible_from__lte=on, visible_until__gt=on)


class PublicNote(Tracked):
    """One note, visible during `[visible_from, visible_until)`. It says what is right, not what had been wrong."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", "更正公告"
        REPAIR = "repair", "信用修复公告"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    subject = models.ForeignKey(
        Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="public_notes", db_index=False
    )
    department = models.ForeignKey(Department, verbose_name="发布部门", on_delete=models.PROTECT, related_name="+")
    object_kind = models.CharField(max_length=40)
    object_id = models.PositiveBigIntegerField()
    title = models.CharField("标题", max_length=200)
    text = models.CharField("内容", max_length=1000)
    visible_from = models.DateField("可见自")
    visible_until = models.DateField("可见止（不含）")

    objects = PublicNoteQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = verbose_name_plural = "公告"
        ordering = ["-visible_from", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(visible_until__gte=F("visible_from")), name="note_period_runs_forward"),
        ]
        indexes = [
            models.Index(fields=["subject", "visible_until"]),
            models.Index(fields=["object_kind", "object_id"]),
        ]

    def __str__(self) -> str:
        return self.title
