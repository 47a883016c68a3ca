"""What a decision was taken on, kept so that it can be asked again for ever."""

from django.db import models

from sanctions.models.cases import Case


class DecisionBasis(models.Model):
    """The facts and the reasons of one decided case, written once with the decision and never changed.

    With the case's policy version they answer the same question again; `digest` stands in the decision's event too.
    """

    case = models.OneToOneField(Case, verbose_name="案件", on_delete=models.PROTECT, related_name="basis")
    policy_hash = models.CharField("政策版本", max_length=64)
    asked_on = models.DateField("评估日期", help_text="案件立案之日：条件按这一日判断。")
    facts = models.JSONField("事实")
    reasons = models.JSONField("理由")
    digest = models.CharField("摘要", max_length=64)
    recorded_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "认定依据"

    def __str__(self) -> str:
        return f"{self.case} {self.digest[:8]}"
