"""The forms of the entrance: the password, and the code of the second factor."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.forms import ReauthenticateForm as PasswordAgainBase
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib.auth.signals import user_login_failed

from credit_site.lock import address_is_locked


class EntranceForm(LoginForm):
    """The library's login form without its link to a password reset by mail, which this site does without.

    An address from which too many logins failed lately, whatever the names, is told so before any password is tried.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""

    def clean(self) -> Any:
        if address_is_locked(context.request):
            raise forms.ValidationError(
                f"您所在的网络地址半小时内登录失败超过{settings.LOGIN_FAILURES_AN_ADDRESS}次，已暂时停止登录。"
                "请30分钟后再试；急需办理的，请联系系统管理员。",
                code="address-locked",
            )
        return super().clean()


class PasswordAgainForm(PasswordAgainBase):
    """The password entered anew, without the library's link to a reset by mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class PasswordChangeForm(ChangePasswordForm):
    """The old password and the new one, without the library's link to a reset by mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class _CountedCode:
    """A wrong code counts like a wrong password: by the name, in the database, until the name is locked.

    Whoever knows a password has six digits left to guess; nothing else on this site limits the guessing.
    """

    def clean_code(self) -> str:
        credentials = {"username": self.user.get_username()}  # type: ignore[attr-defined]
        if not AxesProxyHandler.is_allowed(context.request, credentials):
            raise forms.ValidationError("这个账号已暂时锁定，请30分钟后再试。", code="name-locked")
        try:
            return super().clean_code()  # type: ignore[misc]
        except forms.ValidationError:
            user_login_failed.send(sender=type(self), credentials=credentials, request=context.request)
            raise


class CodeForm(_CountedCode, AuthenticateForm):
    """The code that completes a login."""


class CodeAgainForm(_CountedCode, ReauthenticateForm):
    """The code that confirms who is there."""
