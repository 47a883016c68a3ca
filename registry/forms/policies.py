"""Forms of policies."""

from django import forms

from registry.models import PolicyActivation


class PolicyActivateForm(forms.Form):
    """How the office asks to run an edition. `replaces`: the activation that the page showed as running."""

    mode = forms.ChoiceField(
        label="运行方式",
        choices=PolicyActivation.Mode.choices,
        widget=forms.RadioSelect,
        help_text="选择依法列入并公布而效力层级不足的，系统按内部分级启用，并写明是哪条规定不允许。",
    )
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PolicyDeactivateForm(forms.Form):
    """Why the office stops running an edition."""

    note = forms.CharField(label="停用理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
