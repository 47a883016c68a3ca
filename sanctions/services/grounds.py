"""What happens to list entries when the facts below them change: nobody stays listed on a withdrawn record unnoticed.

An entry ends only by an officer's decision; so the deciding department is told at once, and the entry's page keeps
saying so for as long as it is true.
"""

from datetime import date

from django.db import transaction

from registry import clock
from registry.models import Account, Record, Subject
from registry.services.events import event_record
from registry.services.notices import notice_queue
from sanctions import signals
from sanctions.models import EntryGround, ListEntry
from sanctions.selectors.basis import GROUNDS_CHANGED, EntryBasis, entry_basis, is_told_groundless


@transaction.atomic
def grounds_follow(*, record: Record, change: str, actor: Account | None, on: date) -> list[ListEntry]:
    """Follow a record that was voided, corrected or judged anew; return the entries of which officers were told.

    Call with the record's subject locked. A corrected record takes the place of the old one in every entry, ended ones
    too: it is the same fact, and must not support a second listing. Of entries in force the department that decided is
    told when a ground is void or the conditions are not met any more.
    """
    entries = ListEntry.objects.filter(grounds__record=record).select_related("subject", "department", "case__parent")
    found = list(entries.order_by("pk"))
    successor = Record.objects.filter(corrects=record).exclude(state=Record.State.VOIDED).first()
    if record.state == Record.State.VOIDED and successor is not None:
        for entry in found:
            EntryGround.objects.get_or_create(entry=entry, record=successor)
    told = []
    for entry in found:
        if entry.ends_on <= on:
            continue
        basis = entry_basis(entry, on)
        # Who was told that the conditions are gone is told, too, when they are met again.
        if change != "voided" and basis.stands and not is_told_groundless(entry):
            continue
        what = _what(record, change, successor)
        _tell(entry, basis, what, actor, on)
        told.append(entry)
    return told


@transaction.atomic
def entries_follow_person(*, subject: Subject, actor: Account | None, on: date) -> list[ListEntry]:
    """Tell of entries in force of a person whose date of birth, as now known, forbids them, or forbids them no more;
    each entry once."""
    told: list[ListEntry] = []
    if not subject.is_person:
        return told
    running = ListEntry.objects.filter(subject=subject, ends_on__gt=on).select_related("department", "case__parent")
    for entry in running:
        entry.subject = subject
        basis = entry_basis(entry, on)
        if basis.stands != is_told_groundless(entry):
            continue
        _tell(entry, basis, f"{subject.name}的主体信息有变更", actor, on)
        told.append(entry)
    return told


def _what(record: Record, change: str, successor: Record | None) -> str:
    if change != "voided":
        return f"作为依据的“{record}”的归类或者认定有变更"
    if successor is not None:
        return f"作为依据的“{record}”已更正为“{successor}”"
    return f"作为依据的“{record}”已作废：{record.void_reason}"


def _tell(entry: ListEntry, basis: EntryBasis, what: str, actor: Account | None, on: date) -> None:
    verdict = (
        "按其余依据仍符合列入条件，请核对公示内容，并决定是否更正。"
        if basis.stands
        else f"列入条件现在不再具备：{''.join(basis.sentences)}请立即核查，依法撤销或者更正该条目。"
    )
    event_record(
        GROUNDS_CHANGED, f"{what}。{verdict}"[:500], obj=entry, subject=entry.subject, actor=actor, on=on,
        payload={"stands": basis.stands, "voided": [record.pk for record in basis.voided], "what": what},
    )  # fmt: skip
    notice_queue(
        GROUNDS_CHANGED,
        title=f"在列条目的依据有变化：{entry.subject.name}（{entry.list_label}）",
        body=f"{entry.subject.name}自{entry.starts_on}起列入{entry.list_label}。{what}。{verdict}",
        at=clock.now(),
        obj=entry,
        department=entry.department,
    )
    signals.entry_grounds_changed.send(sender=ListEntry, entry=entry, basis=basis, actor=actor, on=on)
