"""Checks before an approval (核查): who asked about whom, in which matter, and why."""

import uuid

from django.db import models

from registry.models import Account, ApiClient, Attachment, Department


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
        Department,
        verbose_name="部门",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
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


class CheckSheet(models.Model):
    """The stamped result of a check asked on the page: what was answered, line by line, and the files of it.

    `lines_sealed`: the answers as JSON, sealed, with persons' document numbers masked; they tell of the day of the
    check and of no later one. `entries`: ids of the list entries that the answers name. `code`: what the files are
    checked by on the public page.
    """

    class State(models.TextChoices):
        MAKING = "making", "正在生成文件"
        MADE = "made", "已生成"
        FAILED = "failed", "文件生成失败"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    log = models.OneToOneField(CheckLog, verbose_name="核查记录", on_delete=models.PROTECT, related_name="sheet")
    code = models.UUIDField("核验码", default=uuid.uuid4, unique=True, editable=False)
    verify_url = models.CharField("核验网址", max_length=300)
    matter_label = models.CharField("事项", max_length=200)
    lines_sealed = models.TextField("逐行结果（加密）", editable=False)
    entries = models.JSONField("结果所载条目", default=list)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.MAKING)
    pdf = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    xlsx = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "联合奖惩查询结果"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.log.receipt
