"""Forms of trials."""

from collections.abc import Iterable
from typing import Any

from django import forms

from registry.models import Department
from sanctions.rules.trials import KIND_LABELS


class TrialForm(forms.Form):
    """What to try, and for which day. Packs are `e<id>` (stored editions) and `d<id>` (drafts)."""

    pack = forms.ChoiceField(label="草案或版本")
    day = forms.DateField(
        label="试算日",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="按这一天的事实和条款计算；一般用今日，也可以用拟启用的日期。",
    )

    def __init__(self, *args: Any, packs: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pack"].choices = list(packs)  # type: ignore[attr-defined]


class TrialFilterForm(forms.Form):
    """Which rows of a trial are shown."""

    kind = forms.ChoiceField(label="变化", required=False, choices=[("", "全部"), *KIND_LABELS.items()])
    list_code = forms.ChoiceField(label="名单或等级", required=False)
    department = forms.ModelChoiceField(
        label="依据的决定机关", required=False, queryset=Department.objects.none(), empty_label="全部"
    )

    def __init__(
        self, *args: Any, lists: Iterable[tuple[str, str]], departments: Iterable[Department], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["list_code"].choices = [("", "全部"), *lists]  # type: ignore[attr-defined]
        known = [department.pk for department in departments]
        self.fields["department"].queryset = Department.objects.filter(pk__in=known).order_by("name")  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """Return the criteria as `trial_rows` takes them; nothing while the form is not valid."""
        if not self.is_valid():
            return {}
        department = self.cleaned_data["department"]
        return {
            "kind": self.cleaned_data["kind"],
            "list_code": self.cleaned_data["list_code"],
            "department": department.pk if department is not None else None,
        }
