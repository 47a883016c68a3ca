"""Policy pack versions as published, and which of them the office runs."""

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models.departments import Account


class PolicyVersion(models.Model):
    """One immutable edition of a pack: its whole text under its content hash. Decisions point here."""

    pack_id = models.CharField("政策代码", max_length=60)
    content_hash = models.CharField("内容哈希", max_length=64)
    title = models.CharField("标题", max_length=300)
    issuer = models.CharField("发文机关", max_length=200)
    number = models.CharField("文号", max_length=100, blank=True)
    authority = models.CharField("效力层级", max_length=40)
    in_force_from = models.DateField("施行日期", null=True, blank=True)
    in_force_until = models.DateField("失效日期（不含）", null=True, blank=True)
    text = models.TextField("全文（YAML）")
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        verbose_name = verbose_name_plural = "政策版本"
        constraints = [models.UniqueConstraint(fields=["pack_id", "content_hash"], name="one_row_a_pack_version")]

    def __str__(self) -> str:
        return self.title


class PolicyActivation(Tracked):
    """The office runs a pack version during `[starts_on, ends_on)`, binding or as internal grading."""

    class Mode(models.TextChoices):
        BINDING = "binding", "依法列入并公布"
        INTERNAL = "internal", "仅作内部分级"

    policy = models.ForeignKey(PolicyVersion, verbose_name="政策", on_delete=models.PROTECT, related_name="activations")
    mode = models.CharField("方式", max_length=10, choices=Mode.choices)
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)
    reasons = models.JSONField("合法性审查结论", default=list)
    activated_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "政策启用"
        constraints = [
            models.UniqueConstraint(fields=["policy"], condition=Q(ends_on__isnull=True), name="active_once"),
        ]
