"""Forms of the working-day calendar."""

from datetime import date
from typing import Any

from django import forms

from registry.rules.day_lists import days_parse


class CalendarDayForm(forms.Form):
    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    is_working = forms.TypedChoiceField(
        label="改为", choices=[("rest", "休息日"), ("working", "工作日")], coerce=lambda value: value == "working"
    )
    note = forms.CharField(label="依据或原因", max_length=100, help_text="如：县政府关于防汛停工的通知。")


class CalendarYearForm(forms.Form):
    """A year's notice, pasted line by line."""

    year = forms.IntegerField(label="年份", min_value=2000, max_value=2060)
    days_off = forms.CharField(
        label="放假日期", widget=forms.Textarea(attrs={"rows": 8}),
        help_text="一行一天或一个范围，照放假通知填写，如：1月1日至3日；2027-02-05 至 2027-02-11。通知提到的周末也可写入。",
    )  # fmt: skip
    make_up_days = forms.CharField(
        label="调休上班日期", widget=forms.Textarea(attrs={"rows": 4}), required=False,
        help_text="通知要求上班的周六、周日，一行一天。",
    )  # fmt: skip
    source = forms.CharField(
        label="文号", max_length=200, help_text="如：国务院办公厅关于2027年部分节假日安排的通知及其文号。"
    )

    def clean(self) -> dict[str, Any]:
        """Turn the two texts into days of the year given."""
        cleaned = super().clean() or self.cleaned_data
        year = cleaned.get("year")
        if year is not None:
            for name in ("days_off", "make_up_days"):
                if name in cleaned:
                    cleaned[name] = self._days(name, cleaned[name], year)
        return cleaned

    def _days(self, name: str, text: str, year: int) -> list[date]:
        try:
            return days_parse(text, year=year)
        except ValueError as error:
            self.add_error(name, str(error))
            return []
