"""Forms of policies."""

from collections.abc import Iterable
from typing import Any

from django import forms

from registry.models import PolicyActivation
from registry.rules.policy.drafting import LONGEST_TEXT, BlockChange

_NOTE = forms.Textarea(attrs={"rows": 3})


class ProposalForm(forms.Form):
    """How and from when an officer proposes that the office run an edition. `trial`: the trial run that supports it."""

    mode = forms.ChoiceField(
        label="运行方式",
        choices=PolicyActivation.Mode.choices,
        widget=forms.RadioSelect,
        help_text="选择依法列入并公布而效力层级不足的，系统按内部分级启用，并写明是哪条规定不允许。",
    )
    starts_on = forms.DateField(
        label="起始日",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="今日或以后的日期；到日自行生效。",
    )
    reason = forms.CharField(label="理由", max_length=500, widget=_NOTE)
    trial = forms.UUIDField(required=False, widget=forms.HiddenInput)


class SettleForm(forms.Form):
    """What the second officer says; required to reject."""

    note = forms.CharField(label="意见", max_length=500, required=False, widget=_NOTE, help_text="驳回的必须写明理由。")


class PolicyDeactivateForm(forms.Form):
    """Why the office stops running an edition."""

    note = forms.CharField(label="停用理由", max_length=300, widget=_NOTE)


class DraftForm(forms.Form):
    """A new draft: a file or a text; `edition`: the stored edition to begin with instead."""

    title = forms.CharField(label="草案名称", max_length=200, help_text="例如“计分办法试调：黄名单门槛”。")
    edition = forms.TypedChoiceField(
        label="以已载入的版本为底稿",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="选了底稿的，不需要再上传。",
    )
    file = forms.FileField(label="上传草案（YAML）", required=False)
    text = forms.CharField(
        label="或者粘贴全文",
        required=False,
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, editions: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].choices = [("", "（不用底稿）"), *editions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Put an uploaded file's text in place of the field's, so that it is shown again when it is not of the form."""
        cleaned: dict[str, Any] = super().clean() or {}
        upload = cleaned.get("file")
        if upload is not None:
            try:
                cleaned["text"] = upload.read(LONGEST_TEXT * 4).decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "文件不是 UTF-8 编码的文本。请在文本编辑器中另存为 UTF-8 后重新上传。")
                return cleaned
            self.data = {**self.data.dict(), "text": cleaned["text"]}  # type: ignore[attr-defined]
        if not cleaned.get("text", "").strip() and not cleaned.get("edition"):
            self.add_error(None, "请选择底稿、上传文件或者粘贴全文，三者取一。")
        return cleaned


class DraftTextForm(forms.Form):
    """The whole text of a draft."""

    text = forms.CharField(
        label="全文（YAML）",
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}),
    )


class DraftDiscardForm(forms.Form):
    """Why a draft is put aside."""

    reason = forms.CharField(label="弃用理由", max_length=300, widget=_NOTE)


class CompareForm(forms.Form):
    """Which two packs to compare: stored editions and drafts, by `e<id>` and `d<id>`."""

    old = forms.ChoiceField(label="原版本")
    new = forms.ChoiceField(label="新版本")

    def __init__(self, *args: Any, packs: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("old", "new"):
            self.fields[name].choices = packs  # type: ignore[attr-defined]


def changes_of(posted: Any) -> dict[str, BlockChange]:
    """Return what a page of values asks for, by block: inputs are `value:<block>|<field>`, `reason:` and `clause:`."""
    values: dict[str, dict[str, str]] = {}
    for name in posted:
        kind, _, rest = name.partition(":")
        block, bar, field = rest.partition("|")
        if kind == "value" and bar:
            values.setdefault(block, {})[field] = posted[name]
    return {
        block: BlockChange(asked, posted.get(f"reason:{block}", ""), posted.get(f"clause:{block}", ""))
        for block, asked in values.items()
    }
