"""Forms of honours. They check shape; what a step requires is asked by its service."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from incentives.rules import honours as rules
from incentives.selectors.honour_checks import RedList
from incentives.selectors.honours import STATE_CHOICES
from registry.forms.versioned import DayField
from registry.models import Department
from registry.rules.uploads import ALLOWED_TEXT

LONG = forms.Textarea(attrs={"rows": 4})


class HonourFilterForm(forms.Form):
    """What the officers' list is narrowed by."""

    q = forms.CharField(label="编号、主体或提名单位", required=False, max_length=80)
    state = forms.ChoiceField(label="状态", required=False, choices=STATE_CHOICES)
    pack = forms.ChoiceField(label="依据", required=False)

    def __init__(self, *args: Any, packs: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pack"].choices = [("", "全部"), *packs]  # type: ignore[attr-defined]


class RedListForm(forms.Form):
    """Which red list: asked first, since each has its own criteria and nominators."""

    key = forms.ChoiceField(label="红名单")

    def __init__(self, *args: Any, lists: Sequence[RedList], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].choices = [(each.key, each.label) for each in lists]  # type: ignore[attr-defined]


class NominationForm(forms.Form):
    """Who puts the subject forward for one red list, and why."""

    kind = forms.ChoiceField(label="提名单位类别")
    nominator = forms.CharField(label="提名单位名称", max_length=100)
    department = forms.ModelChoiceField(
        label="认定部门", queryset=Department.objects.none(), empty_label=None, help_text="由它审核、公示和认定。"
    )
    grounds = forms.CharField(
        label="推荐理由", max_length=2000, widget=LONG, help_text="写明守信事迹和依据。信用记录由系统核对，不必抄写。"
    )
    file = forms.FileField(label="推荐材料", required=False, help_text=f"可以上传：{ALLOWED_TEXT}。")

    def __init__(
        self, *args: Any, red_list: RedList, departments: QuerySet[Department], own: Department | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]
        if red_list.rule.nominators:
            self.fields["kind"].choices = [(each, each) for each in red_list.rule.nominators]  # type: ignore[attr-defined]
        else:
            del self.fields["kind"]
        if own is not None:
            self.fields["nominator"].initial = own.name
            self.fields["nominator"].disabled = True


class StepForm(forms.Form):
    """A step that asks for the reason alone."""

    reason = forms.CharField(label="理由", max_length=1000, widget=LONG)


class ReviewForm(StepForm):
    reason = forms.CharField(
        label="审核意见", max_length=1000, widget=LONG, help_text="对下面列出的记录和人员情况逐一说明核对结果。"
    )


class EndForm(StepForm):
    why = forms.ChoiceField(
        label="移出原因",
        choices=[(code, rules.END_LABELS[code]) for code in (rules.REVOKED, rules.BREACH, rules.CRITERIA)],
    )
    field_order = ("why", "reason")


class ObjectionForm(forms.Form):
    """An objection that came by letter, telephone or at the window."""

    received_on = DayField(label="收到日期")
    text = forms.CharField(label="异议内容", max_length=2000, widget=LONG)
    sender = forms.CharField(
        label="异议人和联系方式", required=False, max_length=500, help_text="加密保存，只供答复使用；匿名的不填。"
    )


class AnswerForm(forms.Form):
    """What was found about one objection."""

    is_upheld = forms.ChoiceField(
        label="结论", choices=[("no", "异议不成立"), ("yes", "异议成立")], widget=forms.RadioSelect
    )
    reason = forms.CharField(label="核查情况和答复", max_length=1000, widget=LONG)
