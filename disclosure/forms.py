"""Forms of disclosure."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from disclosure.models import Channel, ChannelFile, MissingDecision, SpotCheck
from disclosure.selectors import channels as channel_selector
from disclosure.selectors.publicity_figures import SHOWN
from disclosure.services.channels.carriers import Carrier
from registry.forms.versioned import VersionedForm
from registry.models import Department
from registry.rules.identifiers import normalize_code
from registry.rules.names import clean_name
from registry.rules.uploads import ALLOWED_TEXT


class UnrepeatedInput(forms.TextInput):
    """A text input that never writes back what was typed: a refused number does not stand in the page."""

    def format_value(self, value: Any) -> None:
        return None


class PersonForm(forms.Form):
    """Both the full name and the full document number of one person; neither is kept."""

    name = forms.CharField(label="姓名", max_length=60, help_text="须与证件上的姓名完全一致。")
    document_number = forms.CharField(
        label="证件号码",
        max_length=40,
        help_text="须填写完整号码。号码只用于本次核对，不保存、不显示。",
        widget=UnrepeatedInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_document_number(self) -> str:
        number = normalize_code(self.cleaned_data["document_number"])
        if len(number) < 6:
            raise forms.ValidationError("证件号码不完整，请填写完整号码。")
        return number


class ReasonForm(forms.Form):
    """Why a publication is taken down or mended."""

    reason = forms.CharField(
        label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="写入事件记录，供审计查阅。"
    )


class PublishForm(forms.Form):
    """Until when a record is to be public."""

    until = forms.DateField(
        label="公示截止期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="公示的最后一天。不填时依次采用决定书写明的截止期、政策规定的最长公示期；许可采用有效期。",
    )


class BatchPublishForm(PublishForm):
    """Several records at once; the date serves those for which nothing else gives one."""

    records = forms.TypedMultipleChoiceField(label="记录", coerce=int, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, record_ids: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["records"]
        assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101  (narrows the type)
        field.choices = [(pk, str(pk)) for pk in record_ids]
        field.error_messages["required"] = "没有勾选任何记录，请至少勾选一条。"


class FilesInput(forms.FileInput):
    """Several files in one field."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, as a list. How many and how large is asked by the service, which also looks into them."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        one = super().clean
        return [one(each, initial) for each in data or []]


class TipForm(forms.Form):
    """A report of misconduct. Who reports may stay unnamed."""

    about = forms.CharField(
        label="举报的是谁", max_length=200, help_text="单位名称、统一社会信用代码，或者个人姓名。知道多少写多少。"
    )
    what = forms.CharField(
        label="发生了什么",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="写清楚谁、做了什么、您怎么知道的。匿名举报的，不要写能看出您是谁的内容。",
    )
    happened_when = forms.CharField(
        label="什么时候", max_length=100, help_text="可以写大概时间，例如“10月中旬，夜间”。"
    )
    place = forms.CharField(label="在什么地方", max_length=200)
    uploads = FilesField(label="材料", required=False)
    name = forms.CharField(label="姓名", required=False, max_length=60)
    phone = forms.CharField(label="电话", required=False, max_length=40)
    address = forms.CharField(label="地址或者其他联系方式", required=False, max_length=200)
    website = forms.CharField(
        label="此栏请留空",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_key"].initial = uuid.uuid4
        self.fields["uploads"].help_text = _files_hint()
        for name in ("name", "phone", "address"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_website(self) -> str:
        """Programs fill every field in; people do not see this one."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError("此栏用来识别自动提交的程序，请清空后重新提交。")
        return ""


def _files_hint() -> str:
    size = settings.TIP_FILE_MAX_BYTES // 1048576
    return (
        f"最多{settings.TIP_FILES_MOST}个，每个不超过{size}MB。可以上传：{ALLOWED_TEXT}。"
        "照片和文档的属性里可能有拍摄地点、作者姓名，介意的请先去除。"
    )


class CodeForm(forms.Form):
    """A receipt code, in the body of the request only."""

    code = forms.CharField(
        label="回执码",
        max_length=60,
        widget=UnrepeatedInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        help_text="提交举报后显示的20位字母和数字。大小写、空格和短横线不影响。",
    )


class TipAnswerForm(forms.Form):
    """What the reporter answers to the office."""

    answer = forms.CharField(
        label="您的回答", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="匿名举报的，不要写能看出您是谁的内容。",
    )  # fmt: skip
    uploads = FilesField(label="补充材料", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"].help_text = _files_hint()


class MonthForm(forms.Form):
    """Which month's figures, and whose. Not valid: this month, everybody's."""

    month = forms.DateField(
        label="决定月份", input_formats=["%Y-%m"], widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
    )
    department = forms.ModelChoiceField(
        label="决定部门", required=False, queryset=Department.objects.order_by("code"), to_field_name="code",
        empty_label="全部部门",
    )  # fmt: skip


class DecisionsForm(MonthForm):
    """Which of the month's decisions."""

    shown = forms.ChoiceField(label="情形", required=False, choices=list(SHOWN.items()))
    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *SpotCheck.Kind.choices])


class SpotCheckForm(forms.Form):
    """A list found elsewhere, and where."""

    kind = forms.ChoiceField(label="种类", choices=SpotCheck.Kind.choices)
    department = forms.ModelChoiceField(
        label="决定部门", queryset=Department.objects.filter(is_active=True).order_by("code"), to_field_name="code"
    )
    source = forms.CharField(
        label="清单来源", max_length=200, help_text="例如“该局门户网站行政处罚专栏，10月31日下载”。"
    )
    file = forms.FileField(
        label="清单",
        help_text="xlsx、xls或csv，须有“文书号”和“决定日期”两列，国家双公示模板也可以。只保存文书号和决定日期。",
    )


class MissingForm(forms.Form):
    """What was found out about a decision that nobody reported."""

    verdict = forms.ChoiceField(
        label="核实结论",
        choices=[each for each in MissingDecision.Verdict.choices if each[0]],
        widget=forms.RadioSelect,
        help_text="不属于应报：例如适用简易程序、涉密，或者不是该部门的决定。不再计入产生数。",
    )
    why = forms.CharField(label="未报原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ChannelForm(VersionedForm):
    """A publication channel: what it takes, and what its kind has to be told (`setting_…`)."""

    code = forms.SlugField(
        label="代码",
        max_length=40,
        help_text="小写字母、数字和短横线，例如 xinyong-zhongguo。启用后不能修改，也是文件夹和文件的名字。",
    )
    name = forms.CharField(label="名称", max_length=100, help_text="例如“信用中国（市级归集平台）”。")
    named_as = forms.ChoiceField(
        label="政策中的渠道", required=False, help_text="已启用的政策指定的公示渠道；选定后，渠道页标明该渠道已经落实。"
    )
    since_on = forms.DateField(
        label="报送自此日起作出的决定", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="此前作出的决定不向本渠道报送。",
    )  # fmt: skip
    takes_penalties = forms.BooleanField(label="报送行政处罚", required=False, initial=True)
    takes_permits = forms.BooleanField(label="报送行政许可", required=False, initial=True)
    counts = forms.BooleanField(
        label="计入双公示指标", required=False, initial=True, help_text="向本渠道首次报送即为上报，本渠道接收即为合规。"
    )
    with_identities = forms.BooleanField(
        label="含自然人证件号码", required=False,
        help_text="仅在接收平台依法要求时勾选。法定代表人的证件号码在任何情况下都不报送。",
    )  # fmt: skip

    def __init__(
        self, *args: Any, carrier: Carrier, named: list[str], channel: Channel | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, row=channel, **kwargs)
        chosen = [channel.named_as] if channel is not None and channel.named_as else []
        names = list(dict.fromkeys([*named, *chosen]))
        field = self.fields["named_as"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (narrows the type)
        field.choices = [("", "不对应")] + [(name, name) for name in names]
        self._settings = [setting.name for setting in carrier.settings]
        for setting in carrier.settings:
            self.fields[setting.name] = forms.CharField(
                label=setting.label, max_length=setting.most, help_text=setting.hint
            )
        if channel is not None:
            del self.fields["code"]

    def values(self) -> dict[str, Any]:
        """What every channel has."""
        apart = {"code", "version", *self._settings}
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}

    def settings(self) -> dict[str, str]:
        """What the channel's kind asks for."""
        return {name: self.cleaned_data[name] for name in self._settings}


class SubmissionsForm(forms.Form):
    """Which submissions are shown. Not valid: all."""

    channel = forms.ModelChoiceField(
        label="渠道", required=False, queryset=Channel.objects.all(), to_field_name="code", empty_label="全部渠道"
    )
    shown = forms.ChoiceField(label="状态", required=False, choices=list(channel_selector.SHOWN.items()))
    kind = forms.ChoiceField(label="种类", required=False, choices=[("", "全部"), *SpotCheck.Kind.choices])
    text = forms.CharField(label="文书号或者当事人", required=False, max_length=100)


class AcknowledgementForm(forms.Form):
    """A file that came back from a channel, and about which of ours it is."""

    sent = forms.ModelChoiceField(
        label="回执对应的报送文件", required=False, queryset=ChannelFile.objects.none(), empty_label="按文件名和内容识别",
        help_text="平台只返回失败行的，须选定对应的文件，其余各行才会记为已接收。",
    )  # fmt: skip
    file = forms.FileField(
        label="回执文件",
        help_text="xlsx、xls或csv：带“处理结果”列的原表，或者平台返回的失败数据（带“失败原因”列）。",
    )

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sent"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (narrows the type)
        field.queryset = channel_selector.files_of(channel)
