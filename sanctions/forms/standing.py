"""The day picker of a subject's file: which day, on what was known when, under which edition."""

import datetime as dt

from django import forms

from registry.models import PolicyVersion

FIRST, LAST = dt.date(1990, 1, 1), dt.date(2099, 12, 31)


class EditionField(forms.ModelChoiceField):
    """A stored edition, told by its title and the head of its content hash."""

    def label_from_instance(self, obj: PolicyVersion) -> str:
        """Name one choice."""
        return f"{obj.title}（版本{obj.content_hash[:8]}）"


class StandingForm(forms.Form):
    """Asked by GET. Everything may be left out: today, as known now, under what the office ran on the day."""

    NOW, THEN = "now", "then"

    day = forms.DateField(
        label="日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "日期读不出来。请按年-月-日填写，例如 2026-05-20。"},
    )
    known = forms.ChoiceField(
        label="依据", required=False, choices=[(NOW, "按现在已知"), (THEN, "按当时已知")],
        error_messages={"invalid_choice": "“依据”只能选“按现在已知”或者“按当时已知”，请重新选择。"},
    )  # fmt: skip
    edition = EditionField(
        label="政策版本", required=False, queryset=PolicyVersion.objects.none(), empty_label="当日施行的全部政策",
        error_messages={"invalid_choice": "没有这个政策版本，请从列表中选择。"},
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field: forms.ModelChoiceField = self.fields["edition"]  # type: ignore[assignment]
        field.queryset = PolicyVersion.objects.defer("text").order_by("pack_id", "-loaded_at", "-pk")

    def clean_day(self) -> dt.date | None:
        """Refuse days that no record of the county can have."""
        day: dt.date | None = self.cleaned_data["day"]
        if day is not None and not FIRST <= day <= LAST:
            raise forms.ValidationError(f"日期{day}超出范围，请填写{FIRST}至{LAST}之间的日期。", code="outside")
        return day
