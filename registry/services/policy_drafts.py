"""Drafts of policies: written or uploaded, changed value by value, put aside. A draft never runs and never goes away."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from registry.base.errors import InvalidInput, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, PolicyDraft, PolicyVersion
from registry.rules.policy.drafting import BlockChange, parse_draft, with_values
from registry.rules.policy.errors import PackError
from registry.rules.policy.loader import LoadedPack
from registry.selectors.policies import stored_pack
from registry.selectors.policy_drafts import draft_pack, draft_source, newest_texts
from registry.services import authz
from registry.services.events import event_record
from registry.services.policies import pack_text

_SHOWN = 20  # changes named in the event's text


class DraftRefused(InvalidInput):
    """A draft's text is not of the form; `problems` are the loader's sentences, one each."""

    def __init__(self, error: PackError) -> None:
        super().__init__("draft-not-a-pack", "；".join(error.problems), field="text")
        self.problems = error.problems


@transaction.atomic
def draft_make(*, title: str, text: str, actor: Account, on: date, base: PolicyVersion | None = None) -> PolicyDraft:
    """Keep a new draft. `text`: YAML as packs are written; `base`: the edition it was begun from.

    Raises NotAllowed, InvalidInput (no title), DraftRefused (not of the form).
    """
    authz.require(actor, "policy.draft", on=on)
    loaded = _parsed(text, _title_required(title))
    draft = PolicyDraft(title=title.strip(), base=base, made_by=actor, made_on=on)
    _set_text(draft, loaded, text, on)
    draft.save_by(actor, reason="draft.make")
    _event("draft.made", f"起草“{draft}”（{loaded.id}）", draft, actor, on)
    return draft


@transaction.atomic
def draft_from_edition(*, edition: PolicyVersion, title: str, actor: Account, on: date) -> PolicyDraft:
    """Begin a draft with the text of a stored edition. Raises NotAllowed, InvalidInput."""
    return draft_make(title=title, text=pack_text(stored_pack(edition)), actor=actor, on=on, base=edition)


@transaction.atomic
def draft_rewrite(
    *, draft_id: int, text: str, actor: Account, on: date, version: int | None = None
) -> PolicyDraft:  # fmt: skip
    """Replace a draft's text; the former one stays in the row's history.

    Raises TransitionRefused, NotAllowed, Conflict (stale form), DraftRefused.
    """
    draft = _locked(draft_id, actor, on, version)
    loaded = _parsed(text, draft.title)
    _set_text(draft, loaded, text, on)
    draft.save_by(actor, reason="draft.rewrite")
    _event("draft.rewritten", f"改写草案“{draft}”", draft, actor, on)
    return draft


@transaction.atomic
def draft_values_change(
    *, draft_id: int, changes: Mapping[str, BlockChange], actor: Account, on: date, version: int | None = None
) -> PolicyDraft:
    """Change single values of a draft (`registry.rules.policy.drafting.with_values`), each with its reason.

    Raises TransitionRefused, NotAllowed, Conflict (stale form), DraftRefused, InvalidInput when nothing differs.
    """
    draft = _locked(draft_id, actor, on, version)
    try:
        loaded, changed = with_values(draft_pack(draft), changes)
    except PackError as error:
        raise DraftRefused(error) from error
    if not changed:
        raise InvalidInput("nothing-changed", "没有改动任何数值。请改动后再保存，或者返回。")
    _set_text(draft, loaded, pack_text(loaded), on)
    draft.save_by(actor, reason="draft.values")
    reasons = {name: change.reason.strip() for name, change in changes.items() if change.reason.strip()}
    text = f"草案“{draft}”改动{len(changed)}处：{'；'.join(changed[:_SHOWN])}"
    _event("draft.values-changed", text, draft, actor, on, changed=changed, reasons=reasons)
    return draft


@transaction.atomic
def draft_discard(
    *, draft_id: int, reason: str, actor: Account, on: date, version: int | None = None
) -> PolicyDraft:  # fmt: skip
    """Put a draft aside; it stays to be read. Raises TransitionRefused, NotAllowed, Conflict, InvalidInput."""
    draft = _locked(draft_id, actor, on, version)
    if draft.proposals.filter(state="pending").exists():
        raise TransitionRefused(
            "draft-proposed", f"草案“{draft}”已提出启用、等待确认，不能弃用。请先由另一名人员驳回该提议。"
        )
    if not reason.strip():
        raise InvalidInput("reason-missing", "弃用草案须写明理由，请填写后再提交。", field="reason")
    draft.state, draft.discard_reason = PolicyDraft.State.DISCARDED, reason.strip()
    draft.save_by(actor, reason="draft.discard")
    _event("draft.discarded", f"弃用草案“{draft}”：{reason.strip()}", draft, actor, on)
    return draft


def draft_require_open(draft: PolicyDraft) -> None:
    """Raise TransitionRefused when the draft was put aside or has become an edition."""
    if draft.state != PolicyDraft.State.OPEN:
        raise TransitionRefused(
            "draft-closed",
            f"草案“{draft}”{draft.get_state_display()}，不能再办理。需要的，请以它为底稿另起一份。",
        )


def _locked(draft_id: int, actor: Account, on: date, version: int | None) -> PolicyDraft:
    draft: PolicyDraft = PolicyDraft.objects.select_for_update().get(pk=draft_id)
    draft_require_open(draft)
    authz.require(actor, "policy.draft", on=on)
    version_require(draft, version)
    return draft


def _parsed(text: str, title: str) -> LoadedPack:
    try:
        return parse_draft(text, source=draft_source(title), bases=newest_texts())
    except PackError as error:
        raise DraftRefused(error) from error


def _set_text(draft: PolicyDraft, loaded: LoadedPack, text: str, on: date) -> None:
    # A text that extends another is kept laid over it: what it extends may have a newer edition tomorrow.
    draft.text = pack_text(loaded) if loaded.pack.origins else text
    draft.pack_id, draft.content_hash, draft.changed_on = loaded.id, loaded.content_hash, on


def _title_required(title: str) -> str:
    if not title.strip():
        raise InvalidInput("title-missing", "请给草案起一个名称，例如“计分办法试调”。", field="title")
    return title.strip()


def _event(name: str, text: str, draft: PolicyDraft, actor: Account, on: date, **payload: object) -> None:
    event_record(
        name, text, obj=draft, actor=actor, on=on,
        payload={"pack": draft.pack_id, "hash": draft.content_hash, **payload},
    )  # fmt: skip
