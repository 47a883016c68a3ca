"""Forms of candidates and cases. They check shape; what a step requires is asked by its service."""

from django import forms
from django.db.models import QuerySet

from registry.models import Account, Department
from sanctions.models import Candidate, Case

LONG = forms.Textarea(attrs={"rows": 4})


def _day(label: str, **kwargs: object) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **kwargs)  # type: ignore[arg-type]


class StepForm(forms.Form):
    """A step that asks for nothing."""


class OpinionForm(StepForm):
    opinion = forms.CharField(label="意见", required=False, max_length=1000, widget=LONG)


class ReasonForm(StepForm):
    reason = forms.CharField(label="理由", max_length=500, widget=LONG)


class AssignForm(StepForm):
    handler = forms.ModelChoiceField(label="经办人", queryset=Account.objects.none(), empty_label="请选择")

    def __init__(self, *args: object, handlers: QuerySet[Account], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["handler"].queryset = handlers  # type: ignore[attr-defined]


class EvidenceForm(StepForm):
    file = forms.FileField(label="文件", help_text="PDF、图片、Word、Excel 或文本文件。")
    label = forms.CharField(label="材料说明", max_length=100, help_text="例如：现场检查笔录。")


class ServeForm(StepForm):
    served_on = _day("送达日期", help_text="陈述申辩期限自送达之日的次日起算。")
    receipt = forms.CharField(label="送达方式和回证", max_length=200, help_text="例如：直接送达，法定代表人签收。")


class DefendForm(StepForm):
    statement = forms.CharField(label="陈述申辩意见", max_length=5000, widget=forms.Textarea(attrs={"rows": 6}))
    received_on = _day("收到日期")
    file = forms.FileField(label="书面意见原件", required=False)

    wants_hearing = forms.BooleanField(label="当事人要求听证或者当面陈述", required=False)


class HearForm(StepForm):
    """How a wish to be heard in person is answered."""

    HELD, REFUSED = "held", "refused"
    outcome = forms.ChoiceField(
        label="办理结果", choices=[(HELD, "已当面听取意见"), (REFUSED, "不举行")], widget=forms.RadioSelect
    )
    heard_on = _day("听取意见日期", required=False, help_text="不举行的，不必填写。")
    text = forms.CharField(
        label="笔录或者理由", max_length=5000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="听取意见的，写明主持人、参加人员和主要意见；不举行的，写明理由，当事人会收到。",
    )  # fmt: skip


class WaiveForm(StepForm):
    received_on = _day("收到放弃声明的日期")
    file = forms.FileField(label="书面声明原件", required=False)


class MinutesForm(StepForm):
    minutes = forms.CharField(
        label="审议记录", max_length=5000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="写明参加人员、主要意见和结论。",
    )  # fmt: skip


class SubmitForm(StepForm):
    to = forms.CharField(label="报送机关", required=False, max_length=100)


class ConfirmForm(StepForm):
    number = forms.CharField(label="上级确认文书的文号", max_length=128)
    confirmed_on = _day("确认日期")


class CandidateOpenForm(forms.Form):
    """Who handles the case to be opened."""

    MINE, NOBODY = "mine", "nobody"
    handler = forms.ChoiceField(
        label="经办",
        choices=[(MINE, "由我经办"), (NOBODY, "暂不指定，进入待领办队列")],
        initial=MINE,
        widget=forms.RadioSelect,
    )


class CandidateFilterForm(forms.Form):
    q = forms.CharField(label="主体", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[*Candidate.State.choices, ("all", "全部")], initial=Candidate.State.OPEN
    )
    pack = forms.ChoiceField(label="政策", required=False)

    def __init__(self, *args: object, policies: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["pack"].choices = [("", "全部政策"), *policies]  # type: ignore[attr-defined]


class CaseFilterForm(forms.Form):
    WHOSE = (("", "全部人员"), ("mine", "我经办的"), ("unassigned", "待领办"))
    q = forms.CharField(label="案号或主体", required=False, max_length=80)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("open", "在办"), *Case.State.choices, ("all", "全部")], initial="open"
    )
    whose = forms.ChoiceField(label="经办", required=False, choices=WHOSE)
    department = forms.ModelChoiceField(
        label="承办部门", required=False, queryset=Department.objects.all(), empty_label="全部部门"
    )
