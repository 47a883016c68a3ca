"""The head of a policy pack: what the document is, what it rests on, whom and when it reaches."""

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from .values import Code, Model, Number, Sourced, Text

Day = dt.date
AuthorityLevel = Literal[
    "law", "regulation", "local-regulation", "central-policy", "ministry-rule", "ministry-document", "local-document"
]
SubjectKind = Literal["organization", "person"]

AUTHORITY_LABELS: dict[str, str] = {
    "law": "法律",
    "regulation": "行政法规",
    "local-regulation": "地方性法规",
    "central-policy": "党中央、国务院政策文件",
    "ministry-rule": "部门规章",
    "ministry-document": "部门规范性文件",
    "local-document": "地方规范性文件",
}


class Basis(Model):
    """A document of a higher level that itself provides for what the pack rules."""

    level: AuthorityLevel
    document: Text
    article: str = ""


class Authority(Model):
    """The level of the document itself and the higher documents that carry it."""

    level: AuthorityLevel
    rests_on: tuple[Basis, ...] = ()


class SectorScope(Sourced):
    """The sectors reached; a subject whose sectors are not registered is let through with a note."""

    values: tuple[Code, ...] = Field(min_length=1)
    label: Text


class Scope(Model):
    """Whom the pack reaches: kinds of subject, sectors, the least age of persons in years."""

    kinds: tuple[SubjectKind, ...] = ("organization", "person")
    sectors: SectorScope | None = None
    minimum_age: Number | None = None


class Head(Model):
    """Identity, source, authority and validity of a pack."""

    id: Code
    title: Text
    issuer: Text
    document_number: str = ""
    issued_on: Day | None = None
    authority: Authority
    in_force_from: Day | None = None
    in_force_until: Day | None = None
    supersedes: tuple[Code, ...] = ()
    superseded_by: str = ""
    domain: Code
    region: Text
    clause_style: Literal["article", "heading", "plain"] = "article"
    scope: Scope = Scope()
    note: str = ""

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.in_force_from and self.in_force_until and self.in_force_until < self.in_force_from:
            raise ValueError("in_force_until 早于 in_force_from，请核对施行和失效日期")
        return self
