"""Credit records (信用记录): one dated fact each, with a document behind it."""

import uuid

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models.attachments import Attachment
from registry.models.departments import Account, Department
from registry.models.subjects import Subject


class Record(Tracked):
    """One dated fact about a subject. Never deleted; `voided_on` takes it out of every evaluation.

    `occurred_on` conduct, `decided_on` legal document, `recorded_at` when we learned of it.
    """

    versions_asked_by = ("subject",)

    class Kind(models.TextChoices):
        PENALTY = "penalty", "行政处罚"
        PERMIT = "permit", "行政许可"
        ACCIDENT = "accident", "生产安全事故"
        MISCONDUCT = "misconduct", "失信行为认定"
        COMPULSORY = "compulsory", "行政强制"
        JUDGMENT = "judgment", "司法裁判"
        COMMITMENT_BROKEN = "commitment-broken", "违背承诺"
        HONOUR = "honour", "表彰荣誉"
        INSPECTION = "inspection", "检查结果"

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        CONFIRMED = "confirmed", "已确认"
        VOIDED = "voided", "已作废"
        REPAIRED = "repaired", "已修复"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey(
        Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="records", db_index=False
    )
    kind = models.CharField("种类", max_length=20, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    number = models.CharField("文书号", max_length=128, blank=True)
    number_normalized = models.CharField(max_length=128, blank=True)
    title = models.CharField("事由", max_length=200)
    facts = models.TextField("事实", max_length=5000, blank=True)
    department = models.ForeignKey(
        Department, verbose_name="决定机关", on_delete=models.PROTECT, related_name="records"
    )
    occurred_on = models.DateField("发生日期", null=True, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
    corrected_on = models.DateField("改正日期", null=True, blank=True)
    fulfilled_on = models.DateField("履行完毕日期", null=True, blank=True)
    voided_on = models.DateField("作废日期", null=True, blank=True)
    void_reason = models.CharField("作废原因", max_length=300, blank=True)
    disputed_on = models.DateField("提出异议日期", null=True, blank=True)
    repaired_on = models.DateField("修复日期", null=True, blank=True)
    corrects = models.ForeignKey(
        "self",
        verbose_name="更正",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrections",
        db_index=False,
    )
    is_secret = models.BooleanField("涉密", default=False)
    is_classified = models.BooleanField("已归类", default=False, help_text="经办人已核对它对应各政策的哪一条款。")
    import_row = models.OneToOneField(
        "registry.ImportRow", null=True, blank=True, on_delete=models.PROTECT, related_name="record"
    )

    class Meta:
        verbose_name = verbose_name_plural = "信用记录"
        ordering = ["-decided_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "kind", "number_normalized", "subject"],
                condition=~Q(number_normalized="") & ~Q(state="voided"),
                name="one_record_a_document_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="voided") | Q(voided_on__isnull=False), name="voided_record_has_its_day"
            ),
            models.CheckConstraint(
                condition=~Q(state="repaired") | Q(repaired_on__isnull=False), name="repaired_record_has_its_day"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "voided"]) | Q(decided_on__isnull=False),
                name="confirmed_record_has_its_decision_day",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "state"]),
            models.Index(fields=["decided_on"]),
            models.Index(fields=["is_classified", "state"]),
            models.Index(fields=["corrects"], condition=Q(corrects__isnull=False), name="record_correction"),
            # One index for a whole number and for the beginning of one.
            models.Index(fields=["number_normalized"], opclasses=["varchar_pattern_ops"], name="record_number"),
        ]

    def __str__(self) -> str:
        return f"{_KINDS.get(self.kind, self.kind)} {self.number or self.title}"


_KINDS = dict(Record.Kind.choices)  # `get_kind_display` makes it anew for each row


class PenaltyDetail(Tracked):
    """What the national penalty template says beyond the record (money in yuan)."""

    versions_asked_by = ("record",)

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="penalty")
    procedure = models.CharField(
        "程序", max_length=10, choices=[("ordinary", "普通程序"), ("summary", "简易程序")], default="ordinary"
    )
    violation_type = models.CharField("违法行为类型", max_length=2000)
    basis = models.CharField("处罚依据", max_length=2048)
    kinds = models.JSONField("处罚类别", default=list)
    content = models.CharField("处罚内容", max_length=4000)
    fine = models.DecimalField("罚款金额（元）", max_digits=20, decimal_places=2, null=True, blank=True)
    confiscated = models.DecimalField("没收金额（元）", max_digits=20, decimal_places=2, null=True, blank=True)
    licence = models.CharField("暂扣或吊销证照", max_length=200, blank=True)
    valid_until = models.DateField("处罚有效期", null=True, blank=True)
    published_until = models.DateField("公示截止期", null=True, blank=True)
    representative = models.CharField("法定代表人", max_length=50, blank=True)
    authority = models.CharField("处罚机关", max_length=200)
    authority_code = models.CharField("处罚机关代码", max_length=18, blank=True)
    source = models.CharField("数据来源单位", max_length=200, blank=True)
    source_code = models.CharField("数据来源单位代码", max_length=18, blank=True)
    remark = models.CharField("备注", max_length=512, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "行政处罚"


class PermitDetail(Tracked):
    """What the national licence template says beyond the record."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="permit")
    document_name = models.CharField("许可文书名称", max_length=200)
    permit_kind = models.CharField("许可类别", max_length=40)
    certificate_name = models.CharField("许可证书名称", max_length=200, blank=True)
    certificate_number = models.CharField("许可编号", max_length=128, blank=True)
    content = models.CharField("许可内容", max_length=4000)
    valid_from = models.DateField("有效期自", null=True, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    representative = models.CharField("法定代表人", max_length=50, blank=True)
    authority = models.CharField("许可机关", max_length=200)
    authority_code = models.CharField("许可机关代码", max_length=18, blank=True)
    status = models.CharField("当前状态", max_length=10, blank=True)
    source = models.CharField("数据来源单位", max_length=200, blank=True)
    source_code = models.CharField("数据来源单位代码", max_length=18, blank=True)
    remark = models.CharField("备注", max_length=512, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "行政许可"


class AccidentDetail(Tracked):
    """An accident's figures; the grade is computed from them (国务院令493号 art. 3), never entered."""

    versions_asked_by = ("record",)

    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="accident")
    deaths = models.PositiveIntegerField("死亡人数", default=0)
    injured = models.PositiveIntegerField("重伤人数", default=0)
    loss = models.DecimalField("直接经济损失（元）", max_digits=20, decimal_places=2, default=0)
    is_liable = models.BooleanField("负有责任", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "事故"


class RecordItem(Tracked):
    """The record is conduct of this clause of this pack: an officer's classification."""

    versions_asked_by = ("record",)

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="items", db_index=False)
    pack_id = models.CharField("政策", max_length=60)
    code = models.CharField("条款", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "条款归类"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["record", "pack_id", "code"], name="item_once_a_record")]


class Finding(Tracked):
    """An officer's finding about a record (性质恶劣, 严重违法 …) that a pack's entry condition asks for."""

    versions_asked_by = ("record",)

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="findings", db_index=False)
    code = models.CharField("认定", max_length=40)
    reason = models.CharField("理由", max_length=500)
    found_on = models.DateField("认定日期")
    found_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "情节认定"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["record", "code"], name="finding_once_a_record")]


class RecordEvidence(Tracked):
    """A file behind a record."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="evidence", db_index=False)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    label = models.CharField("说明", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "证据材料"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["record", "attachment"], name="evidence_once_a_record")]
