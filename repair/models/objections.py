"""Objections (异议) and, as the second level, complaints (投诉) to the joint-conference office."""

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models import Attachment, Record
from repair.models.requests import Request
from sanctions.models import EntryPause


class Objection(Request):
    """The subject says that a record or an entry is wrong.

    `first`: the refused objection that a complaint is about. `experts`: who was drawn at random, as recorded at the
    draw (name, field); `draw`: seed, pool and its hash, by which the draw can be repeated. `replaced_by`: the corrected record, where the objection led to one.
    `repeats`: the refused objection about the same thing before it; `new_facts`: what the subject states to be new since;
    `new_facts_on`: the day on which the office accepted it as such, and measures stood still again.
    """

    class Level(models.TextChoices):
        DEPARTMENT = "department", "异议"
        COMPLAINT = "complaint", "投诉"

    class Remedy(models.TextChoices):
        VOID = "void", "作废记录"
        CORRECT = "correct", "更正记录"
        REVOKE = "revoke", "撤销列入"

    level = models.CharField("层级", max_length=12, choices=Level.choices, default=Level.DEPARTMENT)
    first = models.OneToOneField(
        "self", verbose_name="原异议", null=True, blank=True, on_delete=models.PROTECT, related_name="complaint"
    )
    remedy = models.CharField("纠正方式", max_length=10, choices=Remedy.choices, blank=True)
    replaced_by = models.ForeignKey(
        Record, verbose_name="更正后的记录", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    repeats = models.ForeignKey(
        "self", verbose_name="此前不成立的异议", null=True, blank=True, on_delete=models.PROTECT,
        related_name="repetitions",
    )  # fmt: skip
    new_facts = models.TextField("新的事实和证据", max_length=2000, blank=True)
    new_facts_on = models.DateField("认可为新的事实日期", null=True, blank=True)
    experts = models.JSONField("抽取的专家", default=list, blank=True)
    draw = models.JSONField("抽取记录", default=dict, blank=True)

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "异议"
        constraints = [
            *Request.Meta.constraints,
            models.CheckConstraint(
                condition=Q(level="department", first__isnull=True) | Q(level="complaint", first__isnull=False),
                name="complaint_names_its_objection",
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | ~Q(remedy=""), name="upheld_objection_has_its_remedy"
            ),
            models.CheckConstraint(
                condition=Q(new_facts_on__isnull=True) | Q(repeats__isnull=False) & ~Q(new_facts=""),
                name="new_facts_accepted_were_stated",
            ),
        ]

    @property
    def holds_measures(self) -> bool:
        """Whether measures may stand still for it: not for a repetition without new facts that the office accepted."""
        return self.repeats_id is None or self.new_facts_on is not None

    @property
    def kind_code(self) -> str:
        """`objection` or `complaint`."""
        return "complaint" if self.level == self.Level.COMPLAINT else "objection"


class ObjectionPause(models.Model):
    """A pause of an entry that an open objection holds; it is handed on while another open objection wants it."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="pauses")
    pause = models.OneToOneField(EntryPause, on_delete=models.PROTECT, related_name="held_by")

    class Meta:
        verbose_name = verbose_name_plural = "异议期间的暂停"
        ordering = ["id"]


class ObjectionFile(Tracked):
    """A file behind an objection."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="files")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    label = models.CharField("说明", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "异议材料"
        ordering = ["id"]
