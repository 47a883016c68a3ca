"""Forms that remember which version of a row they were opened on."""

from typing import Any

from django import forms

from registry.base.tracked import Tracked


class DayInput(forms.DateInput):
    """The browser's own date field; typed as 2026-03-02 where there is none."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DayField(forms.DateField):
    """A legal day."""

    widget = DayInput
    default_error_messages = {"invalid": "日期写法不对，请写成 2026-03-02 这样。"}


class VersionedForm(forms.Form):
    """Carries the version of the row shown. A form sent back with errors keeps the version it was opened on, so that
    sending it again cannot overwrite what another officer did meanwhile."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Tracked | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row is not None:
            self.fields["version"].initial = row.version

    def given(self) -> dict[str, Any]:
        """Return the cleaned values with the version among them (None where the form has none)."""
        return dict(self.cleaned_data)


class ReasonForm(VersionedForm):
    """An act that needs only its reason."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
