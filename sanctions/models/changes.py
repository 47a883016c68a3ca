"""What changed on public lists, in the order in which it became visible: for systems that follow along."""

from django.db import models

from sanctions.models.entries import ListEntry


class EntryChange(models.Model):
    """One change of one entry. Written in the transaction that changed it, numbered after that has committed.

    `position` is empty until then: ids are given before a commit and so do not tell its order.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", "列入"
        ENDED = "ended", "决定提前终止"
        OVER = "over", "移出"
        PAUSED = "paused", "措施暂停"
        RESUMED = "resumed", "措施恢复"
        DISPUTED = "disputed", "异议变化"
        RESTORED = "restored", "恢复在列"
        SUBJECT = "subject", "主体信息变化"

    entry = models.ForeignKey(ListEntry, on_delete=models.PROTECT, related_name="changes", db_index=False)
    kind = models.CharField("变化", max_length=10, choices=Kind.choices)
    at = models.DateTimeField("时间")
    position = models.BigIntegerField("次序", null=True, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "名单变化"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(position__isnull=True), name="entry_change_unnumbered"),
        ]


class ChangeFeed(models.Model):
    """The last number given out. One row, locked by whoever numbers."""

    last = models.BigIntegerField("最后次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "名单变化次序"
