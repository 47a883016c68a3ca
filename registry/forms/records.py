"""Forms of records by kind; each builds the typed content that the services take."""

from decimal import Decimal
from typing import Any

from django import forms

from registry.forms.versioned import DayField, ReasonForm, VersionedForm
from registry.models import AccidentDetail, Department, PenaltyDetail, PermitDetail, Record
from registry.rules.details import (
    PENALTY_KINDS,
    PERMIT_KINDS,
    AccidentInput,
    Detail,
    PenaltyInput,
    PermitInput,
    RecordInput,
    detail_faults,
)

_ANY = [("", "全部")]
_PROCEDURES = [("ordinary", "普通程序"), ("summary", "简易程序")]


def _text(label: str, most: int, *, rows: int = 0, required: bool = False, hint: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, help_text=hint)


def _yuan(label: str) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=20, decimal_places=2, required=False)


class RecordFilterForm(forms.Form):
    """Narrowing the list of records."""

    text = forms.CharField(
        label="主体、文书号或事由", required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label="种类", required=False, choices=_ANY + Record.Kind.choices)
    state = forms.ChoiceField(label="状态", required=False, choices=_ANY + Record.State.choices)
    department = forms.ModelChoiceField(Department.objects.all(), label="决定机关", required=False, empty_label="全部")
    decided_from = DayField(label="决定日期自", required=False)
    decided_until = DayField(label="至", required=False)
    unclassified = forms.BooleanField(label="只看待归类", required=False)
    disputed = forms.BooleanField(label="只看有异议", required=False)


class RecordForm(VersionedForm):
    """The head that every kind has. Subclasses add a kind's columns and say how they become typed details."""

    kind: str = ""
    title = _text("事由", 200, required=True, hint="一句话说明是什么事，列表和名单依据中都用它。")
    number = _text("文书号", 128, hint="照文书填写，如“县应急罚〔2026〕12号”。")
    department = forms.ModelChoiceField(Department.objects.filter(is_active=True), label="决定机关")
    occurred_on = DayField(label="发生日期", required=False)
    decided_on = DayField(label="决定日期", required=False, help_text="文书落款日期。确认前必须填写。")
    facts = _text("事实", 5000, rows=4)
    is_secret = forms.BooleanField(label="涉及国家秘密等，不公示", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            for fault in detail_faults(self.detail()):
                self.add_error(fault.field if fault.field in self.fields else None, fault.message)
        return cleaned

    def detail(self) -> Detail | None:
        """Return the kind's typed details; None for kinds that have none."""
        return None

    def content(self) -> RecordInput:
        """Return the record as entered; call on a valid form."""
        given = self.cleaned_data
        return RecordInput(
            kind=self.kind,
            title=given["title"],
            number=given["number"],
            facts=given["facts"],
            occurred_on=given["occurred_on"],
            decided_on=given["decided_on"],
            is_secret=given["is_secret"],
            detail=self.detail(),
        )

    def _columns(self, names: list[str]) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in names}


class PenaltyForm(RecordForm):
    """A penalty with the columns of the national template; money in yuan."""

    kind = Record.Kind.PENALTY
    violation_type = _text("违法行为类型", 2000, rows=2, required=True)
    basis = _text("处罚依据", 2048, rows=2, required=True)
    procedure = forms.ChoiceField(
        label="程序", choices=_PROCEDURES, widget=forms.RadioSelect,
        initial="ordinary", help_text="简易程序的处罚登记但不公示。",
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label="处罚类别", choices=[(each, each) for each in PENALTY_KINDS], widget=forms.CheckboxSelectMultiple
    )
    content_text = _text("处罚内容", 4000, rows=3, required=True)
    fine = _yuan("罚款金额（元）")
    confiscated = _yuan("没收金额（元）")
    licence = _text("暂扣或吊销证照名称及编号", 200)
    valid_until = DayField(label="处罚有效期至", required=False)
    published_until = DayField(label="公示截止期", required=False)
    source = _text("数据来源单位", 200, hint="不填时与决定机关相同。")
    remark = _text("备注", 512)

    def detail(self) -> PenaltyInput:
        given = self.cleaned_data
        names = ["violation_type", "basis", "procedure", "fine", "confiscated", "licence", "valid_until"]
        columns = self._columns([*names, "published_until", "source", "remark"])
        return PenaltyInput(kinds=tuple(given["kinds"]), content=given["content_text"], **columns)


class PermitForm(RecordForm):
    """A permit with the columns of the national template."""

    kind = Record.Kind.PERMIT
    document_name = _text("许可文书名称", 200, required=True)
    permit_kind = forms.ChoiceField(label="许可类别", choices=[(each, each) for each in PERMIT_KINDS])
    certificate_name = _text("许可证书名称", 200)
    certificate_number = _text("许可编号", 128)
    content_text = _text("许可内容", 4000, rows=3, required=True)
    valid_from = DayField(label="有效期自", required=False)
    valid_until = DayField(label="有效期至", required=False, help_text="长期有效的不填。")
    source = _text("数据来源单位", 200, hint="不填时与决定机关相同。")
    remark = _text("备注", 512)

    def detail(self) -> PermitInput:
        names = ["document_name", "permit_kind", "certificate_name", "certificate_number", "valid_from", "valid_until"]
        columns = self._columns([*names, "source", "remark"])
        return PermitInput(content=self.cleaned_data["content_text"], **columns)


class AccidentForm(RecordForm):
    """An accident: the grade follows from the figures and is never entered."""

    kind = Record.Kind.ACCIDENT
    occurred_on = DayField(label="发生日期")
    deaths = forms.IntegerField(label="死亡人数", min_value=0, initial=0)
    injured = forms.IntegerField(label="重伤人数", min_value=0, initial=0, help_text="包括急性工业中毒。")
    loss = forms.DecimalField(label="直接经济损失（元）", min_value=0, initial=0, max_digits=20, decimal_places=2)
    is_liable = forms.BooleanField(label="负有责任（责任事故）", required=False, initial=True)

    def detail(self) -> AccidentInput:
        given = self.cleaned_data
        return AccidentInput(
            deaths=given["deaths"], injured=given["injured"], loss=Decimal(given["loss"]), is_liable=given["is_liable"]
        )


class OtherForm(RecordForm):
    """The kinds that have no columns of their own."""


RECORD_FORMS: dict[str, type[RecordForm]] = {
    Record.Kind.PENALTY: PenaltyForm,
    Record.Kind.PERMIT: PermitForm,
    Record.Kind.ACCIDENT: AccidentForm,
}


def record_form(kind: str, *args: Any, **kwargs: Any) -> RecordForm:
    """Return the form of this kind of record."""
    form = RECORD_FORMS.get(kind, OtherForm)(*args, **kwargs)
    form.kind = kind
    return form


def record_initial(record: Record) -> dict[str, Any]:
    """Return what the form of an existing record shows at first."""
    heads = ("title", "number", "department", "occurred_on", "decided_on", "facts", "is_secret")
    initial = {name: getattr(record, name) for name in heads}
    detail = _detail_of(record)
    if detail is not None:
        initial |= {field.name: getattr(detail, field.name) for field in detail._meta.concrete_fields}
        initial["content_text"] = getattr(detail, "content", "")
    initial.pop("version", None)
    return initial


def _detail_of(record: Record) -> PenaltyDetail | PermitDetail | AccidentDetail | None:
    name = record.kind if record.kind in RECORD_FORMS else ""
    return getattr(record, name, None) if name else None


class CorrectionReasonMixin(forms.Form):
    """What a correction needs besides the right content."""

    reason = forms.CharField(
        label="更正理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写明原记录错在哪里、依据什么更正。原记录作废保留，本页内容另立为新记录。",
    )  # fmt: skip


def correction_form(kind: str, *args: Any, **kwargs: Any) -> RecordForm:
    """Return the form of this kind with the reason of the correction as its first field."""
    base = RECORD_FORMS.get(kind, OtherForm)
    form_class = type(f"Correction{base.__name__}", (base, CorrectionReasonMixin), {"field_order": ["reason"]})
    form: RecordForm = form_class(*args, **kwargs)
    form.kind = kind
    return form


class ClassifyForm(VersionedForm):
    """Choosing clauses: one check box a clause, drawn by the page; here only what was sent."""

    items = forms.MultipleChoiceField(label="条款", required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["items"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  (for the type checker)
        field.choices = choices
        field.error_messages["invalid_choice"] = "“%(value)s”不是可选的条款，请重新选择。"


class FindingForm(VersionedForm):
    """A circumstance found about the record."""

    code = forms.ChoiceField(label="情节")
    reason = forms.CharField(
        label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明认定的事实和依据的材料，当事人有权要求说明。",
    )  # fmt: skip

    def __init__(self, *args: Any, findings: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = list(findings.items())


class MarkForm(VersionedForm):
    """The day on which something happened to the record."""

    MARKS = (("corrected", "违法行为已改正"), ("fulfilled", "处罚已履行完毕"), ("disputed", "当事人提出异议"))
    mark = forms.ChoiceField(label="情况", choices=MARKS)
    day = DayField(label="日期")


class VoidForm(ReasonForm):
    """Voiding a record."""
