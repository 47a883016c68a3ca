"""The night's cross-checks in sets against the definition of each ground, subject by subject, over random histories."""

import datetime as dt
import random
from collections.abc import Iterator

import pytest
from django.db import transaction

from registry.models import Event, Notice, OrganizationRole, Subject
from sanctions.models import CrossCheck, ListEntry
from sanctions.selectors import good_standing
from sanctions.selectors.good_standing import GoodStanding
from sanctions.services import cross_checks as service
from sanctions.services.cross_checks import cross_checks_run, subject_cross_check
from tests.factories import make_department, make_subject
from tests.sanctions.listing import make_entry, run_policy

FIRST = dt.date(2026, 3, 2)
# (pack, list): black lists of two fields, one of the first field again, and a warning list.
LISTS = (
    ("mem-2023-11", "blacklist"),
    ("mohurd-urban-2018", "blacklist"),
    ("saws-2017-49", "blacklist"),
    ("yiyuan-2021", "focus"),
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(monkeypatch) -> list[GoodStanding]:
    honours: list[GoodStanding] = []

    def source(subject_ids, on):
        return [
            each
            for each in honours
            if each.subject_id in subject_ids and each.since <= on and (each.until is None or on < each.until)
        ]

    monkeypatch.setattr(good_standing, "_sources", {"test": source})
    return honours


def grounds_by_hand(
    held: list[GoodStanding], on: dt.date
) -> Iterator[tuple[str, str, int, int | None, dt.date | None]]:
    """(kind, key, stands with, person, until) of every flag that the definitions ask for, entry by entry."""
    for subject in Subject.objects.all():
        entries = [each for each in subject.entries.all() if each.starts_on <= on < each.ends_on]
        for entry in entries:
            for each in held:
                if each.subject_id == subject.pk and each.since <= on and (each.until is None or on < each.until):
                    yield "honour", f"{each.key}:entry:{entry.pk}", subject.pk, None, each.until
            for company in Subject.objects.filter(kind="organization"):
                roles = [
                    role
                    for role in OrganizationRole.objects.filter(person=subject, organization=company)
                    if (role.starts_on is None or role.starts_on <= on) and (role.ends_on is None or on < role.ends_on)
                ]
                if roles:
                    ends = [role.ends_on for role in roles]
                    until = None if None in ends else max(ends)
                    yield "company", f"company:{entry.pk}:{company.pk}", company.pk, subject.pk, until
        black = [each for each in entries if each.list_code in ("blacklist", "joint-sanction") and each.domain]
        if len({each.domain for each in black}) > 1:
            key = "domains:" + "-".join(str(each.pk) for each in sorted(black, key=lambda each: each.pk))
            yield "domains", key, subject.pk, None, None


def open_flags() -> set[tuple[str, str, int, int | None, dt.date | None]]:
    return set(CrossCheck.objects.filter(closed_on=None).values_list("kind", "key", "subject_id", "person_id", "until"))


def everything_written() -> list[list[tuple]]:
    """What flags, their versions, events and notices say, without the numbers that rows happen to get."""
    keys = dict(CrossCheck.objects.values_list("pk", "key"))
    flags = CrossCheck.objects.values_list(
        "key", "kind", "subject", "person", "basis", "explanation", "until", "opened_on", "closed_on", "version"
    )
    versions = CrossCheck.history.values_list("key", "history_type", "history_change_reason", "closed_on", "version")
    events = [
        (each.name, each.text, keys[each.object_id], each.on, sorted(each.payload.items()))
        for each in Event.objects.filter(name__startswith="cross-check")
    ]
    notices = [
        (each.title, each.body, each.department_id, keys[each.object_id])
        for each in Notice.objects.filter(kind="cross-check.honour")
    ]
    resting = CrossCheck.entries.through.objects.values_list("crosscheck__key", "listentry_id")
    return [sorted(map(repr, rows)) for rows in (flags, versions, events, notices, resting)]


def one_by_one(on: dt.date) -> list[list[tuple]]:
    """What is written when every subject is looked at by itself; undone again."""
    try:
        with transaction.atomic():
            for subject in Subject.objects.order_by("pk"):
                subject_cross_check(subject=subject, actor=None, on=on)
            written = everything_written()
            raise RuntimeError("undone")
    except RuntimeError:
        return written


def shift(chance: random.Random, held: list[GoodStanding], on: dt.date) -> None:
    """Let something happen that no act tells the cross-checks of."""
    subjects = list(Subject.objects.order_by("pk"))
    subject, kind = chance.choice(subjects), chance.choice(("honour", "unhonour", "role", "leave", "end", "end"))
    ahead = chance.choice((None, on + dt.timedelta(days=chance.randrange(1, 400))))
    if kind == "honour":
        red = make_department().pk
        held.append(GoodStanding(f"honour:{len(held)}:{on}", subject.pk, "守信红名单", red, on, ahead))
    elif kind == "unhonour" and held:
        held.remove(chance.choice(held))
    elif kind == "role":
        person, company = (chance.choice([each for each in subjects if each.kind == kind]) for kind in KINDS)
        role = chance.choice(("legal-representative", "shareholder"))
        if not OrganizationRole.objects.filter(person=person, organization=company, role=role).exists():
            OrganizationRole(
                person=person, organization=company, role=role, starts_on=chance.choice((None, on)), ends_on=ahead
            ).save_by(None, reason="test")
    elif kind == "leave":
        for row in OrganizationRole.objects.filter(ends_on=None)[:1]:
            row.ends_on = on
            row.save_by(None, reason="test")
    elif kind == "end":
        for entry in ListEntry.objects.filter(starts_on__lt=on, ends_on__gt=on)[:1]:
            entry.ends_on = on
            entry.save_by(None, reason="test")


KINDS = ("person", "organization")


@pytest.mark.parametrize("seed", range(4))
def test_a_night_in_sets_writes_what_the_definitions_say_and_what_one_by_one_writes(held, seed, monkeypatch):
    monkeypatch.setattr(service, "TOGETHER", 3)  # several chunks a night
    chance, on = random.Random(seed), FIRST
    for pack in ("mem-2023-11", "mohurd-urban-2018", "yiyuan-2021"):
        run_policy(pack, on=FIRST, mode="internal")
    subjects = [make_subject(f"演示{kind}{number}", kind=kind) for kind in KINDS for number in range(3)]
    for person, company in zip(subjects[:3], subjects[3:], strict=True):
        leads = {"person": person, "organization": company, "role": "director"}
        OrganizationRole(**leads).save_by(None, reason="test")
    for _ in range(12):
        for _ in range(3):
            shift(chance, held, on)
        if chance.random() < 0.7:
            pack, code = chance.choice(LISTS)
            make_entry(pack, code, on=on, subject=chance.choice(subjects), mode="internal")
        before = open_flags()
        expected = set(grounds_by_hand(held, on))
        told = one_by_one(on)
        counts = cross_checks_run(on=on)
        keys = {flag[1] for flag in before}, {flag[1] for flag in expected}
        assert {flag[1] for flag in open_flags()} == keys[1]
        assert {flag for flag in open_flags() if flag[1] not in keys[0]} == {
            flag for flag in expected if flag[1] not in keys[0]
        }
        assert counts == {"opened": len(keys[1] - keys[0]), "closed": len(keys[0] - keys[1])}
        assert everything_written() == told
        assert cross_checks_run(on=on) == {"opened": 0, "closed": 0}
        on += dt.timedelta(days=chance.randrange(1, 120))
    assert CrossCheck.objects.exclude(closed_on=None).exists()
    assert {each.kind for each in CrossCheck.objects.all()} >= {"honour", "company"}
