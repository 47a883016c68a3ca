"""What objections and repair applications have in common: who asks whom about what, and how far it has come."""

import uuid

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models import Account, Department, PolicyVersion, Record, Subject
from repair.rules import lifecycle
from sanctions.models import ListEntry


class Request(Tracked):
    """A request of a subject about one record or one entry, to the department that decided it (谁认定谁处理).

    States and steps: `repair.rules.lifecycle`. `policy` and `clause` tell which rule governs it; `promised_on` is the
    day on the accept slip; `extended_on`: when it was put off, once, where the rule allows. Never deleted.
    """

    class State(models.TextChoices):
        FILED = "filed", "待受理"
        SUPPLEMENT = "supplement", "待补正"
        ACCEPTED = "accepted", "办理中"
        DECLINED = "declined", "不予受理"
        GRANTED = "granted", "予以支持"
        REFUSED = "refused", "不予支持"
        WITHDRAWN = "withdrawn", "已撤回"
        CLOSED = "closed", "终止办理"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("编号", max_length=80, unique=True)
    subject = models.ForeignKey(Subject, verbose_name="申请人", on_delete=models.PROTECT, related_name="%(class)ss")
    record = models.ForeignKey(
        Record, verbose_name="信用记录", null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    entry = models.ForeignKey(
        ListEntry, verbose_name="名单条目", null=True, blank=True, on_delete=models.PROTECT, related_name="%(class)ss"
    )
    department = models.ForeignKey(
        Department, verbose_name="办理部门", on_delete=models.PROTECT, related_name="%(class)ss"
    )
    statement = models.TextField("事实和理由", max_length=5000)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.FILED)
    filed_on = models.DateField("提出日期")
    filed_by = models.ForeignKey(
        Account, verbose_name="提交人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_on_paper = models.BooleanField("窗口提交", default=False)
    policy = models.ForeignKey(
        PolicyVersion, verbose_name="适用政策", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    clause = models.CharField("条款", max_length=60, blank=True)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    accepted_by = models.ForeignKey(
        Account, verbose_name="受理人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    promised_on = models.DateField("承诺办结日", null=True, blank=True)
    extended_on = models.DateField("延长日期", null=True, blank=True)
    extension_reason = models.CharField("延长的理由", max_length=500, blank=True)
    supplement = models.CharField("需要补正的内容", max_length=1000, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, verbose_name="决定人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome_reason = models.CharField("理由", max_length=2000, blank=True)

    class Meta:
        abstract = True
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(record__isnull=True, entry__isnull=False) | Q(record__isnull=False, entry__isnull=True),
                name="%(class)s_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "refused", "declined", "closed"]) | Q(decided_on__isnull=False),
                name="decided_%(class)s_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "declined", "closed"]) | ~Q(outcome_reason=""),
                name="refused_%(class)s_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(accepted_by__isnull=True)
                | ~Q(decided_by=models.F("accepted_by")),
                name="%(class)s_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(state__in=["filed", "supplement", "accepted"]),
                name="one_open_%(class)s_a_record",
            ),
            models.UniqueConstraint(
                fields=["entry"],
                condition=Q(state__in=["filed", "supplement", "accepted"]),
                name="one_open_%(class)s_an_entry",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "department"], name="%(class)s_turn"),
            models.Index(fields=["subject", "state"], name="%(class)s_subject"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.FILED, self.State.SUPPLEMENT, self.State.ACCEPTED)

    @property
    def kind_code(self) -> str:
        """What kind of request it is: objection, complaint, repair or removal."""
        raise NotImplementedError

    @property
    def state_label(self) -> str:
        """The state in the words of its kind, such as 异议成立 or 准予修复."""
        return lifecycle.outcome_label(self.state, self.kind_code)

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return str(self.record) if self.record is not None else self.entry.list_label if self.entry is not None else ""
