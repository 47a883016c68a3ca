"""Forms of disclosure."""

from typing import Any

from django import forms

from registry.rules.identifiers import normalize_code
from registry.rules.names import clean_name


class UnrepeatedInput(forms.TextInput):
    """A text input that never writes back what was typed: a refused number does not stand in the page."""

    def format_value(self, value: Any) -> None:
        return None


class PersonForm(forms.Form):
    """Both the full name and the full document number of one person; neither is kept."""

    name = forms.CharField(label="姓名", max_length=60, help_text="须与证件上的姓名完全一致。")
    document_number = forms.CharField(
        label="证件号码",
        max_length=40,
        help_text="须填写完整号码。号码只用于本次核对，不保存、不显示。",
        widget=UnrepeatedInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_document_number(self) -> str:
        number = normalize_code(self.cleaned_data["document_number"])
        if len(number) < 6:
            raise forms.ValidationError("证件号码不完整，请填写完整号码。")
        return number


class ReasonForm(forms.Form):
    """Why a publication is taken down or mended."""

    reason = forms.CharField(
        label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="写入事件记录，供审计查阅。"
    )


class PublishForm(forms.Form):
    """Until when a record is to be public."""

    until = forms.DateField(
        label="公示截止期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="公示的最后一天。不填时依次采用决定书写明的截止期、政策规定的最长公示期；许可采用有效期。",
    )


class BatchPublishForm(PublishForm):
    """Several records at once; the date serves those for which nothing else gives one."""

    records = forms.TypedMultipleChoiceField(label="记录", coerce=int, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, record_ids: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["records"]
        assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101  (narrows the type)
        field.choices = [(pk, str(pk)) for pk in record_ids]
        field.error_messages["required"] = "没有勾选任何记录，请至少勾选一条。"
