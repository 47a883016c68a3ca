"""What a reconsideration authority or a court decided about a record or an entry."""

import uuid

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models import Account, Attachment, Record, Subject
from repair.models.objections import Objection
from sanctions.models import ListEntry


class Review(Tracked):
    """The outcome of a reconsideration (行政复议) or a suit, and that it was carried out. Entered once.

    `objection`: the refused objection it followed, where there was one. `replaced_by`: the record as it was changed.
    """

    class Kind(models.TextChoices):
        RECONSIDERATION = "reconsideration", "行政复议"
        SUIT = "suit", "行政诉讼"

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "维持（驳回请求）"
        CHANGED = "changed", "变更"
        REVOKED = "revoked", "撤销（确认违法或者无效）"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="reviews")
    record = models.ForeignKey(
        Record, verbose_name="信用记录", null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    entry = models.ForeignKey(
        ListEntry, verbose_name="名单条目", null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    objection = models.ForeignKey(
        Objection, verbose_name="此前的异议", null=True, blank=True, on_delete=models.PROTECT, related_name="reviews"
    )
    kind = models.CharField("种类", max_length=16, choices=Kind.choices)
    authority = models.CharField("复议机关或者法院", max_length=200)
    number = models.CharField("文书号", max_length=128)
    decided_on = models.DateField("作出日期")
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices)
    note = models.CharField("主要内容", max_length=2000)
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    entered_on = models.DateField("登记日期")
    entered_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    replaced_by = models.ForeignKey(Record, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "复议和诉讼结果"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(record__isnull=True, entry__isnull=False) | Q(record__isnull=False, entry__isnull=True),
                name="review_is_about_one_thing",
            ),
            models.UniqueConstraint(fields=["authority", "number", "record"], name="review_once_a_record"),
            models.UniqueConstraint(fields=["authority", "number", "entry"], name="review_once_an_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return str(self.record) if self.record is not None else self.entry.list_label if self.entry is not None else ""
