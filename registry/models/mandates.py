"""Who may act for a subject on its own pages: claims, one-time codes, mandates; consent to electronic service."""

import uuid

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models.attachments import Attachment
from registry.models.departments import Account
from registry.models.subjects import Subject


class Claim(Tracked):
    """Somebody asks for the account of a subject.

    `subject` is empty where none bears what was claimed: the applicant gets the same answer. A claimed identity number
    is kept only as its keyed hash. `receipt_hash` finds the claim by the receipt number that was shown once.
    """

    class State(models.TextChoices):
        FILED = "filed", "待核实"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "未予确认"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receipt_hash = models.CharField(max_length=64, unique=True, editable=False)
    uscc = models.CharField("统一社会信用代码", max_length=40, blank=True)
    person_name = models.CharField("姓名（自然人）", max_length=60, blank=True)
    document_hash = models.CharField(max_length=64, blank=True, editable=False)
    subject = models.ForeignKey(
        Subject, verbose_name="主体", null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    applicant = models.CharField("申请人", max_length=60)
    contact_sealed = models.TextField("联系电话（加密）", editable=False)
    username = models.CharField("用户名", max_length=40)
    letter = models.OneToOneField(
        Attachment, verbose_name="授权材料", null=True, blank=True, on_delete=models.PROTECT, related_name="claim"
    )
    is_by_code = models.BooleanField("凭一次性代码", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.FILED)
    filed_on = models.DateField("提出日期")
    decided_on = models.DateField("办理日期", null=True, blank=True)
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=500, blank=True)
    account = models.OneToOneField(
        Account, verbose_name="开立的账号", null=True, blank=True, on_delete=models.PROTECT, related_name="claim"
    )

    class Meta:
        verbose_name = verbose_name_plural = "账号认领"
        ordering = ["filed_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="refused_claim_has_its_reason"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(account__isnull=False, subject__isnull=False),
                name="confirmed_claim_has_its_account",
            ),
            models.CheckConstraint(
                condition=Q(is_by_code=True) | Q(letter__isnull=False), name="claim_has_letter_or_code"
            ),
        ]
        indexes = [models.Index(fields=["state", "filed_on"])]

    def __str__(self) -> str:
        return f"{self.applicant}的认领申请"


class ClaimSecret(models.Model):
    """The hash of the password that the applicant chose; gone once the claim is decided, so that no history holds it."""

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, related_name="secret")
    password_hash = models.CharField(max_length=128)

    class Meta:
        verbose_name = verbose_name_plural = "认领密码"


class ClaimCode(Tracked):
    """A one-time code sent with a paper notice, good during `[issued_on, expires_on)`; only its keyed hash is kept."""

    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="claim_codes")
    code_hash = models.CharField(max_length=64, editable=False)
    issued_on = models.DateField("签发日期")
    issued_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    expires_on = models.DateField("失效日期")
    failures = models.PositiveSmallIntegerField("输错次数", default=0)
    used_on = models.DateField("使用日期", null=True, blank=True)
    cancelled_on = models.DateField("作废日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "一次性代码"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(used_on__isnull=True, cancelled_on__isnull=True),
                name="one_open_claim_code",
            ),
        ]


class Mandate(Tracked):
    """A person acts for a subject during `[starts_on, ends_on)`; the account's role ends on the same day."""

    class Role(models.TextChoices):
        MANAGER = "manager", "管理人"
        AGENT = "agent", "代理人"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey(
        Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="mandates", db_index=False
    )
    account = models.ForeignKey(Account, verbose_name="账号", on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField("身份", max_length=10, choices=Role.choices)
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)
    given_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    letter = models.ForeignKey(
        Attachment, verbose_name="授权材料", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.CharField("终止理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ends_on__isnull=True), name="one_open_mandate_an_account"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="mandate_runs_forward",
            ),
            models.CheckConstraint(condition=Q(role="manager") | Q(ends_on__isnull=False), name="agent_has_a_last_day"),
        ]
        indexes = [models.Index(fields=["subject", "ends_on"])]

    def __str__(self) -> str:
        return f"{self.account}（{self.get_role_display()}）"


class ServiceConsent(Tracked):
    """The subject agrees that documents are served on its own pages, during `[given_on, ended_on)`; `text`: to what."""

    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="service_consents")
    text = models.TextField("确认内容", max_length=2000)
    given_on = models.DateField("同意日期")
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField("撤回日期", null=True, blank=True)
    ended_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "电子送达确认"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(ended_on__isnull=True), name="one_open_service_consent"
            ),
        ]
