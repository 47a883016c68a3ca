"""Forms of accounts, roles and departments."""

from typing import Any

from django import forms

from registry.models import Account, Department, Subject
from registry.rules import access
from registry.rules.identifiers import normalize_code
from registry.services.departments import DepartmentFacts

PASSWORD_HINT = "至少十位，不能全是数字，不能是常用密码。请用保密的方式告诉本人；本人第一次登录时必须改掉。"  # noqa: S105


def _password() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label="临时密码", help_text=PASSWORD_HINT, widget=widget, strip=False)


class AccountFilterForm(forms.Form):
    text = forms.CharField(label="姓名或用户名", required=False)
    department = forms.ModelChoiceField(Department.objects.all(), label="部门", required=False, empty_label="全部部门")
    role = forms.ChoiceField(label="角色", required=False, choices=[("", "全部角色"), *access.ROLE_LABELS.items()])
    active = forms.NullBooleanField(
        label="状态", required=False, widget=forms.Select(choices=[("", "全部"), ("true", "在用"), ("false", "已停用")])
    )


class AccountOpenForm(forms.Form):
    """A new account belongs to a department, or to a listed subject found by its unified code."""

    username = forms.RegexField(
        r"^[a-z][a-z0-9._-]{2,39}$", label="用户名", help_text="小写字母开头，3至40位字母、数字、点或横线。登录时使用。",
        error_messages={"invalid": "用户名须以小写字母开头，由3至40位小写字母、数字、点或横线组成。"},
    )  # fmt: skip
    display_name = forms.CharField(label="姓名", max_length=60)
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True), label="所属部门", required=False, empty_label="（信用主体账号不选）"
    )
    subject_code = forms.CharField(
        label="信用主体的统一社会信用代码",
        required=False,
        help_text="只在为企业等信用主体开立账号时填写，此时不选部门。",
    )
    password = _password()

    def clean_subject_code(self) -> Subject | None:
        code = normalize_code(self.cleaned_data["subject_code"])
        if not code:
            return None
        subject = Subject.objects.filter(uscc=code).first()
        if subject is None:
            raise forms.ValidationError(f"没有统一社会信用代码为“{code}”的主体，请核对，或者先录入该主体。")
        return subject


class AccountChangeForm(forms.Form):
    display_name = forms.CharField(label="姓名", max_length=60)
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True), label="所属部门", required=False, empty_label="（信用主体账号不选）"
    )


class AccountCloseForm(forms.Form):
    reason = forms.CharField(label="停用原因", max_length=200, help_text="如：调离、离职、长期未用。写入审计记录。")


class PasswordResetForm(forms.Form):
    password = _password()


class RoleGrantForm(forms.Form):
    """Offers the roles that fit the account's kind and that it does not hold."""

    role = forms.ChoiceField(label="角色")
    last_on = forms.DateField(
        label="截止日", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="该日仍有效，次日自动失效；不填为长期。",
    )  # fmt: skip

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_subject = account.subject_id is not None
        offered = [item for item in access.ROLE_LABELS.items() if (item[0] == access.SUBJECT) == is_subject]
        self.fields["role"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]


class DepartmentForm(forms.Form):
    name = forms.CharField(label="名称", max_length=200)
    short_name = forms.CharField(label="简称", max_length=40)
    kind = forms.ChoiceField(label="类型", choices=Department.Kind.choices)
    uscc = forms.CharField(label="统一社会信用代码", max_length=40, required=False)
    contact = forms.CharField(
        label="联系方式", max_length=200, required=False, help_text="公示页上告诉当事人向谁提出异议，请写电话和地址。"
    )
    is_active = forms.BooleanField(label="在用", required=False, initial=True)

    def facts(self) -> DepartmentFacts:
        """Return the valid form's content for the service."""
        names = ("name", "short_name", "kind", "contact", "is_active")
        return DepartmentFacts(
            **{name: self.cleaned_data[name] for name in names}, uscc=normalize_code(self.cleaned_data["uscc"])
        )


class DepartmentOpenForm(DepartmentForm):
    code = forms.SlugField(
        label="部门代码", max_length=40, help_text="小写英文和横线，如 emergency-management；开立后不再改变。"
    )
    field_order = ["code", "name", "short_name", "kind", "uscc", "contact", "is_active"]
