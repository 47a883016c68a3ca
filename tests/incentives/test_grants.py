"""Joint incentives: dispatched with an honour, answered, stopped with it; what good standing brings in a matter."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incentives.models import IncentiveGrant
from incentives.rules import honours as rules
from incentives.selectors.grants import grant_row, incentives_for, incentives_of
from incentives.services.grants import grant_answer, grants_dispatch, grants_stop_due
from incentives.services.honour_decisions import honour_end
from incentives.services.honour_endings import honours_restore_record
from registry import clock
from registry.base.errors import NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Notice
from sanctions.rules.checking import Asked
from sanctions.selectors.check_sheets import sheet_lines_on
from sanctions.services.check_sheets import check_sheet_make
from tests.factories import make_account, make_department, make_record, make_subject
from tests.incentives.honouring import AFTER, DISTRICT, MONDAY, SAFETY, honoured, make_jury
from tests.incentives.test_honour_endings import an_honour_of_safety
from tests.sanctions.case_world import activate, add_penalty

pytestmark = pytest.mark.django_db
Day = dt.date


@pytest.fixture
def bureau():
    return make_department("emergency")


def safety_grants(bureau):
    jury = make_jury(SAFETY, standardisation=1)
    honour = an_honour_of_safety(jury)
    return jury, honour, grants_dispatch(honour=honour, actor=jury.approver, on=MONDAY)


def test_every_incentive_of_the_pack_is_asked_of_the_department_that_stands_for_its_authority(bureau):
    _, honour, grants = safety_grants(bureau)
    assert [each.code for each in grants] == ["3.1", "3.2", "3.3", "3.4", "3.5", "3.6"]
    assert {each.department for each in grants} == {bureau}
    assert Deadline.objects.filter(code="grant-answer", department=bureau, met_on__isnull=True).count() == 6
    assert Notice.objects.filter(kind="grant.dispatched", department=bureau).count() == 1
    assert grants_dispatch(honour=honour, actor=None, on=MONDAY) == []


def test_recognition_dispatches(bureau):
    activate(SAFETY, Day(2026, 5, 1))
    jury = make_jury(on=MONDAY)
    honour = honoured(jury)
    assert all(each.catalogue == DISTRICT for each in honour.grants.all())


def test_a_department_receives_and_says_what_it_granted(bureau):
    _, _, grants = safety_grants(bureau)
    user = make_account("department", department=bureau)
    grant_answer(grant_id=grants[0].pk, step="receive", text="", actor=user, on=Day(2026, 6, 3))
    with pytest.raises(RuleRefused, match="必须写明情况"):
        grant_answer(grant_id=grants[0].pk, step="grant", text=" ", actor=user, on=Day(2026, 6, 4))
    done = grant_answer(grant_id=grants[0].pk, step="grant", text="检查改为两年一次。", actor=user, on=Day(2026, 6, 4))
    assert (done.state, done.answered_on) == ("granted", Day(2026, 6, 4))
    assert Deadline.objects.get(code="grant-answer", object_id=grants[0].pk).met_on == Day(2026, 6, 4)


def test_another_department_cannot_answer(bureau):
    _, _, grants = safety_grants(bureau)
    stranger = make_account("department", department=make_department())
    with pytest.raises(NotAllowed):
        grant_answer(grant_id=grants[0].pk, step="receive", text="", actor=stranger, on=MONDAY)


def test_with_the_honour_every_grant_stops_and_nothing_more_may_be_granted(bureau):
    jury, honour, grants = safety_grants(bureau)
    user = make_account("department", department=bureau)
    grant_answer(grant_id=grants[0].pk, step="receive", text="", actor=user, on=MONDAY)
    honour_end(honour_id=honour.pk, why=rules.REVOKED, reason="材料不实。", actor=jury.approver, on=Day(2026, 8, 3))
    grant = IncentiveGrant.objects.select_related("honour").get(pk=grants[0].pk)
    assert [grant_row(grant, day).state for day in (Day(2026, 8, 2), Day(2026, 8, 3))] == ["received", "stopping"]
    with pytest.raises(TransitionRefused, match="不得再给予激励"):
        grant_answer(grant_id=grant.pk, step="grant", text="照旧。", actor=user, on=Day(2026, 8, 3))
    grant_answer(grant_id=grant.pk, step="lift", text="", actor=user, on=Day(2026, 8, 4))
    own = Deadline.objects.filter(object_id=grant.pk, object_kind=grant._meta.label_lower)
    assert not [each.code for each in own if each.is_open]
    assert Notice.objects.filter(kind="grant.stopped", department=bureau).count() == 1


def test_a_term_that_has_run_out_is_told_once_by_the_job_however_late(bureau):
    _, honour, _ = safety_grants(bureau)
    assert grants_stop_due(on=Day(2029, 1, 5)) == {"ended": 0, "orders": 0}
    assert grants_stop_due(on=Day(2029, 2, 1)) == {"ended": 1, "orders": 6}
    assert grants_stop_due(on=Day(2029, 2, 2)) == {"ended": 0, "orders": 0}
    assert {each.stop_told_on for each in honour.grants.all()} == {Day(2029, 1, 6)}


def test_an_honour_that_comes_back_brings_its_grants_back(bureau):
    jury, honour, _ = safety_grants(bureau)
    record = make_record(jury.subject, state="voided", voided_on=Day(2026, 8, 20), decided_on=Day(2026, 8, 3))
    honour_end(honour_id=honour.pk, why=rules.BREACH, reason="处罚。", actor=jury.approver, on=Day(2026, 8, 3))
    honour.refresh_from_db()
    honour.end_record = record
    honour.save_by(None, reason="test")
    honours_restore_record(record=record, actor=None, on=Day(2026, 8, 20))
    assert {each.stop_told_on for each in honour.grants.all()} == {None}


# --- what good standing brings


def labels(subject, on, matter=""):
    return [(each.kind, each.code) for each in incentives_of(subject, on, matter)]


def test_an_honour_brings_the_incentives_of_its_pack_in_their_matters_while_it_is_in_force():
    jury = make_jury()
    honour = honoured(jury)
    assert ("incentive", "6.5") in labels(jury.subject, AFTER, "inspection")
    assert ("incentive", "6.2") not in labels(jury.subject, AFTER, "inspection")
    # The plan's green channel asks for the red list.
    assert ("green-channel", "green-channel") in labels(jury.subject, AFTER, "licensing")
    assert labels(jury.subject, Day(2026, 6, 8)) == []
    assert labels(jury.subject, honour.last_day) != []
    assert labels(jury.subject, honour.last_day + dt.timedelta(days=1)) == []


def test_three_clean_years_open_the_county_s_green_channel_with_missing_papers():
    activate("county-default", Day(2026, 5, 1))
    subject = make_subject()
    (found,) = incentives_of(subject, MONDAY)
    assert (found.kind, found.missing_papers) == ("green-channel", True)
    assert "3年" in found.why


def test_a_penalty_closes_the_green_channel_for_three_years_to_the_day():
    activate("county-default", Day(2026, 5, 1))
    subject = make_subject()
    add_penalty(subject, decided_on=Day(2026, 5, 20), confirmed_on=Day(2026, 5, 20))
    assert incentives_of(subject, Day(2029, 5, 20)) == []
    assert len(incentives_of(subject, Day(2029, 5, 21))) == 1


def test_a_batch_costs_the_same_number_of_queries_for_one_and_for_many():
    activate("county-default", Day(2026, 5, 1))
    subjects = [make_subject().pk for _ in range(12)]
    incentives_for(subjects[:1], MONDAY)

    def cost(ids) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(incentives_for(ids, MONDAY)) == len(ids)
        return len(queries)

    assert cost(subjects[:1]) == cost(subjects)


def test_the_check_answers_the_green_channel_on_its_day_and_repeats_it_on_no_other():
    activate("county-default", Day(2026, 5, 1))
    subject, bureau = make_subject(), make_department()
    sheet = check_sheet_make(
        asked=[Asked(code=subject.uscc)], matter="licensing", purpose="许可办理（演示）",
        actor=make_account("department", department=bureau), verify_url=lambda code: f"https://credit.example/{code}",
        on=MONDAY, at=dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC),
    )  # fmt: skip
    (line,) = sheet_lines_on(sheet, MONDAY)
    assert [one["label"] for one in line.enjoys] == ["绿色通道、容缺受理"]
    (line,) = sheet_lines_on(sheet, Day(2026, 6, 2))
    assert line.enjoys == []


# --- pages


def client_of(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_a_department_sees_its_own_queue_and_answers_on_the_page(bureau):
    today = clock.today()
    jury = make_jury(SAFETY, on=today, standardisation=1)
    honour = an_honour_of_safety(jury)
    honour.starts_on, honour.ends_on = today, today + dt.timedelta(days=30)
    honour.save_by(None, reason="test")
    grant = grants_dispatch(honour=honour, actor=None, on=today)[0]
    client = client_of(make_account("department", department=bureau))
    assert grant.label in client.get(reverse("grants:list")).content.decode()
    stranger = client_of(make_account("department", department=make_department()))
    assert grant.label not in stranger.get(reverse("grants:list")).content.decode()
    assert stranger.get(reverse("grants:detail", args=[grant.public_id])).status_code == 404
    answer = client.post(reverse("grants:step", args=[grant.public_id, "receive"]), {"version": grant.version})
    assert answer.status_code == 302
    assert "已签收" in client.get(reverse("grants:detail", args=[grant.public_id])).content.decode()
    refused = client.post(
        reverse("grants:step", args=[grant.public_id, "grant"]), {"version": grant.version + 1, "text": ""}
    )
    assert refused.status_code == 422
