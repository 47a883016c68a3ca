"""Forms of subjects, their names and people."""

from typing import Any

from django import forms

from registry.forms.versioned import DayField, ReasonForm, VersionedForm
from registry.models import OrganizationRole, Subject
from registry.rules.identifiers import normalize_code
from registry.rules.sectors import SECTORS
from registry.services.identities import DOCUMENT_TYPES

_ORGANIZATION_CATEGORIES = [each for each in Subject.Category.choices if each[0] != Subject.Category.PERSON]
_ANY = [("", "全部")]


class SubjectFilterForm(forms.Form):
    """Narrowing the list of subjects."""

    text = forms.CharField(
        label="名称或代码", required=False, max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "名称中的字、曾用名、代码或证件号码"}),
    )  # fmt: skip
    kind = forms.ChoiceField(label="类型", required=False, choices=_ANY + Subject.Kind.choices)
    category = forms.ChoiceField(label="类别", required=False, choices=_ANY + _ORGANIZATION_CATEGORIES)
    risk = forms.ChoiceField(label="风险等级", required=False, choices=_ANY + Subject.Risk.choices)
    status = forms.ChoiceField(
        label="状态", required=False,
        choices=_ANY + [each for each in Subject.Status.choices if each[0] != Subject.Status.MERGED],
    )  # fmt: skip


class _OrganizationFacts(VersionedForm):
    """What is registered about an organisation besides its name."""

    category = forms.ChoiceField(label="类别", choices=_ORGANIZATION_CATEGORIES)
    uscc = forms.CharField(
        label="统一社会信用代码", required=False, max_length=40,
        help_text="18位，照证照填写。确实没有代码的组织可以留空，此后请尽快补登。",
    )  # fmt: skip
    registration_number = forms.CharField(label="工商注册号", required=False, max_length=50)
    organization_code = forms.CharField(label="组织机构代码", required=False, max_length=20)
    tax_number = forms.CharField(label="税务登记号", required=False, max_length=50)
    institution_number = forms.CharField(label="事业单位证书号", required=False, max_length=50)
    social_number = forms.CharField(label="社会组织登记证号", required=False, max_length=50)
    industry = forms.CharField(label="行业", required=False, max_length=60)
    sectors = forms.MultipleChoiceField(
        label="领域标记", required=False, choices=list(SECTORS.items()), widget=forms.CheckboxSelectMultiple,
        help_text="政策按这些标记判断是否适用于该主体。",
    )  # fmt: skip
    risk = forms.ChoiceField(label="风险等级", required=False, choices=[("", "未评定"), *Subject.Risk.choices])
    standardisation = forms.TypedChoiceField(
        label="安全生产标准化等级", required=False, coerce=int, empty_value=None,
        choices=[("", "未达标或未申报"), (1, "一级"), (2, "二级"), (3, "三级")],
    )  # fmt: skip
    address = forms.CharField(label="住所", required=False, max_length=300)
    division_code = forms.CharField(label="行政区划代码", required=False, max_length=9)


class OrganizationForm(_OrganizationFacts):
    """A new organisation."""

    name = forms.CharField(label="名称", max_length=200)
    field_order = ["name", "category", "uscc"]


class OrganizationChangeForm(_OrganizationFacts):
    """Changing what is registered about an organisation."""

    status = forms.ChoiceField(
        label="状态", choices=[each for each in Subject.Status.choices if each[0] != Subject.Status.MERGED]
    )


class PersonForm(forms.Form):
    """A new person. The number is never shown again after saving."""

    name = forms.CharField(label="姓名", max_length=60)
    document_type = forms.ChoiceField(label="证件类型", choices=[(each, each) for each in DOCUMENT_TYPES])
    document_number = forms.CharField(
        label="证件号码", required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="加密保存，保存后只显示掩码。没有号码时可以留空，但无法区分同名的人。",
    )  # fmt: skip
    born_on = DayField(label="出生日期", required=False, help_text="填了身份证号码的，不用填。")


class PersonChangeForm(VersionedForm):
    """Changing what is registered about a person; an empty number leaves the one that is kept."""

    document_type = forms.ChoiceField(
        label="证件类型", required=False, choices=[(each, each) for each in DOCUMENT_TYPES]
    )
    document_number = forms.CharField(
        label="证件号码", required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="留空表示不改。填写新的号码会替换原来的号码。",
    )  # fmt: skip
    born_on = DayField(label="出生日期", required=False)
    address = forms.CharField(label="住所", required=False, max_length=300)


class RenameForm(VersionedForm):
    """The subject bears another name."""

    name = forms.CharField(label="新名称", max_length=200)
    changed_on = DayField(label="更名日期", help_text="登记机关核准变更的日期；从这一天起使用新名称。")


class FormerNameForm(forms.Form):
    """A name borne in the past."""

    name = forms.CharField(label="曾用名", max_length=200)
    starts_on = DayField(label="启用日期", required=False, help_text="不清楚可以不填。")
    ends_on = DayField(label="停用日期", help_text="从这一天起不再使用。")


class RoleForm(forms.Form):
    """A person takes a role: one that is registered already, found by number, or a new one."""

    role = forms.ChoiceField(label="职务", choices=OrganizationRole.Role.choices)
    name = forms.CharField(label="姓名", max_length=60)
    document_type = forms.ChoiceField(label="证件类型", choices=[(each, each) for each in DOCUMENT_TYPES])
    document_number = forms.CharField(
        label="证件号码", required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="已登记过的人员按证件号码自动找到；没有号码的，另行登记为新人员。",
    )  # fmt: skip
    starts_on = DayField(label="任职日期", required=False, help_text="不清楚可以不填。")


class RoleEndForm(VersionedForm):
    """A role ends."""

    ends_on = DayField(label="离任日期", help_text="从这一天起不再任职。")


class MergeForm(ReasonForm):
    """This subject is a duplicate of another one."""

    winner = forms.CharField(
        label="合并到", help_text="保留的主体的统一社会信用代码；没有代码的，填它的全名。", max_length=200
    )
    field_order = ["winner", "reason"]

    def __init__(self, *args: Any, loser: Subject, **kwargs: Any) -> None:
        super().__init__(*args, row=loser, **kwargs)
        self.loser = loser

    def clean_winner(self) -> Subject:
        text = self.cleaned_data["winner"]
        others = Subject.objects.filter(kind=self.loser.kind, merged_into__isnull=True).exclude(pk=self.loser.pk)
        found = list(others.filter(uscc=normalize_code(text))[:2]) or list(others.filter(name=text.strip())[:2])
        if len(found) != 1:
            problem = "找不到" if not found else "不止一个"
            raise forms.ValidationError(f"{problem}代码或全名为“{text}”的同类主体，请核对；有代码的请填代码。")
        return found[0]
