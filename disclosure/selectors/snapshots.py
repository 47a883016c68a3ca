"""Building the masked snapshot of an entry or a record: all that the public pages will ever show of it.

Never inside: document numbers, addresses, persons' full names, files, internal reasons of officers.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from disclosure.rules.redaction import pairs_redact, text_redact, yuan_text
from disclosure.rules.remedies import listing_repair_sentences, objection_sentences, record_repair_sentences
from registry.models import OrganizationRole, PermitDetail, PolicyVersion, Record, Subject
from registry.rules.masking import mask_person
from registry.rules.policy.wording import clause_text
from registry.selectors.calendar import calendar_current
from registry.selectors.policies import catalogue_measures, pack_of
from sanctions.models import ListEntry
from sanctions.selectors.entries import entry_ground_items

Snapshot = dict[str, Any]


def public_name(subject: Subject) -> str:
    """Return the name as the public may see it: an organisation's in full, a person's as 张*."""
    return mask_person(subject.name) if subject.is_person else subject.name


def known_person_names(subject: Subject) -> list[str]:
    """Return the names of persons that texts about `subject` may hold: its own people, now and formerly."""
    if not subject.is_person:
        return list(subject.people.values_list("person__name", flat=True).distinct())
    colleagues = OrganizationRole.objects.filter(organization__people__person=subject)
    return [subject.name, *colleagues.values_list("person__name", flat=True).distinct()]


def representatives(record: Record) -> list[str]:
    """Return the legal representative that a penalty or a permit names, who need not be on file as a person."""
    detail = getattr(record, "penalty", None) or getattr(record, "permit", None)
    return [detail.representative] if detail is not None and detail.representative else []


def entry_snapshot(entry: ListEntry, *, on: date) -> Snapshot:
    """Return the snapshot of a public list entry. Reads the case, its grounds, the pack and the measures of the day."""
    case, pack = entry.case, pack_of(entry.policy)
    return {
        "subject": _subject(entry.subject),
        "list_label": entry.list_label,
        "number": case.decision_number,
        "clause": "、".join(clause_text(pack, clause) for clause in entry.clause.split("、")),
        "policy": _policy(entry.policy),
        "facts": [],
        "reasons": reasons_redacted(entry, case.sentences),
        "grounds": entry_grounds(entry),
        "department": {"name": entry.department.name, "contact": entry.department.contact},
        "objection": objection_sentences(pack, department=entry.department.name, contact=entry.department.contact),
        "repair": entry_repair(entry),
        "measures": _measures(entry, on),
    }


def entry_grounds(entry: ListEntry) -> list[dict[str, str]]:
    """Return the records that the entry rests on as the public may see them; a withdrawn one is not shown."""
    names = _names_of(entry)
    standing = entry.grounds.exclude(record__state=Record.State.VOIDED).select_related("record__department")
    return [
        {
            "kind": ground.record.get_kind_display(),
            "number": text_redact(ground.record.number, names),
            "decided_on": _iso(ground.record.decided_on),
            "department": ground.record.department.name,
        }
        for ground in standing.order_by("record__decided_on", "pk")
    ]


def reasons_redacted(entry: ListEntry, sentences: Iterable[str]) -> list[str]:
    """Return the reasons of a listing without persons' full names."""
    names = _names_of(entry)
    return [text_redact(sentence, names) for sentence in sentences]


def _names_of(entry: ListEntry) -> list[str]:
    records = [ground.record for ground in entry.grounds.select_related("record__penalty", "record__permit")]
    return [*known_person_names(entry.subject), *(name for record in records for name in representatives(record))]


def entry_repair(entry: ListEntry) -> list[str]:
    """Return how and when this entry ends; written anew when its last day moves."""
    return listing_repair_sentences(
        pack_of(entry.policy),
        list_code=entry.list_code,
        since=entry.starts_on,
        last_day=entry.ends_on - timedelta(days=1),
        time=entry.time,
        calendar=calendar_current(),
    )


def record_snapshot(record: Record, *, last_day: date | None) -> Snapshot:
    """Return the snapshot of a penalty or a permit. `last_day`: the last day of its publication, None without end."""
    names = [*known_person_names(record.subject), *representatives(record)]
    pairs = _permit_pairs(record.permit) if record.kind == Record.Kind.PERMIT else _penalty_pairs(record)
    return {
        "subject": _subject(record.subject),
        "number": text_redact(record.number, names),
        "facts": pairs_redact(pairs, names),
        "reasons": [],
        "grounds": [],
        "department": {"name": record.department.name, "contact": record.department.contact},
        "objection": objection_sentences(None, department=record.department.name, contact=record.department.contact),
        "repair": record_repair_sentences(department=record.department.name, last_day=last_day)
        if record.kind == Record.Kind.PENALTY
        else [],
        "measures": [],
    }


def _penalty_pairs(record: Record) -> list[tuple[str, str]]:
    penalty = record.penalty
    return [
        ("违法行为类型", penalty.violation_type),
        ("违法事实", record.facts),
        ("处罚依据", penalty.basis),
        ("处罚类别", "、".join(penalty.kinds)),
        ("处罚内容", penalty.content),
        ("罚款金额", yuan_text(penalty.fine)),
        ("没收金额", yuan_text(penalty.confiscated)),
        ("暂扣或吊销证照", penalty.licence),
        ("处罚机关", penalty.authority),
    ]


def _permit_pairs(permit: PermitDetail) -> list[tuple[str, str]]:
    valid = [day.isoformat() if day else "" for day in (permit.valid_from, permit.valid_until)]
    return [
        ("许可文书名称", permit.document_name),
        ("许可类别", permit.permit_kind),
        ("许可证书名称", permit.certificate_name),
        ("许可编号", permit.certificate_number),
        ("许可内容", permit.content),
        ("有效期", f"{valid[0] or '—'} 至 {valid[1] or '长期'}" if any(valid) else ""),
        ("许可机关", permit.authority),
    ]


def _subject(subject: Subject) -> dict[str, str]:
    return {"name": public_name(subject), "kind": subject.kind, "uscc": subject.uscc or ""}


def _policy(policy: PolicyVersion) -> dict[str, str]:
    return {
        "pack": policy.pack_id,
        "hash": policy.content_hash,
        "title": policy.title,
        "number": policy.number,
        "issuer": policy.issuer,
    }


def _measures(entry: ListEntry, on: date) -> list[dict[str, Any]]:
    allowed, _ = catalogue_measures(
        pack_id=entry.pack_id,
        list_code=entry.list_code,
        domain=entry.domain,
        kind=entry.subject.kind,
        binding=True,
        on=on,
        ground_items=entry_ground_items(entry),
    )
    return [
        {"code": each.code, "label": each.label, "mandatory": each.is_mandatory, "departments": list(each.departments)}
        for each in allowed
    ]


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
