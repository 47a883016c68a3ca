"""Imports of national 双公示 files: one batch a file, one row a line."""

import uuid

from django.db import models

from registry.models.attachments import Attachment
from registry.models.clients import ApiClient
from registry.models.departments import Account, Department


class ImportBatch(models.Model):
    """One uploaded file on its way in: previewed, started by an officer, taken in row by row, resumable.

    With a `client` it came over the API from a department's system, which may report its own department's decisions
    alone; it is started at once, without a preview.
    """

    class Kind(models.TextChoices):
        PENALTY = "penalty", "行政处罚（30列）"
        LICENCE = "licence", "行政许可（28列）"
        RECORDS = "records", "信用记录（接口报送）"

    class State(models.TextChoices):
        PREVIEWED = "previewed", "待确认"
        RUNNING = "running", "导入中"
        STOPPED = "stopped", "已中断"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PREVIEWED)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, verbose_name="报送部门", on_delete=models.PROTECT, related_name="+")
    file_format = models.CharField("格式", max_length=10)
    encoding = models.CharField("编码", max_length=20, blank=True)
    client = models.ForeignKey(
        ApiClient, verbose_name="接口客户端", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    header = models.JSONField("表头", default=list)
    total = models.PositiveIntegerField("行数", default=0)
    uploaded_by = models.ForeignKey(Account, verbose_name="上传人", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_on = models.DateField("上传日期")
    started_by = models.ForeignKey(
        Account, verbose_name="开始人", null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-id"]


class ImportRow(models.Model):
    """One line of the file: its cells as read, and what became of it.

    A row may hold identity numbers in any cell, also where none belongs: all cells are sealed together. Errors and
    warnings are masked before they are stored.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待导入"
        IMPORTED = "imported", "已导入"
        SAME = "same", "已存在，未改动"
        REFUSED = "refused", "未通过"

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="rows", db_index=False)
    number = models.PositiveIntegerField("行号")
    cells_sealed = models.TextField("单元格（加密）", editable=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    errors = models.JSONField("错误", default=list)
    warnings = models.JSONField("提示", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_row_a_line")]
        indexes = [models.Index(fields=["batch", "state", "number"])]  # what waits, in its order, without sorting it
