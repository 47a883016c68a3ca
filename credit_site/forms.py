"""The login form."""

from typing import Any

from allauth.account.forms import LoginForm


class EntranceForm(LoginForm):
    """The library's login form without its link to a password reset by mail, which this site does without."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
