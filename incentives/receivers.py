"""What commitments and honours do when facts change below them, in the same transaction."""

from typing import Any

from django.dispatch import receiver

from incentives.services.breaches import breach_follow
from incentives.services.honour_endings import (
    honours_follow_record,
    honours_follow_records,
    honours_follow_subject,
    honours_restore_entry,
    honours_restore_record,
    honours_strike,
)
from incentives.services.honour_merging import honours_move
from incentives.services.honours import publicities_reckon
from incentives.services.inspection_merging import inspections_move
from incentives.services.merging import commitments_move
from incentives.services.tiers import tier_mark, tiers_mark, tiers_move
from incentives.signals import honour_ended, honour_recognised, honour_restored
from registry.models import Record
from registry.signals import (
    calendar_changed,
    record_changed,
    record_confirmed,
    records_confirmed,
    subject_changed,
    subject_merging,
)
from sanctions.services.cross_checks import subject_cross_check
from sanctions.signals import entry_ended, entry_opened, entry_restored


@receiver(record_changed, dispatch_uid="incentives.breach-follow")
def on_record_changed(**kwargs: Any) -> None:
    """The record of a breach was voided or corrected."""
    if kwargs["change"] == "voided":
        breach_follow(record=kwargs["record"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(subject_merging, dispatch_uid="incentives.merge-subjects")
def on_subject_merging(**kwargs: Any) -> None:
    """Two subjects become one."""
    commitments_move(loser=kwargs["loser"], winner=kwargs["winner"], actor=kwargs["actor"], on=kwargs["on"])
    honours_move(loser=kwargs["loser"], winner=kwargs["winner"], actor=kwargs["actor"], on=kwargs["on"])
    tiers_move(loser=kwargs["loser"], winner=kwargs["winner"], on=kwargs["on"])
    inspections_move(loser=kwargs["loser"], winner=kwargs["winner"], actor=kwargs["actor"], on=kwargs["on"])


# A record put under another clause may have taken an honour wrongly before, as one that is void did.
_GIVES_BACK = frozenset({"voided", "classified", "finding"})
_TAKES = frozenset({"voided", "classified", "finding", "unrepaired"})


@receiver(record_confirmed, dispatch_uid="incentives.honours-record-confirmed")
def on_record_confirmed(**kwargs: Any) -> None:
    """A new fact may end an honour at once."""
    honours_follow_record(record=kwargs["record"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(records_confirmed, dispatch_uid="incentives.honours-records-confirmed")
def on_records_confirmed(**kwargs: Any) -> None:
    """Many new facts may end honours at once."""
    honours_follow_records(records=kwargs["records"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(record_changed, dispatch_uid="incentives.honours-record-changed")
def on_fact_changed(**kwargs: Any) -> None:
    """A fact that differs may end an honour, or give back one that it ended."""
    if kwargs["change"] in _GIVES_BACK:
        honours_restore_record(record=kwargs["record"], actor=kwargs["actor"], on=kwargs["on"])
    if kwargs["change"] in _TAKES:
        honours_follow_record(record=kwargs["record"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(subject_changed, dispatch_uid="incentives.honours-subject-changed")
def on_subject_changed(**kwargs: Any) -> None:
    """The standardisation grade, or whatever else a criterion asks for, differs."""
    honours_follow_subject(subject=kwargs["subject"], actor=kwargs["actor"], on=kwargs["on"])


@receiver([entry_opened, entry_restored], dispatch_uid="incentives.honours-strike")
def on_entry_opened(**kwargs: Any) -> None:
    """Who comes onto a black list leaves every red list with it."""
    honours_strike(entry=kwargs["entry"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(entry_ended, dispatch_uid="incentives.honours-restore")
def on_entry_ended(**kwargs: Any) -> None:
    """An entry that should never have been gives back what it took."""
    honours_restore_entry(entry=kwargs["entry"], actor=kwargs["actor"], on=kwargs["on"])


@receiver([honour_recognised, honour_ended, honour_restored], dispatch_uid="incentives.cross-check-honour")
def on_honour_changed(**kwargs: Any) -> None:
    """An honour beside a negative list is flagged at once, and the flag goes with the honour."""
    subject_cross_check(subject=kwargs["honour"].subject, actor=kwargs["actor"], on=kwargs["on"])


@receiver(calendar_changed, dispatch_uid="incentives.honours-reckon")
def on_calendar_changed(**kwargs: Any) -> None:
    """Publicity runs in working days."""
    publicities_reckon(actor=kwargs["actor"])


@receiver([record_confirmed, record_changed], dispatch_uid="incentives.tier-record")
def mark_on_record(**kwargs: Any) -> None:
    """A fact that a tier may rest on differs."""
    tier_mark(subject=kwargs["record"].subject, cause=_cause(kwargs["record"]), on=kwargs["on"])


@receiver(records_confirmed, dispatch_uid="incentives.tier-records")
def mark_on_records(**kwargs: Any) -> None:
    """Facts that tiers may rest on have come."""
    latest = {record.subject: record for record in kwargs["records"]}
    tiers_mark(causes={subject: _cause(record) for subject, record in latest.items()}, on=kwargs["on"])


def _cause(record: Record) -> str:
    return f"记录变动：{record}"


@receiver(subject_changed, dispatch_uid="incentives.tier-subject")
def mark_on_subject(**kwargs: Any) -> None:
    """Risk, standardisation or sectors differ."""
    tier_mark(subject=kwargs["subject"], cause="主体登记事项变动", on=kwargs["on"])


@receiver([entry_opened, entry_ended, entry_restored], dispatch_uid="incentives.tier-entry")
def mark_on_entry(**kwargs: Any) -> None:
    """A place on a list is taken or left."""
    tier_mark(subject=kwargs["entry"].subject, cause=f"名单变动：{kwargs['entry'].list_label}", on=kwargs["on"])


@receiver([honour_recognised, honour_ended, honour_restored], dispatch_uid="incentives.tier-honour")
def mark_on_honour(**kwargs: Any) -> None:
    """A place on a red list is taken or left."""
    tier_mark(subject=kwargs["honour"].subject, cause=f"红名单变动：{kwargs['honour'].list_label}", on=kwargs["on"])
