"""Forms of claims, one-time codes, agents and consent to electronic service."""

from typing import Any

from django import forms

from registry.forms.versioned import DayField, VersionedForm
from registry.rules.identifiers import normalize_code
from registry.rules.uploads import ALLOWED_TEXT
from registry.services.identities import DOCUMENT_TYPES
from registry.services.mandates import ClaimFacts

_NAME_RULE = r"^[a-z][a-z0-9._-]{2,36}$"


def _username() -> forms.RegexField:
    return forms.RegexField(
        _NAME_RULE, label="用户名", help_text="登录时使用：小写字母开头，3至37位小写字母、数字、点或横线。已有人使用时，系统会在后面加数字。",
        error_messages={"invalid": "用户名须以小写字母开头，由3至37位小写字母、数字、点或横线组成。"},
        widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )  # fmt: skip


def _password(label: str, hint: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, help_text=hint, widget=widget, strip=False)


class ClaimForm(forms.Form):
    """Who claims which subject. Neither passwords nor numbers are written back into a refused form."""

    uscc = forms.CharField(
        label="统一社会信用代码", max_length=40, required=False, help_text="单位填写本项；自然人不填，填写下面三项。"
    )
    person_name = forms.CharField(label="姓名（自然人）", max_length=60, required=False)
    document_type = forms.ChoiceField(
        label="证件类型（自然人）", required=False, choices=[(each, each) for each in DOCUMENT_TYPES]
    )
    document_number = forms.CharField(
        label="证件号码（自然人）", max_length=40, required=False, help_text="只用于核对，不以明文保存。",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    applicant = forms.CharField(label="申请人姓名", max_length=60, help_text="经办此事的人，须与授权材料一致。")
    contact = forms.CharField(label="联系电话", max_length=40)
    letter = forms.FileField(
        label="授权材料", required=False, max_length=200,
        help_text=f"加盖公章的授权委托书；自然人为本人手持身份证件的照片。可以上传：{ALLOWED_TEXT}。",
    )  # fmt: skip
    code = forms.CharField(
        label="一次性代码", max_length=40, required=False,
        help_text="随纸质通知寄送的，填写后无须上传授权材料，立即开通。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    username = _username()
    password = _password("密码", "至少十位，不能全是数字，不能是常用密码。")
    password_again = _password("再输一次密码")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("password") and given.get("password") != given.get("password_again"):
            self.add_error("password_again", "两次输入的密码不一致，请重新输入。")
        return given

    def facts(self) -> ClaimFacts:
        """Return the valid form's content for the service."""
        names = ("applicant", "contact", "username", "password", "person_name", "document_type", "document_number")
        return ClaimFacts(
            **{name: self.cleaned_data[name] for name in names}, uscc=normalize_code(self.cleaned_data["uscc"])
        )


class ReceiptForm(forms.Form):
    """The receipt number of a claim."""

    receipt = forms.CharField(
        label="回执号", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )


class ClaimConfirmForm(VersionedForm):
    """Confirm a claim; the letter may be limited in time."""

    last_on = DayField(
        label="授权截止日", required=False, help_text="授权材料写明期限的填写，该日仍有效；没有写明的不填。"
    )


class ClaimRefuseForm(VersionedForm):
    reason = forms.CharField(
        label="不予确认的理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="申请人凭回执号可以看到。请写明缺什么、怎样补正后重新申请。",
    )  # fmt: skip


class MandateEndForm(forms.Form):
    reason = forms.CharField(label="终止理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class AgentEndForm(forms.Form):
    reason = forms.CharField(
        label="终止理由（选填）", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class AgentForm(forms.Form):
    """Somebody whom a manager lets act for the same subject until a day."""

    display_name = forms.CharField(label="代理人姓名", max_length=60)
    username = _username()
    password = _password("临时密码", "请用保密的方式告诉本人；本人第一次登录时必须改掉。")
    last_on = DayField(label="授权截止日", help_text="该日仍有效，次日起自动不能再查看任何内容。")
    letter = forms.FileField(
        label="授权委托书（选填）", required=False, max_length=200, help_text=f"可以上传：{ALLOWED_TEXT}。"
    )


class ConsentForm(forms.Form):
    is_agreed = forms.BooleanField(
        label="已阅读上述内容，同意电子送达", required=False, help_text="不同意不影响任何权利，文书照常以纸质送达。"
    )
