"""Credit subjects (信用主体): organisations and persons, their names and roles over time."""

import uuid

from django.db import models
from django.db.models import F, Q

from registry.base.tracked import Tracked


class Subject(Tracked):
    """An organisation or a person that facts are recorded about.

    `name` is the name now; former ones stand in `SubjectName`. A person's document number is kept encrypted with a
    keyed hash to find it by; `document_masked` is all that is ever shown.
    """

    class Kind(models.TextChoices):
        ORGANIZATION = "organization", "法人及非法人组织"
        PERSON = "person", "自然人"

    class Category(models.TextChoices):
        ENTERPRISE = "enterprise", "企业"
        SOLE_TRADER = "sole-trader", "个体工商户"
        COOPERATIVE = "cooperative", "农民专业合作社"
        INSTITUTION = "institution", "事业单位"
        SOCIAL = "social", "社会组织"
        VILLAGE = "village", "村集体经济组织"
        GOVERNMENT = "government", "机关"
        OTHER = "other", "其他组织"
        PERSON = "person", "自然人"

    class Risk(models.TextChoices):
        LOW = "low", "低风险"
        ORDINARY = "ordinary", "一般风险"
        LARGER = "larger", "较大风险"
        MAJOR = "major", "重大风险"

    class Status(models.TextChoices):
        ACTIVE = "active", "存续"
        REVOKED = "revoked", "吊销"
        CANCELLED = "cancelled", "注销"
        MERGED = "merged", "已合并"

    public_id = models.UUIDField("公开编号", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("类型", max_length=20, choices=Kind.choices)
    category = models.CharField("类别", max_length=20, choices=Category.choices)
    name = models.CharField("名称", max_length=200)
    uscc = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True)  # noqa: DJ001
    registration_number = models.CharField("工商注册号", max_length=50, blank=True)
    organization_code = models.CharField("组织机构代码", max_length=9, blank=True)
    tax_number = models.CharField("税务登记号", max_length=50, blank=True)
    institution_number = models.CharField("事业单位证书号", max_length=50, blank=True)
    social_number = models.CharField("社会组织登记证号", max_length=50, blank=True)
    industry = models.CharField("行业", max_length=60, blank=True)
    sectors = models.JSONField("领域标记", default=list, blank=True)
    risk = models.CharField("风险等级", max_length=10, choices=Risk.choices, blank=True)
    standardisation = models.PositiveSmallIntegerField(
        "安全生产标准化等级", choices=[(1, "一级"), (2, "二级"), (3, "三级")], null=True, blank=True
    )
    address = models.CharField("住所", max_length=300, blank=True)
    division_code = models.CharField("行政区划代码", max_length=9, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.ACTIVE)
    born_on = models.DateField("出生日期", null=True, blank=True)
    document_type = models.CharField("证件类型", max_length=40, blank=True)
    document_sealed = models.TextField("证件号码（加密）", blank=True, editable=False)
    document_hash = models.CharField("证件号码（索引）", max_length=64, null=True, editable=False)  # noqa: DJ001
    document_masked = models.CharField("证件号码", max_length=40, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    is_synthetic = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "信用主体"
        constraints = [
            # Not `unique=True` on the columns, which makes a second index each for texts that begin alike.
            models.UniqueConstraint(fields=["uscc"], name="uscc_once"),
            models.UniqueConstraint(fields=["document_hash"], name="document_once"),
            models.CheckConstraint(condition=Q(kind="organization") | Q(uscc__isnull=True), name="person_has_no_uscc"),
            models.CheckConstraint(
                condition=Q(kind="person") | Q(document_hash__isnull=True), name="organization_has_no_id_document"
            ),
        ]
        indexes = [
            models.Index(fields=["name"]),
            models.Index(fields=["kind", "category"]),
            models.Index(fields=["registration_number"], name="subject_registration_number"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="subject_merged"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_person(self) -> bool:
        return self.kind == self.Kind.PERSON


class SubjectName(Tracked):
    """A name borne during `[starts_on, ends_on)`; `ends_on` empty: the present name. Unknown start: empty."""

    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="names")
    name = models.CharField("名称", max_length=200)
    normalized = models.CharField("归一名称", max_length=200, db_index=True)
    starts_on = models.DateField("自", null=True, blank=True)
    ends_on = models.DateField("止（不含）", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "名称"
        ordering = [F("ends_on").desc(nulls_first=True), "-id"]
        constraints = [
            models.UniqueConstraint(fields=["subject"], condition=Q(ends_on__isnull=True), name="one_present_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_former(self) -> bool:
        return self.ends_on is not None


class NameGram(models.Model):
    """One- and two-character pieces of an organisation's names: the search index (same on every database)."""

    gram = models.CharField("字元", max_length=2)
    name = models.ForeignKey(SubjectName, on_delete=models.CASCADE, related_name="grams")

    class Meta:
        verbose_name = verbose_name_plural = "名称索引"
        constraints = [models.UniqueConstraint(fields=["gram", "name"], name="gram_once_a_name")]


class OrganizationRole(Tracked):
    """A person's role in an organisation during `[starts_on, ends_on)`."""

    class Role(models.TextChoices):
        LEGAL_REPRESENTATIVE = "legal-representative", "法定代表人"
        PRINCIPAL = "principal", "主要负责人"
        CONTROLLER = "actual-controller", "实际控制人"
        SAFETY_DEPUTY = "safety-deputy", "分管安全负责人"
        DIRECTLY_LIABLE = "directly-liable", "直接责任人"

    organization = models.ForeignKey(Subject, verbose_name="组织", on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(Subject, verbose_name="人员", on_delete=models.PROTECT, related_name="positions")
    role = models.CharField("职务", max_length=30, choices=Role.choices)
    starts_on = models.DateField("自", null=True, blank=True)
    ends_on = models.DateField("止（不含）", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "person", "role"], condition=Q(ends_on__isnull=True), name="role_held_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"
