"""Sanction and incentive measures of a pack: who carries out what, on whom, on which legal basis."""

from typing import Literal, Self

from pydantic import Field, model_validator

from .head import Basis, SubjectKind
from .values import Code, Sourced, Text, TimedRule

Force = Literal["mandatory", "recommended"]
# 国发〔2016〕33号: administrative, market, industry and social restraint.
Restraint = Literal["administrative", "market", "industry", "social"]


class MeasureBasis(Basis):
    """A legal or policy basis of a measure."""


class MeasurePart(Sourced):
    """One measure, or one sub-item of a measure."""

    code: Code
    label: Text
    targets: tuple[SubjectKind, ...] = Field(min_length=1)
    rights_reducing: bool = True


class Measure(MeasurePart):
    """A catalogue measure. `matters`: codes of approval matters it attaches to; `lists`: list codes.

    `term`: how long it lasts by itself, where the source says so apart from the entry; `roles`: the persons of an
    organisation whom it reaches, where the source names them; `items`: the misconduct items of this pack that it answers,
    where the source orders it for these alone (empty: for every ground of the list).
    """

    force: Force
    departments: tuple[Text, ...] = Field(min_length=1)
    basis: tuple[MeasureBasis, ...] = ()
    matters: tuple[Code, ...] = ()
    lists: tuple[Code, ...] = ()
    domains: tuple[Code, ...] = ()
    items: tuple[Code, ...] = ()
    parts: tuple[MeasurePart, ...] = ()
    restraint: Restraint | None = None
    term: TimedRule | None = None
    roles: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _mandatory_names_a_law(self) -> Self:
        if self.force == "mandatory" and not self.basis:
            raise ValueError(f"措施 {self.code} 为强制性（mandatory），必须写明 basis（法律依据）")
        return self

    def reaches(self, kind: SubjectKind) -> int:
        """Count what reaches this kind of subject.

        A measure that reaches it as a whole counts once; where only some of its sub-items do, each of
        those counts.
        """
        if kind in self.targets:
            return 1
        return sum(kind in part.targets for part in self.parts)


class Incentive(Sourced):
    """An incentive: what good standing brings, who grants it, to whom."""

    code: Code
    label: Text
    targets: tuple[SubjectKind, ...] = Field(min_length=1)
    departments: tuple[Text, ...] = Field(min_length=1)
    force: Force = "recommended"
    basis: tuple[MeasureBasis, ...] = ()
    matters: tuple[Code, ...] = ()
    lists: tuple[Code, ...] = ()


__all__ = ["Force", "Incentive", "Measure", "MeasureBasis", "MeasurePart"]
