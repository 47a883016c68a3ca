"""What a subject fills in: objection, application, answer to what was wanted, complaint."""

from collections.abc import Iterable
from typing import Any

from django import forms

from registry.forms.versioned import VersionedForm
from repair.models import RepairFile
from repair.selectors.overview import Wanted
from repair.services.objections import Upload
from repair.services.repairs import Paper

FILES = 3


class UploadsForm(VersionedForm):
    """Up to three files, each with a word on what it shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, FILES + 1):
            self.fields[f"file_{number}"] = forms.FileField(label=f"材料{number}", required=False)
            self.fields[f"label_{number}"] = forms.CharField(
                label=f"材料{number}说明", required=False, max_length=100, help_text="例如“事故原因鉴定意见”。"
            )

    def uploads(self) -> list[Upload]:
        """Return the files chosen."""
        given = self.cleaned_data
        return [
            Upload(given[f"file_{number}"], given[f"label_{number}"])
            for number in range(1, FILES + 1)
            if given.get(f"file_{number}")
        ]


class ObjectionForm(UploadsForm):
    """What is wrong, and why."""

    statement = forms.CharField(
        label="事实和理由", max_length=5000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="请写明哪一项内容有误、您认为正确的内容和依据。",
    )  # fmt: skip


class RepeatedObjectionForm(ObjectionForm):
    """What is wrong, and what is new since the objection before was refused."""

    new_facts = forms.CharField(
        label="新的事实和证据", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明与上次不同的事实或者证据，并在下面上传。没有的可以不填。",
    )  # fmt: skip
    field_order = ["statement", "new_facts"]


class AnswerForm(UploadsForm):
    """An answer to what was wanted for an objection."""

    statement = forms.CharField(
        label="补正说明", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class UndoStatementForm(UploadsForm):
    """What the subject says before a repair is taken back, or that it waives."""

    statement = forms.CharField(
        label="陈述申辩", required=False, max_length=3000, widget=forms.Textarea(attrs={"rows": 6})
    )
    is_waived = forms.BooleanField(label="明确放弃陈述申辩", required=False)
    field_order = ["statement", "is_waived"]

    def papers(self) -> list[Paper]:
        """Return the files chosen, as evidence beside the papers of the application."""
        return [Paper(RepairFile.Kind.OTHER, each.file) for each in self.uploads()]


class PapersForm(VersionedForm):
    """The documents of an application, one field for each that the governing rule asks for, and one for others."""

    statement = forms.CharField(
        label="整改情况说明", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, wanted: Iterable[Wanted] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in wanted:
            hint = "规定要求提交的材料。" if each.needed else "可以不交。"
            self.fields[f"paper_{each.kind}"] = forms.FileField(
                label=each.label, required=False, help_text=f"{each.note}{'。' if each.note else ''}{hint}"
            )
        self.fields["paper_other"] = forms.FileField(label="其他说明材料", required=False, help_text="可以不交。")

    def papers(self) -> list[Paper]:
        """Return the documents chosen."""
        prefix = "paper_"
        return [
            Paper(name.removeprefix(prefix), file)
            for name, file in self.cleaned_data.items()
            if name.startswith(prefix) and file
        ]


class PapersAnswerForm(PapersForm):
    """An answer to what was wanted for an application: every kind of document may be handed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        own = (RepairFile.Kind.OTHER, RepairFile.Kind.DECISION)
        every = [Wanted(kind.value, str(kind.label), needed=False) for kind in RepairFile.Kind if kind not in own]
        super().__init__(*args, wanted=every, **kwargs)
        self.fields["statement"].label = "补正说明"
