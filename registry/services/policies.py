"""Policy editions: stored once for good, switched on and off with the lawfulness check of the day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import yaml
from django.db import transaction
from django.db.models import Q

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, PolicyActivation, PolicyDraft, PolicyVersion
from registry.rules.policy.loader import LoadedPack, PackLibrary, load_packs, parse_pack
from registry.rules.policy.schema import Pack
from registry.rules.policy.strict_yaml import read_yaml
from registry.selectors.policies import pack_of
from registry.selectors.policy_drafts import edition_verdict
from registry.services import authz
from registry.services.events import event_record
from registry.services.policy_announcing import refresh_owe, stop_announce


@dataclass(frozen=True)
class LoadResult:
    """What loading did: the editions stored anew, and how many were there already."""

    stored: tuple[PolicyVersion, ...]
    unchanged: int


def packs_load(*, at: datetime, library: PackLibrary | None = None) -> LoadResult:
    """Store every pack of the folder as an edition under its content hash; what is stored never changes.

    Running it again changes nothing; a changed file adds an edition beside the old one. Nothing is activated.
    Raises PackError, naming file and key, when a file is not of the form.
    """
    stored: list[PolicyVersion] = []
    packs = load_packs() if library is None else library
    known = set(PolicyVersion.objects.filter(pack_id__in=list(packs)).values_list("pack_id", "content_hash"))
    for loaded in packs.values():
        if (loaded.id, loaded.content_hash) in known:
            continue
        version, is_new = edition_store(loaded, at=at)
        if is_new:
            stored.append(version)
    return LoadResult(tuple(stored), len(packs) - len(stored))


@transaction.atomic
def edition_store(loaded: LoadedPack, *, at: datetime) -> tuple[PolicyVersion, bool]:
    """Store a pack as an edition; return it, and whether it is new. Raises InvalidInput when it does not read back."""
    head = loaded.pack.head
    known = PolicyVersion.objects.filter(pack_id=loaded.id, content_hash=loaded.content_hash).first()
    if known is not None:
        return known, False
    text = pack_text(loaded)
    return PolicyVersion.objects.get_or_create(
        pack_id=loaded.id,
        content_hash=loaded.content_hash,
        defaults={
            "title": head.title,
            "issuer": head.issuer,
            "number": head.document_number,
            "authority": head.authority.level,
            "in_force_from": head.in_force_from,
            # the pack names the last day; the table keeps half-open periods
            "in_force_until": head.in_force_until + timedelta(days=1) if head.in_force_until else None,
            "text": text,
            "loaded_at": at,
        },
    )


@lru_cache(maxsize=64)
def pack_text(loaded: LoadedPack) -> str:
    """Return the whole pack, `extends` resolved, as YAML that reads back to the same hash."""
    content = loaded.pack.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)
    again = parse_pack(read_yaml(text), source=loaded.source).content_hash
    if again != loaded.content_hash:
        raise InvalidInput(
            "pack-not-reproducible",
            f"政策包“{loaded.id}”（{loaded.source}）写出后再读入内容不一致，未载入。请联系系统维护人员检查该文件。",
            pack=loaded.id,
        )
    return text


@transaction.atomic
def policy_activate(*, version: PolicyVersion, mode: str, actor: None = None, on: date) -> PolicyActivation:
    """Let the office run an edition from the day `on` by the system alone: for `manage.py` on a new office that has no
    two officers yet, and for no page. An office adopts by two people: `registry.services.policy_adoption`.

    `mode` is what is asked (`binding` or `internal`). Raises NotAllowed (an account acts), InvalidInput, RuleRefused
    (not in force), Conflict. Nothing is announced.
    """
    if actor is not None:
        raise NotAllowed("two-people", "启用政策须由一人提出、另一人确认。请在政策页提出启用，由另一名审批人员确认。")
    editions_lock(version.pack_id)
    return activation_begin(version=version, mode=mode, starts_on=on, actor=None, on=on)


def activation_begin(
    *, version: PolicyVersion, mode: str, starts_on: date, actor: Account | None, on: date
) -> PolicyActivation:
    """Begin an edition's running period at `starts_on`; what runs of the same pack ends that day. The caller has locked
    the editions (`editions_lock`) and checked the rights.

    What the document's authority does not carry on the starting day runs as internal all the same, with the sentence
    that says which rule stops it in `reasons`. Raises InvalidInput, RuleRefused (not in force), Conflict (runs already).
    """
    if mode not in PolicyActivation.Mode.values:
        raise InvalidInput("mode-unknown", f"运行方式“{mode}”不存在，只能选择依法列入或内部分级。", field="mode")
    pack = pack_of(version)
    in_force_require(pack, starts_on)
    granted, reasons = granted_mode(version, pack, mode, starts_on)
    _end_running_editions(version, granted, starts_on, actor)
    activation = PolicyActivation(
        policy=version, mode=granted, starts_on=starts_on, reasons=list(reasons), activated_by=actor
    )
    activation.save_by(actor, reason="policy.activate")
    label = PolicyActivation.Mode(granted).label
    event_record(
        "policy.activated",
        f"启用《{version.title}》，自{starts_on}起，方式：{label}",
        obj=activation,
        actor=actor,
        on=on,
        payload={"pack": version.pack_id, "hash": version.content_hash, "asked": mode, "granted": granted,
                 "starts_on": starts_on, "reasons": list(reasons)},
    )  # fmt: skip
    return activation


def granted_mode(edition: PolicyVersion | PolicyDraft, pack: Pack, mode: str, on: date) -> tuple[str, tuple[str, ...]]:
    """Return in which mode the office may run the edition from `on` when it asks for `mode`, with the reasons (Chinese)."""
    verdict = edition_verdict(edition, pack, on)
    if mode == "internal" and verdict.mode == "binding":
        return "internal", (*verdict.reasons, "该文件的效力层级足以依法列入，本机关选择只作内部分级。")
    return (mode if mode == "internal" else verdict.mode), verdict.reasons


def in_force_require(pack: Pack, on: date) -> None:
    """Raise RuleRefused when the document is not in force on the day `on`."""
    head = pack.head
    if head.in_force_from is not None and on < head.in_force_from:
        raise RuleRefused(
            "policy-not-yet-in-force",
            f"《{head.title}》自{head.in_force_from}起施行，不能从{on}启用。请把起始日改为施行之日或之后。",
        )
    if head.in_force_until is not None and on > head.in_force_until:
        raise RuleRefused(
            "policy-repealed",
            f"《{head.title}》已于{head.in_force_until}之后失效，不能再启用。请启用取代它的文件。",
        )


def editions_lock(pack_id: str) -> None:
    """Lock every edition of the pack in one order, so that two adoptions at once wait and never block each other."""
    list(PolicyVersion.objects.select_for_update().filter(pack_id=pack_id).order_by("pk").values_list("pk"))


def _end_running_editions(version: PolicyVersion, mode: str, starts_on: date, actor: Account | None) -> None:
    """End what runs, or was to run, of the same pack from `starts_on`, as the new one takes its place."""
    running = PolicyActivation.objects.select_for_update().filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on), policy__pack_id=version.pack_id
    )
    for activation in running:
        if activation.policy_id == version.pk and activation.mode == mode and activation.ends_on is None:
            raise Conflict("already-active", f"《{version.title}》已按该方式启用，不需要重复启用。")
        activation.ends_on = max(starts_on, activation.starts_on)
        activation.save_by(actor, reason="policy.replace")


@transaction.atomic
def policy_deactivate(
    *, activation: PolicyActivation, note: str, actor: Account | None, on: date, version: int | None = None
) -> PolicyActivation:
    """Stop running an edition from the day `on`, and tell the public; entries already made run on by their own dates.

    Raises TransitionRefused (stopped already), NotAllowed, Conflict (stale form), InvalidInput (no reason).
    """
    activation = PolicyActivation.objects.select_for_update().select_related("policy").get(pk=activation.pk)
    if activation.ends_on is not None and activation.ends_on <= max(on, activation.starts_on):
        raise TransitionRefused(
            "already-ended", f"《{activation.policy.title}》已于{activation.ends_on}停用，不能重复停用。"
        )
    authz.require(actor, "policy.stop", on=on)
    version_require(activation, version)
    if not note.strip():
        raise InvalidInput("note-missing", "停用政策必须写明理由，请填写后再提交。", field="note")
    activation.ends_on = max(on, activation.starts_on)
    activation.save_by(actor, reason="policy.deactivate")
    stop_announce(activation, pack_of(activation.policy), on=on)
    refresh_owe(activation, "stop", takes_effect_on=activation.ends_on)
    event_record(
        "policy.deactivated",
        f"停用《{activation.policy.title}》：{note.strip()}",
        obj=activation,
        actor=actor,
        on=on,
        payload={"pack": activation.policy.pack_id, "hash": activation.policy.content_hash, "note": note.strip()},
    )
    return activation
