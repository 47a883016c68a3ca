"""Reports of misconduct (举报). Who reported stands apart, sealed; nothing here leads from a subject's file to a tip.

Relations to subjects and records have no way back on purpose: a page of the subject cannot come upon its tips.
"""

import uuid

from django.db import models
from django.db.models import F, Q

from registry.base.tracked import Tracked
from registry.models import Account, Attachment, Department, Record, Subject
from sanctions.rules import tips as rules


class Tip(Tracked):
    """One report: whom it is about in the reporter's words, what happened, and how far it has come.

    `code_digest`: keyed digest of the receipt code; `form_key` makes sending one form twice one tip. What the reporter
    gave as name and contact is cut out of every text here. `due_…`: the running limit with its basis; a tip has no
    `Deadline`, which would hang on the subject. Amounts in yuan. Never deleted.
    """

    class State(models.TextChoices):
        RECEIVED = rules.RECEIVED, rules.STATE_LABELS[rules.RECEIVED]
        DECLINED = rules.DECLINED, rules.STATE_LABELS[rules.DECLINED]
        ACCEPTED = rules.ACCEPTED, rules.STATE_LABELS[rules.ACCEPTED]
        INVESTIGATED = rules.INVESTIGATED, rules.STATE_LABELS[rules.INVESTIGATED]
        CONCLUDED = rules.CONCLUDED, rules.STATE_LABELS[rules.CONCLUDED]
        TOLD = rules.TOLD, rules.STATE_LABELS[rules.TOLD]

    class Outcome(models.TextChoices):
        VERIFIED = rules.VERIFIED, rules.OUTCOME_LABELS[rules.VERIFIED]
        UNVERIFIED = rules.UNVERIFIED, rules.OUTCOME_LABELS[rules.UNVERIFIED]
        HANDED_OVER = rules.HANDED_OVER, rules.OUTCOME_LABELS[rules.HANDED_OVER]

    class Reward(models.TextChoices):
        PROPOSED = rules.PROPOSED, rules.REWARD_LABELS[rules.PROPOSED]
        GRANTED = rules.GRANTED, rules.REWARD_LABELS[rules.GRANTED]
        REFUSED = rules.REFUSED, rules.REWARD_LABELS[rules.REFUSED]
        PAID = rules.PAID, rules.REWARD_LABELS[rules.PAID]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("编号", max_length=80, unique=True)
    code_digest = models.CharField("回执码（摘要）", max_length=64, unique=True, editable=False)
    form_key = models.UUIDField(unique=True, editable=False)
    about = models.CharField("被举报的单位或者个人", max_length=300)
    what = models.TextField("举报内容", max_length=6000)
    happened_when = models.CharField("发生时间", max_length=200)
    place = models.CharField("地点", max_length=300)
    received_on = models.DateField("收到日期")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.RECEIVED)
    subject = models.ForeignKey(
        Subject, verbose_name="匹配的主体", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    department = models.ForeignKey(
        Department, verbose_name="承办部门", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    handler = models.ForeignKey(
        Account, verbose_name="经办人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    findings = models.TextField("核查情况", max_length=6000, blank=True)
    investigated_on = models.DateField("核查日期", null=True, blank=True)
    outcome = models.CharField("结论", max_length=12, choices=Outcome.choices, blank=True)
    handed_to = models.CharField("移送机关", max_length=200, blank=True)
    answer = models.CharField("给举报人的答复", max_length=500, blank=True)
    concluded_on = models.DateField("结论日期", null=True, blank=True)
    concluded_by = models.ForeignKey(
        Account, verbose_name="决定人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    told_on = models.DateField("反馈日期", null=True, blank=True)
    record = models.OneToOneField(
        Record, verbose_name="信用记录", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reward = models.CharField("奖励", max_length=10, choices=Reward.choices, blank=True)
    reward_yuan = models.PositiveIntegerField("奖励金额", null=True, blank=True)
    reward_reason = models.CharField("奖励理由", max_length=500, blank=True)
    reward_proposed_by = models.ForeignKey(
        Account, verbose_name="奖励提出人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reward_decided_by = models.ForeignKey(
        Account, verbose_name="奖励审批人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reward_decided_on = models.DateField("奖励审批日期", null=True, blank=True)
    reward_paid_on = models.DateField("兑付日期", null=True, blank=True)
    reward_paid_by = models.ForeignKey(
        Account, verbose_name="兑付人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reward_voucher = models.CharField("付款凭证号", max_length=60, blank=True)
    due_on = models.DateField("截止日", null=True, blank=True)
    due_label = models.CharField("期限", max_length=100, blank=True)
    due_from = models.DateField("起算日", null=True, blank=True)
    due_days = models.PositiveSmallIntegerField("天数", default=0)
    due_unit = models.CharField("单位", max_length=10, blank=True)
    due_is_provisional = models.BooleanField("暂定", default=False)
    due_basis = models.CharField("期限依据", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "举报"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["received", "declined"]) | Q(handler__isnull=False, department__isnull=False),
                name="accepted_tip_has_its_handler",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "concluded", "told"]) | ~Q(answer=""), name="closed_tip_is_answered"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["concluded", "told"]) | ~Q(outcome=""), name="concluded_tip_has_its_outcome"
            ),
            models.CheckConstraint(
                condition=Q(record__isnull=True) | Q(outcome="verified", subject__isnull=False),
                name="tip_record_was_verified",
            ),
            models.CheckConstraint(
                condition=Q(reward="") | Q(outcome="verified", reward_yuan__gt=0), name="rewarded_tip_was_verified"
            ),
            models.CheckConstraint(
                condition=Q(reward_decided_by__isnull=True) | ~Q(reward_decided_by=F("reward_proposed_by")),
                name="tip_reward_decided_by_another",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="tip_turn")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN


class TipIdentity(models.Model):
    """Who reported, as given: sealed, never rewritten (only words are added), without row versions. Read it by `identity_open` alone.

    `words_sealed`: the reporter's own words where something had to be cut out of them.
    """

    tip = models.OneToOneField(Tip, on_delete=models.PROTECT, related_name="identity")
    name_sealed = models.TextField("姓名（加密）", blank=True, editable=False)
    phone_sealed = models.TextField("电话（加密）", blank=True, editable=False)
    address_sealed = models.TextField("地址（加密）", blank=True, editable=False)
    words_sealed = models.TextField("原文（加密）", blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "举报人身份"


class TipIdentityOpening(models.Model):
    """One look at a reporter's identity: who, when, why. Written before anything is shown, never changed."""

    identity = models.ForeignKey(TipIdentity, on_delete=models.PROTECT, related_name="openings")
    account = models.ForeignKey(Account, verbose_name="查看人", on_delete=models.PROTECT, related_name="+")
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    reason = models.CharField("理由", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "查看举报人身份的记录"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="tip_opening_has_its_reason")]


class TipMessage(models.Model):
    """A question of the office, or the reporter's answer to it. `account` is the officer; none where it answers."""

    tip = models.ForeignKey(Tip, on_delete=models.PROTECT, related_name="messages")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("日期")
    text = models.CharField("内容", max_length=2500)

    class Meta:
        verbose_name = verbose_name_plural = "举报问答"
        ordering = ["id"]

    @property
    def is_question(self) -> bool:
        return self.account_id is not None


class TipFile(models.Model):
    """A file handed in with a tip or an answer, under a name of ours: names of files name people. `place`: from 1."""

    tip = models.ForeignKey(Tip, on_delete=models.PROTECT, related_name="files", db_index=False)
    place = models.PositiveSmallIntegerField("序号")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "举报材料"
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["tip", "place"], name="one_tip_file_a_place")]
