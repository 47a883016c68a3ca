"""Checks of up to a thousand subjects: who they are, which lists they stand on, what that means for a matter.

Rows are read as plain values, in a number of queries that does not grow with the subjects asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, F, OuterRef, Q, QuerySet, Subquery

from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.base.personal_data import lookup_hash
from registry.base.prepared import Prepared, Slot
from registry.models import Account, Subject, SubjectName
from registry.rules.names import comparable_name
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import ActivePack, CatalogueMeasure, catalogue_measures, packs_active
from registry.selectors.remembered import answers_remembered
from sanctions.models import Case, ListEntry
from sanctions.rules import checking
from sanctions.rules.checking import Asked, Key, ListedAs, key_of, verdict
from sanctions.selectors.entries import ONE_DAY, EntrySight, concerning, entry_sight, is_paused_on

_FIELDS = ("pk", "public_id", "kind", "name", "uscc", "registration_number", "organization_code", "document_hash",
           "status", "merged_into_id")  # fmt: skip
_FOLLOW_MOST = 10  # mergers after mergers
_BY_USCC = Prepared(
    lambda: Subject.objects.filter(uscc__any_of=Slot("codes", CharField(), many=True)).order_by(), _FIELDS
)
_ENTRY_FIELDS = (
    "subject_id", "public_id", "pack_id", "list_code", "list_label", "domain", "starts_on", "ends_on", "disputed_on",
    "end_reason", "paused_now", "department_name", "mode", "policy_title", "clause",
)  # fmt: skip
_ON: Any = Slot("on", DateField())


def _running() -> QuerySet[ListEntry]:
    """The entries of the asked subjects in force on the asked day. The mode is looked up by key for the few entries
    found: joined, the planner reads all cases for a batch."""
    mode = Case.objects.filter(pk=OuterRef("case_id")).values("mode")[:1]
    return (
        ListEntry.objects.filter(subject__pk__any_of=Slot("subjects", BigIntegerField(), many=True))
        .in_force(_ON)
        .annotate(
            paused_now=is_paused_on(_ON), mode=Subquery(mode), department_name=F("department__name"),
            policy_title=F("policy__title"),
        )
        .order_by("starts_on", "pk")
    )  # fmt: skip


_ENTRIES_ALL = Prepared(_running, _ENTRY_FIELDS)
_ENTRIES_OWN = Prepared(lambda: _running().filter(concerning(Slot("department", BigIntegerField()))), _ENTRY_FIELDS)


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry in force, and the measures of it that attach to the matter; none while it is paused."""

    row: Any
    measures: tuple[CatalogueMeasure, ...]
    incentives: tuple[dict[str, Any], ...]

    @property
    def last_day(self) -> date:
        """The last day in force."""
        day: date = self.row.ends_on - ONE_DAY
        return day


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer about one subject asked. `subject` is a row of plain values, None where none is meant."""

    asked: Asked
    outcome: str
    sentence: str
    subject: Any = None
    entries: tuple[CheckedEntry, ...] = ()
    note: str = ""


@dataclass(slots=True)
class _Known:
    """What was read for all questions at once."""

    by_code: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    by_hash: dict[str, Any] = field(default_factory=dict)
    by_name: dict[str, dict[int, tuple[Any, bool]]] = field(default_factory=lambda: defaultdict(dict))
    names: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    rows: dict[int, Any] = field(default_factory=dict)

    def take(self, rows: Iterable[Any]) -> None:
        """Add subjects that were read."""
        for row in rows:
            self.rows[row.pk] = row
            if row.document_hash:
                self.by_hash[row.document_hash] = row
            for code in {row.uscc, row.registration_number, row.organization_code}:
                if code:
                    self.by_code[code].append(row)

    def heir(self, row: Any) -> Any:
        """Follow mergers to the subject that stands now."""
        for _ in range(_FOLLOW_MOST):
            if row.merged_into_id is None or row.merged_into_id not in self.rows:
                return row
            row = self.rows[row.merged_into_id]
        return row


def subjects_checked(
    asked: Sequence[Asked], *, matter: str, matter_label: str, account: Account, on: date
) -> list[Checked]:
    """Answer each question in order, as far as `account` may see entries, on the day `on`."""
    keys = [key_of(each) for each in asked]
    with answers_remembered():
        known = _known(keys)
        met = [_meet(key, known) for key in keys]
        entries = _entries({row.pk: row for _, row, _ in met if row is not None}, matter, account, on)
    return [
        _checked(each, key, outcome, row, note, entries, matter_label)
        for each, key, (outcome, row, note) in zip(asked, keys, met, strict=True)
    ]


def _known(keys: Sequence[Key]) -> _Known:
    known = _Known()
    codes = {key.code for key in keys if key.kind == "uscc"}
    hashes = {lookup_hash(key.code) for key in keys if key.kind == "person"}
    older = {key.code for key in keys if key.kind == "older"}
    if codes:
        known.take(_BY_USCC.rows(codes=codes))
    if hashes:
        _read_subjects(known, Q(document_hash__any_of=hashes))
    if older:
        _read_subjects(known, Q(registration_number__any_of=older) | Q(organization_code__any_of=older))
    _read_names(known, {key.name for key in keys if key.kind == "name" and key.name})
    for _ in range(_FOLLOW_MOST):
        missing = {row.merged_into_id for row in known.rows.values() if row.merged_into_id} - set(known.rows)
        if not missing:
            break
        _read_subjects(known, Q(pk__in=missing))
    _read_own_names(known, keys)
    return known


def _read_subjects(known: _Known, condition: Q) -> None:
    known.take(Subject.objects.filter(condition).values_list(*_FIELDS, named=True))


def _read_names(known: _Known, names: set[str]) -> None:
    """Read who bears or bore these names: organisations alone."""
    if not names:
        return
    borne = SubjectName.objects.filter(normalized__any_of=names, subject__kind=Subject.Kind.ORGANIZATION)
    found = list(borne.order_by("pk").values_list("normalized", "subject_id", "ends_on"))
    missing = {subject_id for _, subject_id, _ in found} - set(known.rows)
    if missing:
        _read_subjects(known, Q(pk__in=missing))
    for name, subject_id, ends_on in found:
        is_former = ends_on is not None and known.by_name[name].get(subject_id, (None, True))[1]
        known.by_name[name][subject_id] = (known.rows[subject_id], is_former)


def _read_own_names(known: _Known, keys: Sequence[Key]) -> None:
    """Read every name of the subjects found by a code, where a name was given beside a code."""
    if any(key.code and key.name for key in keys):
        rows = SubjectName.objects.filter(subject__pk__any_of=list(known.rows)).values_list("subject_id", "normalized")
        for subject_id, name in rows:
            known.names[subject_id].add(name)


def _meet(key: Key, known: _Known) -> tuple[str, Any, str]:
    """Return outcome, subject and a note on how it was met."""
    if key.kind == "bad":
        return checking.BAD_CODE, None, "；".join(key.errors)
    if key.kind == "name":
        return _meet_name(key, known)
    if key.kind == "person" and not key.name:
        return checking.NAME_NEEDED, None, ""
    found = [known.by_hash.get(lookup_hash(key.code))] if key.kind == "person" else known.by_code.get(key.code, [])
    rows = [row for row in found if row is not None]
    if len(rows) == 1 and not key.name and rows[0].merged_into_id is None:  # by far the most questions
        return checking.FOUND, rows[0], ""
    heirs = {known.heir(row).pk: known.heir(row) for row in rows}
    if not heirs:
        return checking.UNKNOWN, None, ""
    if len(heirs) > 1:
        return checking.AMBIGUOUS, None, _bearers(heirs.values())
    row = next(iter(heirs.values()))
    if key.name and not _bears(known, [*rows, row], key.name):
        # Whoever asks about a person with a wrong name learns nothing, not even that the number is known.
        return (checking.UNKNOWN, None, "") if key.kind == "person" else (checking.NAME_DIFFERS, row, row.name)
    if rows[0].pk != row.pk:
        return checking.MERGED, row, rows[0].name
    if key.name and comparable_name(row.name) != key.name:
        return checking.FORMER_NAME, row, row.name
    return checking.FOUND, row, ""


def _bears(known: _Known, rows: Iterable[Any], name: str) -> bool:
    return any(name in known.names[row.pk] or comparable_name(row.name) == name for row in rows)


def _meet_name(key: Key, known: _Known) -> tuple[str, Any, str]:
    borne = known.by_name.get(key.name, {})
    # Who bears the name now is meant before who once bore it.
    present = [row for row, is_former in borne.values() if not is_former and row.merged_into_id is None]
    rows = present or [row for row, _ in borne.values()]
    heirs = {known.heir(row).pk: known.heir(row) for row in rows}
    if not heirs:
        return checking.UNKNOWN, None, ""
    if len(heirs) > 1:
        return checking.AMBIGUOUS, None, _bearers(heirs.values())
    row = next(iter(heirs.values()))
    if any(each.pk == row.pk for each in present):
        return checking.FOUND, row, ""
    is_merged = all(each.merged_into_id is not None for each in rows)
    return (checking.MERGED if is_merged else checking.FORMER_NAME), row, row.name


def _bearers(rows: Iterable[Any]) -> str:
    return "、".join(sorted(f"{row.name}（{row.uscc or row.registration_number or '无代码'}）" for row in rows))


def _entries(subjects: dict[int, Any], matter: str, account: Account, on: date) -> dict[int, list[CheckedEntry]]:
    found: dict[int, list[CheckedEntry]] = defaultdict(list)
    sight = entry_sight(account, on)
    if sight == EntrySight.NONE or not subjects:
        return found
    query = _ENTRIES_ALL if sight == EntrySight.ALL else _ENTRIES_OWN
    attached: set[tuple[str, str]] | None = None
    kept: dict[tuple[str, ...], tuple[tuple[CatalogueMeasure, ...], tuple[dict[str, Any], ...]]] = {}
    for row in query.rows(subjects=subjects, on=on, department=account.department_id):
        kind = subjects[row.subject_id].kind
        key = (row.pack_id, row.list_code, row.domain, kind, row.mode)
        if key not in kept:
            attached = _attached(packs_active(on), matter) if attached is None else attached
            kept[key] = _follows(row, kind, matter, attached, on)
        measures, incentives = kept[key]
        found[row.subject_id].append(CheckedEntry(row, () if row.paused_now else measures, incentives))
    return found


def _attached(packs: Iterable[ActivePack], matter: str) -> set[tuple[str, str]]:
    """Return (catalogue, code) of every measure and sub-item that attaches to the matter."""
    return {
        (active.version.pack_id, part.code)
        for active in packs
        for measure in active.pack.measures
        if matter in measure.matters
        for part in (measure, *measure.parts)
    }


def _follows(
    row: Any, kind: str, matter: str, attached: set[tuple[str, str]], on: date
) -> tuple[tuple[CatalogueMeasure, ...], tuple[dict[str, Any], ...]]:
    """Return the measures that may be ordered, and the incentives, of one list in the matter."""
    allowed, _ = catalogue_measures(
        pack_id=row.pack_id, list_code=row.list_code, domain=row.domain, kind=kind, binding=row.mode == "binding",
        on=on,
    )  # fmt: skip
    measures = [each for each in allowed if (each.catalogue.pack_id, each.code) in attached]
    return tuple(sorted(measures, key=lambda each: not each.is_mandatory)), tuple(_incentives(row, kind, matter, on))


def _incentives(row: Any, kind: str, matter: str, on: date) -> Iterable[dict[str, Any]]:
    for active in packs_active(on):
        rule = active.pack.lists_by_code.get(row.list_code)
        if active.version.pack_id != row.pack_id or rule is None or rule.polarity != "positive":
            continue
        for each in active.pack.incentives:
            is_of_list = not each.lists or row.list_code in each.lists
            if is_of_list and kind in each.targets and matter in each.matters:
                yield {"code": each.code, "label": each.label, "clause": clause_text(active.pack, each.clause)}


def _checked(
    asked: Asked, key: Key, outcome: str, row: Any, note: str, entries: dict[int, list[CheckedEntry]], matter_label: str
) -> Checked:
    if row is None:
        return Checked(asked, outcome, _unmet(asked, outcome, note), note=note)
    own = tuple(entries.get(row.pk, ()))
    name = asked.name.strip() if key.kind == "person" else row.name
    sentence = verdict(name, [_listed(each) for each in own], matter_label)
    return Checked(asked, outcome, _met(outcome, note, row) + sentence, row, own, note)


def _listed(entry: CheckedEntry) -> ListedAs:
    mandatory = sum(1 for each in entry.measures if each.is_mandatory)
    return ListedAs(
        entry.row.list_label, entry.row.starts_on, entry.last_day, entry.row.paused_now,
        entry.row.disputed_on is not None, mandatory, len(entry.measures) - mandatory,
    )  # fmt: skip


def _unmet(asked: Asked, outcome: str, note: str) -> str:
    name = asked.name.strip()
    shown = f"“{name}”" if name else f"代码“{checking.code_shown(asked.code)}”"
    return {
        checking.BAD_CODE: f"代码有误，没有核查：{note}。请对照证照更正后重新核查。",
        checking.AMBIGUOUS: f"{shown}对应多个主体：{note}。请补充统一社会信用代码后重新核查。",
        checking.NAME_NEEDED: "查询自然人须同时提供姓名和证件号码，没有核查。请补充姓名。",
        checking.UNKNOWN: f"{shown}在本平台没有登记，未查到名单信息。请核对代码或者名称；核对无误的，即为没有记录。",
    }[outcome]


def _met(outcome: str, note: str, row: Any) -> str:
    if outcome == checking.FOUND:
        return ""
    code = f"（{row.uscc}）" if row.uscc else ""
    return {
        checking.FORMER_NAME: f"所查名称为曾用名，现名为{row.name}{code}。",
        checking.MERGED: f"所查主体已合并到{row.name}{code}，以下按合并后的主体答复。",
        checking.NAME_DIFFERS: f"代码与名称不符：该代码属于{row.name}{code}，请核对申请人身份。以下按代码答复。",
    }[outcome]
