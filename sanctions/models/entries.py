"""List entries (名单条目): who stands on which list, on which basis, from when and until when."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from registry.base.tracked import Tracked
from registry.models import Department, PolicyVersion, Record, Subject
from sanctions.models.cases import Case


class EntryQuerySet(models.QuerySet["ListEntry"]):
    """Reads by date: nothing here depends on a job having run."""

    def update(self, **kwargs: object) -> int:
        raise TypeError("ListEntry is tracked: change it by save_by(), not update()")

    def in_force(self, on: date) -> "EntryQuerySet":
        """Entries in force on the day `on`: begun, and neither run out nor ended."""
        return self.filter(starts_on__lte=on, ends_on__gt=on)


class ListEntry(Tracked):
    """A subject's place on a list during `[starts_on, ends_on)`.

    `term_ends_on` is where the pack's term ends (with paused time, where the pack adds it); an early end moves
    `ends_on` before it and says why in `end_reason`. `disputed_on`: since when an objection to the entry itself is open.
    """

    versions_asked_by = ("subject",)

    class EndReason(models.TextChoices):
        TERM = "term", "期满"
        REPAIRED = "repaired", "信用修复"
        CORRECTED = "corrected", "更正"
        REVOKED = "revoked", "撤销"
        MOVED = "moved", "转入其他名单"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.OneToOneField(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="entry")
    subject = models.ForeignKey(
        Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    policy = models.ForeignKey(PolicyVersion, verbose_name="政策", on_delete=models.PROTECT, related_name="+")
    pack_id = models.CharField("政策代码", max_length=60)
    list_code = models.CharField("名单", max_length=40)
    list_label = models.CharField("名单名称", max_length=60)
    domain = models.CharField("领域", max_length=60, blank=True)
    is_public = models.BooleanField("公开")
    department = models.ForeignKey(
        Department, verbose_name="认定部门", on_delete=models.PROTECT, related_name="entries"
    )
    clause = models.CharField("条款", max_length=200)
    decided_on = models.DateField("认定日期")
    published_on = models.DateField("公布日期", null=True, blank=True)
    starts_on = models.DateField("生效日期")
    term_ends_on = models.DateField("期满日（不含）")
    ends_on = models.DateField("终止日（不含）")
    end_reason = models.CharField("终止原因", max_length=10, choices=EndReason.choices, default=EndReason.TERM)
    end_note = models.CharField("终止说明", max_length=500, blank=True)
    time = models.PositiveSmallIntegerField("第几次列入", default=1)
    expiry_announced_on = models.DateField("到期已通知", null=True, blank=True)
    disputed_on = models.DateField("提出异议日期", null=True, blank=True)

    objects = EntryQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        verbose_name = verbose_name_plural = "名单条目"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="entry_period_runs_forward"),
            models.CheckConstraint(condition=Q(ends_on__lte=F("term_ends_on")), name="entry_never_beyond_its_term"),
        ]
        indexes = [
            models.Index(fields=["subject", "ends_on"]),
            models.Index(fields=["ends_on", "starts_on"], name="entry_period"),  # in force on a day
            models.Index(fields=["-starts_on", "-id"]),  # the office's list, newest first
            models.Index(fields=["list_code", "-starts_on", "-id"], name="entry_newest_of_list"),  # one of the lists
            models.Index(
                fields=["ends_on"], condition=Q(expiry_announced_on__isnull=True), name="entry_end_to_announce"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.list_label}"


class EntryGround(models.Model):
    """A record that supports the entry: it does not support a second one on the same list."""

    entry = models.ForeignKey(ListEntry, on_delete=models.PROTECT, related_name="grounds", db_index=False)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="entry_grounds")

    class Meta:
        verbose_name = verbose_name_plural = "条目依据"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entry", "record"], name="entry_ground_once")]


class EntryPause(Tracked):
    """The entry's measures stand still during `[starts_on, ends_on)` while the entry stays in force."""

    versions_asked_by = ("entry",)

    entry = models.ForeignKey(ListEntry, on_delete=models.PROTECT, related_name="pauses")
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)
    reason = models.CharField("原因", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "暂停"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(ends_on__isnull=True), name="one_open_pause"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="entry_pause_runs_forward"
            ),
        ]
