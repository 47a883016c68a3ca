"""Adoption is two people's act: one proposes that the office run an edition or a draft, another one confirms."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, PolicyActivation, PolicyDraft, PolicyProposal, PolicyVersion
from registry.selectors.policies import pack_of
from registry.selectors.policy_adoption import activations_seen
from registry.selectors.policy_drafts import draft_pack
from registry.services import authz
from registry.services.events import event_record
from registry.services.policies import (
    activation_begin,
    edition_store,
    editions_lock,
    granted_mode,
    in_force_require,
)
from registry.services.policy_announcing import adoption_announce, refresh_owe
from registry.services.policy_drafts import draft_require_open


@transaction.atomic
def adoption_propose(
    *,
    edition: PolicyVersion | PolicyDraft,
    mode: str,
    starts_on: date,
    reason: str,
    actor: Account,
    on: date,
    trial_ref: UUID | None = None,
) -> PolicyProposal:
    """Propose that the office run an edition, or a draft, from `starts_on` (today or later) in `mode`.

    The lawfulness check of the starting day is kept with the proposal. `trial_ref`: public id of the trial run that
    supports it. Raises NotAllowed, InvalidInput (mode, day, no reason), RuleRefused (not in force on that day),
    TransitionRefused (draft closed), Conflict (another proposal waits; the edition runs that way already).
    """
    editions_lock(edition.pack_id)
    if isinstance(edition, PolicyDraft):
        edition = PolicyDraft.objects.select_for_update().get(pk=edition.pk)
        draft_require_open(edition)
    authz.require(actor, "policy.propose", on=on)
    _given_require(mode, starts_on, reason, on)
    pack = draft_pack(edition).pack if isinstance(edition, PolicyDraft) else pack_of(edition)
    in_force_require(pack, starts_on)
    granted, reasons = granted_mode(edition, pack, mode, starts_on)
    _require_not_running(edition, granted, starts_on)
    proposal = PolicyProposal(
        edition=edition if isinstance(edition, PolicyVersion) else None,
        draft=edition if isinstance(edition, PolicyDraft) else None,
        pack_id=edition.pack_id, content_hash=edition.content_hash, title=pack.head.title, mode=mode,
        starts_on=starts_on, reason=reason.strip(), trial_ref=trial_ref, verdict_mode=granted,
        verdict_reasons=list(reasons), seen=activations_seen(edition.pack_id), proposed_by=actor, proposed_on=on,
    )  # fmt: skip
    _keep(proposal, actor)
    _event(proposal, "policy.proposed", f"提出自{starts_on}起启用《{proposal.title}》：{proposal.reason}", actor, on)
    return proposal


@transaction.atomic
def adoption_confirm(
    *, proposal_id: int, note: str, actor: Account, on: date, version: int | None = None
) -> PolicyActivation:
    """Confirm another officer's proposal: the edition runs from its starting day, the public is told, and the county is
    evaluated once it runs. A draft becomes a stored edition by this.

    Lawfulness is checked again for the starting day. Raises TransitionRefused (settled), NotAllowed (no right, or the
    proposer), Conflict (stale form; another adoption or a change of the draft came between), RuleRefused (the starting
    day has passed, or the document is not in force on it).
    """
    proposal = _locked(proposal_id)
    _settling_require(proposal, "policy.confirm", actor, on, version)
    _require_fresh(proposal)
    if proposal.starts_on < on:
        raise RuleRefused(
            "starting-day-passed",
            f"提议的起始日{proposal.starts_on}已过，启用不能追溯。请驳回这项提议，由提出人以今日或以后的日期重新提出。",
        )
    edition = _edition(proposal)
    activation = activation_begin(
        version=edition, mode=proposal.mode, starts_on=proposal.starts_on, actor=actor, on=on
    )  # fmt: skip
    proposal.activation, proposal.edition = activation, edition
    _settle(proposal, PolicyProposal.State.CONFIRMED, note, actor, on)
    adoption_announce(activation, pack_of(edition), on=on)
    refresh_owe(activation, "adopt", takes_effect_on=activation.starts_on)
    _event(proposal, "policy.confirmed", f"确认自{proposal.starts_on}起启用《{proposal.title}》", actor, on)
    return activation


@transaction.atomic
def adoption_reject(
    *, proposal_id: int, note: str, actor: Account, on: date, version: int | None = None
) -> PolicyProposal:
    """Reject another officer's proposal, with the reason; nothing runs. Raises as `adoption_confirm`, and InvalidInput
    without a reason."""
    proposal = _locked(proposal_id)
    _settling_require(proposal, "policy.confirm", actor, on, version)
    if not note.strip():
        raise InvalidInput("note-missing", "驳回提议须写明理由，请填写后再提交。", field="note")
    _settle(proposal, PolicyProposal.State.REJECTED, note, actor, on)
    _event(proposal, "policy.rejected", f"驳回启用《{proposal.title}》的提议：{note.strip()}", actor, on)
    return proposal


def _given_require(mode: str, starts_on: date, reason: str, on: date) -> None:
    if mode not in PolicyActivation.Mode.values:
        raise InvalidInput("mode-unknown", f"运行方式“{mode}”不存在，只能选择依法列入或内部分级。", field="mode")
    if starts_on < on:
        raise InvalidInput(
            "starts-in-the-past",
            f"起始日{starts_on}早于今日{on}，启用不能追溯。请填今日或以后的日期。",
            field="starts_on",
        )
    if not reason.strip():
        raise InvalidInput("reason-missing", "提出启用须写明理由，请填写后再提交。", field="reason")


def _require_not_running(edition: PolicyVersion | PolicyDraft, mode: str, starts_on: date) -> None:
    same = PolicyActivation.objects.filter(
        policy__pack_id=edition.pack_id, policy__content_hash=edition.content_hash, mode=mode, ends_on__isnull=True
    )
    if same.exists():
        raise Conflict("already-active", "这一版本已按该方式启用，不需要重复提出。")


def _keep(proposal: PolicyProposal, actor: Account) -> None:
    try:
        with transaction.atomic():
            proposal.save_by(actor, reason="policy.propose")
    except IntegrityError as error:
        raise Conflict(
            "another-proposal", "该政策已有一项启用提议等待确认。请先由另一名审批人员确认或者驳回，再提出新的。"
        ) from error


def _locked(proposal_id: int) -> PolicyProposal:
    found = PolicyProposal.objects.only("pack_id").get(pk=proposal_id)
    editions_lock(found.pack_id)
    proposal: PolicyProposal = PolicyProposal.objects.select_for_update().get(pk=proposal_id)
    return proposal


def _settling_require(
    proposal: PolicyProposal, permission: str, actor: Account, on: date, version: int | None
) -> None:  # fmt: skip
    if proposal.state != PolicyProposal.State.PENDING:
        raise TransitionRefused(
            "proposal-settled", f"这项提议{proposal.get_state_display()}，不能再次处理。请刷新页面查看结果。"
        )
    authz.require(actor, permission, on=on)
    if actor.pk == proposal.proposed_by_id:
        raise NotAllowed(
            "same-person", "启用政策须由两人办理，您是提出人，不能自行确认或者驳回。请交另一名审批人员办理。"
        )
    version_require(proposal, version)


def _require_fresh(proposal: PolicyProposal) -> None:
    if activations_seen(proposal.pack_id) != proposal.seen:
        raise Conflict(
            "another-activation",
            "提出之后，该政策已另行启用或停用，这项提议所依据的情况已变。请驳回这项提议，核对最新情况后重新提出。",
        )
    draft = proposal.draft
    if draft is not None and draft.content_hash != proposal.content_hash:
        raise Conflict("draft-changed", "提出之后，草案又有改动。请驳回这项提议，由提出人就改动后的草案重新提出。")


def _edition(proposal: PolicyProposal) -> PolicyVersion:
    """Return the edition proposed; a draft becomes one, under its own hash."""
    if proposal.draft is None:
        assert proposal.edition is not None  # noqa: S101 - the table's own condition
        return proposal.edition
    draft = PolicyDraft.objects.select_for_update().get(pk=proposal.draft.pk)
    draft_require_open(draft)
    edition, _ = edition_store(draft_pack(draft), at=clock.now())
    draft.state = PolicyDraft.State.ADOPTED
    draft.save_by(None, reason="draft.adopt")
    return edition


def _settle(proposal: PolicyProposal, state: str, note: str, actor: Account, on: date) -> None:
    proposal.state, proposal.settled_by, proposal.settled_on = state, actor, on
    proposal.settle_reason = note.strip()
    proposal.save_by(actor, reason=f"policy.{state}")


def _event(proposal: PolicyProposal, name: str, text: str, actor: Account, on: date) -> None:
    event_record(
        name, text, obj=proposal, actor=actor, on=on,
        payload={
            "pack": proposal.pack_id, "hash": proposal.content_hash, "asked": proposal.mode,
            "granted": proposal.verdict_mode, "starts_on": proposal.starts_on, "reasons": proposal.verdict_reasons,
            "trial": str(proposal.trial_ref or ""), "note": proposal.settle_reason,
        },
    )  # fmt: skip
