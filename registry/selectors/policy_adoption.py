"""Proposals to run an edition, and what the public was told."""

from datetime import date

from django.db.models import QuerySet

from registry.models import PolicyActivation, PolicyAnnouncement, PolicyProposal


def activations_seen(pack_id: str) -> list[list[int]]:
    """Return every running period of the pack as [id, row version]: what a proposal rests on, and is stale without."""
    found = PolicyActivation.objects.filter(policy__pack_id=pack_id).order_by("pk").values_list("pk", "version")
    return [list(each) for each in found]


def proposal_list() -> QuerySet[PolicyProposal]:
    """Return the proposals, newest first, ready to be shown."""
    return PolicyProposal.objects.select_related(
        "edition", "draft", "proposed_by", "settled_by", "activation"
    ).defer("edition__text", "draft__text")  # fmt: skip


def proposals_pending() -> QuerySet[PolicyProposal]:
    """Return the proposals that wait for a second person, the earliest starting day first."""
    return proposal_list().filter(state=PolicyProposal.State.PENDING).order_by("starts_on", "pk")


def announcements_public(*, on: date, limit: int = 50) -> list[PolicyAnnouncement]:
    """Return what the public has been told by the day `on`, newest first."""
    found = PolicyAnnouncement.objects.filter(announced_on__lte=on).select_related("policy").defer("policy__text")
    return list(found[:limit])
