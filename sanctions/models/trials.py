"""Trials: a pack run over the whole county beside the edition that runs, changing nothing."""

import uuid

from django.db import models

from registry.models import Account, Department, PolicyDraft, PolicyVersion, Record, Subject
from sanctions.rules.trials import HOLDING_LABELS, KIND_LABELS


class Trial(models.Model):
    """One run of a draft or a stored edition. The text is kept as it was run; `cursor` is the last subject answered."""

    class State(models.TextChoices):
        RUNNING = "running", "试算中"
        STOPPED = "stopped", "已中断"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft = models.ForeignKey(PolicyDraft, null=True, blank=True, on_delete=models.PROTECT, related_name="trials")
    edition = models.ForeignKey(PolicyVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="trials")
    title = models.CharField("名称", max_length=300)
    pack_id = models.CharField("政策代码", max_length=60)
    content_hash = models.CharField("内容哈希", max_length=64)
    text = models.TextField("全文（YAML）")
    against = models.ForeignKey(
        PolicyVersion, verbose_name="对照", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    on = models.DateField("试算日")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField("主体数", default=0)
    answered = models.PositiveIntegerField("已试算", default=0)
    cursor = models.BigIntegerField(default=0, editable=False)
    started_by = models.ForeignKey(Account, verbose_name="发起人", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "试算"
        ordering = ["-id"]
        indexes = [models.Index(fields=["content_hash"])]

    def __str__(self) -> str:
        return self.title


class TrialRow(models.Model):
    """One subject whose place on the lists, or whose tier, would differ, with the reasons as computed on the day of the
    trial."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="rows", db_index=False)
    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("变化", max_length=10, choices=list(KIND_LABELS.items()))
    old_code = models.CharField("原名单代码", max_length=40, blank=True)
    old_label = models.CharField("原名单", max_length=60, blank=True)
    new_code = models.CharField("新名单代码", max_length=40, blank=True)
    new_label = models.CharField("新名单", max_length=60, blank=True)
    holding = models.CharField("现有", max_length=10, blank=True, choices=list(HOLDING_LABELS.items()))
    is_up = models.BooleanField("升级", null=True)
    old_points = models.IntegerField("原计分", null=True)
    new_points = models.IntegerField("新计分", null=True)
    clause = models.CharField("条款", max_length=200, blank=True)
    sentences = models.JSONField("理由", default=list)
    former_sentences = models.JSONField("原来的理由", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "试算结果"
        ordering = ["subject_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "subject", "kind", "old_code", "new_code"], name="trial_tells_a_change_once"
            ),
        ]


class TrialGround(models.Model):
    """A record that a row rests on, with the department that decided it."""

    row = models.ForeignKey(TrialRow, on_delete=models.CASCADE, related_name="grounds", db_index=False)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "试算依据"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["row", "record"], name="trial_ground_once")]
