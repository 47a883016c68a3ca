"""Forms of imports and exports."""

from typing import Any

from django import forms

from registry.forms.versioned import DayField
from registry.models import Department, ImportBatch
from registry.rules.publicity import Kind

_KINDS = [(Kind.PENALTY.value, "行政处罚（30列）"), (Kind.LICENCE.value, "行政许可（28列）")]
_ANY = [("", "全部")]


class ImportForm(forms.Form):
    """A national file to take in."""

    file = forms.FileField(
        label="双公示文件",
        help_text="国家模板，.xlsx、.xls 或 .csv（UTF-8 或 GB18030）。上传后先预览，确认后才导入。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"required": "请选择要上传的文件。", "empty": "文件是空的（0字节），请核对后重新选择。"},
        allow_empty_file=True,
    )
    department = forms.ModelChoiceField(
        label="报送部门", queryset=Department.objects.filter(is_active=True), empty_label="请选择",
        help_text="文件由哪个部门报来。每行的决定部门按处罚（许可）机关的代码和名称认定。",
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "自动识别"), *_KINDS], widget=forms.RadioSelect
    )


class ImportFilterForm(forms.Form):
    """Narrowing the log of imports."""

    kind = forms.ChoiceField(label="种类", required=False, choices=_ANY + _KINDS)
    state = forms.ChoiceField(label="状态", required=False, choices=_ANY + ImportBatch.State.choices)
    department = forms.ModelChoiceField(
        label="报送部门", required=False, queryset=Department.objects.all(), empty_label="全部"
    )
    uploaded_from = DayField(label="上传日期自", required=False)
    uploaded_until = DayField(label="至", required=False)


class ExportForm(forms.Form):
    """What to write in the national layout."""

    kind = forms.ChoiceField(label="种类", choices=_KINDS, widget=forms.RadioSelect, initial=Kind.PENALTY.value)
    department = forms.ModelChoiceField(
        label="决定部门", required=False, queryset=Department.objects.all(), empty_label="全县所有部门"
    )
    decided_from = DayField(label="决定日期自")
    decided_until = DayField(label="决定日期至", help_text="起止两日都包括在内。")
    table_format = forms.ChoiceField(
        label="格式", choices=[("xlsx", "Excel 工作簿（.xlsx）"), ("csv", "CSV（UTF-8）")], widget=forms.RadioSelect,
        initial="xlsx",
    )  # fmt: skip
    with_identities = forms.BooleanField(
        label="包括自然人的证件号码", required=False,
        help_text="仅在报送上级平台确需时勾选，并须有查看证件号码的权限；不勾选时该列留空。",
    )  # fmt: skip
    is_partial = forms.BooleanField(
        label="先导出其余的记录", required=False,
        help_text="有记录不符合模板（例如缺少必填项）时：不勾选，先列出这些记录和原因，不生成文件；勾选，这些记录不写入文件。",
    )  # fmt: skip
    purpose = forms.CharField(label="用途", max_length=200, help_text="例如“报送市级双公示平台”。用途会记入时间线。")

    def given(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {**self.cleaned_data, "kind": Kind(self.cleaned_data["kind"])}
