"""Public notes: what had been public was wrong and is put right; a subject was repaired."""

from datetime import date, timedelta

from django.db import transaction

from disclosure.models import Publication, PublicNote
from disclosure.rules.redaction import text_redact
from disclosure.selectors.snapshots import known_person_names, public_name
from registry.models import Account, Department, Record
from registry.rules.policy.head import SubjectKind
from registry.rules.policy.values import TimedRule
from registry.services.events import event_record
from repair.models import RepairApplication
from repair.rules.county import county_requests
from repair.selectors.governing import repair_governing
from repair.services.putting_right import PutRight
from sanctions.models import ListEntry

ONE_DAY = timedelta(days=1)
Thing = Record | ListEntry


@transaction.atomic
def correction_note(
    *, record: Record | None, done: PutRight, department: Department, actor: Account | None, on: date
) -> list[PublicNote]:
    """Say in public that a record or an entry that had been public was wrong; one note for each, none for the others.

    The note says what was done, never what the wrong content had been. Call after it has been put right.
    """
    things: list[Thing] = [*([record] if record is not None else []), *done.entries]
    return [
        _note(PublicNote.Kind.CORRECTION, thing, department, _correction_text(thing, done, on), actor, on)
        for thing in things
        if _was_public(thing, on)
    ]


def _correction_text(thing: Thing, done: PutRight, on: date) -> str:
    name = public_name(thing.subject)
    if isinstance(thing, ListEntry):
        was = "列入期限有误，已经变更" if thing.ends_on > thing.starts_on else "列入有误，已经撤销，自始不在列"
        return f"{name}曾被公示列入{thing.list_label}。经核查，{was}，自{on}起停止公示。特此更正，消除不良影响。"
    names = known_person_names(thing.subject)
    what = f"{thing.get_kind_display()}{text_redact(thing.number, names)}"
    word = "已经更正，以更正后公示的内容为准" if done.replaced_by is not None else "已经作废"
    return f"{name}曾被公示的{what}有误，经核查{word}，原公示自{on}起撤下。特此更正，消除不良影响。"


@transaction.atomic
def repair_note(*, application: RepairApplication, actor: Account | None, on: date) -> PublicNote | None:
    """Say in public that a subject was repaired, where the governing rule has it so and the matter had been public."""
    thing = application.record or application.entry
    assert thing is not None  # noqa: S101  (a request is about one of the two)
    kind: SubjectKind = "person" if application.subject.is_person else "organization"
    ground = repair_governing(record=application.record, entry=application.entry, kind=kind, on=on)
    flag = ground.rule.note_public if ground is not None and ground.rule is not None else None
    if flag is None or not flag.value or not _was_public(thing, on):
        return None
    what = thing.list_label if isinstance(thing, ListEntry) else thing.get_kind_display()
    text = f"{public_name(application.subject)}已经纠正失信行为，自{application.effective_on}起完成{what}的信用修复，不再公示和惩戒。"
    return _note(PublicNote.Kind.REPAIR, thing, application.department, text, actor, on)


@transaction.atomic
def repair_note_withdraw(*, application: RepairApplication, actor: Account | None, on: date) -> None:
    """Take down the note of a repair that was granted on false papers."""
    thing = application.record or application.entry
    assert thing is not None  # noqa: S101
    found = PublicNote.objects.select_for_update().filter(
        kind=PublicNote.Kind.REPAIR, object_kind=thing._meta.label_lower, object_id=thing.pk, visible_until__gt=on
    )
    for note in found:
        note.visible_until = max(on, note.visible_from)
        note.save_by(actor, reason="note.withdraw")
        event_record("note.withdrawn", f"撤下公告：{note.title}", obj=note, subject=note.subject, actor=actor, on=on)


def _note(
    kind: PublicNote.Kind, thing: Thing, department: Department, text: str, actor: Account | None, on: date
) -> PublicNote:
    period: TimedRule = (
        county_requests().repair_note if kind == PublicNote.Kind.REPAIR else county_requests().correction_note
    )
    note = PublicNote(
        kind=kind, subject=thing.subject, department=department, object_kind=thing._meta.label_lower,
        object_id=thing.pk, title=f"{kind.label}：{public_name(thing.subject)}"[:200], text=text[:1000],
        visible_from=on, visible_until=period.last_day(on) + ONE_DAY,
    ).save_by(actor, reason="note.open")  # fmt: skip
    event_record(
        "note.opened", f"发布{note.title}，至{note.visible_until - ONE_DAY}止", obj=note, subject=thing.subject,
        actor=actor, on=on, payload={"kind": str(kind), "object": f"{note.object_kind}:{thing.pk}"},
    )  # fmt: skip
    return note


def _was_public(thing: Thing, on: date) -> bool:
    return Publication.objects.filter(
        object_kind=thing._meta.label_lower, object_id=thing.pk, visible_from__lte=on
    ).exists()


@transaction.atomic
def publication_again(*, thing: Thing, actor: Account | None, on: date) -> Publication | None:
    """Put back up what a repair granted on false papers had taken down, for what is left of its period."""
    found = Publication.objects.select_for_update()
    for publication in found.filter(object_kind=thing._meta.label_lower, object_id=thing.pk):
        if isinstance(thing, ListEntry):
            publication.visible_until = max(thing.ends_on, publication.visible_from)
        if publication.visible_until <= on:
            return None
        publication.withdrawn_on, publication.withdraw_reason = None, ""
        publication.save_by(actor, reason="publication.restore")
        event_record(
            "publication.restored", f"修复被撤销，自{on}起恢复公示，至{publication.last_day or '另行决定'}止", obj=publication,
            subject=thing.subject, actor=actor, on=on,
        )  # fmt: skip
        return publication
    return None
