"""Running policy cases: evaluate, compare what is expected, say what differs."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from registry.rules.calendar import WorkingCalendar

from .case_form import Case, Expected
from .evaluate import evaluate
from .evaluation import Evaluation
from .loader import PackLibrary
from .schema import Pack
from .values import Model


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The outcome of one case; `differences`: one text `<key>: expected … got …` each, empty when it passed."""

    case: Case
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything expected came true."""
        return not self.differences

    @property
    def line(self) -> str:
        """The line to print."""
        if self.passed:
            return f"ok   {self.case.policy}  {self.case.case}"
        return f"FAIL {self.case.policy}  {self.case.case}: {'; '.join(self.differences)}"


def run_case(library: PackLibrary, case: Case, calendar: WorkingCalendar) -> CaseResult:
    """Evaluate one case against the library and compare only what it names."""
    if case.policy not in library:
        return CaseResult(case, (f"policy: expected one of {', '.join(library)} got {case.policy}",))
    loaded = library[case.policy]
    unknown = _unknown_codes(loaded.pack, case)
    if unknown:
        return CaseResult(case, tuple(unknown))
    measures = [measure for _, measure in library.measures_of(case.policy)]
    evaluation = evaluate(loaded, case.subject_facts(), case.history(), case.on, calendar, measures=measures)
    return CaseResult(case, tuple(_differences(case.expect, evaluation)))


def _unknown_codes(pack: Pack, case: Case) -> list[str]:
    """Find misspelt items and lists: a pack that has such codes must know those of the case."""
    found = []
    for record in case.given.records:
        if record.item is not None and pack.items and record.item not in pack.items_by_code:
            found.append(f"given.records.{record.id}.item: expected an item of the pack got {record.item}")
    for listing in case.given.listings:
        if pack.lists and listing.list_code not in pack.lists_by_code:
            found.append(
                f"given.listings.{listing.id}.list: expected one of {', '.join(pack.lists_by_code)} "
                f"got {listing.list_code}"
            )
    return found


_ANSWERS: dict[str, Callable[[Evaluation], Any]] = {
    "entry": lambda evaluation: evaluation.entry,
    "points": lambda evaluation: evaluation.points,
    "listing": lambda evaluation: evaluation.listings,
    "removal": lambda evaluation: evaluation.removal,
    "repair": lambda evaluation: evaluation.repair,
    "public": lambda evaluation: evaluation.public,
    "public_until": lambda evaluation: evaluation.public_until,
    "deadline": lambda evaluation: {code: due.on for code, due in evaluation.deadlines.items()},
    "honour": lambda evaluation: evaluation.honour,
    "green_channel": lambda evaluation: evaluation.green_channel,
    "next_change_on": lambda evaluation: evaluation.next_change_on,
    "mode": lambda evaluation: evaluation.mode,
    "measures": lambda evaluation: evaluation.measures,
}


def _differences(expect: Expected, evaluation: Evaluation) -> list[str]:
    found: list[str] = []
    for key in Expected.model_fields:
        if key not in expect.model_fields_set:
            continue
        expected, got = getattr(expect, key), _ANSWERS[key](evaluation)
        if key == "entry":
            if _as_sets(expected) != _as_sets(got):
                found.append(_difference(key, expected, got))
        else:
            found += _compare(key, expected, got)
    return found


def _as_sets(entry: Mapping[str, tuple[str, ...]] | None) -> dict[str, frozenset[str]] | None:
    return None if entry is None else {code: frozenset(ids) for code, ids in entry.items()}


def _compare(path: str, expected: Any, got: Any) -> list[str]:
    """Compare only what the expectation names: mappings key by key, lists without order."""
    if isinstance(expected, Model):
        expected = {name: getattr(expected, name) for name in expected.model_fields_set}
    if is_dataclass(got) and not isinstance(got, type):
        got = {name: getattr(got, name) for name in got.__slots__} if hasattr(got, "__slots__") else asdict(got)
    if isinstance(expected, dict):
        if not isinstance(got, Mapping):
            return [_difference(path, expected, got)]
        return [each for key, value in expected.items() for each in _compare(f"{path}.{key}", value, got.get(key))]
    if isinstance(expected, tuple) and isinstance(got, tuple):
        return [] if sorted(expected) == sorted(got) else [_difference(path, expected, got)]
    return [] if expected == got else [_difference(path, expected, got)]


def _difference(path: str, expected: Any, got: Any) -> str:
    return f"{path}: expected {_shown(expected)} got {_shown(got)}"


def _shown(value: Any) -> str:
    if isinstance(value, Model):
        return _shown({name: getattr(value, name) for name in value.model_fields_set})
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_shown(each) for each in value) + "]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
