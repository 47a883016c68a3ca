"""Joint incentives (联合激励): what each department is asked to grant to whoever stands on a red list, and what it did."""

import uuid

from django.db import models
from django.db.models import Q

from incentives.models.honours import Honour
from incentives.rules import grants as rules
from registry.base.tracked import Tracked
from registry.models import Account, Department


class IncentiveGrant(Tracked):
    """One incentive of a catalogue, asked of one department for one honour.

    It may be granted only while the honour is in force: read `incentives.rules.grants`, never `state` alone.
    """

    class State(models.TextChoices):
        DISPATCHED = rules.DISPATCHED, "待签收"
        RECEIVED = rules.RECEIVED, "已签收"
        GRANTED = rules.GRANTED, "已落实"
        REFUSED = rules.REFUSED, "不予落实"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    honour = models.ForeignKey(
        Honour, verbose_name="红名单条目", on_delete=models.PROTECT, related_name="grants", db_index=False
    )
    department = models.ForeignKey(
        Department,
        verbose_name="实施部门",
        on_delete=models.PROTECT,
        related_name="incentive_grants",
        db_index=False,
    )
    catalogue = models.CharField("清单", max_length=60)
    catalogue_hash = models.CharField("清单版本", max_length=64)
    code = models.CharField("措施编号", max_length=20)
    label = models.CharField("激励措施", max_length=500)
    clause = models.CharField("条款", max_length=60, blank=True)
    legal_basis = models.JSONField("依据", default=list, blank=True)
    matters = models.JSONField("适用事项", default=list, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DISPATCHED)
    dispatched_on = models.DateField("派发日期")
    received_on = models.DateField("签收日期", null=True, blank=True)
    answered_on = models.DateField("反馈日期", null=True, blank=True)
    answered_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField("落实情况", max_length=1000, blank=True)
    stop_told_on = models.DateField("停止通知日期", null=True, blank=True)
    lifted_on = models.DateField("确认停止日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联合激励任务"
        ordering = ["-dispatched_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["honour", "department", "catalogue", "code"], name="one_grant_an_incentive"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "refused"]) | Q(answered_on__isnull=False),
                name="answered_grant_has_its_day",
            ),
        ]
        indexes = [models.Index(fields=["department", "state"], name="grant_turn")]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"
