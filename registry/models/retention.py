"""What is about to be deleted or redacted, and what is held back from it."""

from django.db import models
from django.db.models import F, Q

from registry.base.tracked import Tracked
from registry.models.departments import Account
from registry.models.subjects import Subject


class RetentionHold(Tracked):
    """Nothing of a kind, or nothing about a subject, goes during `[starts_on, ends_on)`: a dispute, an audit, a court."""

    kind = models.CharField("种类", max_length=30, blank=True)
    subject = models.ForeignKey(
        Subject, verbose_name="主体", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField("理由", max_length=300)
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)
    set_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    lifted_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "依法封存"
        ordering = [F("ends_on").desc(nulls_first=True), "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="") ^ Q(subject__isnull=False), name="hold_names_kind_or_subject"),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_its_reason"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(ends_on__isnull=True) & ~Q(kind=""), name="one_open_hold_a_kind"
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(ends_on__isnull=True), name="one_open_hold_a_subject"
            ),
        ]


class RetentionMark(models.Model):
    """A thing that cannot be brought back once gone: marked on one day, gone on or after another unless held."""

    kind = models.CharField("种类", max_length=30)
    object_id = models.PositiveBigIntegerField()
    marked_on = models.DateField("列出日期")
    goes_on = models.DateField("办理日期")
    done_on = models.DateField("办结日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到期待办"
        ordering = ["goes_on", "id"]
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="marked_once")]
        indexes = [
            models.Index(fields=["kind", "goes_on"], condition=Q(done_on__isnull=True), name="retention_waiting")
        ]


class RetentionTally(models.Model):
    """How many of a kind went on a day."""

    kind = models.CharField("种类", max_length=30)
    on = models.DateField("日期")
    count = models.PositiveIntegerField("项数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "到期办理"
        ordering = ["-on", "kind"]
        constraints = [models.UniqueConstraint(fields=["kind", "on"], name="one_tally_a_day")]
