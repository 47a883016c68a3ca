"""Files kept privately, their downloads, and the documents the office itself produced."""

import uuid

from django.db import models

from registry.models.departments import Account, Department


class Attachment(models.Model):
    """A stored file: hash, sniffed type, scan state. Its bytes never change; a new file is a new row."""

    class Scan(models.TextChoices):
        WAITING = "waiting", "待检查"
        CLEAN = "clean", "已检查"
        REFUSED = "refused", "已拦截"
        REMOVED = "removed", "已按保存期限删除"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.FileField("文件", upload_to="evidence/%Y/%m/", max_length=300)
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    scan = models.CharField("检查", max_length=10, choices=Scan.choices, default=Scan.WAITING)
    uploaded_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "附件"

    def __str__(self) -> str:
        return self.name


class AttachmentDownload(models.Model):
    """One download of one file: who, when, from where."""

    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="downloads")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    address = models.GenericIPAddressField("来源", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "下载日志"
        ordering = ["-at"]


class NumberSequence(models.Model):
    """The last number given out for a kind of document, department and year: the one locked source of numbers."""

    kind = models.CharField(max_length=40)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "文号"
        constraints = [models.UniqueConstraint(fields=["kind", "department", "year"], name="one_sequence")]


class Document(models.Model):
    """A numbered document the office produced (告知书, 决定书 …): what was printed, stamped and served."""

    number = models.CharField("文号", max_length=80, unique=True)
    kind = models.CharField("种类", max_length=40)
    title = models.CharField("标题", max_length=200)
    subject = models.ForeignKey("registry.Subject", on_delete=models.PROTECT, related_name="documents")
    object_kind = models.CharField(max_length=40)
    object_id = models.PositiveBigIntegerField()
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="document")
    made_on = models.DateField("日期")
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        ordering = ["id"]
        indexes = [models.Index(fields=["object_kind", "object_id"])]

    def __str__(self) -> str:
        return self.number
