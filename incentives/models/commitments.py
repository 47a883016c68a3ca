"""Commitments (信用承诺), what they oblige to, and how they were signed."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from incentives.rules import lifecycle
from incentives.rules.lifecycle import Due
from incentives.rules.texts import PROMISE
from registry.base.tracked import Tracked, TrackedQuerySet
from registry.models import Account, Attachment, Department, Document, PolicyVersion, Record, Subject


class CommitmentQuerySet(TrackedQuerySet):
    """Reads by date: what is missed or no longer public is so without any job."""

    def public(self, on: date) -> "CommitmentQuerySet":
        """Commitments that the public may see on `on`: signed, within their term, no breach found."""
        return (
            self.filter(is_public=True, signature__signed_on__lte=on)
            .filter(Q(last_day__isnull=True) | Q(last_day__gte=on))
            .filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on) | Q(state=lifecycle.FULFILLED))
        )

    def missed(self, on: date) -> "CommitmentQuerySet":
        """Running commitments with an obligation that was not handed in by its due day."""
        late = Obligation.objects.unmet(on).filter(commitment=OuterRef("pk"))
        return self.filter(Exists(late), state__in=lifecycle.RUNNING)


class Commitment(Tracked):
    """One commitment of a subject towards the department that accepts it.

    `text` is fixed when the row is made and no service changes it; how it was signed stands in `Signature`. `last_day`
    is the last day of its term, empty for none. `statement_until`: the last day for a statement about a breach.
    States and steps: `incentives.rules.lifecycle`. Never deleted.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", "待签署"
        SIGNED = "signed", "履行中"
        NOTICED = "noticed", "违诺核查中"
        BROKEN = "broken", "已认定违诺"
        FULFILLED = "fulfilled", "已履行"
        ENDED = "ended", "已终止"
        CANCELLED = "cancelled", "已取消"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("编号", max_length=80, unique=True)
    subject = models.ForeignKey(
        Subject, verbose_name="承诺人", on_delete=models.PROTECT, related_name="commitments", db_index=False
    )
    department = models.ForeignKey(
        Department,
        verbose_name="受诺部门",
        on_delete=models.PROTECT,
        related_name="commitments",
        db_index=False,
    )
    policy = models.ForeignKey(PolicyVersion, verbose_name="依据", on_delete=models.PROTECT, related_name="+")
    pack_id = models.CharField("政策", max_length=60)
    kind = models.CharField("种类", max_length=60)
    label = models.CharField("名称", max_length=120)
    clause = models.CharField("条款", max_length=60, blank=True)
    matter = models.CharField("所涉事项", max_length=200, blank=True)
    is_public = models.BooleanField("公示", default=False)
    text = models.TextField("承诺内容")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFTED)
    made_on = models.DateField("登记日期")
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    last_day = models.DateField("有效期至", null=True, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    outcome_reason = models.CharField("理由", max_length=1000, blank=True)
    noticed_on = models.DateField("违诺告知日期", null=True, blank=True)
    noticed_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    notice_reason = models.CharField("拟认定的事实", max_length=1000, blank=True)
    notice_document = models.OneToOneField(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    statement_until = models.DateField("陈述期限", null=True, blank=True)
    statement = models.TextField("陈述", max_length=5000, blank=True)
    stated_on = models.DateField("陈述日期", null=True, blank=True)
    waived_on = models.DateField("放弃陈述日期", null=True, blank=True)
    breach_document = models.OneToOneField(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    breach_record = models.OneToOneField(
        Record, verbose_name="违诺记录", null=True, blank=True, on_delete=models.PROTECT, related_name="commitment"
    )

    objects = CommitmentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "信用承诺"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "pack_id", "kind", "matter"],
                condition=Q(state="signed") & ~Q(kind=PROMISE),
                name="one_running_commitment_a_matter",
            ),
            models.CheckConstraint(
                condition=~Q(state="broken") | Q(breach_record__isnull=False, closed_on__isnull=False),
                name="broken_commitment_has_its_record",
            ),
            models.CheckConstraint(
                condition=~Q(state="noticed")
                | Q(noticed_on__isnull=False, statement_until__gt=F("noticed_on")) & ~Q(notice_reason=""),
                name="noticed_commitment_gives_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ended", "cancelled"]) | ~Q(outcome_reason=""),
                name="ended_commitment_has_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["department", "state"], name="commitment_turn"),
            models.Index(fields=["subject", "state"], name="commitment_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.number}）"

    @property
    def is_promise(self) -> bool:
        """Whether it promises papers that were missing when an application was accepted."""
        return self.kind == PROMISE


class Signature(models.Model):
    """How a commitment was signed. Written once; `sha256` covers the exact text.

    `confirmed_by`: what showed who signed (`password`, `totp`, `recovery_codes`; `paper` for a scanned original).
    """

    class Way(models.TextChoices):
        PASSWORD = "password", "再次输入登录密码"
        TOTP = "totp", "动态验证码"
        RECOVERY = "recovery_codes", "恢复码"
        PAPER = "paper", "纸质签署"

    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="signature")
    sha256 = models.CharField("SHA-256", max_length=64)
    signer = models.CharField("签署人", max_length=60)
    capacity = models.CharField("签署身份", max_length=40)
    confirmed_by = models.CharField("身份确认", max_length=20, choices=Way.choices)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField("签署日期")
    at = models.DateTimeField("时间")
    copy = models.OneToOneField(Attachment, verbose_name="签署件", on_delete=models.PROTECT, related_name="+")
    paper = models.OneToOneField(
        Attachment, verbose_name="纸质原件", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "签署"
        constraints = [
            models.CheckConstraint(
                condition=~Q(confirmed_by="paper") | Q(paper__isnull=False), name="paper_signature_has_its_scan"
            ),
        ]


class ObligationQuerySet(TrackedQuerySet):
    """Reads by date."""

    def unmet(self, on: date) -> "ObligationQuerySet":
        """Obligations not handed in by their due day, as of `on`, and not found fulfilled."""
        return self.filter(done_on__isnull=True).filter(
            Q(handed_on__isnull=True, due_on__lt=on) | Q(handed_on__gt=F("due_on"))
        )


class Obligation(Tracked):
    """One thing that a commitment obliges to by a day: a missing paper, a payment, a correction."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="obligations", db_index=False)
    place = models.PositiveSmallIntegerField("序号")
    text = models.CharField("内容", max_length=200)
    due_on = models.DateField("期限")
    handed_on = models.DateField("提交日期", null=True, blank=True)
    done_on = models.DateField("核对日期", null=True, blank=True)
    checked_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    return_reason = models.CharField("退回理由", max_length=500, blank=True)

    objects = ObligationQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "承诺事项"
        ordering = ["commitment", "place"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "place"], name="obligation_place_once"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(handed_on__isnull=False), name="done_obligation_was_handed_in"
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(done_on__isnull=True), name="obligation_open_due")]

    def __str__(self) -> str:
        return self.text

    @property
    def due(self) -> Due:
        """Its days, as the rules read them."""
        return Due(self.due_on, self.handed_on, self.done_on)


class ObligationFile(Tracked):
    """Evidence that an obligation is fulfilled."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="files")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    handed_on = models.DateField("提交日期")
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "履行材料"
        ordering = ["id"]
