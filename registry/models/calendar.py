"""The working-day calendar as the office keeps it, and the statutory deadlines reckoned by it."""

from django.db import models
from django.db.models import F, Q

from registry.base.tracked import Tracked
from registry.models.departments import Account, Department
from registry.models.subjects import Subject


class CalendarYear(Tracked):
    """A year whose holiday notice has been loaded by hand, beyond those the calendar package knows."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    is_announced = models.BooleanField("已公布", default=True)
    source = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "日历年份"
        ordering = ["year"]


class CalendarDay(Tracked):
    """A day that differs from the packaged calendar: a rest day worked, or a working day off."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("工作日")
    note = models.CharField("说明", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "日历调整"
        ordering = ["day"]


class Deadline(Tracked):
    """One statutory or set date by which somebody must act. Days left are computed on reading.

    `starts_on` is the day the period runs from (not counted), `days` its length; `due_on` already includes pauses.
    """

    class Unit(models.TextChoices):
        WORKING = "working", "个工作日"
        CALENDAR = "calendar", "日"

    code = models.CharField("事项", max_length=40)
    label = models.CharField("名称", max_length=100)
    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="deadlines")
    object_kind = models.CharField(max_length=40)
    object_id = models.PositiveBigIntegerField()
    department = models.ForeignKey(
        Department, verbose_name="责任部门", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        Account,
        verbose_name="责任人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    role = models.CharField("责任角色", max_length=20, blank=True)
    starts_on = models.DateField("起算日")
    days = models.PositiveSmallIntegerField("期限")
    unit = models.CharField("单位", max_length=10, choices=Unit.choices, default=Unit.WORKING)
    due_on = models.DateField("截止日")
    is_provisional = models.BooleanField("暂定", default=False)
    pack_id = models.CharField("政策", max_length=60, blank=True)
    policy_hash = models.CharField("政策版本", max_length=64, blank=True)
    clause = models.CharField("条款", max_length=60, blank=True)
    is_assumed = models.BooleanField("期限为假定", default=False)
    met_on = models.DateField("完成日", null=True, blank=True)
    cancelled_on = models.DateField("撤销日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["object_kind", "object_id", "code"],
                condition=Q(met_on__isnull=True, cancelled_on__isnull=True),
                name="one_open_deadline_a_matter",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(met_on__isnull=True, cancelled_on__isnull=True), name="deadline_open_due"
            ),
            # Counted by department without the rows: what of a kind is late.
            models.Index(
                fields=["object_kind", "code", "due_on", "department", "object_id", "id"],
                condition=Q(met_on__isnull=True, cancelled_on__isnull=True),
                name="deadline_open_of_kind",
            ),
            # Whose turn it is: of a department, or of one of its officers.
            models.Index(
                fields=["department", "due_on"],
                condition=Q(met_on__isnull=True, cancelled_on__isnull=True),
                name="deadline_open_of_department",
            ),
            models.Index(fields=["account"], condition=Q(account__isnull=False), name="deadline_of_account"),
            models.Index(fields=["object_kind", "object_id"]),
            models.Index(fields=["code", "starts_on"]),  # statistics of a period
        ]

    @property
    def is_open(self) -> bool:
        return self.met_on is None and self.cancelled_on is None


class DeadlinePause(Tracked):
    """The clock stands still during `[starts_on, ends_on)`."""

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="pauses")
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)
    reason = models.CharField("原因", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "期限中止"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="pause_runs_forward"
            ),
        ]
