"""The form of the monthly summary of listings."""

from datetime import date
from typing import Any

from django import forms

from registry.models import Department
from sanctions.rules.listing_summary import PARTS, TAKEN, month_of


class ListingSummaryForm(forms.Form):
    """Which month, part and department."""

    month = forms.CharField(
        label="月份", max_length=7, widget=forms.DateInput(attrs={"type": "month"}), help_text="写成2026-10。"
    )
    part = forms.ChoiceField(label="部分", choices=list(PARTS.items()), required=False)
    department = forms.ModelChoiceField(
        label="报送机关", required=False, queryset=Department.objects.all(), to_field_name="code", empty_label="全部"
    )

    def clean_month(self) -> date:
        """Return the first day of the month."""
        month = month_of(self.cleaned_data["month"])
        if month is None:
            raise forms.ValidationError("月份应写成2026-10的形式。")
        return month

    def given(self) -> dict[str, Any]:
        """Return what the selectors take; call on a valid form."""
        given = self.cleaned_data
        return {"part": given["part"] or TAKEN, "month": given["month"], "department": given["department"]}
