"""Forms of the subject's own statement and waiver."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from registry.forms.versioned import VersionedForm
from registry.rules.uploads import ALLOWED_TEXT


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files; cleaned to a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            super().clean(None, initial)
        return [super(ManyFilesField, self).clean(each, initial) for each in given]


class OwnDefenceForm(VersionedForm):
    """The subject's statement with its evidence."""

    statement = forms.CharField(
        label="陈述申辩意见", max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="写明对事实、理由、依据的意见和要求。不会因为陈述申辩而加重处理。",
    )  # fmt: skip
    papers = ManyFilesField(
        label="证据材料（选填）", required=False, max_length=200, help_text=f"可以同时选择多个文件：{ALLOWED_TEXT}。"
    )
    wants_hearing = forms.BooleanField(
        label="要求听证或者当面陈述", required=False, help_text="承办部门会看到这一要求，并与您联系。"
    )


class OwnWaiverForm(VersionedForm):
    """The express waiver."""

    is_confirmed = forms.BooleanField(label="本单位（本人）已经知道上述权利，明确放弃陈述申辩", required=False)
