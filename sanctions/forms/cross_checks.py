"""Forms of cross-checks."""

from django import forms

from sanctions.models import CrossCheck
from sanctions.selectors.cross_checks import STATES


class CrossCheckFilterForm(forms.Form):
    """Which flags the list shows."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATES.items()])
    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *CrossCheck.Kind.choices])
    name = forms.CharField(label="主体名称", required=False, max_length=60)


class CrossCheckHandleForm(forms.Form):
    """How an officer dealt with a flag."""

    outcome = forms.ChoiceField(label="处理结果", choices=CrossCheck.Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="核实和处理情况", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明核实了什么、转给哪个部门、何时。",
    )  # fmt: skip
