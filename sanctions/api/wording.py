"""How rows of the lists are told over the API: plain dicts, dates inclusive, persons masked."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from registry.models import Subject
from registry.rules.identifiers import normalize_code
from registry.rules.masking import mask_person
from sanctions.models import ListEntry
from sanctions.rules.checking import Asked, code_shown
from sanctions.selectors.checks import Checked, CheckedEntry
from sanctions.selectors.enjoying import Enjoyed, Graded
from sanctions.selectors.entries import ONE_DAY


def subject_ref(row: Any) -> dict[str, Any]:
    """Tell who it is. `row`: a subject, or a row of its values."""
    is_person = row.kind == Subject.Kind.PERSON
    return {
        "id": row.public_id,
        "kind": row.kind,
        "name": mask_person(row.name) if is_person else row.name,
        "code": row.uscc or "",
    }


def asked_told(asked: Asked, *, is_organization: bool) -> dict[str, str]:
    """Give back what was asked; masked where it may be an identity number, that is unless it met an organisation."""
    told = {"code": normalize_code(asked.code) if is_organization else code_shown(asked.code)}
    told["name"] = asked.name.strip()
    return {name: value for name, value in told.items() if value}


def term_start(entry: Any) -> date | None:
    """Return the day that an entry's last day is counted from; None where something else ended it, which has no term.
    `entry`: an entry, or a row of its values."""
    start: date = entry.starts_on
    return start if entry.end_reason == ListEntry.EndReason.TERM else None


def entry_told(entry: ListEntry, *, is_paused: bool) -> dict[str, Any]:
    """Tell one entry."""
    return {
        "id": entry.public_id, "list": entry.list_code, "label": entry.list_label, "policy": entry.pack_id,
        "policy_title": entry.policy.title, "clause": entry.clause, "department": entry.department.name,
        "since": entry.starts_on, "until": entry.ends_on - ONE_DAY, "until_basis_on": term_start(entry),
        "is_disputed": entry.disputed_on is not None, "is_paused": is_paused,
    }  # fmt: skip


def checked_told(each: Checked, enjoyed: Sequence[Enjoyed], graded: Graded | None) -> dict[str, Any]:
    """Tell the answer about one subject asked, what it `enjoyed` in the matter, and its tier."""
    is_organization = each.subject is not None and each.subject.kind == Subject.Kind.ORGANIZATION
    return {
        "asked": asked_told(each.asked, is_organization=is_organization),
        "outcome": each.outcome,
        "sentence": each.sentence,
        "is_listed": bool(each.entries),
        "subject": subject_ref(each.subject) if each.subject is not None else None,
        "entries": [_checked_entry(entry) for entry in each.entries],
        "green_channel": any(one.kind == "green-channel" for one in enjoyed),
        "missing_papers": any(one.missing_papers for one in enjoyed),
        "enjoys": [
            {"kind": one.kind, "code": one.code, "label": one.label, "basis": one.basis, "why": one.why,
             "until": one.until, "missing_papers": one.missing_papers}
            for one in enjoyed
        ],
        "tier": graded and {
            "code": graded.code, "label": graded.label, "is_pending": graded.is_pending, "since": graded.since,
            "effect": graded.effect, "basis": graded.basis,
        },
    }  # fmt: skip


def _checked_entry(entry: CheckedEntry) -> dict[str, Any]:
    row = entry.row
    return {
        "id": row.public_id, "list": row.list_code, "label": row.list_label, "policy": row.pack_id,
        "policy_title": row.policy_title, "clause": row.clause, "department": row.department_name,
        "since": row.starts_on, "until": entry.last_day, "until_basis_on": term_start(row), "is_disputed": row.disputed_on is not None,
        "is_paused": row.paused_now,
        "measures": [
            {"catalogue": each.catalogue.pack_id, "code": each.code, "label": each.label,
             "force": "mandatory" if each.is_mandatory else "recommended", "legal_basis": each.legal_basis,
             "clause": each.clause, "departments": each.departments}
            for each in entry.measures
        ],
        "incentives": entry.incentives,
    }  # fmt: skip
