"""Random inspections (双随机、一公开): the registers of matters and inspectors, a department's year, plans, visits."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q

from incentives.rules import inspections as rules
from registry.base.tracked import Tracked, TrackedQuerySet
from registry.models import Account, Attachment, Department, Record, Subject
from registry.rules.sectors import SECTORS


def choices_of(labels: dict[str, str]) -> list[tuple[str, str]]:
    """Return codes and labels as a field's choices."""
    return list(labels.items())


class TermQuerySet(TrackedQuerySet):
    """Rows that hold during `[starts_on, ends_on)`; an empty end: still."""

    def on(self, day: date) -> "TermQuerySet":
        """Rows that hold on the day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class InspectionMatter(Tracked):
    """One matter of the list of random inspections (随机抽查事项清单): what a department may inspect, on which basis."""

    class Way(models.TextChoices):
        SITE = "site", "现场检查"
        PAPERS = "papers", "书面检查"
        NETWORK = "network", "网络监测"
        AGENCY = "agency", "委托专业机构"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(
        Department, verbose_name="检查部门", on_delete=models.PROTECT, related_name="inspection_matters"
    )
    label = models.CharField("抽查事项", max_length=120)
    content = models.CharField("检查内容", max_length=500)
    basis = models.CharField("法律依据", max_length=300)
    way = models.CharField("检查方式", max_length=10, choices=Way.choices, default=Way.SITE)
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)

    objects = TermQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "随机抽查事项"
        ordering = ["department_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "label"], condition=Q(ends_on__isnull=True), name="inspection_matter_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Inspector(Tracked):
    """One person of the register of inspectors (执法检查人员名录). Its certificate holds during `[starts_on, ends_on)`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(Department, verbose_name="部门", on_delete=models.PROTECT, related_name="inspectors")
    name = models.CharField("姓名", max_length=60)
    certificate = models.CharField("执法证号", max_length=40, unique=True)
    qualifications = models.JSONField("专业领域", default=list, blank=True)
    starts_on = models.DateField("执法证自")
    ends_on = models.DateField("执法证止（不含）", null=True, blank=True)

    objects = TermQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "执法检查人员"
        ordering = ["department_id", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def qualification_labels(self) -> list[str]:
        return [SECTORS.get(code, code) for code in self.qualifications]


class InspectorConflict(Tracked):
    """Why an inspector must not inspect a subject (回避, 行政处罚法 art. 43), during `[starts_on, ends_on)`."""

    class Kind(models.TextChoices):
        KIN = "kin", "近亲属任职或者持股"
        INTEREST = "interest", "本人有直接利害关系"
        FORMER = "former", "曾在该单位任职"
        OTHER = "other", "其他可能影响公正的关系"

    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="conflicts")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="inspector_conflicts")
    kind = models.CharField("情形", max_length=10, choices=Kind.choices)
    note = models.CharField("说明", max_length=300, blank=True)
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)

    objects = TermQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "回避情形"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "subject"], condition=Q(ends_on__isnull=True), name="one_conflict_a_pair"
            ),
        ]


class InspectionYear(Tracked):
    """A department's year of inspections: how many people, and how their working days divide."""

    class State(models.TextChoices):
        DRAFTED = "drafted", "编制中"
        APPROVED = "approved", "已批准"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    department = models.ForeignKey(
        Department,
        verbose_name="部门",
        on_delete=models.PROTECT,
        related_name="inspection_years",
        db_index=False,
    )
    year = models.PositiveSmallIntegerField("年度")
    people = models.PositiveSmallIntegerField("执法人员数")
    other_days = models.PositiveIntegerField("其他执法工作日（人·日）")
    idle_days = models.PositiveIntegerField("非执法工作日（人·日）")
    visit_days = models.PositiveSmallIntegerField("每次检查每人用时（工作日）", default=1)
    note = models.CharField("测算说明", max_length=1000, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFTED)
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    approved_on = models.DateField("批准日期", null=True, blank=True)
    approved_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "年度检查安排"
        ordering = ["-year", "department_id"]
        constraints = [
            models.UniqueConstraint(fields=["department", "year"], name="one_inspection_year"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_on__isnull=False), name="approved_year_has_its_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department.short_name} {self.year}年度"


class InspectionPlan(Tracked):
    """One plan of random inspections. What was drawn follows from `population`, `shares`, `total`, `staff`, `seed`.

    `shares`: stratum, label and percent of each stratum; `total`: how many in all, None for the plain percentages.
    `seed_hash` is public from the approval on; the seed itself is sealed until the draw and stands in `seed` after it.
    `population`: the members as drawn from, one line each; its SHA-256 is `population_hash`. `reveal_on`: the first
    day on which seed and names are public.
    """

    class State(models.TextChoices):
        DRAFTED = rules.DRAFTED, rules.PLAN_LABELS[rules.DRAFTED]
        APPROVED = rules.APPROVED, rules.PLAN_LABELS[rules.APPROVED]
        DRAWN = rules.DRAWN, rules.PLAN_LABELS[rules.DRAWN]
        CANCELLED = rules.CANCELLED, rules.PLAN_LABELS[rules.CANCELLED]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField("编号", max_length=80, unique=True)
    year = models.ForeignKey(InspectionYear, verbose_name="年度", on_delete=models.PROTECT, related_name="plans")
    department = models.ForeignKey(
        Department,
        verbose_name="发起部门",
        on_delete=models.PROTECT,
        related_name="inspection_plans",
        db_index=False,
    )
    title = models.CharField("名称", max_length=120)
    starts_on = models.DateField("检查自")
    ends_on = models.DateField("检查至（含）")
    reveal_on = models.DateField("名单公开日")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFTED)
    categories = models.JSONField("主体类别", default=list, blank=True)
    sectors = models.JSONField("行业领域", default=list, blank=True)
    risks = models.JSONField("风险等级", default=list, blank=True)
    industry = models.CharField("行业", max_length=60, blank=True)
    shares = models.JSONField("抽取比例", default=list)
    total = models.PositiveIntegerField("抽取总数", null=True, blank=True)
    each = models.PositiveSmallIntegerField("每次检查人数", default=2)
    most = models.PositiveSmallIntegerField("每人最多检查户数")
    qualification = models.CharField("所需专业领域", max_length=40, blank=True)
    expected = models.PositiveIntegerField("预计检查户数", null=True, blank=True)
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    approved_on = models.DateField("批准日期", null=True, blank=True)
    approved_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    seed_hash = models.CharField("种子哈希", max_length=64, blank=True)
    seed_sealed = models.TextField("种子（加密）", blank=True, editable=False)
    seed = models.CharField("种子", max_length=64, blank=True)
    algorithm = models.CharField("算法版本", max_length=20, blank=True)
    drawn_on = models.DateField("抽取日期", null=True, blank=True)
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    drawn_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    population = models.OneToOneField(
        Attachment, verbose_name="总体", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    population_hash = models.CharField("总体哈希", max_length=64, blank=True)
    sizes = models.JSONField("各层户数", default=dict, blank=True)
    quotas = models.JSONField("各层应抽", default=dict, blank=True)
    short = models.JSONField("各层不足", default=dict, blank=True)
    staff = models.JSONField("抽取时的人员", default=list, blank=True)
    cancel_reason = models.CharField("取消理由", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "随机抽查计划"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="inspection_plan_runs_forward"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "drawn"]) | ~Q(seed_hash="") & Q(approved_on__isnull=False),
                name="approved_plan_has_its_seed",
            ),
            models.CheckConstraint(
                condition=~Q(state="drawn")
                | Q(drawn_on__isnull=False, population__isnull=False) & ~Q(seed="") & ~Q(population_hash=""),
                name="drawn_plan_can_be_redrawn",
            ),
            models.CheckConstraint(condition=Q(state="drawn") | Q(seed=""), name="seed_shows_only_after_the_draw"),
        ]
        indexes = [models.Index(fields=["department", "state"], name="inspection_plan_turn")]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"


class PlanMatter(Tracked):
    """A matter that the plan inspects; the departments of its matters inspect together."""

    plan = models.ForeignKey(InspectionPlan, on_delete=models.PROTECT, related_name="matters", db_index=False)
    matter = models.ForeignKey(InspectionMatter, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "计划的抽查事项"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["plan", "matter"], name="inspection_plan_matter_once")]


class InspectionQuerySet(TrackedQuerySet):
    """Reads by date."""

    def used(self, year: int) -> "InspectionQuerySet":
        """Visits that count towards the caps of the year: all sources but those ordered from above."""
        return self.filter(year=year, state__in=rules.USED).exclude(source=rules.ABOVE)

    def results_public(self, on: date) -> "InspectionQuerySet":
        """Visits whose result the public may see on `on`: published, not run out, its record not withdrawn."""
        gone = Q(record__state__in=[Record.State.VOIDED, Record.State.REPAIRED])
        return self.filter(state=rules.PUBLISHED, published_on__lte=on, shown_until__gte=on).exclude(gone)


class Inspection(Tracked):
    """One visit: drawn by a plan, or noted from another source because it counts towards the yearly cap.

    `key`: the identity under which the subject was drawn, which never changes; `place`: its place in the stratum's
    order. `replaces`: the visit that fell out. `shown_until`: the last day on which the result is public.
    """

    class State(models.TextChoices):
        ASSIGNED = rules.ASSIGNED, rules.VISIT_LABELS[rules.ASSIGNED]
        RECORDED = rules.RECORDED, rules.VISIT_LABELS[rules.RECORDED]
        PUBLISHED = rules.PUBLISHED, rules.VISIT_LABELS[rules.PUBLISHED]
        REPLACED = rules.REPLACED, rules.VISIT_LABELS[rules.REPLACED]
        COUNTED = rules.COUNTED, rules.VISIT_LABELS[rules.COUNTED]

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey(Subject, verbose_name="主体", on_delete=models.PROTECT, related_name="inspections")
    department = models.ForeignKey(
        Department, verbose_name="检查部门", on_delete=models.PROTECT, related_name="inspections"
    )
    year = models.PositiveSmallIntegerField("计入年度")
    source = models.CharField("来源", max_length=20, choices=choices_of(rules.SOURCE_LABELS))
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASSIGNED)
    plan = models.ForeignKey(
        InspectionPlan,
        verbose_name="计划",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="visits",
        db_index=False,
    )
    key = models.CharField("抽取标识", max_length=40, blank=True)
    stratum = models.CharField("层", max_length=40, blank=True)
    place = models.PositiveIntegerField("顺序", null=True, blank=True)
    replaces = models.OneToOneField(
        "self", verbose_name="递补", null=True, blank=True, on_delete=models.PROTECT, related_name="successor"
    )
    replaced_on = models.DateField("更换日期", null=True, blank=True)
    replace_reason = models.CharField("更换理由", max_length=500, blank=True)
    inspected_on = models.DateField("检查日期", null=True, blank=True)
    result = models.CharField(
        "检查结果", max_length=20, blank=True, choices=[(code, each.label) for code, each in rules.RESULTS.items()]
    )
    summary = models.CharField("情况说明", max_length=1000, blank=True)
    recorded_on = models.DateField("登记日期", null=True, blank=True)
    recorded_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    record = models.OneToOneField(
        Record, verbose_name="信用记录", null=True, blank=True, on_delete=models.PROTECT, related_name="inspection"
    )
    corrected_on = models.DateField("更正日期", null=True, blank=True)
    published_on = models.DateField("公开日期", null=True, blank=True)
    published_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    shown_until = models.DateField("公开至（含）", null=True, blank=True)

    objects = InspectionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "检查"
        ordering = ["plan", "stratum", "place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], condition=~Q(key=""), name="drawn_once_a_plan"),
            models.CheckConstraint(
                condition=~Q(state__in=["recorded", "published"]) | Q(inspected_on__isnull=False) & ~Q(result=""),
                name="recorded_visit_has_its_result",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_on__isnull=False, shown_until__gte=F("published_on")),
                name="published_visit_has_its_days",
            ),
            models.CheckConstraint(
                condition=~Q(state="replaced") | Q(replaced_on__isnull=False) & ~Q(replace_reason=""),
                name="replaced_visit_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(source="random", plan__isnull=False) | ~Q(source="random") & Q(plan__isnull=True),
                name="only_a_plan_draws",
            ),
        ]
        indexes = [
            models.Index(fields=["year", "subject"], name="inspection_year_subject"),
            models.Index(fields=["plan", "state"], name="inspection_plan_state"),
            models.Index(fields=["shown_until"], condition=Q(state="published"), name="inspection_shown"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.get_source_display()}"


class InspectionTeam(Tracked):
    """One inspector of one visit; `left_on` with its reason when it had to withdraw."""

    visit = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="team", db_index=False)
    inspector = models.ForeignKey(Inspector, on_delete=models.PROTECT, related_name="visits")
    joined_on = models.DateField("自")
    is_stand_in = models.BooleanField("接替回避的人员", default=False)
    left_on = models.DateField("退出日期", null=True, blank=True)
    left_reason = models.CharField("退出理由", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查人员"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "inspector"], name="inspector_once_a_visit"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | ~Q(left_reason=""), name="withdrawn_inspector_has_its_reason"
            ),
        ]
        indexes = [models.Index(fields=["inspector"], condition=Q(left_on__isnull=True), name="inspector_load")]
