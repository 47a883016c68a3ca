"""Checks before an approval (核查): who asked about whom, in which matter, and why."""

from django.db import models

from registry.models import Account, ApiClient, Department


class CheckLog(models.Model):
    """One question about up to a thousand subjects. Written once, before the answer leaves.

    `subjects`: ids of those found; `client`: the system that asked, none where a person did. What was typed is not kept:
    it may be an identity number.
    """

    receipt = models.CharField("回执编号", max_length=40, unique=True)
    account = models.ForeignKey(Account, verbose_name="账号", on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(
        ApiClient, verbose_name="接口客户端", null=True, on_delete=models.PROTECT, related_name="checks"
    )
    department = models.ForeignKey(
        Department, verbose_name="部门", null=True, on_delete=models.PROTECT, related_name="+"
    )
    matter = models.CharField("事项代码", max_length=60, blank=True)
    purpose = models.CharField("用途", max_length=200)
    on = models.DateField("核查所问的日期")
    at = models.DateTimeField("时间")
    asked = models.PositiveSmallIntegerField("核查数")
    found = models.PositiveSmallIntegerField("查到主体数")
    listed = models.PositiveSmallIntegerField("在列数")
    subjects = models.JSONField("查到的主体", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "核查记录"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~models.Q(purpose=""), name="check_has_its_purpose")]
        indexes = [models.Index(fields=["department", "at"])]

    def __str__(self) -> str:
        return self.receipt
