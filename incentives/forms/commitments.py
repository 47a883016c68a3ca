"""Forms of commitments. They check shape; what a step requires is asked by its service."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from incentives.models import Commitment
from incentives.rules.commitment_county import county_commitments
from incentives.rules.texts import PROMISE
from incentives.selectors.offers import Offer
from registry.forms.versioned import DayField
from registry.models import Department
from registry.rules.uploads import ALLOWED_TEXT

LONG = forms.Textarea(attrs={"rows": 4})
FILE_HINT = f"可以上传：{ALLOWED_TEXT}。"
OBLIGATION_ROWS = 5


class CommitmentFilterForm(forms.Form):
    """What the officers' list is narrowed by."""

    q = forms.CharField(label="编号、承诺人或事项", required=False, max_length=80)
    state = forms.ChoiceField(
        label="状态", required=False,
        choices=[("open", "未办结"), ("missed", "逾期未履行"), *Commitment.State.choices, ("all", "全部")],
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "全部"), (PROMISE, "容缺受理"), ("others", "其他承诺")]
    )
    department = forms.ModelChoiceField(
        label="受诺部门", required=False, queryset=Department.objects.all(), empty_label="全部部门"
    )


class ChooseForm(forms.Form):
    """Towards which department, about what: asked before the text is shown."""

    department = forms.ModelChoiceField(
        label="受诺部门", queryset=Department.objects.none(), empty_label=None, help_text="由它受理和监督本承诺。"
    )
    matter = forms.CharField(
        label="所涉事项", required=False, max_length=200, help_text="涉及某项审批、修复等事项的，写明事项名称。"
    )

    def __init__(self, *args: Any, departments: QuerySet[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]


class SignForm(forms.Form):
    """The signature under the text that was shown; `sha256` is that text's digest."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    name = forms.CharField(label="签署人姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    agreed = forms.BooleanField(label="我已阅读并理解以上全部内容，自愿作出承诺", required=True)

    def __init__(self, *args: Any, who: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = f"须与登记的完整姓名一致。可以签署的人：{who}。"


class StepForm(forms.Form):
    """A step that asks for nothing."""


class ReasonForm(StepForm):
    reason = forms.CharField(label="理由", max_length=1000, widget=LONG)


class PaperForm(StepForm):
    """What was signed on paper."""

    name = forms.CharField(label="签名的人", max_length=60)
    capacity = forms.CharField(label="签署身份", max_length=40, initial="法定代表人")
    signed_on = DayField(label="签署日期")
    scan = forms.FileField(label="承诺书扫描件", help_text=FILE_HINT)


class NoticeForm(StepForm):
    reason = forms.CharField(
        label="拟认定的事实", max_length=1000, widget=LONG, help_text="写明哪一项承诺没有履行，依据哪些材料。"
    )
    until = DayField(
        label="陈述期限（最后一日）",
        help_text=f"来源文件没有规定天数，由本部门确定；本县设定自告知次日起至少{county_commitments().breach_statement.working_days}个工作日。",
    )


class StatementForm(StepForm):
    statement = forms.CharField(
        label="陈述内容", required=False, max_length=3000, widget=forms.Textarea(attrs={"rows": 6})
    )
    is_waived = forms.BooleanField(label="明确放弃陈述", required=False)


class HearForm(StatementForm):
    received_on = DayField(label="收到日期")


class FileForm(StepForm):
    """One file with a word on it; more may follow."""

    file = forms.FileField(label="材料", help_text=f"{FILE_HINT}有多个文件的，可以分次上传。")
    note = forms.CharField(label="说明", required=False, max_length=200)


class ReceiveForm(FileForm):
    handed_on = DayField(label="收到日期")


class _MadeForm(forms.Form):
    """A commitment to be registered: its kind; signed on paper already or to be signed online."""

    key = forms.ChoiceField(label="种类")
    is_signed = forms.BooleanField(
        label="已经签署纸质承诺书", required=False, help_text="没有签署的，由承诺人登录后在线签署。"
    )
    name = forms.CharField(label="签名的人", required=False, max_length=60)
    capacity = forms.CharField(label="签署身份", required=False, max_length=40)
    signed_on = DayField(label="签署日期", required=False)
    scan = forms.FileField(label="承诺书扫描件", required=False, help_text=FILE_HINT)

    def __init__(self, *args: Any, offers: Sequence[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.key, f"{each.rule.label}（{each.basis}）") for each in offers]
        # Nothing is drawn up for a subject by a click alone.
        empty = [("", "请选择")] if len(choices) > 1 else []
        self.fields["key"].choices = [*empty, *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("is_signed"):
            for field, words in (("name", "签名的人"), ("signed_on", "签署日期"), ("scan", "承诺书扫描件")):
                if not given.get(field) and field not in self.errors:
                    self.add_error(field, f"已经签署纸质承诺书的，请填写{words}。")
        elif given.get("scan"):
            self.add_error("is_signed", "上传了扫描件，请勾选“已经签署纸质承诺书”。")
        return given


class DraftForm(_MadeForm):
    """A commitment of any kind but a promise, with up to five dated obligations."""

    matter = forms.CharField(label="所涉事项", required=False, max_length=200)
    field_order = ("key", "matter")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(1, OBLIGATION_ROWS + 1):
            self.fields[f"what_{row}"] = forms.CharField(label=f"第{row}项：内容", required=False, max_length=200)
            self.fields[f"due_{row}"] = DayField(label=f"第{row}项：期限", required=False)
        signing = ("is_signed", "name", "capacity", "signed_on", "scan")
        self.order_fields([name for name in self.fields if name not in signing])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for row in range(1, OBLIGATION_ROWS + 1):
            what, due = given.get(f"what_{row}"), given.get(f"due_{row}")
            if what and not due and f"due_{row}" not in self.errors:
                self.add_error(f"due_{row}", "请填写这一项的期限。")
            if due and not what:
                self.add_error(f"what_{row}", "请填写这一项的内容。")
        return given

    def obligations(self) -> list[tuple[str, date]]:
        """Return the rows that were filled in."""
        data = self.cleaned_data
        rows = range(1, OBLIGATION_ROWS + 1)
        return [(data[f"what_{row}"], data[f"due_{row}"]) for row in rows if data.get(f"what_{row}")]


class PromiseForm(_MadeForm):
    """An application accepted with papers missing."""

    matter = forms.CharField(label="受理的事项", max_length=200, help_text="例如：安全生产许可证延期。")
    accepted_on = DayField(label="受理日期")
    missing = forms.CharField(label="所缺材料", widget=LONG, max_length=2000, help_text="一行一项。")
    days = forms.IntegerField(
        label="补齐期限（日）", required=False, min_value=1, max_value=365,
        help_text="自受理之日起的自然日，末日遇休息日顺延。不填时用政策规定的天数；政策没有规定的必须填写。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signing = ("is_signed", "name", "capacity", "signed_on", "scan")
        self.order_fields([name for name in self.fields if name not in signing])

    def papers(self) -> list[str]:
        """Return the missing papers, one a line."""
        return [line.strip() for line in self.cleaned_data["missing"].splitlines() if line.strip()]
