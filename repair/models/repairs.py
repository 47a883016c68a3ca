"""Credit repair (信用修复) of a record or an entry, and removal (移出) from a list on application."""

from django.db import models

from registry.base.tracked import Tracked
from registry.models import Account, Attachment
from repair.models.requests import Request


class RepairApplication(Request):
    """The subject asks that publication and measures end early.

    `refusals`: the codes of what was missing when it was refused (`registry.rules.policy.repairing.REFUSALS`);
    `verified_on`: the day of the visit or check; `false_papers_on`: the day on which false papers were found;
    `barred_until`: the last day on which nobody may apply again for it; `undone_on`: the day on which a repair granted
    on false papers was taken back. `undo_noticed_on` … `undo_waived_on`: when and with which facts the subject was told
    before, until when it may state its case, what it stated or that it waived. `origin_…`: the decision of another
    authority that was mirrored here.
    """

    class Kind(models.TextChoices):
        REPAIR = "repair", "信用修复"
        REMOVAL = "removal", "移出名单"

    kind = models.CharField("种类", max_length=10, choices=Kind.choices, default=Kind.REPAIR)
    verified_on = models.DateField("核查日期", null=True, blank=True)
    verification = models.CharField("核查情况", max_length=2000, blank=True)
    refusals = models.JSONField("未具备的条件", default=list, blank=True)
    effective_on = models.DateField("生效日期", null=True, blank=True)
    false_papers_on = models.DateField("发现虚假材料日期", null=True, blank=True)
    barred_until = models.DateField("不得再申请至", null=True, blank=True)
    undo_noticed_on = models.DateField("告知拟撤销日期", null=True, blank=True)
    undo_noticed_by = models.ForeignKey(
        Account, verbose_name="告知人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undo_notice = models.CharField("拟撤销的事实和理由", max_length=2000, blank=True)
    undo_until = models.DateField("撤销前陈述期限", null=True, blank=True)
    undo_statement = models.TextField("撤销前陈述", max_length=5000, blank=True)
    undo_stated_on = models.DateField("撤销前陈述日期", null=True, blank=True)
    undo_waived_on = models.DateField("放弃撤销前陈述日期", null=True, blank=True)
    undone_on = models.DateField("撤销修复日期", null=True, blank=True)
    undo_reason = models.CharField("撤销修复的理由", max_length=2000, blank=True)
    origin_authority = models.CharField("作出修复决定的其他机关", max_length=200, blank=True)
    origin_number = models.CharField("其修复决定文号", max_length=128, blank=True)
    origin_decided_on = models.DateField("其修复决定日期", null=True, blank=True)

    class Meta(Request.Meta):
        verbose_name = verbose_name_plural = "信用修复申请"
        constraints = [
            *Request.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(undone_on__isnull=True) | models.Q(state="granted") & ~models.Q(undo_reason=""),
                name="only_a_granted_repair_is_undone",
            ),
        ]

    @property
    def kind_code(self) -> str:
        """`repair` or `removal`."""
        return self.kind

    @property
    def is_undo_noticed(self) -> bool:
        """Whether the subject has been told that the repair may be taken back, and nothing is decided yet."""
        return self.undo_noticed_on is not None and self.undone_on is None

    @property
    def is_mirrored(self) -> bool:
        """Whether another authority decided it."""
        return bool(self.origin_authority)


class RepairFile(Tracked):
    """A document handed in with an application, or found in our own records (`own_source` says where)."""

    class Kind(models.TextChoices):
        COMMITMENT = "commitment", "信用承诺书"
        FULFILMENT = "fulfilment", "履行义务的证明"
        TRAINING = "training", "信用修复培训证明"
        CREDIT_REPORT = "credit-report", "信用报告"
        PUBLIC_WELFARE = "public-welfare", "参与公益活动的证明"
        DECISION = "decision", "其他机关的修复决定"
        OTHER = "other", "其他材料"

    application = models.ForeignKey(RepairApplication, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField("种类", max_length=16, choices=Kind.choices)
    attachment = models.OneToOneField(Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    own_source = models.CharField("本机关已有记录", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "修复材料"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(attachment__isnull=False) | ~models.Q(own_source=""),
                name="repair_file_has_a_source",
            ),
        ]
