"""Policy pack versions as published, which of them the office runs, drafts, and how an edition comes into use."""

import uuid

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models.departments import Account


class PolicyVersion(models.Model):
    """One immutable edition of a pack: its whole text under its content hash. Decisions point here."""

    pack_id = models.CharField("政策代码", max_length=60)
    content_hash = models.CharField("内容哈希", max_length=64)
    title = models.CharField("标题", max_length=300)
    issuer = models.CharField("发文机关", max_length=200)
    number = models.CharField("文号", max_length=100, blank=True)
    authority = models.CharField("效力层级", max_length=40)
    in_force_from = models.DateField("施行日期", null=True, blank=True)
    in_force_until = models.DateField("失效日期（不含）", null=True, blank=True)
    text = models.TextField("全文（YAML）")
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        constraints = [models.UniqueConstraint(fields=["pack_id", "content_hash"], name="one_row_a_pack_version")]

    def __str__(self) -> str:
        return self.title


class PolicyActivation(Tracked):
    """The office runs a pack version during `[starts_on, ends_on)`, binding or as internal grading."""

    class Mode(models.TextChoices):
        BINDING = "binding", "依法列入并公布"
        INTERNAL = "internal", "仅作内部分级"

    policy = models.ForeignKey(PolicyVersion, verbose_name="政策", on_delete=models.PROTECT, related_name="activations")
    mode = models.CharField("方式", max_length=10, choices=Mode.choices)
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)
    reasons = models.JSONField("合法性审查结论", default=list)
    activated_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "政策启用"
        constraints = [
            models.UniqueConstraint(fields=["policy"], condition=Q(ends_on__isnull=True), name="active_once"),
        ]


class PolicyDraft(Tracked):
    """A pack in the making: its whole text, always of the form; never deleted, only discarded. Nothing runs by it."""

    class State(models.TextChoices):
        OPEN = "open", "起草中"
        ADOPTED = "adopted", "已成为版本"
        DISCARDED = "discarded", "已弃用"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField("名称", max_length=200)
    pack_id = models.CharField("政策代码", max_length=60)
    content_hash = models.CharField("内容哈希", max_length=64)
    text = models.TextField("全文（YAML）")
    base = models.ForeignKey(
        PolicyVersion,
        verbose_name="起草所据版本",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="drafts",
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    made_by = models.ForeignKey(Account, verbose_name="起草人", null=True, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField("起草日期")
    changed_on = models.DateField("最近修改")
    discard_reason = models.CharField("弃用理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策草案"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class PolicyProposal(Tracked):
    """One officer's proposal that the office run an edition or a draft; another officer confirms or rejects it.

    `verdict_*`: the lawfulness check of the starting day as both saw it. `seen`: the pack's activations when it was
    made ([id, row version]); when they differ the proposal is stale. `trial_ref`: public id of the trial that supports it.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REJECTED = "rejected", "已驳回"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    edition = models.ForeignKey(
        PolicyVersion, verbose_name="版本", null=True, blank=True, on_delete=models.PROTECT, related_name="proposals"
    )
    draft = models.ForeignKey(
        PolicyDraft, verbose_name="草案", null=True, blank=True, on_delete=models.PROTECT, related_name="proposals"
    )
    pack_id = models.CharField("政策代码", max_length=60)
    content_hash = models.CharField("内容哈希", max_length=64)
    title = models.CharField("标题", max_length=300)
    mode = models.CharField("方式", max_length=10, choices=PolicyActivation.Mode.choices)
    starts_on = models.DateField("自")
    reason = models.CharField("提出理由", max_length=500)
    trial_ref = models.UUIDField("试算", null=True, blank=True)
    verdict_mode = models.CharField("审查结论", max_length=10, choices=PolicyActivation.Mode.choices)
    verdict_reasons = models.JSONField("合法性审查结论", default=list)
    seen = models.JSONField("提出时的启用情况", default=list)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PENDING)
    proposed_by = models.ForeignKey(Account, verbose_name="提出人", on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField("提出日期")
    settled_by = models.ForeignKey(
        Account, verbose_name="确认人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_on = models.DateField("处理日期", null=True, blank=True)
    settle_reason = models.CharField("处理意见", max_length=500, blank=True)
    activation = models.OneToOneField(
        PolicyActivation, null=True, blank=True, on_delete=models.PROTECT, related_name="proposal"
    )

    class Meta:
        verbose_name = verbose_name_plural = "启用提议"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pack_id"], condition=Q(state="pending"), name="one_pending_proposal_a_pack"
            ),
            models.CheckConstraint(
                condition=Q(edition__isnull=False) | Q(draft__isnull=False), name="proposal_names_an_edition"
            ),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=models.F("proposed_by")),
                name="proposal_takes_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PolicyAnnouncement(models.Model):
    """What the public was told of a policy coming into use or out of it. Written once."""

    class Kind(models.TextChoices):
        ADOPTED = "adopted", "启用"
        STOPPED = "stopped", "停用"

    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="announcements")
    activation = models.ForeignKey(
        PolicyActivation, on_delete=models.PROTECT, related_name="announcements", db_index=False
    )
    takes_effect_on = models.DateField("施行或停止日期")
    announced_on = models.DateField("公布日期")
    text = models.CharField("公告", max_length=1000)

    class Meta:
        verbose_name = verbose_name_plural = "政策公告"
        ordering = ["-announced_on", "-id"]
        constraints = [models.UniqueConstraint(fields=["activation", "kind"], name="announced_once")]

    def __str__(self) -> str:
        return self.text
