"""Forms of random inspections. They check shape; what a step requires is asked by its service."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from incentives.models import InspectionMatter, InspectionPlan, InspectionTeam, InspectorConflict
from incentives.rules.inspections import OTHER_SOURCES, PLAN_LABELS, RESULTS, VISIT_LABELS
from incentives.selectors.inspection_population import Stratum
from incentives.services.inspection_plans import PlanContent
from incentives.services.inspection_results import Outcome
from incentives.services.inspection_years import YearFigures
from registry.forms.versioned import DayField
from registry.models import Department, Subject
from registry.rules.identifiers import normalize_code
from registry.rules.sectors import SECTORS

LONG = forms.Textarea(attrs={"rows": 3})
CHECKS = forms.CheckboxSelectMultiple
CATEGORIES = [each for each in Subject.Category.choices if each[0] != Subject.Category.PERSON]


class PlanFilterForm(forms.Form):
    """What the list of plans is narrowed by."""

    year = forms.IntegerField(label="年度", required=False, min_value=2015, max_value=2100)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *PLAN_LABELS.items()])
    department = forms.ModelChoiceField(
        label="发起部门", required=False, queryset=Department.objects.all(), empty_label="全部部门"
    )


class VisitFilterForm(forms.Form):
    """What the drawn list of a plan is narrowed by."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *VISIT_LABELS.items()])


class YearForm(forms.Form):
    """The figures of a department's year, in person-days."""

    year = forms.IntegerField(label="年度", min_value=2015, max_value=2100)
    people = forms.IntegerField(label="执法人员数", min_value=1, max_value=10_000)
    other_days = forms.IntegerField(
        label="其他执法工作日（人·日）", min_value=0, max_value=1_000_000,
        help_text="实施行政许可、事故调查、投诉举报核查、专项联合执法等所需，各人合计。",
    )  # fmt: skip
    idle_days = forms.IntegerField(
        label="非执法工作日（人·日）", min_value=0, max_value=1_000_000,
        help_text="值班、学习培训、会议考核、病事假、年休假等所需，各人合计。",
    )  # fmt: skip
    visit_days = forms.IntegerField(label="每次检查每人用时（工作日）", min_value=1, max_value=30, initial=1)
    note = forms.CharField(label="测算说明", required=False, max_length=1000, widget=LONG)

    def figures(self) -> YearFigures:
        """Return the figures as given."""
        data = self.cleaned_data
        return YearFigures(*(data[name] for name in ("people", "other_days", "idle_days", "visit_days", "note")))


class PlanForm(forms.Form):
    """A plan: what, when, of whom, which share of each stratum, with how many inspectors."""

    title = forms.CharField(label="计划名称", max_length=120)
    matters = forms.ModelMultipleChoiceField(
        label="抽查事项", queryset=InspectionMatter.objects.none(), widget=CHECKS,
        help_text="选择其他部门的事项，即由这些部门联合抽查，一次进门、一并检查。",
    )  # fmt: skip
    starts_on = DayField(label="检查自")
    ends_on = DayField(label="检查至（含）")
    reveal_on = DayField(
        label="名单公开日", help_text="自这一日起公开种子和抽中名单；不宜事先告知的抽查，可以定在检查期间的末日。"
    )
    categories = forms.MultipleChoiceField(label="主体类别", required=False, choices=CATEGORIES, widget=CHECKS)
    sectors = forms.MultipleChoiceField(
        label="行业领域", required=False, choices=list(SECTORS.items()), widget=CHECKS, help_text="不选即不限。"
    )
    risks = forms.MultipleChoiceField(
        label="风险等级", required=False, choices=Subject.Risk.choices, widget=CHECKS, help_text="不选即不限。"
    )
    industry = forms.CharField(label="行业名称包含", required=False, max_length=60)
    total = forms.IntegerField(
        label="抽取总数", required=False, min_value=1, max_value=1_000_000,
        help_text="不填时各层按比例抽取；填写时把总数按“户数×比例”精确分到各层。",
    )  # fmt: skip
    each = forms.IntegerField(label="每个部门每次派出人数", min_value=2, max_value=20, initial=2)
    most = forms.IntegerField(label="每人最多检查户数", min_value=1, max_value=10_000, initial=20)
    qualification = forms.ChoiceField(
        label="检查人员所需专业", required=False, choices=[("", "不限"), *SECTORS.items()]
    )

    def __init__(
        self, *args: Any, matters: QuerySet[InspectionMatter], strata: Sequence[Stratum], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.strata = strata
        field: Any = self.fields["matters"]
        field.queryset = matters
        field.label_from_instance = lambda each: f"{each.department.short_name}：{each.label}"
        for each in strata:
            cap = f"；该级每年至多检查{each.cap}次" if each.cap is not None else ""
            self.fields[f"share_{each.code}"] = forms.IntegerField(
                label=f"抽取比例（%）：{each.label}", required=False, min_value=0, max_value=100, initial=each.percent,
                help_text=f"不填即为0{cap}。",
            )  # fmt: skip
        shares = [f"share_{each.code}" for each in strata]
        names = [name for name in self.fields if name not in shares]
        self.order_fields([*names[: names.index("total")], *shares, *names[names.index("total") :]])

    def content(self) -> PlanContent:
        """Return the plan as given."""
        data = self.cleaned_data
        plain = ("title", "starts_on", "ends_on", "reveal_on", "categories", "sectors", "risks", "industry", "total",
                 "each", "most", "qualification")  # fmt: skip
        shares = {each.code: data[f"share_{each.code}"] or 0 for each in self.strata}
        return PlanContent(
            matters=[each.pk for each in data["matters"]], shares={code: each for code, each in shares.items() if each},
            **{name: data[name] for name in plain},
        )  # fmt: skip

    @staticmethod
    def initial_of(plan: InspectionPlan) -> dict[str, Any]:
        """Return the values of a plan, to be changed."""
        plain = ("title", "starts_on", "ends_on", "reveal_on", "categories", "sectors", "risks", "industry", "total",
                 "each", "most", "qualification")  # fmt: skip
        shares = {f"share_{code}": percent for code, _, percent in plan.shares}
        matters = [each.matter_id for each in plan.matters.all()]
        return {name: getattr(plan, name) for name in plain} | shares | {"matters": matters}


class EmptyForm(forms.Form):
    """A step that asks for nothing."""


class ReasonForm(forms.Form):
    """A step that asks for its reason."""

    reason = forms.CharField(label="理由", max_length=500, widget=LONG)


class ResultForm(forms.Form):
    """What a visit ended with."""

    inspected_on = DayField(label="检查日期")
    result = forms.ChoiceField(
        label="检查结果", choices=[("", "请选择"), *((code, each.label) for code, each in RESULTS.items())]
    )
    summary = forms.CharField(
        label="情况说明", required=False, max_length=1000, widget=LONG,
        help_text="发现问题的必填。结果公开时一并公开，不要写个人信息和商业秘密。",
    )  # fmt: skip

    def outcome(self) -> Outcome:
        """Return the result as given."""
        data = self.cleaned_data
        return Outcome(data["inspected_on"], data["result"], data["summary"])


class CorrectionForm(ResultForm):
    """Another result in the place of a wrong one."""

    reason = forms.CharField(label="更正理由", max_length=500, widget=LONG)


class WithdrawForm(ReasonForm):
    """Which inspector withdraws from a visit."""

    inspector = forms.ChoiceField(label="回避的检查人员")
    field_order = ("inspector", "reason")

    def __init__(self, *args: Any, team: Sequence[InspectionTeam], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.inspector_id, f"{each.inspector}（{each.inspector.department.short_name}）") for each in team]
        self.fields["inspector"].choices = choices  # type: ignore[attr-defined]


class InspectorForm(forms.Form):
    """One inspector of the register."""

    name = forms.CharField(label="姓名", max_length=60)
    certificate = forms.CharField(label="执法证号", max_length=40)
    qualifications = forms.MultipleChoiceField(
        label="专业领域", required=False, choices=list(SECTORS.items()), widget=CHECKS
    )
    starts_on = DayField(label="执法证有效期自")
    ends_on = DayField(label="执法证有效期止（不含）", required=False, help_text="没有止期的留空。")


class ConflictForm(forms.Form):
    """Whom an inspector must not inspect."""

    code = forms.CharField(label="单位的统一社会信用代码", max_length=40)
    kind = forms.ChoiceField(label="回避情形", choices=InspectorConflict.Kind.choices)
    note = forms.CharField(label="说明", required=False, max_length=300)

    def clean_code(self) -> str:
        """Return the code of a subject that is on file."""
        code = normalize_code(self.cleaned_data["code"])
        self.subject = Subject.objects.filter(uscc=code, merged_into__isnull=True).first()
        if self.subject is None:
            raise forms.ValidationError(f"档案中没有代码为“{code}”的单位，请核对。")
        return code


class MatterForm(forms.Form):
    """One matter of the list."""

    label = forms.CharField(label="抽查事项", max_length=120)
    content = forms.CharField(label="检查内容", max_length=500, widget=LONG)
    basis = forms.CharField(label="法律依据", max_length=300, help_text="写明法律、法规、规章的名称和条款。")
    way = forms.ChoiceField(label="检查方式", choices=InspectionMatter.Way.choices)


class OtherForm(forms.Form):
    """An inspection that no plan drew."""

    source = forms.ChoiceField(
        label="检查来源", choices=[("", "请选择"), *OTHER_SOURCES.items()], help_text="上级部署的检查不计入年度上限。"
    )
    inspected_on = DayField(label="检查日期")
    summary = forms.CharField(label="情况说明", required=False, max_length=1000, widget=LONG)
