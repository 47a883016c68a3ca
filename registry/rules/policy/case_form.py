"""The form of a policy case: a table row that officers can read and write, checked strictly."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from .errors import explain_validation
from .facts import AccidentFact, History, ListingFact, PenaltyFact, RecordFact, SubjectFacts
from .procedure import CASE_DEADLINES
from .strict_yaml import YamlError, read_yaml
from .values import Model

# A mistyped year is named as an error of form; periods counted from it would leave the calendar.
Day = Annotated[dt.date, Field(ge=dt.date(1900, 1, 1), le=dt.date(2200, 12, 31))]
PENALTY_KINDS = Literal[
    "警告",
    "通报批评",
    "罚款",
    "没收违法所得",
    "没收非法财物",
    "暂扣许可证件",
    "降低资质等级",
    "吊销许可证件",
    "限制开展生产经营活动",
    "责令停产停业",
    "责令关闭",
    "限制从业",
    "行政拘留",
    "其他",
]
Document = Literal["commitment", "fulfilment", "training", "credit-report", "public-welfare"]
Event = Literal[
    "decided_on",
    "recognised_on",
    "evidence_on",
    "reviewed_on",
    "found_on",
    "accepted_on",
    "received_on",
    "ended_on",
    "approved_on",
]
Refusal = Literal[
    "too-early",
    "not-corrected",
    "not-fulfilled",
    "no-commitment",
    "no-training",
    "no-credit-report",
    "no-public-welfare",
    "new-misconduct",
    "never",
]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


# Codes and ids may look like numbers (5, 2.10); they are text all the same.
Id = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Money = Annotated[Decimal, Field(ge=0)]


class SubjectGiven(Model):
    """`given.subject`."""

    type: Literal["organization", "person"] = "organization"
    sectors: tuple[Id, ...] = ()
    born_on: Day | None = None
    risk: Literal["low", "ordinary", "larger", "major"] | None = None
    standardisation: Annotated[Literal["1", "2", "3", "none"] | None, BeforeValidator(_as_text)] = None
    domains_blacklisted: tuple[Id, ...] = ()


class AccidentGiven(Model):
    """`accident` of a record: numbers of people; `loss` in yuan."""

    deaths: int = Field(default=0, ge=0)
    injured: int = Field(default=0, ge=0)
    loss: Money = Decimal(0)
    liable: bool = True


class PenaltyGiven(Model):
    """`penalty` of a record; `fine` in yuan."""

    kinds: tuple[PENALTY_KINDS, ...] = ()
    fine: Money | None = None
    procedure: Literal["ordinary", "summary"] = "ordinary"


class RecordGiven(Model):
    """One record: exactly one of item, accident, penalty, honour, with its dates."""

    id: Id
    item: Id | None = None
    accident: AccidentGiven | None = None
    penalty: PenaltyGiven | None = None
    honour: Id | None = None
    occurred_on: Day | None = None
    decided_on: Day | None = None
    corrected_on: Day | None = None
    fulfilled_on: Day | None = None
    voided_on: Day | None = None
    disputed_on: Day | None = None
    findings: tuple[Id, ...] = ()
    repair_class: Literal["minor", "ordinary", "serious", "specially-serious"] | None = Field(
        default=None, alias="class"
    )

    @model_validator(mode="after")
    def _one_kind_and_a_day(self) -> Self:
        kinds = [kind for kind in ("item", "accident", "penalty", "honour") if getattr(self, kind) is not None]
        if len(kinds) != 1:
            named = "、".join(kinds) if kinds else "无"
            raise ValueError(f"记录须恰好写 item、accident、penalty、honour 中的一项（现有：{named}）")
        if self.occurred_on is None and self.decided_on is None:
            raise ValueError("记录没有日期，请写明 occurred_on（事故）或 decided_on（其他）")
        return self


class ListingGiven(Model):
    """One entry on a list. `pauses`: half-open [from, to) pairs."""

    id: Id
    list_code: Id = Field(alias="list")
    published_on: Day
    grounds: tuple[Id, ...] = ()
    pauses: tuple[tuple[Day, Day], ...] = ()
    ended_on: Day | None = None
    time: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _pauses_run_forward(self) -> Self:
        for start, end in self.pauses:
            if end <= start:
                raise ValueError(f"pauses 的止日 {end} 不晚于起日 {start}，写法为 [起, 止)，止日当天不再暂停")
        return self


class Given(Model):
    """The world of a case."""

    subject: SubjectGiven = SubjectGiven()
    records: tuple[RecordGiven, ...] = ()
    listings: tuple[ListingGiven, ...] = ()
    documents: tuple[Document, ...] = ()
    events: dict[Event, Day] = {}

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [record.id for record in self.records] + [listing.id for listing in self.listings]
        doubled = sorted({each for each in ids if ids.count(each) > 1})
        if doubled:
            raise ValueError(f"id 重复：{'、'.join(doubled)}，每条记录和名单的 id 须各不相同")
        return self


class ListingExpected(Model):
    """Expected state of an entry; only what is named is compared."""

    in_force: bool | None = None
    paused: bool | None = None
    last_day: Day | None = None


class RemovalExpected(Model):
    """Expected days for applying for removal."""

    apply_from: Day | None = None
    apply_until: Day | None = None


class RepairExpected(Model):
    """Expected repair verdict."""

    allowed: bool | None = None
    earliest: Day | None = None
    refused: tuple[Refusal, ...] | None = None


class HonourExpected(Model):
    """Expected red-list verdict."""

    met: bool | None = None
    missing: tuple[Id, ...] | None = None


class MeasuresExpected(Model):
    """Expected numbers of catalogue measures."""

    organization: int | None = None
    person: int | None = None


class Expected(Model):
    """The answers that a case compares."""

    entry: dict[str, tuple[Id, ...]] | None = None
    points: int | None = None
    listing: dict[str, ListingExpected | None] | None = None
    removal: dict[str, RemovalExpected | None] | None = None
    repair: dict[str, RepairExpected | None] | None = None
    public: dict[str, bool] | None = None
    public_until: dict[str, Day | None] | None = None
    deadline: dict[Literal[CASE_DEADLINES], Day | None] | None = None  # type: ignore[valid-type]
    honour: HonourExpected | None = None
    green_channel: bool | None = None
    next_change_on: Day | None = None
    mode: Literal["binding", "internal"] | None = None
    measures: MeasuresExpected | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("没有写明任何预期，请至少写一项")
        return self


class Case(Model):
    """One policy case."""

    case: Id
    policy: Id
    on: Day
    given: Given = Given()
    expect: Expected

    def subject_facts(self) -> SubjectFacts:
        """Return the subject as the evaluator takes it."""
        given = self.given.subject
        grade = None if given.standardisation == "none" else given.standardisation
        return SubjectFacts(
            kind=given.type,
            sectors=frozenset(given.sectors),
            born_on=given.born_on,
            risk=given.risk,
            standardisation=grade,
            domains_blacklisted=frozenset(given.domains_blacklisted),
        )

    def history(self) -> History:
        """Return records, entries, documents and events as the evaluator takes them."""
        given = self.given
        return History(
            records=tuple(_record(each) for each in given.records),
            listings=tuple(_listing(each) for each in given.listings),
            documents=frozenset(given.documents),
            events=MappingProxyType({str(code): day for code, day in given.events.items()}),
        )


@dataclass(frozen=True, slots=True)
class FiledCase:
    """A case and the file it stands in."""

    file: Path
    case: Case


def _record(given: RecordGiven) -> RecordFact:
    harm, fine = given.accident, given.penalty
    return RecordFact(
        id=given.id,
        item=given.item,
        honour=given.honour,
        accident=None
        if harm is None
        else AccidentFact(deaths=harm.deaths, injured=harm.injured, loss_yuan=harm.loss, liable=harm.liable),
        penalty=None if fine is None else PenaltyFact(kinds=fine.kinds, fine_yuan=fine.fine, procedure=fine.procedure),
        occurred_on=given.occurred_on,
        decided_on=given.decided_on,
        corrected_on=given.corrected_on,
        fulfilled_on=given.fulfilled_on,
        voided_on=given.voided_on,
        disputed_on=given.disputed_on,
        findings=frozenset(given.findings),
        repair_class=given.repair_class,
    )


def _listing(given: ListingGiven) -> ListingFact:
    return ListingFact(
        id=given.id,
        list_code=given.list_code,
        published_on=given.published_on,
        grounds=given.grounds,
        pauses=given.pauses,
        ended_on=given.ended_on,
        time=given.time,
    )


def read_cases(paths: Iterable[Path]) -> tuple[list[FiledCase], list[str]]:
    """Read files, and folders with all *.yaml below them.

    Returns the cases of good form and, for the rest, Chinese sentences naming file, case and key.
    """
    found: list[FiledCase] = []
    problems: list[str] = []
    for file in _files(paths, problems):
        try:
            data = read_yaml(file.read_text(encoding="utf-8-sig"))
        except YamlError as error:
            problems.append(f"{file}：{error}")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{file}：无法读取（{error}），请检查文件和编码（应为 UTF-8）")
        else:
            found += _cases_of(file, data, problems)
    return found, problems


def _files(paths: Iterable[Path], problems: list[str]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        inside = sorted([*path.rglob("*.yaml"), *path.rglob("*.yml")]) if path.is_dir() else [path]
        if not inside:
            problems.append(f"{path}：文件夹中没有 *.yaml 文件，请核对路径")
        files += inside
    return files


def _cases_of(file: Path, data: Any, problems: list[str]) -> list[FiledCase]:
    if data is None:
        return []
    if not isinstance(data, list):
        problems.append(f"{file}：（整体）：文件应为案例的列表，每个案例以“- case:”开头")
        return []
    found = []
    for number, each in enumerate(data, start=1):
        name = each.get("case", f"第{number}个") if isinstance(each, dict) else f"第{number}个"
        try:
            case = Case.model_validate_json(json.dumps(each, ensure_ascii=False))
        except ValidationError as error:
            problems += explain_validation(f"{file}：案例“{name}”", error)
        else:
            found.append(FiledCase(file, case))
    return found
