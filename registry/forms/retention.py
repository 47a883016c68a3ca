"""The form that holds something back from deletion."""

from typing import Any

from django import forms

from registry.models import Subject
from registry.selectors.retention import kinds


class HoldForm(forms.Form):
    """A whole kind, or everything about a subject by its code or public number."""

    kind = forms.ChoiceField(label="种类", required=False)
    subject = forms.CharField(
        label="主体", required=False, max_length=40, help_text="统一社会信用代码或者公开编号；封存整个种类的不填。"
    )
    reason = forms.CharField(
        label="依据和理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如：某某人民法院（2026）某号协助调查通知书。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "不封存整个种类"), *((each.code, each.label) for each in kinds())]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def clean_subject(self) -> Subject | None:
        """Find the subject. The same answer for one that does not exist and for what is no number at all."""
        text = self.cleaned_data["subject"].strip()
        if not text:
            return None
        found = Subject.objects.filter(uscc=text.upper()).first()
        if found is None and len(text) >= 32:
            found = Subject.objects.filter(public_id=text).first() if _is_uuid(text) else None
        if found is None:
            raise forms.ValidationError("没有找到这个主体，请核对代码；自然人请填写其档案页上的公开编号。")
        return found


def _is_uuid(text: str) -> bool:
    try:
        forms.UUIDField().clean(text)
    except forms.ValidationError:
        return False
    return True
