"""Forms of joint incentives. They check shape; what a step requires is asked by its service."""

from django import forms

from incentives.selectors.grants import QUEUES


class GrantFilterForm(forms.Form):
    """Which grants the list shows."""

    queue = forms.ChoiceField(label="进度", required=False, choices=list(QUEUES.items()))
    name = forms.CharField(label="主体名称", required=False, max_length=60)


class GrantAnswerForm(forms.Form):
    """What was done, or why not."""

    text = forms.CharField(label="情况说明", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
