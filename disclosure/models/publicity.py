"""What dual publicity keeps beside deadlines: why a record is exempt, and lists found elsewhere held against ours."""

import uuid

from django.db import models

from registry.base.tracked import Tracked
from registry.models import Account, Department, Record


class PublicityExemption(models.Model):
    """Why a confirmed penalty or permit need not be made public (`Publicity.code` and its sentence). Never changed."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="publicity_exemption")
    code = models.CharField("原因代码", max_length=40)
    reason = models.CharField("原因", max_length=300)
    on = models.DateField("判定日期")

    class Meta:
        verbose_name = verbose_name_plural = "不列入双公示"


class PublicityBackfill(models.Model):
    """How far confirmed records have been asked for a deadline of dual publicity: one row.

    `basis`: digest of the editions that the office ran then. While it stays and `whole_on` is not long ago, only records
    written after `seen_until` can have none.
    """

    basis = models.CharField(max_length=64)
    whole_on = models.DateField("全部核对日期")
    seen_until = models.DateTimeField("已计入的变更", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "补设双公示期限的进度"


class SpotCheck(models.Model):
    """A list of decisions found elsewhere (a department's own site, its register) held against what was reported."""

    class Kind(models.TextChoices):
        PENALTY = "penalty", "行政处罚"
        PERMIT = "permit", "行政许可"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    department = models.ForeignKey(Department, verbose_name="决定部门", on_delete=models.PROTECT, related_name="+")
    source = models.CharField("清单来源", max_length=200)
    file_name = models.CharField("文件名", max_length=200)
    total = models.PositiveIntegerField("清单条数")
    absent = models.PositiveIntegerField("未报条数", default=0, help_text="核对当日没有上报的，包括以前已发现的。")
    made_by = models.ForeignKey(Account, verbose_name="核对人", on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField("核对日期")

    class Meta:
        verbose_name = verbose_name_plural = "瞒报抽查"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.made_on}{self.department.short_name}{self.get_kind_display()}抽查"


class MissingDecision(Tracked):
    """A decision on a list found elsewhere that had not been reported when it was looked for.

    Only the document's number and day are kept: no name of a party.
    """

    class Verdict(models.TextChoices):
        OPEN = "", "待核实"
        CONCEALED = "concealed", "应报未报"
        NOT_DUE = "not-due", "不属于应报"

    check_made = models.ForeignKey(SpotCheck, on_delete=models.PROTECT, related_name="missing")
    line = models.PositiveIntegerField("行号")
    number = models.CharField("文书号", max_length=128)
    number_normalized = models.CharField(max_length=128)
    decided_on = models.DateField("决定日期")
    kind = models.CharField("种类", max_length=10, choices=SpotCheck.Kind.choices)
    department = models.ForeignKey(
        Department, verbose_name="决定部门", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    verdict = models.CharField("核实结论", max_length=10, choices=Verdict.choices, blank=True, default="")
    why = models.CharField("未报原因", max_length=300, blank=True)
    settled_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_on = models.DateField("核实日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "未报决定"
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "kind", "number_normalized"], name="one_missing_decision_a_document"
            )
        ]
        indexes = [models.Index(fields=["decided_on"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
