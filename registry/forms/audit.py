"""Filters of the timeline, the notices and the runs of jobs."""

from django import forms

from registry.models import Notice
from registry.rules.jobs import LABELS

EVENT_KINDS = [
    ("", "全部"), ("subject.", "主体"), ("record.", "记录"), ("import.", "导入"), ("policy.", "政策"),
    ("candidate.", "待列入提示"), ("case.", "案件"), ("entry.", "名单条目"), ("order.", "联合惩戒"),
    ("publication.", "公示"), ("notice.", "通知"), ("deadline.", "期限"), ("account.", "账号"), ("role.", "角色"),
    ("department.", "部门"), ("calendar.", "日历"), ("job.", "后台任务"),
]  # fmt: skip


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class EventFilterForm(forms.Form):
    text = forms.CharField(label="内容或主体", required=False)
    actor = forms.CharField(label="办理人", required=False)
    name = forms.ChoiceField(label="种类", required=False, choices=EVENT_KINDS)
    first_on = _day("起")
    last_on = _day("止")


class NoticeFilterForm(forms.Form):
    text = forms.CharField(label="标题或收件人", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Notice.State.choices])


class JobFilterForm(forms.Form):
    name = forms.ChoiceField(label="任务", required=False, choices=[("", "全部"), *LABELS.items()])
    failed_only = forms.BooleanField(label="只看失败的", required=False)
