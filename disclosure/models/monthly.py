"""Monthly reports made ready for the level above, kept as made."""

import uuid

from django.db import models

from registry.models import Attachment


class MonthlyFile(models.Model):
    """One report of one month, made when the month was over. Later facts do not change it; a new one is downloaded from
    the report's own page."""

    class Kind(models.TextChoices):
        LISTING = "listing", "名单信息汇总表"
        PUBLICITY = "publicity", "双公示月报"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("报表", max_length=10, choices=Kind.choices)
    month = models.DateField("月份（首日）")
    rows = models.PositiveIntegerField("行数", default=0)
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField("编制日期")

    class Meta:
        verbose_name = verbose_name_plural = "每月报表"
        ordering = ["-month", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "month"], name="one_monthly_file"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="monthly_file_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y年%m月}{self.get_kind_display()}"
