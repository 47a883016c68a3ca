"""Forms of list entries and measure orders."""

from datetime import date

from django import forms

from sanctions.models import ListEntry
from sanctions.selectors.entries import EXPIRING_DAYS
from sanctions.selectors.orders import QUEUES

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class EntryFilterForm(forms.Form):
    """Which entries the list shows."""

    name = forms.CharField(label="主体名称", required=False, max_length=60)
    list_code = forms.ChoiceField(label="名单", required=False)
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "全部"),
            ("in-force", "在列"),
            ("paused", "措施暂停"),
            ("expiring", f"{EXPIRING_DAYS}日内期满"),
            ("ended", "已终止"),
            ("coming", "尚未生效"),
        ],
    )

    def __init__(self, *args: object, lists: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["list_code"].choices = [("", "全部名单"), *lists]  # type: ignore[attr-defined]


class EntryEndForm(forms.Form):
    """An early end: reason, first day no longer in force, the document it rests on."""

    reason = forms.ChoiceField(
        label="终止原因",
        choices=[choice for choice in ListEntry.EndReason.choices if choice[0] != ListEntry.EndReason.TERM],
    )
    ends_on = forms.DateField(
        label="终止日", widget=DATE, help_text="自这一日起不再在列。更正、撤销可以早于今日，其他原因不早于今日。"
    )
    note = forms.CharField(
        label="依据和理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="写明文书文号和理由。"
    )


class EntryPauseForm(forms.Form):
    """Why the measures stand still."""

    reason = forms.CharField(
        label="暂停理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="如复议、诉讼中裁定停止执行，写明文书文号。",
    )


class EntryResumeForm(forms.Form):
    """Why the measures run again."""

    note = forms.CharField(label="恢复理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class OrderFilterForm(forms.Form):
    """Which orders the list shows."""

    queue = forms.ChoiceField(label="进度", required=False, choices=[("", "全部"), *QUEUES.items()])
    department = forms.ChoiceField(label="部门", required=False)
    name = forms.CharField(label="主体名称", required=False, max_length=60)

    def __init__(self, *args: object, departments: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["department"].choices = [("", "全部部门"), *departments]  # type: ignore[attr-defined]


class OrderCarryOutForm(forms.Form):
    """What was done, when, on which document."""

    text = forms.CharField(label="落实情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    done_on = forms.DateField(label="实施日期", widget=DATE)
    document_number = forms.CharField(label="文书号", max_length=128, required=False)
    amount = forms.DecimalField(
        label="涉及金额（元）", required=False, min_value=0, max_digits=16, decimal_places=2,
        help_text="如取消的补助、否决的投标金额。只填这一次新发生的；没有的留空。",
    )  # fmt: skip
    cases = forms.IntegerField(
        label="涉及事项（件）", required=False, min_value=0, max_value=2_147_483_647,
        help_text="如驳回的申请、取消的资格。只填这一次新发生的；没有的留空。",
    )  # fmt: skip
    file = forms.FileField(label="文书", required=False, help_text="PDF、图片或 Word、Excel 文件。")

    def __init__(self, *args: object, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["done_on"].initial = today


class OrderEffectForm(OrderCarryOutForm):
    """What a reported measure brought about since."""

    text = forms.CharField(label="成效", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    done_on = forms.DateField(label="发生日期", widget=DATE)


class OrderRefuseForm(forms.Form):
    """Why the measure is not taken."""

    reason = forms.CharField(label="不予采取的理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class OrderConfirmEndForm(forms.Form):
    """How the measure was lifted."""

    text = forms.CharField(label="解除情况", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class OrderConfirmPauseForm(forms.Form):
    """How the measure was stopped, or taken up again."""

    text = forms.CharField(label="办理情况", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
