"""Snapshots of the public lists as files: what was made, when, and the manifest that was signed."""

import uuid

from django.db import models


class ListSnapshot(models.Model):
    """The public lists of the day `on`, written to files. Only the newest has files, and they are handed out only while
    `fingerprint` is still that of what the public may see (`disclosure.selectors.open_data`)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    on = models.DateField("基准日")
    made_at = models.DateTimeField("制作时间")
    fingerprint = models.CharField("指纹", max_length=64)
    rows = models.PositiveIntegerField("条目数")
    manifest = models.TextField("清单文件", help_text="一字不差，签名以此为准。")
    signature = models.CharField("签名", max_length=128, help_text="Ed25519，十六进制。")
    key_id = models.CharField("密钥编号", max_length=16)

    class Meta:
        verbose_name = verbose_name_plural = "公开名单快照"
        ordering = ["-id"]
