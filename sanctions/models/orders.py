"""Joint action: what each department is asked to do about an entry, and what it did."""

import uuid

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models import Account, Attachment, Department
from sanctions.models.entries import EntryPause, ListEntry

# Waiting, received, refused, or to be lifted: a small part of all.
NOT_SETTLED = ~Q(state="carried-out") | Q(ending="dispatched")


class MeasureOrder(Tracked):
    """One measure of the catalogue, asked of one department for one entry.

    The measure is in force only while its entry is: read `sanctions.selectors`, never `state` alone.
    """

    versions_asked_by = ("entry",)

    class State(models.TextChoices):
        DISPATCHED = "dispatched", "待签收"
        RECEIVED = "received", "已签收"
        CARRIED_OUT = "carried-out", "已落实"
        REFUSED = "refused", "不予采取"

    class Ending(models.TextChoices):
        NONE = "", "未到期"
        DISPATCHED = "dispatched", "解除待确认"
        CONFIRMED = "confirmed", "已解除"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entry = models.ForeignKey(
        ListEntry, verbose_name="条目", on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    department = models.ForeignKey(
        Department, verbose_name="实施部门", on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    catalogue = models.CharField("清单", max_length=60)
    catalogue_hash = models.CharField("清单版本", max_length=64)
    measure_code = models.CharField("措施编号", max_length=20)
    measure_label = models.CharField("措施", max_length=500)
    is_mandatory = models.BooleanField("强制性")
    legal_basis = models.JSONField("依据", default=list)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DISPATCHED)
    dispatched_on = models.DateField("派发日期")
    received_on = models.DateField("签收日期", null=True, blank=True)
    answered_on = models.DateField("反馈日期", null=True, blank=True)
    ending = models.CharField("解除", max_length=12, choices=Ending.choices, default=Ending.NONE, blank=True)
    ending_dispatched_on = models.DateField("解除派发日期", null=True, blank=True)
    ending_confirmed_on = models.DateField("解除确认日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联合惩戒任务"
        ordering = ["-dispatched_on", "measure_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "department", "catalogue", "measure_code"], name="one_order_a_measure"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["carried-out", "refused"]) | Q(answered_on__isnull=False),
                name="answered_order_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["department", "ending"]),
            models.Index(fields=["department", "-id"]),  # a department's page, newest first
            models.Index(fields=["-dispatched_on", "entry", "id"], name="order_newest"),
            models.Index(fields=["department", "-dispatched_on", "entry", "id"], name="order_newest_of_department"),
            models.Index(fields=["state", "dispatched_on", "entry", "id"], name="order_longest_in_state"),
            models.Index(fields=["ending", "dispatched_on", "entry", "id"], name="order_longest_in_ending"),
            models.Index(fields=["department", "state", "ending"], condition=NOT_SETTLED, name="order_not_settled"),
        ]

    @property
    def title(self) -> str:
        """Number and name of the measure, as it is called in sentences and lists."""
        return f"{self.measure_code} {self.measure_label}"


class OrderFeedback(models.Model):
    """One answer of the department: what was done, when, on which document, with what effect; or why not.

    `amount` (yuan) and `cases` (matters handled) are what the department states, counted once, in the answer that first
    tells of them; None where it states nothing.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", "签收"
        CARRIED_OUT = "carried-out", "已落实"
        EFFECT = "effect", "补报成效"
        REFUSED = "refused", "不予采取"
        STOPPED = "stopped", "确认暂停"
        RESUMED = "resumed", "确认恢复"
        ENDED = "ended", "确认解除"

    order = models.ForeignKey(MeasureOrder, on_delete=models.PROTECT, related_name="feedback")
    kind = models.CharField("种类", max_length=12, choices=Kind.choices)
    text = models.CharField("说明", max_length=2000, blank=True)
    done_on = models.DateField("实施日期", null=True, blank=True)
    document_number = models.CharField("文书号", max_length=128, blank=True)
    amount = models.DecimalField("涉及金额（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    cases = models.PositiveIntegerField("涉及事项（件）", null=True, blank=True)
    attachment = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    on = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "反馈"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="feedback_amount_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["on", "kind"])]


class OrderPause(Tracked):
    """What a department owes about one pause of an entry: to stop a measure it has carried out, then to go on.

    A measure that was not carried out has nothing to stop: its time to answer stands still instead.
    """

    order = models.ForeignKey(MeasureOrder, on_delete=models.PROTECT, related_name="pauses", db_index=False)
    pause = models.ForeignKey(EntryPause, on_delete=models.PROTECT, related_name="orders")
    stop_asked_on = models.DateField("暂停派发日期")
    stopped_on = models.DateField("暂停确认日期", null=True, blank=True)
    resumption_asked_on = models.DateField("恢复派发日期", null=True, blank=True)
    resumed_on = models.DateField("恢复确认日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "暂停和恢复"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["order", "pause"], name="a_pause_is_asked_once")]
        indexes = [
            models.Index(
                fields=["order"],
                condition=Q(stopped_on__isnull=True, resumption_asked_on__isnull=True),
                name="order_stop_owed",
            ),
            models.Index(
                fields=["order"],
                condition=Q(resumption_asked_on__isnull=False, resumed_on__isnull=True),
                name="order_resumption_owed",
            ),
        ]
