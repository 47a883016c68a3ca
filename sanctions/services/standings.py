"""Notes for the nightly job, written for many subjects at once and only where they differ.

A note that somebody else has written since the question was asked is newer, and stays.
"""
# ruff: noqa: S608

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import BigIntegerField, CharField

from registry.base.prepared import PreparedObjects, Slot
from registry.models import PolicyVersion
from sanctions.models import Standing
from sanctions.selectors.population import ANSWERS, Answers
from sanctions.selectors.statements import table


@transaction.atomic
def standings_note_answers(*, policy: PolicyVersion, on: date) -> int:
    """Note when to look again at the subjects that the question asked last (`population_ask`) could answer by itself.

    Returns how many notes were written or taken away. Asked again on the same facts and day it writes none.
    """
    standing = table(Standing)
    values: dict[str, Any] = {
        "policy": policy.pk,
        "pack": policy.pack_id,
        "on": connection.ops.adapt_datefield_value(on),
    }
    # As the question saw it: whoever has written a newer note since keeps it.
    seen = "(noted.id, noted.policy_id, noted.evaluated_on, noted.next_change_on)"
    delete = f"""
        DELETE FROM {standing} AS noted WHERE {seen} IN (
            SELECT a.standing_id, a.old_policy_id, a.old_evaluated_on, a.old_next_change_on FROM {ANSWERS} AS a
            WHERE a.wakes_on IS NULL AND a.standing_id IS NOT NULL AND a.is_loud = 0)
    """
    update = f"""
        UPDATE {standing} AS noted
        SET policy_id = %(policy)s, evaluated_on = %(on)s, next_change_on = a.wakes_on
        FROM {ANSWERS} AS a
        WHERE {seen} = (a.standing_id, a.old_policy_id, a.old_evaluated_on, a.old_next_change_on)
            AND a.is_loud = 0 AND a.wakes_on IS NOT NULL
            AND NOT (a.old_policy_id = %(policy)s AND a.old_next_change_on = a.wakes_on)
    """
    insert = f"""
        INSERT INTO {standing} (subject_id, pack_id, policy_id, evaluated_on, next_change_on)
        SELECT a.subject_id, %(pack)s, %(policy)s, %(on)s, a.wakes_on FROM {ANSWERS} AS a
        WHERE a.standing_id IS NULL AND a.is_loud = 0 AND a.wakes_on IS NOT NULL
        ON CONFLICT (subject_id, pack_id) DO NOTHING
    """
    if connection.vendor == "postgresql":
        insert = insert.replace("%(on)s", "%(on)s::date")
    with connection.cursor() as cursor:
        written = 0
        for text in (delete, update, insert):
            cursor.execute(text, values)
            written += int(cursor.rowcount)
        return written


def standings_of_quiet(answers: Answers, before: Mapping[int, Standing]) -> list[tuple[int, date | None]]:
    """Return what is to be noted of the few of whom the question alone tells: of all with an answer, and of those with a
    note who have none any more.
    """
    told: dict[int, date | None] = dict.fromkeys(before)
    told |= {answer.subject_id: answer.wakes_on for answer in answers.quiet}
    loud = set(answers.loud)
    return [(subject_id, day) for subject_id, day in told.items() if subject_id not in loud]


def standings_read(ids: Iterable[int], pack_id: str) -> dict[int, Standing]:
    """Return subject → note under a pack, to be read before the facts that a newer note rests on."""
    return {each.subject_id: each for each in _NOTED.rows(subjects=ids, pack=pack_id)}


_NOTED: Final = PreparedObjects(
    lambda: Standing.objects.filter(
        subject__pk__any_of=Slot("subjects", BigIntegerField(), many=True), pack_id=Slot("pack", CharField())
    )
)


def standings_set(days: Mapping[int, date | None], policy: PolicyVersion, *, on: date) -> None:
    """Note, of subjects (id → next day of change, None: none) evaluated under their locks, when to look again, whatever was
    noted before. Two statements at most.
    """
    waiting = {subject_id: day for subject_id, day in sorted(days.items()) if day is not None}
    if len(waiting) < len(days):
        Standing.objects.filter(
            subject__pk__any_of=[each for each in days if each not in waiting], pack_id=policy.pack_id
        ).delete()
    notes = [
        Standing(
            subject_id=subject_id, pack_id=policy.pack_id, policy_id=policy.pk, evaluated_on=on, next_change_on=day
        )
        for subject_id, day in waiting.items()
    ]
    Standing.objects.bulk_create(
        notes, update_conflicts=True, unique_fields=["subject", "pack_id"],
        update_fields=["policy", "evaluated_on", "next_change_on"],
    )  # fmt: skip


@transaction.atomic
def standings_note(
    *, answers: Iterable[tuple[int, date | None]], before: Mapping[int, Standing], policy: PolicyVersion, on: date
) -> int:
    """Note of subjects (id, next day of change) when to look at them again; `before`: the notes as read before their facts.

    Returns how many notes were written or taken away.
    """
    written, new = 0, []
    for subject_id, day in answers:
        noted = before.get(subject_id)
        content = {"policy_id": policy.pk, "next_change_on": day}
        if noted is None:
            if day is not None:
                new.append(Standing(subject_id=subject_id, pack_id=policy.pack_id, evaluated_on=on, **content))
        elif any(getattr(noted, name) != value for name, value in content.items()):
            found = Standing.objects.filter(
                pk=noted.pk, policy_id=noted.policy_id, evaluated_on=noted.evaluated_on,
                next_change_on=noted.next_change_on,
            )  # fmt: skip
            if day is None:
                written += found.delete()[0]
            else:
                written += found.update(evaluated_on=on, **content)
    if new:
        Standing.objects.bulk_create(new, ignore_conflicts=True)
    return written + len(new)
