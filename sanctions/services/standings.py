"""Notes for the nightly job, written for many subjects at once and only where they differ.

A note that somebody else has written since the question was asked is newer, and stays.
"""
# ruff: noqa: S608

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection, transaction

from registry.models import PolicyVersion
from registry.rules.policy.evaluation import Evaluation
from sanctions.models import Standing
from sanctions.selectors.population import ANSWERS, Answer
from sanctions.selectors.statements import table

_SAME = "IS NOT DISTINCT FROM"


@transaction.atomic
def standings_note_answers(*, policy: PolicyVersion, on: date) -> int:
    """Note what the question asked last (`population_ask`) says of the subjects that it could answer by itself.

    Returns how many notes were written. Asked again on the same facts and day it writes none.
    """
    standing = table(Standing)
    values: dict[str, Any] = {
        "policy": policy.pk,
        "pack": policy.pack_id,
        "on": connection.ops.adapt_datefield_value(on),
    }
    update = f"""
        UPDATE {standing} AS noted
        SET policy_id = %(policy)s, evaluated_on = %(on)s, points = a.points, next_change_on = a.next_change_on
        FROM {ANSWERS} AS a
        WHERE noted.id = a.standing_id AND a.is_loud = 0
            AND noted.policy_id = a.old_policy_id AND noted.evaluated_on = a.old_evaluated_on
            AND noted.points {_SAME} a.old_points AND noted.next_change_on {_SAME} a.old_next_change_on
            AND NOT (a.old_policy_id = %(policy)s AND a.old_points {_SAME} a.points
                AND a.old_next_change_on {_SAME} a.next_change_on)
    """
    insert = f"""
        INSERT INTO {standing} (subject_id, pack_id, policy_id, evaluated_on, points, next_change_on)
        SELECT a.subject_id, %(pack)s, %(policy)s, %(on)s, a.points, a.next_change_on FROM {ANSWERS} AS a
        WHERE a.standing_id IS NULL AND a.is_loud = 0 AND (a.points <> 0 OR a.next_change_on IS NOT NULL)
        ON CONFLICT (subject_id, pack_id) DO NOTHING
    """
    if connection.vendor == "postgresql":
        insert = insert.replace("%(on)s", "%(on)s::date")
    with connection.cursor() as cursor:
        cursor.execute(update, values)
        written = int(cursor.rowcount)
        cursor.execute(insert, values)
        return written + int(cursor.rowcount)


def standings_read(ids: Iterable[int], pack_id: str) -> dict[int, Standing]:
    """Return subject → note under a pack, to be read before the facts that a newer note rests on."""
    return {each.subject_id: each for each in Standing.objects.filter(subject__in=ids, pack_id=pack_id)}


def standings_set(*, evaluations: Mapping[int, Evaluation], policy: PolicyVersion, on: date) -> None:
    """Note evaluations made under the subjects' locks, whatever was noted before. One statement."""
    notes = [
        Standing(
            subject_id=subject_id, pack_id=policy.pack_id, policy_id=policy.pk, evaluated_on=on,
            next_change_on=evaluation.next_change_on, points=evaluation.points,
        )
        for subject_id, evaluation in sorted(evaluations.items())
    ]  # fmt: skip
    Standing.objects.bulk_create(
        notes, update_conflicts=True, unique_fields=["subject", "pack_id"],
        update_fields=["policy", "evaluated_on", "next_change_on", "points"],
    )  # fmt: skip


@transaction.atomic
def standings_note(
    *, answers: Iterable[Answer], before: Mapping[int, Standing], policy: PolicyVersion, on: date
) -> int:
    """Note answers of subjects that were evaluated by themselves; `before`: the notes as read before their facts.

    Returns how many notes were written.
    """
    written, new = 0, []
    for answer in answers:
        noted = before.get(answer.subject_id)
        content = {"policy_id": policy.pk, "points": answer.points, "next_change_on": answer.next_change_on}
        if noted is None:
            if answer.points or answer.next_change_on:
                new.append(Standing(subject_id=answer.subject_id, pack_id=policy.pack_id, evaluated_on=on, **content))
        elif any(getattr(noted, name) != value for name, value in content.items()):
            found = Standing.objects.filter(
                pk=noted.pk, policy_id=noted.policy_id, evaluated_on=noted.evaluated_on, points=noted.points,
                next_change_on=noted.next_change_on,
            )  # fmt: skip
            written += found.update(evaluated_on=on, **content)
    Standing.objects.bulk_create(new, ignore_conflicts=True)
    return written + len(new)
