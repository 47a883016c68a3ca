"""Places on a red list (守信红名单): who was put forward by whom, what was checked, how long it holds and why it ended."""

import uuid
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from incentives.rules import honours as rules
from registry.base.tracked import Tracked, TrackedQuerySet
from registry.models import Account, Attachment, Department, Document, PolicyVersion, Record, Subject
from sanctions.models import ListEntry


class HonourQuerySet(TrackedQuerySet):
    """Reads by date: nothing here depends on a job having run."""

    def in_force(self, on: date) -> "HonourQuerySet":
        """Honours in force on `on`: recognised, begun, and neither run out nor ended."""
        return self.filter(state=rules.RECOGNISED, starts_on__lte=on, ends_on__gt=on)

    def publicised(self, on: date) -> "HonourQuerySet":
        """Nominations whose publicity runs on `on`."""
        return self.filter(state=rules.PUBLICISED, publicity_from__lte=on, publicity_until__gte=on)


class Honour(Tracked):
    """A subject's place on a red list from its nomination on; in force during `[starts_on, ends_on)` once recognised.

    `term_ends_on`: where the pack's term ends; an early end moves `ends_on` before it, and `end_reason` with
    `end_record`, `end_entry` tells why. `publicity_until`: the last day on which objections are heard.
    `relied_on`: codes of the criteria that recognition rests on. `*_check`: what the check said then, with its reasons.
    """

    class State(models.TextChoices):
        NOMINATED = rules.NOMINATED, "待审核"
        PUBLICISED = rules.PUBLICISED, "公示中"
        RECOGNISED = rules.RECOGNISED, "已认定"
        REFUSED = rules.REFUSED, "不予认定"
        WITHDRAWN = rules.WITHDRAWN, "已撤回"

    class EndReason(models.TextChoices):
        TERM = rules.TERM, "期满"
        BREACH = rules.BREACH, "发生违法失信"
        CRITERIA = rules.CRITERIA, "不再符合条件"
        LISTED = rules.LISTED, "列入失信名单"
        REVOKED = rules.REVOKED, "撤销认定"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("编号", max_length=80, unique=True)
    subject = models.ForeignKey(
        Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="honours", db_index=False
    )
    department = models.ForeignKey(
        Department,
        verbose_name="认定部门",
        on_delete=models.PROTECT,
        related_name="honours",
        db_index=False,
    )
    policy = models.ForeignKey(PolicyVersion, verbose_name="依据", on_delete=models.PROTECT, related_name="+")
    pack_id = models.CharField("政策", max_length=60)
    list_code = models.CharField("名单", max_length=40)
    list_label = models.CharField("名单名称", max_length=60)
    clause = models.CharField("条款", max_length=60, blank=True)
    is_public = models.BooleanField("公开", default=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.NOMINATED)
    nominator = models.CharField("提名单位", max_length=100)
    nominator_kind = models.CharField("提名单位类别", max_length=100, blank=True)
    nominator_department = models.ForeignKey(
        Department, verbose_name="提名部门", null=True, blank=True, on_delete=models.PROTECT, related_name="nominations"
    )
    grounds = models.TextField("推荐理由", max_length=2000)
    renews = models.ForeignKey(
        "self", verbose_name="接续", null=True, blank=True, on_delete=models.PROTECT, related_name="renewals"
    )
    nominated_on = models.DateField("提名日期")
    nominated_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_on = models.DateField("审核日期", null=True, blank=True)
    reviewed_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    review_opinion = models.CharField("审核意见", max_length=1000, blank=True)
    review_check = models.JSONField("审核时的核对", default=dict, blank=True)
    publicity_from = models.DateField("公示自", null=True, blank=True)
    publicity_until = models.DateField("公示至（含）", null=True, blank=True)
    publicity_days = models.PositiveSmallIntegerField("公示工作日数", null=True, blank=True)
    is_publicity_provisional = models.BooleanField("公示期为暂定", default=False)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision_reason = models.CharField("决定理由", max_length=1000, blank=True)
    decision_check = models.JSONField("认定时的核对", default=dict, blank=True)
    relied_on = models.JSONField("所依条件", default=list, blank=True)
    document = models.OneToOneField(
        Document, verbose_name="认定书", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_on = models.DateField("生效日期", null=True, blank=True)
    term_ends_on = models.DateField("期满日（不含）", null=True, blank=True)
    ends_on = models.DateField("终止日（不含）", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=10, choices=EndReason.choices, default=EndReason.TERM)
    end_note = models.CharField("终止说明", max_length=1000, blank=True)
    end_record = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.PROTECT, related_name="ended_honours"
    )
    end_entry = models.ForeignKey(
        ListEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="ended_honours"
    )
    end_document = models.OneToOneField(
        Document, verbose_name="移出通知书", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = HonourQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "守信红名单"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "pack_id", "list_code"],
                condition=Q(state__in=["nominated", "publicised"]),
                name="one_open_nomination_a_list",
            ),
            models.CheckConstraint(
                condition=~Q(state="recognised")
                | Q(
                    starts_on__isnull=False, term_ends_on__isnull=False, ends_on__isnull=False, decided_on__isnull=False
                ),
                name="recognised_honour_has_its_days",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"), ends_on__lte=F("term_ends_on")),
                name="honour_within_its_term",
            ),
            models.CheckConstraint(
                condition=~Q(state="publicised")
                | Q(publicity_from__isnull=False, publicity_until__gte=F("publicity_from")),
                name="publicised_honour_has_its_days",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "ends_on"], name="honour_subject"),
            models.Index(fields=["state", "ends_on"], name="honour_state"),
            models.Index(fields=["department", "state"], name="honour_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.list_label}"

    @property
    def last_day(self) -> date | None:
        """The last day in force, inclusive; None before recognition and for an honour that never held a day."""
        if self.starts_on is None or self.ends_on is None or self.ends_on <= self.starts_on:
            return None
        return self.ends_on - timedelta(days=1)


class HonourFile(Tracked):
    """A paper that a nomination rests on."""

    honour = models.ForeignKey(Honour, on_delete=models.PROTECT, related_name="files")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "推荐材料"
        ordering = ["id"]


class HonourObjection(Tracked):
    """What somebody objected during publicity, and the answer. Who it was is sealed: only officers who answer read it."""

    honour = models.ForeignKey(Honour, on_delete=models.PROTECT, related_name="objections")
    received_on = models.DateField("收到日期")
    text = models.TextField("异议内容", max_length=2000)
    from_sealed = models.TextField("异议人和联系方式（加密）", blank=True, editable=False)
    registered_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField("答复日期", null=True, blank=True)
    answered_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_upheld = models.BooleanField("成立", null=True, blank=True)
    answer = models.CharField("核查情况和答复", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示异议"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, is_upheld__isnull=True)
                | Q(answered_on__isnull=False, is_upheld__isnull=False) & ~Q(answer=""),
                name="answered_objection_has_its_answer",
            ),
        ]
