"""Objections about what was objected to in vain before: which one was refused, and what that means for the measures."""

from registry.models import Record
from repair.models import Objection
from repair.rules.county import county_requests
from repair.rules.lifecycle import REFUSED
from repair.selectors.governing import objection_governing
from sanctions.models import ListEntry


def objection_refused(*, record: Record | None, entry: ListEntry | None) -> Objection | None:
    """Return the newest objection or complaint about this record or entry that was found groundless; None without one."""
    return Objection.objects.filter(record=record, entry=entry, state=REFUSED).order_by("-decided_on", "-pk").first()


def again_sentence(objection: Objection) -> str:
    """Say that measures do not stand still again, and on what grounds; empty where they may, or never would."""
    rule = county_requests().repeated_objection
    if objection.repeats is None or objection.holds_measures or rule.value:
        return ""
    governing = objection_governing(record=objection.record, entry=objection.entry, on=objection.filed_on)
    own = governing.objection if governing is not None else None
    if own is None or not own.pauses_measures.value:
        return ""
    stated = (
        "您写明的新的事实或者证据，未被认可为新的事实的，措施不停止；认可的，自认可之日起暂停。"
        if objection.new_facts and objection.accepted_on is None
        else "没有认可新的事实或者证据。"
    )
    return (
        f"此前对同一信息的异议（{objection.repeats.number}）不成立，本次核查期间不再暂停惩戒措施（本县设定）；{stated}"
    )
