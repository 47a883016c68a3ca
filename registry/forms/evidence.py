"""The form of an evidence file."""

from django import forms

from registry.rules.uploads import ALLOWED_TEXT


class EvidenceForm(forms.Form):
    """One file with a word on what it is."""

    file = forms.FileField(label="文件", help_text=f"可以上传：{ALLOWED_TEXT}。", max_length=200)
    label = forms.CharField(label="材料说明", max_length=100, help_text="例如“行政处罚决定书”“现场检查记录”。")
