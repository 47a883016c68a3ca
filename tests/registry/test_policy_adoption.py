"""Adoption is two people's act: proposed by one, confirmed by another, lawful on its day, announced, effective by date."""

import datetime as dt

import pytest
from django.urls import reverse

from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Event, OutboxMessage, PolicyActivation, PolicyAnnouncement, PolicyDraft, PolicyVersion
from registry.rules.policy.loader import parse_pack
from registry.selectors.policies import pack_active, packs_active
from registry.services.policies import pack_text, packs_load, policy_deactivate
from registry.services.policy_adoption import adoption_confirm, adoption_propose, adoption_reject
from registry.services.policy_drafts import draft_discard, draft_make, draft_rewrite
from tests.factories import make_account
from tests.registry.test_policies import DAY, NOW, small_pack, store

pytestmark = pytest.mark.django_db
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def proposer():
    return make_account("reviewer")


@pytest.fixture
def confirmer():
    return make_account("approver")


def propose(edition, actor, *, mode="internal", starts_on=DAY, on=DAY, reason="本县执行该文件"):
    return adoption_propose(edition=edition, mode=mode, starts_on=starts_on, reason=reason, actor=actor, on=on)


def confirm(proposal, actor, *, on=DAY, **given):
    return adoption_confirm(proposal_id=proposal.pk, note="", actor=actor, on=on, **given)


def adopt(edition, proposer, confirmer, **given):
    return confirm(propose(edition, proposer, **given), confirmer, on=given.get("on", DAY))


def draft_of(data, actor):
    text = pack_text(parse_pack(data, source="x"))
    return draft_make(title="试调", text=text, actor=actor, on=DAY)


# --- two people ----------------------------------------------------------------------------------------------------


def test_a_proposal_alone_runs_nothing(proposer):
    propose(store(small_pack()), proposer)
    assert (PolicyActivation.objects.count(), PolicyAnnouncement.objects.count()) == (0, 0)


def test_the_proposer_cannot_confirm():
    alone = make_account("approver")
    with pytest.raises(NotAllowed, match="您是提出人"):
        confirm(propose(store(small_pack()), alone), alone)
    assert not PolicyActivation.objects.exists()


def test_the_proposer_cannot_reject_either():
    alone = make_account("approver")
    with pytest.raises(NotAllowed, match="您是提出人"):
        adoption_reject(proposal_id=propose(store(small_pack()), alone).pk, note="改", actor=alone, on=DAY)


def test_another_approver_confirms_and_it_runs(proposer, confirmer):
    activation = adopt(store(small_pack()), proposer, confirmer)
    assert [each.activation for each in packs_active(DAY)] == [activation]
    assert (activation.activated_by, activation.proposal.proposed_by) == (confirmer, proposer)


@pytest.mark.parametrize("role", ["handler", "publisher", "auditor", "administrator"])
def test_who_may_not_propose(role):
    with pytest.raises(NotAllowed):
        propose(store(small_pack()), make_account(role))


@pytest.mark.parametrize("role", ["handler", "reviewer", "publisher", "auditor", "administrator"])
def test_only_an_approver_confirms(role, proposer):
    with pytest.raises(NotAllowed):
        confirm(propose(store(small_pack()), proposer), make_account(role))


def test_a_rejected_proposal_runs_nothing_and_keeps_the_reason(proposer, confirmer):
    proposal = propose(store(small_pack()), proposer)
    adoption_reject(proposal_id=proposal.pk, note="门槛过低", actor=confirmer, on=DAY)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.settle_reason, PolicyActivation.objects.count()) == ("rejected", "门槛过低", 0)


def test_a_rejection_needs_a_reason(proposer, confirmer):
    with pytest.raises(InvalidInput):
        adoption_reject(proposal_id=propose(store(small_pack()), proposer).pk, note=" ", actor=confirmer, on=DAY)


def test_a_settled_proposal_is_not_settled_again(proposer, confirmer):
    proposal = propose(store(small_pack()), proposer)
    confirm(proposal, confirmer)
    with pytest.raises(TransitionRefused):
        adoption_reject(proposal_id=proposal.pk, note="改", actor=confirmer, on=DAY)


def test_a_second_proposal_waits_for_the_first(proposer):
    propose(store(small_pack()), proposer)
    with pytest.raises(Conflict, match="等待确认"):
        propose(store(small_pack(title="修订")), proposer)


def test_proposing_needs_a_reason(proposer):
    with pytest.raises(InvalidInput):
        propose(store(small_pack()), proposer, reason=" ")


def test_an_unknown_mode_is_refused(proposer):
    with pytest.raises(InvalidInput):
        propose(store(small_pack()), proposer, mode="public")


def test_what_runs_that_way_already_is_not_proposed(proposer, confirmer):
    edition = store(small_pack())
    adopt(edition, proposer, confirmer)
    with pytest.raises(Conflict, match="不需要"):
        propose(edition, proposer)


# --- lawfulness ----------------------------------------------------------------------------------------------------


def test_an_unlawful_mode_runs_internal_and_both_see_the_sentence(proposer, confirmer):
    packs_load(at=NOW)
    proposal = propose(PolicyVersion.objects.get(pack_id="nanning-urban"), proposer, mode="binding")
    assert (proposal.mode, proposal.verdict_mode) == ("binding", "internal")
    assert "国办发〔2020〕49号" in "".join(proposal.verdict_reasons)
    activation = confirm(proposal, confirmer)
    assert activation.mode == "internal"
    assert "国办发〔2020〕49号" in "".join(activation.reasons)


def test_the_check_is_that_of_the_starting_day_not_of_the_day_of_proposing(proposer):
    """国办发〔2020〕49号 is of 2020-12-07: a county's own list could still be proposed the day before, not for that day."""
    edition = store(small_pack())
    before = dt.date(2020, 12, 6)
    proposal = propose(edition, proposer, mode="binding", on=before, starts_on=dt.date(2020, 12, 7))
    assert proposal.verdict_mode == "internal"


def test_a_document_is_not_adopted_for_a_day_before_it_is_in_force(proposer):
    edition = store(small_pack(in_force_from="2026-03-03"))
    with pytest.raises(RuleRefused, match="2026-03-03"):
        propose(edition, proposer)
    assert propose(edition, proposer, starts_on=dt.date(2026, 3, 3)).pk


def test_adoption_does_not_reach_back(proposer):
    with pytest.raises(InvalidInput, match="追溯"):
        propose(store(small_pack()), proposer, starts_on=DAY - ONE_DAY)


def test_a_proposal_whose_starting_day_has_passed_is_not_confirmed(proposer, confirmer):
    proposal = propose(store(small_pack()), proposer)
    with pytest.raises(RuleRefused, match="追溯"):
        confirm(proposal, confirmer, on=DAY + ONE_DAY)


# --- stale ---------------------------------------------------------------------------------------------------------


def test_a_proposal_made_before_another_adoption_is_refused(proposer, confirmer):
    """The other adoption came by the command, which no pending proposal stops."""
    proposal = propose(store(small_pack(title="二")), proposer)
    from_command = store(small_pack())
    PolicyActivation(policy=from_command, mode="internal", starts_on=DAY).save_by(None, reason="test")
    with pytest.raises(Conflict, match="另行启用或停用"):
        confirm(proposal, confirmer)


def test_a_proposal_made_before_a_stop_is_refused(proposer, confirmer):
    running = adopt(store(small_pack()), proposer, confirmer)
    proposal = propose(store(small_pack(title="二")), proposer)
    policy_deactivate(activation=running, note="停用", actor=confirmer, on=DAY)
    with pytest.raises(Conflict):
        confirm(proposal, confirmer)


def test_a_form_opened_on_an_older_row_is_refused(proposer, confirmer):
    proposal = propose(store(small_pack()), proposer)
    with pytest.raises(Conflict):
        confirm(proposal, confirmer, version=proposal.version + 1)


# --- dated ---------------------------------------------------------------------------------------------------------


def test_a_future_adoption_runs_from_its_day_with_no_job_and_ends_the_old_one_then(proposer, confirmer):
    adopt(store(small_pack()), proposer, confirmer)
    later = DAY + dt.timedelta(days=30)
    new = adopt(store(small_pack(title="修订")), proposer, confirmer, starts_on=later)
    titles = [pack_active("demo", day).version.title for day in (DAY, later - ONE_DAY, later)]
    assert titles == ["演示办法", "演示办法", "修订"]
    assert new.starts_on == later


def test_an_earlier_adoption_takes_the_place_of_one_still_to_come(proposer, confirmer):
    adopt(store(small_pack()), proposer, confirmer)
    adopt(store(small_pack(title="远")), proposer, confirmer, starts_on=DAY + dt.timedelta(days=30))
    adopt(store(small_pack(title="近")), proposer, confirmer, starts_on=DAY + dt.timedelta(days=10))
    titles = [pack_active("demo", DAY + dt.timedelta(days=days)).version.title for days in (9, 10, 29, 30, 400)]
    assert titles == ["演示办法", "近", "近", "近", "近"]


def test_the_running_edition_can_be_stopped_before_the_next_one_starts(proposer, confirmer):
    old = adopt(store(small_pack()), proposer, confirmer)
    adopt(store(small_pack(title="修订")), proposer, confirmer, starts_on=DAY + dt.timedelta(days=30))
    policy_deactivate(activation=old, note="提前停用", actor=confirmer, on=DAY + ONE_DAY)
    days = (DAY, DAY + ONE_DAY, DAY + dt.timedelta(days=30))
    assert [len(packs_active(day)) for day in days] == [1, 0, 1]


# --- told ----------------------------------------------------------------------------------------------------------


def test_the_public_is_told_day_basis_and_day_of_announcement(proposer, confirmer):
    edition = store(small_pack(document_number="演政发〔2026〕1号"))
    adopt(edition, proposer, confirmer, starts_on=dt.date(2026, 4, 1))
    announcement = PolicyAnnouncement.objects.get()
    assert announcement.text == (
        "自2026年4月1日起施行《演示办法》（演示县，演政发〔2026〕1号），"
        "仅作内部分级，不公布名单，不采取减损权益的措施。依据《演示办法》。2026年3月2日公布。"
    )
    assert (announcement.takes_effect_on, announcement.announced_on) == (dt.date(2026, 4, 1), DAY)


def test_the_public_page_shows_what_was_announced(client, proposer, confirmer):
    today = clock.today()
    adopt(store(small_pack()), proposer, confirmer, starts_on=today, on=today)
    assert PolicyAnnouncement.objects.get().text in client.get(reverse("disclosure:policies")).content.decode()


def test_every_step_is_an_event_with_its_actor_and_hash(proposer, confirmer):
    edition = store(small_pack())
    adopt(edition, proposer, confirmer)
    found = Event.objects.order_by("id").values_list("name", "actor", "payload__hash")
    assert list(found) == [
        ("policy.proposed", proposer.pk, edition.content_hash),
        ("policy.activated", confirmer.pk, edition.content_hash),
        ("policy.confirmed", confirmer.pk, edition.content_hash),
    ]


def test_the_county_is_evaluated_once_it_runs_not_before(proposer, confirmer):
    today = clock.today()
    adopt(store(small_pack()), proposer, confirmer, on=today, starts_on=today + dt.timedelta(days=7))
    owed = OutboxMessage.objects.get(topic="job.run")
    assert owed.payload == {"name": "sanctions.candidates_refresh"}
    assert owed.available_at.astimezone(clock.now().tzinfo) >= clock.now() + dt.timedelta(days=6)


def test_for_today_the_county_is_evaluated_at_once(proposer, confirmer):
    today = clock.today()
    adopt(store(small_pack()), proposer, confirmer, on=today, starts_on=today)
    assert OutboxMessage.objects.get(topic="job.run").available_at <= clock.now()


# --- drafts --------------------------------------------------------------------------------------------------------


def test_a_draft_becomes_an_edition_only_when_it_is_confirmed(proposer, confirmer):
    draft = draft_of(small_pack(title="草案办法"), proposer)
    proposal = propose(draft, proposer)
    assert not PolicyVersion.objects.exists()
    activation = confirm(proposal, confirmer)
    draft.refresh_from_db()
    assert (activation.policy.content_hash, draft.state) == (draft.content_hash, PolicyDraft.State.ADOPTED)


def test_a_draft_changed_after_the_proposal_is_not_adopted_unseen(proposer, confirmer):
    draft = draft_of(small_pack(), proposer)
    proposal = propose(draft, proposer)
    text = draft.text.replace("演示名单", "演示名单甲")
    draft_rewrite(draft_id=draft.pk, text=text, actor=proposer, on=DAY)
    with pytest.raises(Conflict, match="草案又有改动"):
        confirm(proposal, confirmer)


def test_a_proposed_draft_is_not_put_aside(proposer):
    draft = draft_of(small_pack(), proposer)
    propose(draft, proposer)
    with pytest.raises(TransitionRefused):
        draft_discard(draft_id=draft.pk, reason="不用了", actor=proposer, on=DAY)


# --- what a county may not change ----------------------------------------------------------------------------------


def ministry(number="某部令第1号", *, entry="1.1", years=1):
    """The small pack as a ministry's rule that leaves the term open."""
    data = small_pack(level="ministry-rule", document_number=number)
    data["items"].append({"code": "1.2", "clause": "1", "label": "另一行为"})
    rule = data["lists"][0]
    rule["entry"] = {"item": entry, "clause": "2"}
    rule["term"] = {**rule["term"], "years": years, "assumed": True, "reason": "原文没有写明"}
    return data


def test_a_county_that_changes_a_ministrys_ground_runs_it_internally_and_is_told_why(proposer, confirmer):
    store(ministry())
    activation = adopt(draft_of(ministry(entry="1.2"), proposer), proposer, confirmer, mode="binding")
    assert activation.mode == "internal"
    assert any("下级机关不得增设或者放宽" in reason for reason in activation.reasons)


def test_what_the_ministry_leaves_open_is_for_the_county_to_set(proposer, confirmer):
    store(ministry())
    assert adopt(draft_of(ministry(years=2), proposer), proposer, confirmer, mode="binding").mode == "binding"


def test_a_new_document_of_the_ministry_is_no_local_change(proposer, confirmer):
    store(ministry())
    draft = draft_of(ministry("某部令第2号", entry="1.2"), proposer)
    assert adopt(draft, proposer, confirmer, mode="binding").mode == "binding"
