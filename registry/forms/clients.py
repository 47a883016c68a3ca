"""Forms of departments' systems and their webhooks."""

from typing import Any

from django import forms

from registry.forms.versioned import ReasonForm, VersionedForm
from registry.models import ApiClient, Department
from registry.rules.scopes import SCOPE_LABELS
from registry.rules.webhooks import KINDS, URL_MOST

_SCOPES = [(scope, f"{label}（{scope}）") for scope, label in SCOPE_LABELS.items()]


class ClientChangeForm(VersionedForm):
    """What a client may do, and how often."""

    scopes = forms.MultipleChoiceField(
        label="权限范围", choices=_SCOPES, widget=forms.CheckboxSelectMultiple,
        help_text="只开通该系统办事所需的。收回的范围立即失效，已取得的令牌也一样。",
    )  # fmt: skip
    requests_a_minute = forms.IntegerField(
        label="每分钟请求上限", required=False, min_value=1, help_text="不填按全站的上限。"
    )

    def __init__(self, *args: Any, client: ApiClient | None = None, **kwargs: Any) -> None:
        super().__init__(*args, row=client, **kwargs)
        if client is not None:
            self.fields["scopes"].initial = client.scopes
            self.fields["requests_a_minute"].initial = client.requests_a_minute


class ClientOpenForm(ClientChangeForm):
    """A new client of a department."""

    name = forms.CharField(label="名称", max_length=100, help_text="说明是哪个系统，如“市监审批系统”。")
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True),
        label="部门",
        help_text="该系统以这个部门的名义办事，只看得到它能看的。",
    )
    field_order = ["name", "department", "scopes", "requests_a_minute"]


class WebhookOpenForm(forms.Form):
    """A new webhook; offers the kinds that fit the client's scopes."""

    url = forms.CharField(
        label="接收地址",
        max_length=URL_MOST,
        help_text="以 https:// 开头；指向内部网络的，须先由运行维护人员列明网段。",
    )
    kinds = forms.MultipleChoiceField(label="事件种类", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, client: ApiClient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(kind, f"{rule.label}（{kind}）") for kind, rule in KINDS.items() if rule.scope in client.scopes]
        self.fields["kinds"].choices = offered  # type: ignore[attr-defined]


class ReplayForm(VersionedForm):
    """From where to replay."""

    from_number = forms.IntegerField(
        label="从次序号", min_value=1, help_text="含这一号。取接收方最后一个已处理事件的次序号加一。"
    )


class DropForm(ReasonForm):
    """Which delivery is given up, and why."""

    number = forms.IntegerField(widget=forms.HiddenInput)


class ResendForm(VersionedForm):
    """Which delivery is tried again; none names all."""

    number = forms.IntegerField(required=False, widget=forms.HiddenInput)
