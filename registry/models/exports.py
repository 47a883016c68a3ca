"""Long files that one officer asked for: made by a job, fetched by who asked, gone after some days."""

import uuid

from django.db import models

from registry.models.attachments import Attachment
from registry.models.departments import Account, Department


class ExportFile(models.Model):
    """A file too long to be made while its page waits. Only `account` sees it, only while it stays in `department` and
    keeps the right that the file's kind asks for.

    `given_sealed`: what was asked, as JSON; it may hold a person's name. `faults_sealed`: JSON of pairs, record and reasons,
    where records stood in the way. `rows`: written so far.
    """

    class State(models.TextChoices):
        MAKING = "making", "生成中"
        READY = "ready", "可以下载"
        FAILED = "failed", "没有生成"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=40)
    label = models.CharField("名称", max_length=200)
    given_sealed = models.TextField(blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.MAKING)
    rows = models.PositiveIntegerField("行数", default=0)
    left_out = models.PositiveIntegerField("没有写入", default=0)
    fault = models.CharField("原因", max_length=500, blank=True)
    faults_sealed = models.TextField(blank=True)
    account = models.ForeignKey(Account, verbose_name="导出人", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    attachment = models.OneToOneField(Attachment, null=True, on_delete=models.PROTECT, related_name="export")
    asked_at = models.DateTimeField("提出时间")
    asked_on = models.DateField("提出日期")
    settled_on = models.DateField("办结日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "导出文件"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="ready") | models.Q(attachment__isnull=False),
                name="ready_export_has_its_file",
            ),
            models.CheckConstraint(
                condition=models.Q(state="making", settled_on__isnull=True)
                | (~models.Q(state="making") & models.Q(settled_on__isnull=False)),
                name="settled_export_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.label
