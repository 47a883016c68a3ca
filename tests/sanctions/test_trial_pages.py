"""Pages of trials: begun from a draft, watched without JavaScript, read, filtered and downloaded."""

import pytest
from django.urls import reverse

from registry import clock
from registry.models import PolicyProposal
from registry.services.outbox import outbox_drain
from sanctions.models import Trial
from tests.factories import make_account
from tests.sanctions.trial_county import DAY, TrialCounty, pack_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(client):
    county = TrialCounty()
    county.subject("甲04分", "B")
    county.subject("丁10分", "A", "B", "B", department=county.traffic)
    client.force_login(county.officer)
    return county


def url(trial: Trial, name: str = "trial-detail") -> str:
    return reverse(f"sanctions:{name}", args=[trial.public_id])


def test_a_trial_is_begun_from_a_draft(client, county):
    draft = county.draft(pack_data(yellow=4))
    page = client.get(reverse("sanctions:trial-new"), {"draft": draft.public_id}).content.decode()
    assert f'value="d{draft.pk}" selected' in page
    client.post(reverse("sanctions:trial-new"), {"pack": f"d{draft.pk}", "day": "2026-06-01"})
    trial = Trial.objects.get()
    assert (trial.draft, trial.on, trial.state) == (draft, DAY, Trial.State.RUNNING)


def test_the_progress_page_refreshes_itself_until_it_is_done(client, county):
    trial = county.start(pack_data(yellow=4))
    assert 'http-equiv="refresh"' in client.get(url(trial)).content.decode()
    outbox_drain(now=clock.now)
    assert 'http-equiv="refresh"' not in client.get(url(trial)).content.decode()


def test_the_result_names_subject_change_reason_record_and_department(client, county):
    page = client.get(url(county.run(pack_data(yellow=4, red=14)))).content.decode()
    assert "甲04分" in page
    assert "会列入" in page
    assert "红名单 → 黄名单" in page
    assert "第三条" in page
    assert county.traffic.short_name in page


def test_the_result_is_filtered_by_department(client, county):
    trial = county.run(pack_data(yellow=4, red=14))
    page = client.get(url(trial), {"department": county.traffic.pk}).content.decode()
    assert "丁10分" in page
    assert "甲04分" not in page


def test_an_unknown_filter_shows_everything_and_breaks_nothing(client, county):
    trial = county.run(pack_data(yellow=4, red=14))
    assert "甲04分" in client.get(url(trial), {"department": "x", "kind": "y"}).content.decode()


def test_no_change_at_all_is_said(client, county):
    assert "没有主体的结论会变化" in client.get(url(county.run(pack_data()))).content.decode()


def test_the_sheet_is_a_private_download(client, county):
    response = client.get(url(county.run(pack_data(yellow=4)), "trial-file"))
    assert "attachment" in response["Content-Disposition"]
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content)[:2] == b"PK"


def test_cancelling_by_the_page(client, county):
    trial = county.start(pack_data(yellow=4))
    client.post(url(trial, "trial-cancel"))
    trial.refresh_from_db()
    assert trial.state == Trial.State.CANCELLED
    assert "没有算完" in client.get(url(trial)).content.decode()


def test_from_the_result_to_a_proposal_that_names_the_trial(client, county):
    trial = county.run(pack_data(yellow=4))
    link = f"{reverse('registry:draft-propose', args=[trial.draft.public_id])}?trial={trial.public_id}"
    assert link in client.get(url(trial)).content.decode()
    page = client.get(link).content.decode()
    assert str(trial.public_id) in page
    today = clock.today()
    given = {"mode": "internal", "starts_on": today.isoformat(), "reason": "试算稳妥", "trial": trial.public_id}
    client.post(link, given)
    proposal = PolicyProposal.objects.get()
    assert proposal.trial_ref == trial.public_id
    detail = client.get(reverse("registry:proposal-detail", args=[proposal.public_id])).content.decode()
    assert url(trial) in detail


def test_watchers_read_and_do_not_run(client, county):
    trial = county.run(pack_data(yellow=4))
    client.force_login(make_account("handler"))
    assert "甲04分" in client.get(url(trial)).content.decode()
    assert client.get(reverse("sanctions:trial-new")).status_code == 403
