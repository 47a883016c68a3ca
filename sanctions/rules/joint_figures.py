"""Figures of joint action in a period: how departments responded, how fast, and with what effect. No database, no clock.

Counted by what was asked in the period (派发日在期间内) and where it stood at the end of the day `as_of`; effects by the day
of the feedback. Response time: working days from the day after the dispatch to the day of the answer, less the days on
which the clock stood.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Self

from registry.rules.calendar import WorkingCalendar

IN_TIME: Final = "in-time"
LATE: Final = "late"
WAITING: Final = "waiting"
OVERDUE: Final = "overdue"
LAPSED: Final = "lapsed"

OUTCOMES: Final = {
    IN_TIME: "按期办理",
    LATE: "逾期办理",
    WAITING: "未到期",
    OVERDUE: "逾期未办",
    LAPSED: "期限撤销",
}

# What a department is asked to do: key of the figures, its label.
ASKS: Final = {"answer": "反馈落实", "pause": "确认暂停", "resumption": "确认恢复", "ending": "确认解除"}

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """One thing asked of a department. `over_on`: first day on which its entry is no longer in force, for asks that end
    with it. `stood`: periods `[from, until)` in which the clock stood, `until` None while it stands."""

    starts_on: date
    due_on: date
    met_on: date | None
    cancelled_on: date | None
    over_on: date | None = None
    stood: tuple[tuple[date, date | None], ...] = ()

    def outcome(self, as_of: date) -> str:
        """Return which of `OUTCOMES` holds at the end of the day `as_of`."""
        if self.met_on is not None and self.met_on <= as_of:
            return IN_TIME if self.met_on <= self.due_on or self._stood_when_due(self.met_on) else LATE
        if any(day is not None and day <= as_of for day in (self.cancelled_on, self.over_on)):
            return LAPSED
        return OVERDUE if self.due_on < as_of and not self._stood_when_due(as_of) else WAITING

    def _stood_when_due(self, on: date) -> bool:
        """Whether the clock stood on the day `on`, and had come to stand before the time was over."""
        return any(
            begin <= min(on, self.due_on) and (end is None or on < end) for begin, end in self.stood
        )  # fmt: skip

    def days_used(self, calendar: WorkingCalendar) -> int:
        """Return the working days to the answer. Raises ValueError where there is none."""
        if self.met_on is None:
            raise ValueError("not answered")
        stood = 0
        for begin, end in self.stood:
            last = min(end - _ONE_DAY, self.met_on) if end is not None else self.met_on
            if last >= begin:
                stood += calendar.between(begin - _ONE_DAY, last)
        return max(calendar.between(self.starts_on, self.met_on) - stood, 0)


@dataclass
class Response:
    """How things asked were answered. `days`: working days of all answers together."""

    asked: int = 0
    in_time: int = 0
    late: int = 0
    waiting: int = 0
    overdue: int = 0
    lapsed: int = 0
    days: int = 0

    def add(self, each: Asked, number: int, as_of: date, calendar: WorkingCalendar) -> None:
        """Count `number` like things."""
        outcome = each.outcome(as_of)
        self.count(outcome, number, number * each.days_used(calendar) if outcome in (IN_TIME, LATE) else 0)

    def count(self, outcome: str, number: int, days: int) -> None:
        """Count `number` things of one outcome; `days`: working days to their answers together, 0 where there is none."""
        self.asked += number
        name = outcome.replace("-", "_")
        setattr(self, name, getattr(self, name) + number)
        self.days += days

    @property
    def answered(self) -> int:
        """How many were answered, in time or late."""
        return self.in_time + self.late

    @property
    def rate(self) -> Decimal | None:
        """响应率: answered of those still owed an answer, percent with one decimal; None where nothing was."""
        return _percent(self.answered, self.asked - self.lapsed)

    @property
    def punctual_rate(self) -> Decimal | None:
        """按期率: in time of those answered or overdue, percent with one decimal."""
        return _percent(self.in_time, self.answered + self.overdue)

    @property
    def mean_days(self) -> Decimal | None:
        """平均响应时间: working days an answer took, one decimal; None where nothing was answered."""
        return _tenth(Decimal(self.days) / self.answered) if self.answered else None


def _percent(part: int, whole: int) -> Decimal | None:
    return _tenth(Decimal(part * 100) / whole) if whole else None


def _tenth(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass
class Effect:
    """What departments reported in the period. `amount`: yuan; `cases`: matters handled."""

    carried_out: int = 0
    refused: int = 0
    amount: Decimal = Decimal(0)
    cases: int = 0


@dataclass
class Row:
    """The figures of one department or one measure."""

    code: str
    label: str
    asks: dict[str, Response] = field(default_factory=lambda: {ask: Response() for ask in ASKS})
    effect: Effect = field(default_factory=Effect)

    @property
    def answer(self) -> Response:
        """How the tasks themselves were answered."""
        return self.asks["answer"]

    @property
    def others(self) -> list[tuple[str, Response]]:
        """The other asks that occurred, with their labels."""
        return [(ASKS[ask], each) for ask, each in self.asks.items() if ask != "answer" and each.asked]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        effect = {"carried_out": self.effect.carried_out, "refused": self.effect.refused,
                  "amount": str(self.effect.amount), "cases": self.effect.cases}  # fmt: skip
        asks = {ask: {each.name: getattr(response, each.name) for each in fields(Response)}
                for ask, response in self.asks.items()}  # fmt: skip
        return {"code": self.code, "label": self.label, "asks": asks, "effect": effect}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the row that `to_dict` told."""
        effect = data["effect"]
        return cls(
            data["code"], data["label"], {ask: Response(**data["asks"].get(ask, {})) for ask in ASKS},
            Effect(effect["carried_out"], effect["refused"], Decimal(effect["amount"]), effect["cases"]),
        )  # fmt: skip


@dataclass
class Figures:
    """The figures of `[first, last]` as they stood at the end of the day `as_of`."""

    first: date
    last: date
    as_of: date
    total: Row
    departments: list[Row]
    measures: list[Row]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "first": self.first.isoformat(), "last": self.last.isoformat(), "as_of": self.as_of.isoformat(),
            "total": self.total.to_dict(), "departments": [row.to_dict() for row in self.departments],
            "measures": [row.to_dict() for row in self.measures],
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the figures that `to_dict` told."""
        first, last, as_of = (date.fromisoformat(data[name]) for name in ("first", "last", "as_of"))
        return cls(
            first, last, as_of, Row.from_dict(data["total"]), [Row.from_dict(row) for row in data["departments"]],
            [Row.from_dict(row) for row in data["measures"]],
        )  # fmt: skip


_ASK_NAMES: Final = {
    "asked": "派发", "in_time": "按期办理", "late": "逾期办理", "waiting": "未到期", "overdue": "逾期未办", "lapsed": "期限撤销",
    "days": "响应工作日合计",
}  # fmt: skip
_EFFECT_NAMES: Final = {"carried_out": "落实", "refused": "不予采取", "amount": "金额（元）", "cases": "事项（件）"}


@dataclass(frozen=True)
class Difference:
    """A figure that is otherwise by what is known now."""

    where: str
    what: str
    kept: str
    now: str


def differences(kept: Figures, now: Figures) -> list[Difference]:
    """Return what later facts make of the figures of the same period and day; the kept figures stay as they are."""
    found = _row_differences("合计", kept.total, now.total)
    for old, new in ((kept.departments, now.departments), (kept.measures, now.measures)):
        befores, afters = _by_code(old), _by_code(new)
        for code in dict.fromkeys([*befores, *afters]):
            before = befores.get(code) or Row(code, afters[code].label)
            after = afters.get(code) or Row(code, before.label)
            found += _row_differences(before.label, before, after)
    return found


def _by_code(rows: Iterable[Row]) -> dict[str, Row]:
    return {row.code: row for row in rows}


def _row_differences(where: str, kept: Row, now: Row) -> list[Difference]:
    pairs = [
        (f"{ASKS[ask]}：{label}", getattr(kept.asks[ask], name), getattr(now.asks[ask], name))
        for ask in ASKS
        for name, label in _ASK_NAMES.items()
    ]
    pairs += [(label, getattr(kept.effect, name), getattr(now.effect, name)) for name, label in _EFFECT_NAMES.items()]
    return [Difference(where, what, str(before), str(after)) for what, before, after in pairs if before != after]
