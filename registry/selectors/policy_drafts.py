"""Drafts of policies and what they may build on."""

from datetime import date

from django.db.models import QuerySet

from registry.models import PolicyDraft, PolicyVersion
from registry.rules.policy.drafting import parse_draft
from registry.rules.policy.loader import LoadedPack
from registry.rules.policy.local_changes import local_change_reason
from registry.rules.policy.mode import ActivationVerdict, activation_check
from registry.rules.policy.schema import Pack
from registry.selectors.policies import pack_of


def draft_list() -> QuerySet[PolicyDraft]:
    """Return the drafts without their texts, newest first."""
    return PolicyDraft.objects.select_related("made_by", "base").defer("text", "base__text").order_by("-id")


def newest_texts() -> dict[str, str]:
    """Return pack id → text of the newest stored edition."""
    return dict(PolicyVersion.objects.order_by("loaded_at", "pk").values_list("pack_id", "text"))


def draft_pack(draft: PolicyDraft) -> LoadedPack:
    """Return the pack of a draft. Raises PackError when its text is not of the form any more (the form has moved)."""
    return parse_draft(draft.text, source=draft_source(draft.title), bases=newest_texts())


def draft_source(title: str) -> str:
    """Return how messages call the text of a draft."""
    return f"草案“{title}”"


def reference_of(edition: PolicyVersion | PolicyDraft) -> PolicyVersion | None:
    """Return the newest edition of the same document that was loaded, not drafted here; None for a loaded edition
    itself, and for a document of which none was loaded."""
    drafted = PolicyDraft.objects.filter(pack_id=edition.pack_id)
    if isinstance(edition, PolicyVersion) and not drafted.filter(content_hash=edition.content_hash).exists():
        return None
    number = edition.number if isinstance(edition, PolicyVersion) else draft_pack(edition).pack.head.document_number
    loaded = PolicyVersion.objects.filter(pack_id=edition.pack_id, number=number).exclude(
        content_hash__in=drafted.filter(state=PolicyDraft.State.ADOPTED).values("content_hash")
    )
    return loaded.defer("text").order_by("-loaded_at", "-pk").first()


def edition_verdict(edition: PolicyVersion | PolicyDraft, pack: Pack, on: date) -> ActivationVerdict:
    """Say how the office may run an edition, or a draft, from `on`: what its authority carries, and whether an edition
    made here changes what its document states, which leaves internal grading only."""
    verdict = activation_check(pack, on)
    reference = reference_of(edition)
    changed = local_change_reason(pack_of(reference), pack) if reference is not None else ""
    if not changed:
        return verdict
    return ActivationVerdict("internal", (*verdict.reasons, changed), False, False)
