"""Publication channels: where records that must be public are sent, how far each has come, files out and back."""

import uuid

from django.db import models
from django.db.models import Q

from disclosure.rules import submissions
from registry.base.tracked import Tracked
from registry.models import Account, Attachment, Record


class Channel(Tracked):
    """A place that records are sent to (信用中国, the province's platform). Never deleted: `closed_on` ends it.

    `kind`: the carrier that brings them there (`disclosure.services.channels.carriers`); `settings` are that kind's own
    values. `counts`: sending here is what 上报 means in the figures.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=100)
    kind = models.CharField("方式", max_length=20)
    named_as = models.CharField("政策中的渠道", max_length=100, blank=True)
    settings = models.JSONField("方式参数", default=dict)
    secret_sealed = models.TextField("签名密钥", blank=True)
    takes_penalties = models.BooleanField("报送行政处罚", default=True)
    takes_permits = models.BooleanField("报送行政许可", default=True)
    with_identities = models.BooleanField("含自然人证件号码", default=False)
    counts = models.BooleanField("计入双公示指标", default=True)
    since_on = models.DateField("报送自此日起作出的决定")
    is_paused = models.BooleanField("已暂停", default=False)
    opened_on = models.DateField("启用日期")
    closed_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示渠道"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ChannelHealth(models.Model):
    """How a channel's receiver does: overwritten by the sender, so beside the channel's row versions."""

    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, related_name="health")
    failures = models.PositiveIntegerField("连续未到达次数", default=0)
    unreachable_since = models.DateTimeField("无法到达自", null=True)
    resumes_at = models.DateTimeField("下次尝试", null=True)
    sent_at = models.DateTimeField("最近报送", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "渠道状况"


class ChannelFile(models.Model):
    """A file of rows made for a channel. Its bytes never change; `placed_at`: it lies in the channel's folder since."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="files", db_index=False)
    number = models.PositiveIntegerField("编号")
    kind = models.CharField("种类", max_length=10, choices=[("penalty", "行政处罚"), ("permit", "行政许可")])
    matter = models.CharField("事项", max_length=10, choices=list(submissions.MATTERS.items()))
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    rows = models.PositiveIntegerField("条数")
    made_on = models.DateField("日期")
    made_at = models.DateTimeField("时间")
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField("放入文件夹时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "报送文件"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["channel", "number"], name="one_file_a_channel_number")]

    def __str__(self) -> str:
        return self.attachment.name


class Acknowledgement(models.Model):
    """A file that came back from a channel, and what its rows said. One that could not be read has `error`.

    `notes`: rows that fit nothing, by line and document number; no name of a party.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="acknowledgements")
    file = models.ForeignKey(ChannelFile, null=True, on_delete=models.PROTECT, related_name="acknowledgements")
    attachment = models.OneToOneField(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    rows = models.PositiveIntegerField("行数", default=0)
    accepted = models.PositiveIntegerField("接收", default=0)
    refused = models.PositiveIntegerField("退回", default=0)
    superseded = models.PositiveIntegerField("已被替代", default=0)
    unknown = models.PositiveIntegerField("对不上", default=0)
    notes = models.JSONField("对不上的行", default=list)
    error = models.CharField("读取失败原因", max_length=500, blank=True)
    read_on = models.DateField("日期")
    read_at = models.DateTimeField("时间")
    read_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "回执"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "sha256"], condition=Q(error="", file__isnull=True), name="one_reading_a_channel"
            ),
            # Two files without a failure come back alike.
            models.UniqueConstraint(fields=["file", "sha256"], condition=Q(error=""), name="one_reading_a_file"),
        ]

    def __str__(self) -> str:
        return self.name


class Submission(models.Model):
    """One record owed to one channel, and how far that has come (`disclosure.rules.submissions`).

    `first_sent_on` is the day of reporting; a correction takes it over from the record that it corrects. `accepted_on`:
    since when the receiver has accepted this record's own row. `sent_*` are what the receiver knows the row by.
    `fault`: why it cannot be sent. A lease keeps two senders apart; `revision` counts what was owed anew.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="submissions", db_index=False)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="submissions", db_index=False)
    matter = models.CharField("事项", max_length=10, choices=list(submissions.MATTERS.items()), default="report")
    state = models.CharField("状态", max_length=10, choices=list(submissions.STATES.items()), default="owed")
    is_held = models.BooleanField("渠道已有", default=False)
    revision = models.PositiveIntegerField("第几次", default=1)
    owed_on = models.DateField("应报日期")
    first_sent_on = models.DateField("首次报送日期", null=True)
    first_sent_at = models.DateTimeField("首次报送时间", null=True)
    sent_on = models.DateField("报送日期", null=True)
    sent_at = models.DateTimeField("报送时间", null=True)
    answered_on = models.DateField("回执日期", null=True)
    answered_at = models.DateTimeField("回执时间", null=True)
    accepted_on = models.DateField("接收日期", null=True)
    reason = models.CharField("退回原因", max_length=500, blank=True)
    withdraw_reason = models.CharField("撤销原因", max_length=100, blank=True)
    fault = models.CharField("不能报送的原因", max_length=500, blank=True)
    file = models.ForeignKey(ChannelFile, null=True, on_delete=models.PROTECT, related_name="submissions")
    sent_number = models.CharField("报送的文书号", max_length=128, blank=True)
    sent_code = models.CharField("报送的代码", max_length=18, blank=True)
    sent_name = models.CharField("报送的名称", max_length=200, blank=True)
    attempts = models.PositiveIntegerField("次数", default=0)
    available_at = models.DateTimeField("可报送时间")
    lease_token = models.UUIDField("租约", null=True)
    leased_until = models.DateTimeField("租约到期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "报送"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["record", "channel"], name="one_submission_a_channel")]
        indexes = [
            models.Index(fields=["channel", "state", "id"], name="submission_state"),
            models.Index(fields=["channel", "sent_number"], name="submission_number"),
            models.Index(fields=["channel", "available_at"], condition=Q(state="owed"), name="submission_owed"),
        ]

    @property
    def standing(self) -> submissions.Standing:
        """Where it stands, for the rules."""
        return submissions.Standing(self.matter, self.state, self.is_held, self.attempts > 0)

    @property
    def label(self) -> str:
        """The state in words; of a withdrawal with the word before it."""
        word = "无法报送" if self.state == submissions.OWED and self.fault else self.get_state_display()
        return f"撤销：{word}" if self.matter == submissions.WITHDRAWAL else word


class SubmissionStep(models.Model):
    """One thing that happened to a submission: the state it came to, on which legal day, at which instant."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="steps")
    matter = models.CharField("事项", max_length=10, choices=list(submissions.MATTERS.items()))
    state = models.CharField("状态", max_length=10, choices=list(submissions.STATES.items()))
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    reason = models.CharField("说明", max_length=500, blank=True)
    file = models.ForeignKey(ChannelFile, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "报送经过"
        ordering = ["id"]
