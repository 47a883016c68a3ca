"""300 organisations, their former names and their people."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

from registry.models import OrganizationRole, Subject
from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_uscc
from registry.services import people, subjects

from .office import Office
from .wording import COUNTY, TRADES, Trade, person_name, words

ROLE = OrganizationRole.Role
ROLES = (ROLE.LEGAL_REPRESENTATIVE, ROLE.PRINCIPAL, ROLE.SAFETY_DEPUTY)
STAFFED = 130
STREETS = ("建设路", "人民路", "工业大道", "园区一路", "滨河路", "矿山路")


@dataclass(frozen=True, slots=True)
class Population:
    """The organisations by sector of their trade, in a fixed order."""

    all: list[Subject]
    by_industry: dict[str, list[Subject]]


def population_make(office: Office, chance: random.Random, on: dt.date) -> Population:
    """Take in the 300 organisations, former names for every seventh, all people of 130, of the others who represents them.

    Nobody lacks a representative (法定代表人, 经营者): the national sheets ask for one.
    """
    made: list[Subject] = []
    by_industry: dict[str, list[Subject]] = {}
    names = iter(words(chance, 400))
    for trade in TRADES:
        for _ in range(trade.number):
            subject = _organization(office, chance, trade, next(names), len(made) + 1, on)
            made.append(subject)
            by_industry.setdefault(trade.industry, []).append(subject)
    for subject in made[::7]:
        former = subject.name.replace(subject.name[3:5], next(names), 1)
        ended = on - dt.timedelta(days=chance.randint(200, 1500))
        subjects.former_name_add(
            subject_id=subject.pk, name=former, ends_on=ended, actor=office.officer("jingban"), on=on
        )
    staffed = [subject for subject in made if subject.risk in ("larger", "major", "ordinary")][:STAFFED]
    for serial, subject in enumerate(staffed):
        _people(office, chance, subject, serial, on)
    known = {subject.pk for subject in staffed}
    own_chance = random.Random(STAFFED)  # noqa: S311 - of its own, so that what is drawn later does not depend on it
    for serial, subject in enumerate((each for each in made if each.pk not in known), start=STAFFED):
        _people(office, own_chance, subject, serial, on, ROLES[:1])
    return Population(made, by_industry)


def _organization(office: Office, chance: random.Random, trade: Trade, word: str, serial: int, on: dt.date) -> Subject:
    return subjects.organization_create(
        name=f"{COUNTY}{word}{chance.choice(trade.endings)}",
        category=trade.category,
        uscc=make_uscc("9", trade.digit, FICTIONAL_DIVISION, serial),
        industry=trade.industry,
        sectors=list(trade.sectors),
        risk=chance.choice(trade.risks),
        standardisation=chance.choice((None, None, 3, 3, 2, 1)) if trade.category == "enterprise" else None,
        address=f"{COUNTY}{chance.choice(STREETS)}{chance.randint(1, 300)}号（演示地址）",
        division_code=FICTIONAL_DIVISION,
        is_synthetic=True,
        actor=office.officer("jingban"),
        on=on,
    )


def _people(
    office: Office, chance: random.Random, organization: Subject, serial: int, on: dt.date,
    roles: Sequence[OrganizationRole.Role] = (),
) -> None:  # fmt: skip
    actor = office.officer("jingban")
    first = None
    for place, role in enumerate(roles or ROLES[: 1 + serial % 3]):
        # In every second firm the legal representative is the principal too.
        is_both = first is not None and role == ROLE.PRINCIPAL and serial % 2
        person = first if first is not None and is_both else _person(office, chance, serial * 3 + place, on)
        first = first or person
        starts_on = on - dt.timedelta(days=chance.randint(30, 2500))
        people.role_begin(
            organization_id=organization.pk, person_id=person.pk, role=role, starts_on=starts_on, actor=actor, on=on
        )


def _person(office: Office, chance: random.Random, serial: int, on: dt.date) -> Subject:
    born_on = dt.date(1965 + serial % 30, 1 + serial % 12, 1 + serial % 28)
    return subjects.person_create(
        name=person_name(chance),
        document_number=make_identity(FICTIONAL_DIVISION, born_on, serial % 1000),
        is_synthetic=True,
        actor=office.officer("jingban"),
        on=on,
    )
