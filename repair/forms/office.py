"""What officers fill in at the steps of requests."""

from typing import Any

from django import forms

from registry.forms.versioned import DayField, VersionedForm
from registry.models import Department
from repair.forms.portal import UploadsForm
from repair.models import Objection, Review
from repair.rules.lifecycle import STATE_LABELS
from repair.selectors.lists import KINDS


def _area(label: str, most: int, *, rows: int = 5, hint: str = "", required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), help_text=hint, required=required
    )


class RequestFilterForm(forms.Form):
    """Narrowing the list."""

    text = forms.CharField(label="申请人、代码或编号", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *KINDS.items()])
    state = forms.ChoiceField(
        label="状态", required=False, initial="open",
        choices=[("open", "未办结"), ("all", "全部"), *STATE_LABELS.items()],
    )  # fmt: skip
    whose = forms.ChoiceField(label="办理部门", required=False, choices=[("", "全部"), ("mine", "本部门")])
    due = forms.ChoiceField(
        label="期限", required=False,
        choices=[("", "全部"), ("overdue", "已逾期"), ("today", "今日到期"), ("paused", "期限中止（待补正）")],
    )  # fmt: skip


class StepForm(VersionedForm):
    """A step that needs nothing but the click."""


class AcceptForm(StepForm):
    """Accepting; for a repeated objection that states new facts also whether they are accepted as such."""

    has_new_facts = forms.TypedChoiceField(
        label="所写的是否属于新的事实或者证据", choices=[("yes", "是，核查期间暂停措施（政策规定暂停的）"), ("no", "不是，措施不停止")],
        coerce=lambda value: value == "yes", widget=forms.RadioSelect,
    )  # fmt: skip

    def __init__(self, *args: Any, is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_asked:
            del self.fields["has_new_facts"]


class ReasonForm(StepForm):
    """A decision and its reason; the subject reads it."""

    reason = _area("理由（写入决定书，当事人会看到）", 2000)


class SupplementForm(StepForm):
    """What the subject is to hand in."""

    reason = _area("需要补正的内容", 1000, hint="一次写全，不得反复要求。")


class UndoNoticeForm(StepForm):
    """Why a repair may be taken back."""

    reason = _area(
        "拟撤销的事实和理由（写入告知书，当事人会看到）", 2000, hint="写明哪一份材料、与什么不符、凭什么认定。"
    )


class RefuseRepairForm(ReasonForm):
    """Refusing repair, with false papers or without."""

    has_false_papers = forms.BooleanField(
        label="提供了虚假材料", required=False, help_text="勾选后，在规定的期限内不再受理该信息的修复申请。"
    )


class UpholdForm(ReasonForm):
    """Upholding an objection: how it is put right. Correcting leads on to the form of the record."""

    remedy = forms.ChoiceField(label="纠正方式", widget=forms.RadioSelect)
    field_order = ["remedy", "reason"]

    def __init__(self, *args: Any, is_about_entry: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = (
            [Objection.Remedy.REVOKE] if is_about_entry else [Objection.Remedy.VOID, Objection.Remedy.CORRECT]
        )  # fmt: skip
        field = self.fields["remedy"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = [(each.value, each.label) for each in fitting]
        field.initial = fitting[0].value


class VerifyForm(StepForm):
    """What a visit or a check showed."""

    verified_on = DayField(label="核查日期")
    text = _area("核查情况", 2000)
    corrected_on = DayField(label="查明已改正的日期", required=False, help_text="原来没有登记的，随本次核查登记。")
    fulfilled_on = DayField(label="查明履行完毕的日期", required=False, help_text="原来没有登记的，随本次核查登记。")


class TargetForm(UploadsForm):
    """Choosing one record or entry of a subject."""

    target = forms.ChoiceField(label="所涉信息", widget=forms.RadioSelect)

    def __init__(self, *args: Any, targets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["target"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = targets

    def chosen(self) -> dict[str, int]:
        """Return `record_id` or `entry_id` with the key of what was chosen."""
        name, _, key = self.cleaned_data["target"].partition(":")
        return {f"{name}_id": int(key)}


class RegisterForm(TargetForm):
    """A request that came on paper."""

    kind = forms.ChoiceField(
        label="种类", choices=[("objection", "异议"), ("repair", "信用修复"), ("removal", "移出名单")],
        widget=forms.RadioSelect, initial="objection",
    )  # fmt: skip
    statement = _area("事实和理由", 5000, hint="照书面申请录入；原件扫描后在下面上传。")
    new_facts = _area(
        "新的事实和证据", 2000, rows=3, required=False,
        hint="只在对同一信息的异议曾被认定不成立、当事人再次提出异议时填写。",
    )  # fmt: skip
    field_order = ["kind", "target", "statement", "new_facts"]


class _OneFile(TargetForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name.startswith(("file_", "label_"))]:
            del self.fields[name]
        self.fields["file"] = forms.FileField(label="文书副本")


class MirrorForm(_OneFile):
    """The repair decision of another authority."""

    authority = forms.CharField(label="作出修复决定的机关", max_length=200)
    number = forms.CharField(label="修复决定文号", max_length=128)
    decided_on = DayField(label="修复决定日期")


class ReviewForm(_OneFile):
    """The outcome of a reconsideration or a suit."""

    kind = forms.ChoiceField(label="种类", choices=Review.Kind.choices, widget=forms.RadioSelect)
    authority = forms.CharField(label="复议机关或者法院", max_length=200)
    number = forms.CharField(label="文书号", max_length=128)
    decided_on = DayField(label="作出日期")
    outcome = forms.ChoiceField(label="结果", choices=Review.Outcome.choices, widget=forms.RadioSelect)
    note = _area("主要内容", 2000, rows=3)
    ends_on = DayField(label="变更后的终止日", required=False, help_text="只在变更名单条目时填写；自该日起不再在列。")


class ExpertForm(forms.Form):
    """An expert of the pool."""

    name = forms.CharField(label="姓名", max_length=60)
    field = forms.CharField(label="专业", max_length=60, help_text="例如“安全工程”“行政法”。")
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True), label="所在部门", required=False, empty_label="不在本县部门任职",
        help_text="办理对该部门的投诉时自动回避。",
    )  # fmt: skip
