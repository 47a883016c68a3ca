"""Forms of tips for officers. They check shape; what a step requires is asked by its service."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from registry.forms.versioned import DayField, VersionedForm
from registry.models import Account, Subject
from registry.rules.identifiers import normalize_code
from sanctions.rules import tips as rules
from sanctions.selectors.tips import QUEUES


def _long(label: str, most: int, *, hint: str = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), help_text=hint)


class TipFilterForm(forms.Form):
    """Narrowing the list: by number or whom it is about, queue."""

    q = forms.CharField(label="编号或被举报人", required=False, max_length=80)
    queue = forms.ChoiceField(label="进度", required=False, choices=[("", "全部"), *QUEUES.items()])


class HandlerField(forms.ModelChoiceField):
    """Officers with their department."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.display_name}（{obj.department.short_name}）"


class HandlerForm(VersionedForm):
    """Who looks into the tip."""

    handler = HandlerField(
        label="经办人", queryset=Account.objects.none(), empty_label="请选择", help_text="承办部门随经办人。"
    )

    def __init__(self, *args: Any, handlers: QuerySet[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["handler"]
        assert isinstance(field, HandlerField)  # noqa: S101  (narrows the type)
        field.queryset = handlers


class AssignForm(HandlerForm):
    reason = _long("改派的理由", 300, rows=2)


class DeclineForm(VersionedForm):
    reason = _long("不予受理的理由", 500, hint="举报人凭回执码可以看到。请写明依据和其他反映途径。")


class MatchForm(VersionedForm):
    """Which subject the tip is about, found by code or full name."""

    subject = forms.CharField(
        label="主体", max_length=200, help_text="统一社会信用代码，或者登记的全名（含曾用名以外的现名）。"
    )

    def clean_subject(self) -> Subject:
        text = self.cleaned_data["subject"].strip()
        found = list(
            Subject.objects.filter(Q(uscc=normalize_code(text)) | Q(name=text), merged_into__isnull=True).order_by(
                "pk"
            )[:2]
        )
        if len(found) != 1:
            problem = "找不到" if not found else "不止一个"
            raise forms.ValidationError(
                f"{problem}代码或全名为“{text}”的主体。请核对；还没有登记的，请先在“主体”中登记。"
            )
        return found[0]


class AskForm(VersionedForm):
    question = _long("问题", 1000, hint="举报人凭回执码看到并回答。不要写入可以推断举报人身份的内容。")


class InvestigateForm(VersionedForm):
    findings = _long("核查情况", 5000, rows=8, hint="只供办理人员查看。不写举报人姓名和联系方式。")


class ReturnForm(VersionedForm):
    reason = _long("退回的理由", 300, rows=2)


class ConcludeForm(VersionedForm):
    outcome = forms.ChoiceField(label="结论", choices=list(rules.OUTCOME_LABELS.items()), widget=forms.RadioSelect)
    handed_to = forms.CharField(label="移送机关", required=False, max_length=200, help_text="结论为移送时填写。")
    answer = _long("给举报人的答复", 500, hint="一两句话说明查到了什么。反馈后举报人凭回执码可以看到。")


class RecordDraftForm(VersionedForm):
    title = forms.CharField(label="事由", max_length=200, help_text="一句话说明失信行为，不提举报。")
    occurred_on = DayField(label="发生日期", required=False)
    facts = _long("事实", 5000, rows=6, hint="写查明的事实，不提举报和举报人。文书号、决定日期在记录页补填。")


class TellForm(VersionedForm):
    """Nothing but the act."""


class ProposeRewardForm(VersionedForm):
    yuan = forms.IntegerField(label="奖励金额（元）", min_value=1, max_value=10_000_000)
    reason = _long("奖励的理由", 500, hint="写明依据的奖励办法和档次。")


class DecideRewardForm(VersionedForm):
    decision = forms.ChoiceField(
        label="决定", choices=[("grant", "批准奖励"), ("refuse", "不予奖励")], widget=forms.RadioSelect
    )
    yuan = forms.IntegerField(label="奖励金额（元）", min_value=1, max_value=10_000_000)
    reason = _long("审批意见", 500)


class PayRewardForm(VersionedForm):
    code = forms.CharField(
        label="领奖人出示的回执码", required=False, max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="凭身份领取的留空；须先查看举报人身份并写明理由。",
    )  # fmt: skip
    voucher = forms.CharField(
        label="付款凭证号", max_length=60, help_text="财务凭证的编号。领奖人签收单密封存财务，不在这里登记姓名、账号。"
    )


class IdentityForm(forms.Form):
    reason = forms.CharField(
        label="查看的理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="理由和查看人、时间一并记入日志，审计员可以看到；不要写入举报人信息。",
    )  # fmt: skip


STEP_FORMS: dict[str, type[VersionedForm]] = {
    "accept": HandlerForm,
    "decline": DeclineForm,
    "assign": AssignForm,
    "match": MatchForm,
    "ask": AskForm,
    "investigate": InvestigateForm,
    "return": ReturnForm,
    "conclude": ConcludeForm,
    "draft-record": RecordDraftForm,
    "tell": TellForm,
    "propose-reward": ProposeRewardForm,
    "decide-reward": DecideRewardForm,
    "pay-reward": PayRewardForm,
}
