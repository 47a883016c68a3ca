"""The append-only timeline, its seals, and what must leave the database: outbox, inbox, notices."""

import uuid

from django.db import models
from django.db.models import Q

from registry.models.departments import Account, Department
from registry.models.subjects import Subject


class Seal(models.Model):
    """A batch of events closed under one digest that covers the seal before it.

    `verified_on`: the last day on which the nightly verification found its events as they were sealed.
    """

    sealed_at = models.DateTimeField("封存时间")
    count = models.PositiveIntegerField("事件数")
    previous_digest = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    verified_on = models.DateField("最近核对", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "封存"
        ordering = ["id"]
        indexes = [models.Index(fields=["verified_on", "id"], name="seal_verified")]


class Event(models.Model):
    """One act of one service: who, what, when, on which basis. Written once; `digest` covers its content."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("事件", max_length=60)
    text = models.CharField("说明", max_length=500)
    subject = models.ForeignKey(Subject, null=True, on_delete=models.PROTECT, related_name="events", db_index=False)
    object_kind = models.CharField(max_length=40)
    object_id = models.PositiveBigIntegerField(null=True)
    actor = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="events")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    payload = models.JSONField("内容", default=dict)
    digest = models.CharField("摘要", max_length=64)
    seal = models.ForeignKey(Seal, null=True, on_delete=models.PROTECT, related_name="events")

    class Meta:
        verbose_name = verbose_name_plural = "事件"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "-id"]),
            models.Index(fields=["object_kind", "object_id"]),
            models.Index(fields=["name", "-id"]),  # one kind of happening, newest first
            models.Index(fields=["id"], condition=Q(seal__isnull=True), name="event_unsealed"),
        ]


class OutboxMessage(models.Model):
    """An effect owed: written in the business transaction, drained by a leased relay after commit."""

    topic = models.CharField("主题", max_length=60)
    key = models.CharField("幂等键", max_length=120)
    payload = models.JSONField("内容", default=dict)
    created_at = models.DateTimeField("写入时间")
    available_at = models.DateTimeField("可投递时间")
    lease_token = models.UUIDField("租约", null=True)
    leased_until = models.DateTimeField("租约到期", null=True)
    attempts = models.PositiveIntegerField("次数", default=0)
    last_error = models.CharField("最近错误", max_length=500, blank=True)
    done_at = models.DateTimeField("完成时间", null=True)
    failed_at = models.DateTimeField("放弃时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "待办事务"
        ordering = ["id"]
        # Not `unique=True` on the column, which makes a second index for texts that begin alike.
        constraints = [models.UniqueConstraint(fields=["key"], name="outbox_key_once")]
        indexes = [
            models.Index(
                fields=["available_at"], condition=Q(done_at__isnull=True, failed_at__isnull=True), name="outbox_open"
            ),
            models.Index(
                fields=["leased_until"], condition=Q(done_at__isnull=True, leased_until__isnull=False),
                name="outbox_leased",
            ),
            # Counted on the workbench and by the health check.
            models.Index(
                fields=["failed_at"], condition=Q(done_at__isnull=True, failed_at__isnull=False), name="outbox_given_up"
            ),
        ]  # fmt: skip


class InboxReceipt(models.Model):
    """A consumer has applied the message with this key: it never applies it again."""

    consumer = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "已收事务"
        constraints = [models.UniqueConstraint(fields=["consumer", "key"], name="inbox_once")]


class Notice(models.Model):
    """A message owed to a subject, an account or a department: written in the transaction, delivered after commit."""

    class State(models.TextChoices):
        QUEUED = "queued", "待发送"
        DELIVERED = "delivered", "已送达系统内信箱"
        SERVED = "served", "已签收"
        FAILED = "failed", "发送失败"

    class Channel(models.TextChoices):
        PORTAL = "portal", "站内"
        PAPER = "paper", "纸质送达"

    kind = models.CharField("种类", max_length=40)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容")
    subject = models.ForeignKey(
        Subject, null=True, blank=True, on_delete=models.PROTECT, related_name="notices", db_index=False
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="notices", db_index=False
    )
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="notices", db_index=False
    )
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.PositiveBigIntegerField(null=True)
    channel = models.CharField("渠道", max_length=10, choices=Channel.choices, default=Channel.PORTAL)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    queued_at = models.DateTimeField("写入时间")
    delivered_at = models.DateTimeField("送达时间", null=True)
    read_at = models.DateTimeField("阅读时间", null=True)
    served_on = models.DateField("签收日期", null=True)
    receipt = models.CharField("送达回证", max_length=200, blank=True)
    attempts = models.PositiveIntegerField("次数", default=0)
    last_error = models.CharField("最近错误", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state"]),
            models.Index(fields=["object_kind", "object_id"]),
            # Of the three addressees a notice has one.
            *(
                models.Index(fields=[one, "-id"], condition=Q(**{f"{one}__isnull": False}), name=f"notice_of_{one}")
                for one in ("subject", "department", "account")
            ),
        ]

    def __str__(self) -> str:
        return self.title


class JobRun(models.Model):
    """One run of a job, as officers see it."""

    name = models.CharField("任务", max_length=60)
    started_at = models.DateTimeField("开始")
    finished_at = models.DateTimeField("结束", null=True)
    counts = models.JSONField("计数", default=dict)
    error = models.TextField("错误", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务运行"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["name", "-id"], name="job_run_newest"),
            models.Index(fields=["name"], condition=Q(finished_at__isnull=True), name="job_run_open"),
        ]


class WorkerBeat(models.Model):
    """The last sign of life of a kind of worker: one row a kind, overwritten."""

    name = models.CharField("工作进程", max_length=40, unique=True)
    at = models.DateTimeField("最近一次心跳")

    class Meta:
        verbose_name = verbose_name_plural = "心跳"
