"""Forms of joint action as a whole: measures in force, statistics, monthly reports, escalations."""

from datetime import date
from typing import Any

from django import forms

from registry.models import Department
from sanctions.rules.joint_figures import ASKS, OUTCOMES
from sanctions.selectors.measures_in_force import STATES, InForceFilter

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class InForceForm(forms.Form):
    """Which measures in force the page shows."""

    department = forms.ChoiceField(label="部门", required=False)
    name = forms.CharField(label="主体名称或统一社会信用代码", required=False, max_length=60)
    measure = forms.ChoiceField(label="措施", required=False)
    state = forms.ChoiceField(label="进度", required=False, choices=list(STATES.items()))

    def __init__(
        self, *args: Any, departments: list[Department], measures: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(departments) > 1:
            self.fields["department"].choices = [  # type: ignore[attr-defined]
                (each.code, each.name) for each in departments
            ]
        else:
            del self.fields["department"]
        self.fields["measure"].choices = [("", "全部措施"), *measures]  # type: ignore[attr-defined]

    def given(self) -> InForceFilter:
        """Return what was asked for; nothing where the form is not valid."""
        if not self.is_valid():
            return InForceFilter()
        asked = self.cleaned_data
        return InForceFilter(asked["name"].strip(), asked["measure"], asked["state"])


class SpanForm(forms.Form):
    """Which period, and whose figures."""

    first = forms.DateField(label="自", widget=DATE)
    last = forms.DateField(label="至（含当日）", widget=DATE)
    department = forms.ModelChoiceField(
        label="部门", required=False, queryset=Department.objects.none(), to_field_name="code", empty_label="全部部门"
    )

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that runs backwards."""
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("last", f"截止日{last}早于起始日{first}，请重新填写。")
        return given


class AskedForm(SpanForm):
    """Which of the things asked."""

    ask = forms.ChoiceField(label="事项", choices=list(ASKS.items()), required=False)
    outcome = forms.ChoiceField(label="结果", choices=[("", "全部"), *OUTCOMES.items()], required=False)


class ReportForm(forms.Form):
    """The month that a report is made for, and why it is made again."""

    month = forms.DateField(
        label="月份", input_formats=["%Y-%m"], widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
    )
    reason = forms.CharField(
        label="重新编制的理由",
        required=False,
        max_length=300,
        help_text="该月已有报告而后来的事实使数据不同时，必须填写。",
    )


class EscalationTextForm(forms.Form):
    """What is said about an escalation."""

    text = forms.CharField(label="内容", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class EscalationUrgeForm(EscalationTextForm):
    """What the department is urged to do, and by when."""

    until = forms.DateField(
        label="整改期限",
        widget=DATE,
        required=False,
        help_text="留空按联合惩戒规则的天数计算；遇休息日顺延到下一工作日。",
    )
