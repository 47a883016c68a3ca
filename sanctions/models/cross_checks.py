"""Cross-checks (交叉核查): what does not go together, or is worth knowing, told to officers with its ground."""

import uuid

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models import Account, Subject
from sanctions.models.entries import ListEntry


class CrossCheck(Tracked):
    """One flag about one subject, resting on list entries in force and, for some kinds, on something beside them.

    `key` names the ground: the same ground is flagged once, a new one anew. A flag stands only while all its `entries`
    are in force and `until` (first day without the other ground; empty: not known) has not come: read
    `sanctions.selectors.cross_checks`, never `closed_on` alone. A flag about another company than the listed subject
    is information and never ground for anything.
    """

    class Kind(models.TextChoices):
        HONOUR = "honour", "红黑名单冲突"
        DOMAINS = "domains", "多个领域在列"
        COMPANY = "company", "在列人员任职的其他单位（仅供参考）"

    class Outcome(models.TextChoices):
        PASSED_ON = "passed-on", "已核实并转有关部门处理"
        NOTED = "noted", "已知悉，不需要处理"
        WRONG = "wrong", "经核实不成立"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    key = models.CharField("依据标识", max_length=200)
    subject = models.ForeignKey(
        Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="cross_checks", db_index=False
    )
    person = models.ForeignKey(
        Subject, verbose_name="在列人员", null=True, on_delete=models.PROTECT, related_name="cross_checked_companies"
    )
    entries = models.ManyToManyField(ListEntry, verbose_name="所依据的条目", related_name="cross_checks")
    basis = models.CharField("依据", max_length=500)
    explanation = models.CharField("说明", max_length=1000)
    until = models.DateField("另一依据终止日（不含）", null=True, blank=True)
    opened_on = models.DateField("发现日期")
    closed_on = models.DateField("依据消失日期", null=True, blank=True)
    outcome = models.CharField("处理", max_length=10, choices=Outcome.choices, blank=True)
    handled_on = models.DateField("处理日期", null=True, blank=True)
    handled_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField("处理情况", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "交叉核查"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(closed_on__isnull=True), name="one_open_flag_a_ground"),
            models.CheckConstraint(
                condition=Q(outcome="") | (Q(handled_on__isnull=False) & ~Q(note="")), name="handled_flag_says_how"
            ),
        ]
        indexes = [models.Index(fields=["subject"]), models.Index(fields=["kind", "closed_on", "outcome"])]

    def __str__(self) -> str:
        return f"{self.subject} {self.get_kind_display()}"
