"""The form of a check before an approval."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from sanctions.rules.checking import ASKED_MOST
from sanctions.services.checks import PURPOSE_MOST

_TEXT_MOST = 300_000


class CheckForm(forms.Form):
    """Who is asked about, in which matter, and why. `matters`: (code, label) of the matters that may be asked."""

    matter = forms.ChoiceField(label="事项", help_text="要办理的事项。适用哪些措施因事项而不同。")
    purpose = forms.CharField(
        label="用途", max_length=PURPOSE_MOST,
        help_text="写明为办理哪一件事查询，例如“某某项目投标资格审查”。查询人、时间和用途留存备查。",
    )  # fmt: skip
    lines = forms.CharField(
        label="粘贴名单", required=False, max_length=_TEXT_MOST, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=f"每行一个主体，写统一社会信用代码、名称或者两者，最多{ASKED_MOST}行。自然人须同时写姓名和证件号码。",
    )  # fmt: skip
    file = forms.FileField(
        label="或者上传文件", required=False, allow_empty_file=True,
        help_text="Excel、CSV 或者文本文件。有“名称”“统一社会信用代码”表头的按列读取。文件只用于本次查询，不保存。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )  # fmt: skip

    def __init__(self, *args: Any, matters: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matter"].choices = [("", "请选择"), *matters]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two ways to name the subjects."""
        given = super().clean() or {}
        typed, file = (given.get("lines") or "").strip(), given.get("file")
        if typed and file is not None:
            self.add_error("file", "粘贴名单和上传文件只能选一种。请清空其中一项。")
        elif not typed and file is None and not self.errors:
            self.add_error("lines", "请粘贴要查询的名称或者代码，或者上传文件。")
        return given

    @property
    def upload(self) -> UploadedFile | None:
        """The file given, if one was."""
        found: UploadedFile | None = self.cleaned_data.get("file")
        return found
