"""Notes for the nightly job, written for many subjects at once and only where they differ.

A note that somebody else has written since the question was asked is newer, and stays.
"""
# ruff: noqa: S608

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import BigIntegerField, CharField

from registry.base.bulk import parts
from registry.base.prepared import PreparedObjects, Slot
from registry.models import PolicyVersion
from sanctions.models import Standing
from sanctions.selectors.population import ANSWERS, Answers, planned
from sanctions.selectors.statements import table

_TOGETHER: Final = 500  # notes a statement


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
    with transaction.atomic(), connection.cursor() as cursor, planned(cursor, are_few=True):
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
    new: list[Standing] = []
    gone: list[Standing] = []
    moved: list[tuple[Standing, date]] = []
    for subject_id, day in answers:
        noted = before.get(subject_id)
        if noted is None:
            if day is not None:
                new.append(
                    Standing(subject_id=subject_id, pack_id=policy.pack_id, policy_id=policy.pk, evaluated_on=on,
                             next_change_on=day)
                )  # fmt: skip
        elif day is None:
            gone.append(noted)
        elif (noted.policy_id, noted.next_change_on) != (policy.pk, day):
            moved.append((noted, day))
    if new:
        Standing.objects.bulk_create(new, ignore_conflicts=True)
    return _take_away(gone) + _move(moved, policy, on) + len(new)


def _take_away(gone: Sequence[Standing]) -> int:
    written = 0
    with connection.cursor() as cursor:
        for part in parts(gone, _TOGETHER):
            text, params = _given([_seen(each) for each in part])
            cursor.execute(
                f"DELETE FROM {table(Standing)} WHERE (id, policy_id, evaluated_on, next_change_on) IN ({text})", params
            )
            written += cursor.rowcount
    return written


def _move(moved: Sequence[tuple[Standing, date]], policy: PolicyVersion, on: date) -> int:
    written, today = 0, connection.ops.adapt_datefield_value(on)
    with connection.cursor() as cursor:
        for part in parts(moved, _TOGETHER):
            text, params = _given([(*_seen(noted), connection.ops.adapt_datefield_value(day)) for noted, day in part])
            # Unnamed columns are called alike by both databases.
            cursor.execute(
                f"""UPDATE {table(Standing)} AS noted
                SET policy_id = %s, evaluated_on = %s, next_change_on = given.column5 FROM ({text}) AS given
                WHERE noted.id = given.column1 AND noted.policy_id = given.column2
                    AND noted.evaluated_on = given.column3 AND noted.next_change_on = given.column4""",
                [policy.pk, today, *params],
            )
            written += cursor.rowcount
    return written


def _seen(noted: Standing) -> tuple[Any, ...]:
    """A note as it was read: whoever has written a newer one since keeps it."""
    days = (connection.ops.adapt_datefield_value(day) for day in (noted.evaluated_on, noted.next_change_on))
    return (noted.pk, noted.policy_id, *days)


def _given(rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    row = f"({', '.join(['%s'] * len(rows[0]))})"
    return f"VALUES {', '.join([row] * len(rows))}", [value for each in rows for value in each]
