"""What the negative lists keep for a while. A reporter's identity goes after its years, with what was handed in; the tip and who looked at the identity stay."""

import datetime as dt

import pytest

from registry.models import Attachment, Subject
from registry.rules.retention import county_retention, over_by
from registry.services.retention import retention_run
from registry.services.retention_kinds import persons_due
from sanctions.models import TipFile, TipIdentityOpening
from sanctions.services.tip_identity import identity_open
from tests.factories import make_department, make_subject
from tests.sanctions.listing import make_entry
from tests.sanctions.reports import Desk
from tests.sanctions.test_tip_identity import MONDAY, WHY, lived_through

pytestmark = pytest.mark.django_db


def test_identity_and_files_go_two_years_after_the_reward_was_paid_and_the_tip_stays():
    desk = Desk(make_department(kind="credit-office"))
    tip = lived_through(desk).tip
    identity_open(tip_id=tip.pk, reason=WHY, actor=desk.second, on=MONDAY)
    identity = tip.identity
    # Paid on 2026-09-28: kept through 2028-09-28, marked the day after, gone thirty days later.
    assert retention_run(on=dt.date(2028, 9, 28))["marked"] == 0
    assert retention_run(on=dt.date(2028, 9, 29))["marked"] >= 1
    identity.refresh_from_db()
    assert identity.name_sealed
    retention_run(on=dt.date(2028, 10, 29))
    identity.refresh_from_db()
    tip.refresh_from_db()
    assert {identity.name_sealed, identity.phone_sealed, identity.address_sealed, identity.words_sealed} == {""}
    assert {each.attachment.scan for each in TipFile.objects.filter(tip=tip)} == {Attachment.Scan.REMOVED}
    assert (tip.state, tip.told_on) == ("told", MONDAY)
    assert TipIdentityOpening.objects.filter(identity=identity).exists()


def test_an_identity_with_a_reward_still_owed_stays():
    desk = Desk(make_department(kind="credit-office"))
    tip = lived_through(desk).tip
    tip.refresh_from_db()
    tip.reward = "granted"
    tip.save_by(None, reason="test")
    retention_run(on=dt.date(2030, 1, 1))
    retention_run(on=dt.date(2030, 3, 1))
    tip.identity.refresh_from_db()
    assert tip.identity.name_sealed


@pytest.mark.parametrize(("ended_on", "stays"), [(dt.date(2019, 3, 1), False), (dt.date(2024, 3, 1), True)])
def test_who_was_listed_is_known_until_the_entry_has_been_over_for_the_countys_years(ended_on, stays):
    person = make_subject("王某某", kind="person")
    entry = make_entry("mem-2023-11", "blacklist", on=dt.date(2018, 3, 1), subject=person)
    entry.ends_on = entry.term_ends_on = ended_on
    entry.save_by(None, reason="test")
    Subject.history.filter(id=person.pk).update(history_date=dt.datetime(2018, 1, 1, tzinfo=dt.UTC))
    on = dt.date(2026, 11, 20)
    assert persons_due(over_by(county_retention().persons, on)).filter(pk=person.pk).exists() is not stays
