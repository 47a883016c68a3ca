"""Two at once: one decision on a request, one request about a matter, and days that hold whoever comes first."""

import datetime as dt

import pytest

from disclosure.models import Publication
from registry.models import Event, Notice
from repair.models import Objection, RepairApplication
from repair.services.objection_decisions import objection_refuse, objection_uphold
from repair.services.objections import objection_file, objection_withdraw
from repair.services.repair_decisions import repair_grant, repair_refuse
from repair.services.repairs import repair_file
from sanctions.models import EntryPause, ListEntry
from sanctions.services.endings import endings_dispatch
from tests.factories import make_account
from tests.registry.test_fact_races import both, refusals
from tests.repair.people import make_people
from tests.repair.scenes import accepted_objection, accepted_repair, entry_of, put_right_by_subject

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]
Day = dt.date


def _listed():
    """A subject on the city's list, where objections stop the measures and the days are added."""
    people = make_people()
    return people, entry_of(people, "city-plan", "blacklist", Day(2020, 1, 10))


def test_of_two_officers_deciding_at_once_one_decides():
    people, entry = _listed()
    objection = accepted_objection(people, Day(2020, 3, 1), entry_id=entry.pk)
    second = make_account("approver", department=people.department)
    common = {"objection_id": objection.pk, "on": Day(2020, 3, 11), "version": objection.version}
    outcomes = both(
        lambda: objection_uphold(remedy="revoke", reason="主体有误", actor=people.approver, **common),
        lambda: objection_refuse(reason="事实清楚", actor=second, **common),
    )
    assert refusals(outcomes) == ["request-state"]
    entry.refresh_from_db()
    objection.refresh_from_db()
    pause = EntryPause.objects.get()
    if objection.state == "granted":
        assert (entry.end_reason, entry.ends_on) == ("revoked", entry.starts_on)
    else:
        # stood from 1 to 10 March: ten days behind 2021-01-11
        assert (pause.ends_on, entry.ends_on) == (Day(2020, 3, 11), Day(2021, 1, 21))
    assert Notice.objects.filter(kind__in=("objection.granted", "objection.refuse")).count() == 1


def test_of_two_objections_filed_at_once_one_stands():
    people, entry = _listed()

    def filing():
        return objection_file(
            subject_id=people.subject.pk, statement="有误", actor=people.own, on=Day(2020, 3, 1), entry_id=entry.pk
        )

    assert refusals(both(filing, filing)) == ["objection-open"]
    assert (Objection.objects.count(), EntryPause.objects.count()) == (1, 1)


def test_of_two_repairs_filed_at_once_one_stands():
    people, entry = _listed()

    def filing():
        return repair_file(
            subject_id=people.subject.pk, statement="已整改", actor=people.own, on=Day(2020, 3, 1), entry_id=entry.pk
        )

    assert refusals(both(filing, filing)) == ["repair-open"]
    assert RepairApplication.objects.count() == 1


def test_a_repair_granted_while_an_objection_is_refused_ends_the_entry_once():
    people, entry = _listed()
    put_right_by_subject(entry, Day(2020, 2, 1))
    objection = accepted_objection(people, Day(2020, 3, 1), entry_id=entry.pk)
    application = accepted_repair(people, Day(2020, 3, 2), "commitment", entry_id=entry.pk)
    on = Day(2020, 3, 11)
    outcomes = both(
        lambda: repair_grant(application_id=application.pk, reason="条件具备", actor=people.approver, on=on),
        lambda: objection_refuse(objection_id=objection.pk, reason="事实清楚", actor=people.approver, on=on),
    )
    assert refusals(outcomes) == []
    entry.refresh_from_db()
    assert (entry.end_reason, entry.ends_on, entry.disputed_on) == ("repaired", on, None)
    assert not Publication.objects.visible(on).filter(object_id=entry.pk, kind="entry").exists()
    assert Event.objects.filter(name="entry.ended", object_id=entry.pk).count() == 1


def test_an_entry_whose_last_day_comes_while_it_is_paused_is_announced_once_and_for_the_right_day():
    people, entry = _listed()
    objection = accepted_objection(people, Day(2021, 1, 6), entry_id=entry.pk)
    on = Day(2021, 1, 16)
    outcomes = both(
        lambda: endings_dispatch(on=on),
        lambda: objection_refuse(objection_id=objection.pk, reason="事实清楚", actor=people.approver, on=on),
    )
    assert refusals(outcomes) == []
    entry.refresh_from_db()
    # ten days stood, the last five of them behind 2021-01-10: in force again from the 16th through the 20th
    assert (entry.ends_on, entry.end_reason, entry.expiry_announced_on) == (Day(2021, 1, 21), "term", None)
    assert ListEntry.objects.in_force(on).filter(pk=entry.pk).exists()


def test_withdrawn_by_the_subject_while_it_is_decided():
    people, entry = _listed()
    objection = accepted_objection(people, Day(2020, 3, 1), entry_id=entry.pk)
    on = Day(2020, 3, 11)
    outcomes = both(
        lambda: objection_withdraw(objection_id=objection.pk, actor=people.own, on=on),
        lambda: objection_refuse(objection_id=objection.pk, reason="事实清楚", actor=people.approver, on=on),
    )
    assert refusals(outcomes) == ["request-state"]
    entry.refresh_from_db()
    assert entry.ends_on == Day(2021, 1, 21)


def test_of_grant_and_refusal_of_a_repair_one_holds():
    people, entry = _listed()
    put_right_by_subject(entry, Day(2020, 2, 1))
    application = accepted_repair(people, Day(2020, 3, 2), "commitment", entry_id=entry.pk)
    second = make_account("approver", department=people.department)
    on = Day(2020, 3, 11)
    outcomes = both(
        lambda: repair_grant(application_id=application.pk, reason="条件具备", actor=people.approver, on=on),
        lambda: repair_refuse(application_id=application.pk, reason="材料不足", actor=second, on=on),
    )
    assert refusals(outcomes) == ["request-state"]
    application.refresh_from_db()
    entry.refresh_from_db()
    assert (application.state == "granted") == (entry.end_reason == "repaired")
