"""Joint action as a whole: tasks that went to the joint-conference office, and the monthly feedback reports."""

import uuid

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models import Account, Attachment, Deadline, Department
from sanctions.models.orders import MeasureOrder


class Escalation(Tracked):
    """A task whose department is late beyond the county's days, before the joint-conference office.

    One row a deadline: a second run of the job raises nothing twice. It closes by itself once the department has
    answered, or the time to answer is over another way.
    """

    class State(models.TextChoices):
        OPEN = "open", "待说明"
        EXPLAINED = "explained", "已说明"
        URGED = "urged", "督办中"
        CLOSED = "closed", "已办结"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(MeasureOrder, verbose_name="任务", on_delete=models.PROTECT, related_name="escalations")
    deadline = models.OneToOneField(Deadline, verbose_name="期限", on_delete=models.PROTECT, related_name="escalation")
    department = models.ForeignKey(
        Department,
        verbose_name="逾期部门",
        on_delete=models.PROTECT,
        related_name="escalations",
        db_index=False,
    )
    office = models.ForeignKey(
        Department, verbose_name="督办机关", null=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField("应办结日期")
    after_days = models.PositiveSmallIntegerField("逾期超过（工作日）")
    clause = models.CharField("条款", max_length=60, blank=True)
    is_assumed = models.BooleanField("天数为假定", default=False)
    raised_on = models.DateField("提请日期")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    urged_until = models.DateField("整改期限", null=True, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) | (~Q(state="closed") & Q(closed_on__isnull=True)),
                name="closed_escalation_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="urged") | Q(urged_until__isnull=False), name="urging_names_its_day"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"]), models.Index(fields=["department", "state"])]

    def __str__(self) -> str:
        return self.order.title


class EscalationStep(models.Model):
    """One thing said or done about an escalation. Written once; `account` None: the system."""

    class Kind(models.TextChoices):
        RAISED = "raised", "提请督办"
        EXPLAINED = "explained", "部门说明"
        URGED = "urged", "督办"
        SETTLED = "settled", "部门已办理"
        CLOSED = "closed", "办结"

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    text = models.CharField("内容", max_length=1000)
    until = models.DateField("整改期限", null=True, blank=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "督办经过"
        ordering = ["id"]


class JointReport(models.Model):
    """The monthly feedback report (月度反馈) as it was made: figures, sheet and document never change.

    `figures` are `sanctions.rules.joint_figures.Figures` as plain data. A later edition of the same month is a new row that
    says why.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    month = models.DateField("月份（首日）")
    edition = models.PositiveSmallIntegerField("版次", default=1)
    reason = models.CharField("重新编制的理由", max_length=300, blank=True)
    number = models.CharField("文号", max_length=80, unique=True)
    as_of = models.DateField("统计截止日")
    figures = models.JSONField("数据")
    sheet = models.OneToOneField(Attachment, verbose_name="数据表", on_delete=models.PROTECT, related_name="+")
    paper = models.OneToOneField(Attachment, verbose_name="文书", on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField("编制日期")
    made_at = models.DateTimeField("编制时间")

    class Meta:
        verbose_name = verbose_name_plural = "月度反馈报告"
        ordering = ["-month", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["month", "edition"], name="one_report_an_edition"),
            models.CheckConstraint(condition=Q(edition=1) | ~Q(reason=""), name="new_edition_says_why"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The month in words, with the edition where it is not the first."""
        label = f"{self.month.year}年{self.month.month}月"
        return label if self.edition == 1 else f"{label}（第{self.edition}版）"
