"""Publications (公示): what the public may see, as a masked snapshot, between two dates."""

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from registry.base.tracked import Tracked
from registry.models import Department, Subject


def last_day_before(until: date) -> date | None:
    """Return the last day of a period that ends before `until`; None when it has no end."""
    return None if until == date.max else until - timedelta(days=1)


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Reads by date: what has run out is gone with no job run."""

    def update(self, **kwargs: object) -> int:
        raise TypeError("Publication is tracked: change it by save_by(), not update()")

    def visible(self, on: date) -> "PublicationQuerySet":
        """Publications that the public may see on the day `on`."""
        return self.filter(visible_from__lte=on, visible_until__gt=on).filter(
            Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on)
        )


class Publication(Tracked):
    """One published item, visible during `[visible_from, visible_until)` unless withdrawn before."""

    class Kind(models.TextChoices):
        ENTRY = "entry", "名单"
        PENALTY = "penalty", "行政处罚"
        PERMIT = "permit", "行政许可"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    subject = models.ForeignKey(
        Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="publications", db_index=False
    )
    object_kind = models.CharField(max_length=40)
    object_id = models.PositiveBigIntegerField()
    department = models.ForeignKey(Department, verbose_name="发布部门", on_delete=models.PROTECT, related_name="+")
    title = models.CharField("标题", max_length=200)
    list_label = models.CharField("名单名称", max_length=60, blank=True)
    number_normalized = models.CharField("文书号", max_length=128, blank=True, db_index=True)
    snapshot = models.JSONField("公示内容", default=dict)
    channel = models.CharField("渠道", max_length=20, default="site")
    decided_on = models.DateField("决定日期")
    published_on = models.DateField("公示日期")
    visible_from = models.DateField("可见自")
    visible_until = models.DateField("可见止（不含）")
    withdrawn_on = models.DateField("撤下日期", null=True, blank=True)
    withdraw_reason = models.CharField("撤下原因", max_length=300, blank=True)
    disputed_on = models.DateField("异议受理日期", null=True, blank=True, help_text="有异议正在核查，公示页同时标明。")

    objects = PublicationQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        ordering = ["-published_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["object_kind", "object_id", "channel"], name="published_once_a_channel"),
            models.CheckConstraint(
                condition=Q(visible_until__gte=F("visible_from")), name="publication_period_runs_forward"
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "visible_until"]),
            models.Index(fields=["kind", "-published_on", "-id"]),  # the public's pages, newest first
            models.Index(fields=["-published_on", "-id"]),  # the office's
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def last_day(self) -> date | None:
        """The last day on which it is public by its own period; None when it has no end."""
        return last_day_before(self.visible_until)

    def is_visible(self, on: date) -> bool:
        """Whether the public may see it on the day `on`: the same test as `visible()`."""
        return self.visible_from <= on < self.visible_until and (self.withdrawn_on is None or on < self.withdrawn_on)
