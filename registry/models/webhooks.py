"""What is pushed to departments' systems: who wants it, what happened, and how far each delivery has come."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models.clients import ApiClient
from registry.models.departments import Department
from registry.models.subjects import Subject
from registry.rules import webhooks


class Webhook(Tracked):
    """A client wants events of some kinds sent to its address.

    `secret_sealed` signs; the one before it signs as well until `old_secret_until`. Events numbered up to
    `since_number` came before it. Never deleted: `closed_on` ends it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(ApiClient, verbose_name="接口客户端", on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField("接收地址", max_length=webhooks.URL_MOST)
    kinds = models.JSONField("事件种类", default=list)
    is_paused = models.BooleanField("已暂停", default=False)
    secret_sealed = models.TextField("签名密钥")
    old_secret_sealed = models.TextField("前一签名密钥", blank=True)
    old_secret_until = models.DateTimeField("前一签名密钥有效至", null=True, blank=True)
    since_number = models.BigIntegerField("起始次序号", default=0)
    opened_on = models.DateField("订阅日期")
    closed_on = models.DateField("取消日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送订阅"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.url


class WebhookHealth(models.Model):
    """How a webhook's receiver does: overwritten by the sender, so beside the webhook's row versions.

    `unreachable_since`: no answer, or one that says that nobody is at work; nothing is tried before `resumes_at`.
    """

    webhook = models.OneToOneField(Webhook, on_delete=models.PROTECT, related_name="health")
    failures = models.PositiveIntegerField("连续未到达次数", default=0)
    unreachable_since = models.DateTimeField("无法到达自", null=True)
    resumes_at = models.DateTimeField("下次尝试", null=True)
    delivered_at = models.DateTimeField("最近送达", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送状况"


class WebhookEvent(models.Model):
    """Something that systems may want to know. Written in the transaction in which it happened, numbered after that
    has committed; what is told about it is read when it is sent.

    `department`: whose business alone it is; empty for what every client of the scope may read. `object_id`: an entry,
    an order or a record, by the kind.
    """

    kind = models.CharField("种类", max_length=20)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    object_id = models.PositiveBigIntegerField()
    change = models.CharField("变化", max_length=20, blank=True)
    at = models.DateTimeField("时间")
    number = models.BigIntegerField("次序号", null=True, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送事件"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(number__isnull=True), name="webhook_event_unnumbered"),
        ]


class WebhookFeed(models.Model):
    """The last number given out. One row, locked by whoever numbers, subscribes or replays."""

    last = models.BigIntegerField("最后次序号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "推送次序"


class WebhookDelivery(models.Model):
    """One event owed to one webhook. `public_id` stays the same however often it is tried or replayed.

    `subject` and `number` repeat the event's: a subject's next delivery is found by them. Without a constraint of its
    own, which would let numbering wait for whoever holds the subject's lock; the event has one. A lease keeps two
    senders from sending it at once; only its holder settles it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待送达"
        DELIVERED = "delivered", "已送达"
        DEAD = "dead", "多次失败，待处理"
        DROPPED = "dropped", "不再送达"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    event = models.ForeignKey(WebhookEvent, on_delete=models.PROTECT, related_name="deliveries")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    number = models.BigIntegerField("次序号")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    is_replay = models.BooleanField("重放", default=False)
    attempts = models.PositiveIntegerField("次数", default=0)
    available_at = models.DateTimeField("可送达时间")
    lease_token = models.UUIDField("租约", null=True)
    leased_until = models.DateTimeField("租约到期", null=True)
    last_error = models.CharField("最近错误", max_length=300, blank=True)
    settled_at = models.DateTimeField("了结时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送"
        ordering = ["number", "id"]
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="one_delivery_an_event")]
        indexes = [
            models.Index(
                fields=["webhook", "subject", "number"], condition=Q(state__in=["waiting", "dead"]),
                name="webhook_delivery_lane",
            ),
            models.Index(fields=["webhook", "number"], condition=Q(state="waiting"), name="webhook_delivery_waiting"),
            models.Index(fields=["webhook", "-number"], name="webhook_delivery_newest"),
            models.Index(
                fields=["leased_until"], condition=Q(leased_until__isnull=False), name="webhook_delivery_leased"
            ),
        ]  # fmt: skip

    @property
    def next_at(self) -> datetime | None:
        """When it is tried next, where it waits."""
        return self.available_at if self.state == self.State.WAITING else None

    @property
    def kind_label(self) -> str:
        """What kind of event it tells of."""
        return webhooks.KINDS[self.event.kind].label
