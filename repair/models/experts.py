"""The pool of experts that complaints draw from, and the reminders of removal that were sent."""

import uuid

from django.db import models
from django.db.models import F, Q

from registry.base.tracked import Tracked
from registry.models import Department
from sanctions.models import ListEntry


class Expert(Tracked):
    """Somebody who may be drawn for a complaint during `[starts_on, ends_on)`. Never deleted.

    `department`: where the expert serves; none is drawn for a complaint about the own department (回避).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("姓名", max_length=60)
    field = models.CharField("专业", max_length=60)
    department = models.ForeignKey(
        Department, verbose_name="所在部门", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_on = models.DateField("入库日期")
    ends_on = models.DateField("出库日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "专家"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="expert_period_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.field}）"


class RemovalReminder(models.Model):
    """The subject was reminded that removal may be applied for soon, or not much longer; once each for an entry."""

    class Stage(models.TextChoices):
        OPENING = "opening", "即将可以申请"
        CLOSING = "closing", "申请期即将届满"

    entry = models.ForeignKey(ListEntry, on_delete=models.PROTECT, related_name="removal_reminders", db_index=False)
    stage = models.CharField("阶段", max_length=8, choices=Stage.choices)
    apply_from = models.DateField("可以申请自")
    apply_until = models.DateField("可以申请至")
    sent_on = models.DateField("提醒日期")

    class Meta:
        verbose_name = verbose_name_plural = "移出提醒"
        constraints = [models.UniqueConstraint(fields=["entry", "stage"], name="removal_reminded_once_a_stage")]
