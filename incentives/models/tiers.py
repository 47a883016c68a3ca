"""Supervision tiers (信用等级) of subjects over time, why, and whose tier has to be looked at anew."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from registry.base.tracked import Tracked
from registry.models import Account, Department, PolicyVersion, Subject


class TierQuerySet(models.QuerySet["TierAssessment"]):
    """Reads by date."""

    def on(self, day: date) -> "TierQuerySet":
        """The assessments that hold on `day`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class TierAssessment(models.Model):
    """A subject's tier during `[starts_on, ends_on)`, by the pack's conditions, with reasons. Never deleted.

    `missing`: facts that must be registered before anybody can say (then the tier is the newcomers', 待评定); `grounds`:
    what it rested on when it was found (`assessed_on`), see `registry.rules.policy.tier_grounds`; `cause`: what made it be
    looked at; `next_change_on`: the first later day on which time alone may change the answer. Written only where it
    differs, by `incentives.services.tier_settling`.
    """

    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="tiers")
    policy = models.ForeignKey(PolicyVersion, verbose_name="依据", on_delete=models.PROTECT, related_name="+")
    pack_id = models.CharField("政策", max_length=60)
    tier_code = models.CharField("等级", max_length=40)
    tier_label = models.CharField("等级名称", max_length=100)
    is_newcomer = models.BooleanField("待评定", default=False)
    missing = models.JSONField("缺少的事实", default=list, blank=True)
    grounds = models.TextField("评定所据", default="", blank=True)
    cause = models.CharField("变动原因", max_length=200)
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)
    assessed_on = models.DateField("最近评定日期")
    next_change_on = models.DateField("结论可能变化的日期", null=True, blank=True)

    objects = TierQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用等级"
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "pack_id"], condition=Q(ends_on__isnull=True), name="one_open_tier_a_pack"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="tier_period_runs_forward"
            ),
        ]
        indexes = [
            models.Index(fields=["next_change_on"], condition=Q(ends_on__isnull=True), name="tier_next_change"),
            models.Index(fields=["pack_id", "tier_code"], condition=Q(ends_on__isnull=True), name="tier_now"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.tier_label}"


class TierMark(models.Model):
    """A subject whose tier is to be looked at: a fact changed. Written with the fact, taken away with the answer."""

    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, related_name="tier_mark")
    cause = models.CharField("原因", max_length=200)
    token = models.UUIDField(default=uuid.uuid4)
    marked_on = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "待重新评定"


class TierUngraded(models.Model):
    """A subject that no tier of the pack fits, or that it does not reach: not looked at again before a fact, an edition
    or this day changes it."""

    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, related_name="ungraded")
    pack_id = models.CharField("政策", max_length=60)
    next_change_on = models.DateField("结论可能变化的日期", null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "不属于任何等级"


class TierRun(models.Model):
    """The last time that everybody was asked, by which edition, and the day up to which changes are settled.

    `newest_asked`: the newest subject at that time; `newest_graded`: the newest when everybody was asked before that. Whoever
    is not newer than this was asked: who was being taken in then is between the two.
    """

    pack_id = models.CharField("政策", max_length=60, unique=True)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField("全部核对日期")
    looked_on = models.DateField("最近核对日期")
    newest_asked = models.BigIntegerField("全部核对时最新的主体", default=0)
    newest_graded = models.BigIntegerField("此前全部核对时最新的主体", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "等级评定进度"


class TierObjection(Tracked):
    """What a subject says against its tier, and the answer. The facts below are put right where they are kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="tier_objections")
    department = models.ForeignKey(Department, verbose_name="办理部门", on_delete=models.PROTECT, related_name="+")
    tier_label = models.CharField("异议时的等级", max_length=100)
    text = models.TextField("异议", max_length=2000)
    filed_on = models.DateField("提出日期")
    filed_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField("答复日期", null=True, blank=True)
    answered_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField("答复", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "等级异议"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(answered_on__isnull=True), name="one_open_tier_objection"
            ),
        ]
