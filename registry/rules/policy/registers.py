"""Clause registers: every clause of a source document in its order, in short words, as a strict YAML file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from .errors import FormError, explain_validation
from .strict_yaml import YamlError, read_yaml
from .values import Model, Text


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


# A clause may look like a number (6); it is text all the same.
ClauseCode = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]


class RegisterError(FormError):
    """Clause registers cannot be read."""


class RegisterClause(Model):
    """One clause. `out`: why no value of the pack stands for it."""

    clause: ClauseCode
    says: Text
    out: str = ""


class Register(Model):
    """The clauses of one source document."""

    pack: Text
    document: Text
    clauses: tuple[RegisterClause, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _clauses_are_unique(self) -> Self:
        codes = [each.clause for each in self.clauses]
        doubled = sorted({code for code in codes if codes.count(code) > 1})
        if doubled:
            raise ValueError(f"clauses 中条款重复：{'、'.join(doubled)}，每条只写一行")
        return self


@dataclass(frozen=True, slots=True)
class _File:
    path: Path

    def read(self) -> Register:
        try:
            data = read_yaml(self.path.read_text(encoding="utf-8"))
        except YamlError as error:
            raise RegisterError([f"{self.path.name}：{error}"]) from error
        except (OSError, UnicodeDecodeError) as error:
            raise RegisterError([f"{self.path.name}：无法读取（{error}），请检查文件和编码（应为 UTF-8）"]) from error
        try:
            register = Register.model_validate_json(json.dumps(data, ensure_ascii=False))
        except ValidationError as error:
            raise RegisterError(explain_validation(self.path.name, error)) from error
        if register.pack != self.path.stem:
            raise RegisterError([f"{self.path.name}：pack：写的是“{register.pack}”，应与文件名相同，请改正其中之一"])
        return register


def read_registers(folder: Path) -> Mapping[str, Register]:
    """Read every *.yaml of a folder, by pack id. Raises RegisterError with every problem of every file."""
    if not folder.is_dir():
        raise RegisterError([f"{folder}：不是文件夹，请给出存放条款登记的文件夹"])
    found: dict[str, Register] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            register = _File(path).read()
        except RegisterError as error:
            problems += error.problems
        else:
            found[register.pack] = register
    if problems:
        raise RegisterError(problems)
    return found
