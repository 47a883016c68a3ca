"""What the rules say is due: a subject that meets a list's entry conditions, waiting for an officer."""

from django.db import models
from django.db.models import Q

from registry.base.tracked import Tracked
from registry.models import Account, PolicyActivation, PolicyVersion, Record, Subject


class Candidate(Tracked):
    """A listing that is due under an active policy, with the reasons as computed. It lists nobody by itself."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        TAKEN = "taken", "已立案"
        DISMISSED = "dismissed", "不予立案"
        LAPSED = "lapsed", "条件不再满足"

    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="candidates")
    activation = models.ForeignKey(PolicyActivation, verbose_name="政策", on_delete=models.PROTECT, related_name="+")
    pack_id = models.CharField("政策代码", max_length=60)
    list_code = models.CharField("名单", max_length=40)
    list_label = models.CharField("名单名称", max_length=60)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    first_due_on = models.DateField("首次符合日期")
    evaluated_on = models.DateField("最近评估日期")
    next_change_on = models.DateField("结论可能变化的日期", null=True, blank=True)
    reasons = models.JSONField("理由", default=dict)
    sentences = models.JSONField("理由（文字）", default=list)
    dismissed_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    dismissed_on = models.DateField("处理日期", null=True, blank=True)
    dismiss_reason = models.CharField("不予立案理由", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待列入提示"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "pack_id", "list_code"], condition=Q(state="open"), name="one_open_candidate"
            ),
        ]
        indexes = [models.Index(fields=["state", "first_due_on"]), models.Index(fields=["next_change_on"])]


class CandidateGround(models.Model):
    """A record that the candidate rests on."""

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="grounds", db_index=False)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "提示依据"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["candidate", "record"], name="candidate_ground_once")]


class Standing(models.Model):
    """The first later day on which time alone may bring about or take away something due to a subject under one pack.

    Only a note for the nightly job, so that it finds by index whom to ask; every decision evaluates anew. A subject
    without a note has nothing to wait for, once the county was asked (`PopulationRun`). Who has nothing due and is far
    from it waits for the end of an entry alone: points that leave their window make nothing due.
    `evaluated_on`: the day on which the note was written; later evaluations that agree leave it.
    """

    # The constraint's index finds a subject's standings, and nobody asks for those of an edition. Looking up and locking
    # the subject and the edition of each note would take most of the time in which a county's notes are written, to
    # guard what nobody reads: a note of a subject that is gone is asked about and found to say nothing.
    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="standings", db_index=False, db_constraint=False
    )
    pack_id = models.CharField("政策代码", max_length=60)
    policy = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    evaluated_on = models.DateField("评估日期")
    next_change_on = models.DateField("结论可能变化的日期")

    class Meta:
        verbose_name = verbose_name_plural = "评估状态"
        constraints = [models.UniqueConstraint(fields=["subject", "pack_id"], name="one_standing_a_pack")]
        indexes = [models.Index(fields=["next_change_on"])]
