"""Listing cases (名单认定案件): the lawful procedure from evidence to decision."""

import uuid

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models import Account, Attachment, Department, Document, PolicyVersion, Record, Subject
from sanctions.models.candidates import Candidate


class Case(Tracked):
    """One procedure to decide whether one subject goes on one list. States and steps: `sanctions.rules.lifecycle`."""

    class State(models.TextChoices):
        COLLECTING = "collecting", "取证"
        COLLECTED = "collected", "证据齐备"
        REVIEWED = "reviewed", "已初审"
        NOTICED = "noticed", "已告知"
        DELIBERATED = "deliberated", "已审议"
        SUBMITTED = "submitted", "已报上级"
        CONFIRMED = "confirmed", "上级已确认"
        DECIDED = "decided", "已认定"
        PUBLISHED = "published", "已公布"
        DROPPED = "dropped", "已终止"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("案号", max_length=80, unique=True)
    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="cases")
    candidate = models.OneToOneField(Candidate, null=True, blank=True, on_delete=models.PROTECT, related_name="case")
    parent = models.ForeignKey(
        "self", verbose_name="所属单位案件", null=True, blank=True, on_delete=models.PROTECT, related_name="carried"
    )
    person_role = models.CharField("在单位的职务", max_length=30, blank=True)
    policy = models.ForeignKey(PolicyVersion, verbose_name="政策", on_delete=models.PROTECT, related_name="+")
    mode = models.CharField("方式", max_length=10, choices=[("binding", "依法列入并公布"), ("internal", "内部分级")])
    pack_id = models.CharField("政策代码", max_length=60)
    list_code = models.CharField("名单", max_length=40)
    list_label = models.CharField("名单名称", max_length=60)
    department = models.ForeignKey(Department, verbose_name="承办部门", on_delete=models.PROTECT, related_name="cases")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.COLLECTING)
    reasons = models.JSONField("立案时的理由", default=dict)
    sentences = models.JSONField("立案时的理由（文字）", default=list)
    handler = models.ForeignKey(
        Account,
        verbose_name="经办人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    reviewer = models.ForeignKey(
        Account, verbose_name="审核人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approver = models.ForeignKey(
        Account, verbose_name="审批人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_on = models.DateField("立案日期")
    evidence_on = models.DateField("证据齐备日期", null=True, blank=True)
    reviewed_on = models.DateField("初审日期", null=True, blank=True)
    noticed_on = models.DateField("告知书作出日期", null=True, blank=True)
    served_on = models.DateField("告知书送达日期", null=True, blank=True)
    defence_until = models.DateField("陈述申辩截止日", null=True, blank=True)
    deliberated_on = models.DateField("审议日期", null=True, blank=True)
    minutes = models.TextField("审议记录", max_length=5000, blank=True)
    submitted_on = models.DateField("上报日期", null=True, blank=True)
    confirmed_on = models.DateField("上级确认日期", null=True, blank=True)
    confirmation_number = models.CharField("上级确认文号", max_length=128, blank=True)
    decided_on = models.DateField("认定日期", null=True, blank=True)
    decision_number = models.CharField("决定文号", max_length=128, blank=True)
    published_on = models.DateField("公布日期", null=True, blank=True)
    dropped_on = models.DateField("终止日期", null=True, blank=True)
    drop_reason = models.CharField("终止理由", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "名单认定案件"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "pack_id", "list_code"],
                condition=~Q(state__in=["published", "dropped"]),
                name="one_open_case_a_list",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | Q(handler__isnull=True) | ~Q(reviewer=models.F("handler")),
                name="reviewer_is_not_handler",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True)
                | (
                    (Q(handler__isnull=True) | ~Q(approver=models.F("handler")))
                    & (Q(reviewer__isnull=True) | ~Q(approver=models.F("reviewer")))
                ),
                name="approver_is_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "published"]) | Q(decided_on__isnull=False),
                name="decided_case_has_its_day",
            ),
        ]
        indexes = [models.Index(fields=["state", "department"]), models.Index(fields=["handler", "state"])]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state not in (self.State.PUBLISHED, self.State.DROPPED)


class CaseGround(models.Model):
    """A record that the case rests on, with the clauses it meets."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="grounds", db_index=False)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="case_grounds")
    clauses = models.JSONField("条款", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "案件依据"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "record"], name="case_ground_once")]


class CaseEvidence(Tracked):
    """A file in the case file."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence", db_index=False)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    label = models.CharField("说明", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "案件材料"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "attachment"], name="case_evidence_once")]


class CaseDocument(models.Model):
    """A document that a step of the case produced."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    step = models.CharField("步骤", max_length=20)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="case_document")

    class Meta:
        verbose_name = verbose_name_plural = "案件文书"
        ordering = ["id"]


class Defence(Tracked):
    """The subject's statement or its express waiver, and what came of it."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "待审查"
        UPHELD = "upheld", "成立"
        REJECTED = "rejected", "不成立"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="defence")
    statement = models.TextField("陈述申辩意见", max_length=5000, blank=True)
    is_waived = models.BooleanField("明确放弃", default=False)
    wants_hearing = models.BooleanField("要求听证或当面陈述", default=False)
    # How the wish to be heard in person was answered: on which day (none: it was not granted), and the record or the
    # reason.
    heard_on = models.DateField("听取意见日期", null=True, blank=True)
    hearing_answer = models.TextField("听取笔录或者不举行的理由", max_length=5000, blank=True)
    is_online = models.BooleanField("网上提交", default=False)
    received_on = models.DateField("收到日期")
    attachment = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField("审查结论", max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    outcome_on = models.DateField("审查日期", null=True, blank=True)
    outcome_reason = models.CharField("审查理由", max_length=1000, blank=True)
    outcome_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "陈述申辩"

    @property
    def is_hearing_owed(self) -> bool:
        """Whether the subject asked to be heard in person and nobody has answered."""
        return self.wants_hearing and not self.is_waived and not self.hearing_answer


class DefenceFile(Tracked):
    """A file that the subject handed in with its statement."""

    defence = models.ForeignKey(Defence, on_delete=models.PROTECT, related_name="files")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    label = models.CharField("说明", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "陈述申辩材料"
        ordering = ["id"]
