"""Whether a record or an entry may be repaired on a day, the first possible day, and what stands against
it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from registry.rules.accidents import Grade

from .facts import History, ListingFact, RecordFact, SubjectFacts
from .head import SubjectKind
from .procedure import RepairRule
from .publication import class_term, repair_class
from .schema import Pack
from .standing import listing_state

Day = dt.date
_ONE_DAY = dt.timedelta(days=1)

REFUSALS = {
    "too-early": "最短期限未满",
    "not-corrected": "失信行为尚未纠正或不良影响尚未消除",
    "not-fulfilled": "处罚决定规定的义务尚未履行",
    "no-commitment": "未提交信用承诺书",
    "no-training": "未提交信用修复培训证明",
    "no-credit-report": "未提交信用报告",
    "no-public-welfare": "未提交参与公益活动的证明",
    "new-misconduct": "期间又有新的失信记录",
    "never": "依规定不予修复",
}
_DOCUMENT_REFUSALS = {
    "commitment": "no-commitment",
    "training": "no-training",
    "credit-report": "no-credit-report",
    "public-welfare": "no-public-welfare",
}


@dataclass(frozen=True, slots=True)
class RepairVerdict:
    """`earliest`: first day on the time condition alone, None for never; `refused`: codes of `REFUSALS`."""

    allowed: bool
    earliest: Day | None
    refused: tuple[str, ...]
    clause: str


def repair_verdicts(pack: Pack, subject: SubjectFacts, history: History, on: Day) -> dict[str, RepairVerdict]:
    """Judge repair of every entry and record of the history that the pack's repair rules reach."""
    found: dict[str, RepairVerdict] = {}
    for listing in history.listings:
        rule = repair_rule(pack, "listing", subject.kind, listing.list_code)
        if rule is not None:
            found[listing.id] = _listing_verdict(pack, rule, listing, history, on)
    for record in history.records:
        if not record.exists_on(on) or record.penalty is None or record.decided_on is None:
            continue
        rule = repair_rule(pack, "record", subject.kind, record_class=repair_class(pack, record, subject))
        if rule is not None:
            found[record.id] = _record_verdict(pack, rule, record, subject, history, on)
    return found


def repair_rule(
    pack: Pack, of: str, kind: SubjectKind, list_code: str = "", record_class: str | None = None
) -> RepairRule | None:
    """Return the first rule for a record, or for an entry on a list, of this kind of subject; None without one.

    `record_class`: the record's repair class; None asks for a rule for any class.
    """
    return next((rule for rule in pack.repair if _fits(rule, of, kind, list_code, record_class)), None)


def _fits(rule: RepairRule, of: str, kind: SubjectKind, list_code: str, record_class: str | None) -> bool:
    if rule.of != of or kind not in rule.kinds:
        return False
    if of == "record":
        return not rule.classes or record_class is None or record_class in rule.classes
    return not rule.lists or list_code in rule.lists


def _listing_verdict(pack: Pack, rule: RepairRule, listing: ListingFact, history: History, on: Day) -> RepairVerdict:
    existing = tuple(record for record in history.records if record.exists_on(on))
    grounds = [record for record in existing if record.id in listing.grounds]
    findings = {finding for record in grounds for finding in record.findings}
    if findings & set(rule.never_findings):
        return RepairVerdict(False, None, ("never",), rule.clause)
    earliest = listing.published_on
    waits = [wait for wait in rule.waits if wait.time <= listing.time]
    if waits:
        earliest = max(waits, key=lambda wait: wait.time).last_day(listing.published_on) + _ONE_DAY
    refused = ["too-early"] if on < earliest else []
    refused += _unmet(pack, rule, grounds, history, listing.published_on, on)
    # An entry that has ended leaves nothing to repair.
    in_force = listing_state(pack, listing, existing, on).in_force
    return RepairVerdict(in_force and not refused, earliest, tuple(refused), rule.clause)


def unmet_conditions(pack: Pack, rule: RepairRule, listing: ListingFact, history: History, on: Day) -> list[str]:
    """Return the codes of a rule's conditions that an entry does not meet on `on`, its waits left aside."""
    grounds = [record for record in history.records if record.id in listing.grounds and record.exists_on(on)]
    return _unmet(pack, rule, grounds, history, listing.published_on, on)


def _record_verdict(
    pack: Pack, rule: RepairRule, record: RecordFact, subject: SubjectFacts, history: History, on: Day
) -> RepairVerdict:
    assert record.decided_on is not None  # noqa: S101  (the caller leaves out undecided records)
    term = class_term(pack, record, subject)
    never = record.findings & set(rule.never_findings) or (term is not None and not term.repairable)
    classed = pack.publication.records is not None and bool(pack.publication.records.classes)
    if never or (classed and term is None and repair_class(pack, record, subject) is not None):
        return RepairVerdict(False, None, ("never",), rule.clause)
    earliest = record.decided_on
    if term is not None and term.least is not None:
        earliest = term.least.last_day(record.decided_on) + _ONE_DAY
    refused = ["too-early"] if on < earliest else []
    refused += _unmet(pack, rule, [record], history, record.decided_on, on)
    return RepairVerdict(not refused, earliest, tuple(refused), rule.clause)


def _unmet(
    pack: Pack, rule: RepairRule, grounds: Sequence[RecordFact], history: History, since: Day, on: Day
) -> list[str]:
    refused = []
    stood_in_for = {each.stands_for for each in rule.substitutes if each.document in history.documents}
    for condition in rule.conditions:
        if condition in stood_in_for:
            continue
        if condition == "corrected" and not all(_done(record.corrected_on, on) for record in grounds):
            refused.append("not-corrected")
        elif (
            condition == "fulfilled"
            and "fulfilment" not in history.documents
            and not all(_done(record.fulfilled_on, on) for record in grounds)
        ):
            refused.append("not-fulfilled")
        elif condition in _NEW_MISCONDUCT and any(
            _NEW_MISCONDUCT[condition](pack, record) for record in _later(grounds, history, since, on)
        ):
            refused.append("new-misconduct")
        elif condition in _DOCUMENT_REFUSALS and condition not in history.documents:
            refused.append(_DOCUMENT_REFUSALS[condition])
    return refused


def _done(day: Day | None, on: Day) -> bool:
    return day is not None and day <= on


def _later(grounds: Sequence[RecordFact], history: History, since: Day, on: Day) -> list[RecordFact]:
    """Return the adverse records that came after `since` and are not grounds themselves."""
    known = {record.id for record in grounds}
    return [
        record
        for record in history.records
        if record.is_adverse
        and record.id not in known
        and record.exists_on(on)
        and record.counts_on is not None
        and record.counts_on > since
    ]


def _is_serious(pack: Pack, record: RecordFact) -> bool:
    """Tell whether a record is grave: an item graded serious, or a liable accident above ordinary."""
    item = pack.items_by_code.get(record.item) if record.item else None
    if item is not None and item.severity == "serious":
        return True
    return record.accident is not None and record.accident.liable and record.accident.grade > Grade.ORDINARY


def _is_any(_pack: Pack, _record: RecordFact) -> bool:
    return True


_NEW_MISCONDUCT = {"no-new-misconduct": _is_any, "no-new-serious-misconduct": _is_serious}
