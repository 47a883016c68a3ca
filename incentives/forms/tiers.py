"""Forms of tiers. They check shape; what is required is asked by the services."""

from collections.abc import Sequence
from typing import Any

from django import forms

from registry.rules.policy.tiering import MISSING_LABELS

LONG = forms.Textarea(attrs={"rows": 4})


class TierFilterForm(forms.Form):
    """What the officers' list is narrowed by."""

    name = forms.CharField(label="主体名称", required=False, max_length=60)
    tier = forms.ChoiceField(label="等级", required=False)
    missing = forms.ChoiceField(
        label="缺少的事实",
        required=False,
        choices=[("", "不限"), *((code, f"缺{label}") for code, label in MISSING_LABELS.items())],
    )
    industry = forms.ChoiceField(label="行业", required=False)

    def __init__(self, *args: Any, tiers: Sequence[tuple[str, str]], industries: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].choices = [("", "全部"), *tiers]  # type: ignore[attr-defined]
        self.fields["industry"].choices = [("", "全部"), *((each, each) for each in industries)]  # type: ignore[attr-defined]


class TierObjectionForm(forms.Form):
    """What the subject says against its tier."""

    text = forms.CharField(
        label="认为等级不当的理由", max_length=2000, widget=LONG, help_text="写明哪一项事实或者记录有误，应当是什么。"
    )


class TierAnswerForm(forms.Form):
    """The answer to it."""

    answer = forms.CharField(
        label="核查情况和答复", max_length=1000, widget=LONG,
        help_text="事实有误的，先在记录或者主体档案中更正；等级由系统按更正后的事实重新评定，不能直接修改。",
    )  # fmt: skip
