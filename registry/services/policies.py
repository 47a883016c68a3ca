"""Policy editions: stored once for good, switched on and off with the lawfulness check of the day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import yaml
from django.db import transaction

from registry.base.errors import Conflict, InvalidInput, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, PolicyActivation, PolicyVersion
from registry.rules.policy.loader import LoadedPack, PackLibrary, load_packs, parse_pack
from registry.rules.policy.mode import activation_check
from registry.rules.policy.schema import Pack
from registry.rules.policy.strict_yaml import read_yaml
from registry.selectors.policies import pack_of
from registry.services import authz
from registry.services.events import event_record


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
    for loaded in packs.values():
        version, is_new = _store(loaded, at)
        if is_new:
            stored.append(version)
    return LoadResult(tuple(stored), len(packs) - len(stored))


@transaction.atomic
def _store(loaded: LoadedPack, at: datetime) -> tuple[PolicyVersion, bool]:
    head = loaded.pack.head
    known = PolicyVersion.objects.filter(pack_id=loaded.id, content_hash=loaded.content_hash).first()
    if known is not None:
        return known, False
    text = _text_of(loaded)
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
def _text_of(loaded: LoadedPack) -> str:
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
def policy_activate(
    *, version: PolicyVersion, mode: str, actor: Account | None, on: date, replaces: int | None = None
) -> PolicyActivation:
    """Let the office run an edition from the day `on`; another running edition of the same pack ends that day.

    `mode` is what is asked (`binding` or `internal`); what the document's authority does not carry runs as internal
    all the same, with the sentence that says which rule stops it in `reasons`. `replaces` is the activation that the
    form showed as running (None: not asked). Raises NotAllowed, InvalidInput, RuleRefused (not in force), Conflict.
    """
    _lock_editions(version.pack_id)
    if mode not in PolicyActivation.Mode.values:
        raise InvalidInput("mode-unknown", f"运行方式“{mode}”不存在，只能选择依法列入或内部分级。", field="mode")
    authz.require(actor, "policy.activate", on=on)
    pack = pack_of(version)
    _require_in_force(pack, on)
    verdict = activation_check(pack, on)
    granted = mode if mode == "internal" else verdict.mode
    _end_running_editions(version, granted, replaces, actor, on)
    reasons = list(verdict.reasons)
    if mode == "internal" and verdict.mode == "binding":
        reasons.append("该文件的效力层级足以依法列入，本机关选择只作内部分级。")
    activation = PolicyActivation(policy=version, mode=granted, starts_on=on, reasons=reasons, activated_by=actor)
    activation.save_by(actor, reason="policy.activate")
    label = PolicyActivation.Mode(granted).label
    event_record(
        "policy.activated",
        f"启用《{version.title}》，方式：{label}",
        obj=activation,
        actor=actor,
        on=on,
        payload={"pack": version.pack_id, "hash": version.content_hash, "asked": mode, "granted": granted,
                 "reasons": reasons},
    )  # fmt: skip
    return activation


def _require_in_force(pack: Pack, on: date) -> None:
    head = pack.head
    if head.in_force_from is not None and on < head.in_force_from:
        raise RuleRefused(
            "policy-not-yet-in-force",
            f"《{head.title}》自{head.in_force_from}起施行，今日（{on}）不能启用。请在施行之日或之后办理。",
        )
    if head.in_force_until is not None and on > head.in_force_until:
        raise RuleRefused(
            "policy-repealed",
            f"《{head.title}》已于{head.in_force_until}之后失效，不能再启用。请启用取代它的文件。",
        )


def _lock_editions(pack_id: str) -> None:
    """Lock every edition of the pack in one order, so that two activations at once wait and never block each other."""
    list(PolicyVersion.objects.select_for_update().filter(pack_id=pack_id).order_by("pk").values_list("pk"))


def _end_running_editions(
    version: PolicyVersion, mode: str, replaces: int | None, actor: Account | None, on: date
) -> None:
    """End what runs of the same pack, as the new one takes its place."""
    running = list(
        PolicyActivation.objects.select_for_update().filter(policy__pack_id=version.pack_id, ends_on__isnull=True)
    )
    if replaces is not None and {each.pk for each in running} - {replaces}:
        raise Conflict(
            "another-activation", "这一页打开之后，该政策已由他人启用或停用。请刷新页面，核对最新情况后再办理。"
        )
    for activation in running:
        if activation.policy_id == version.pk and activation.mode == mode:
            raise Conflict("already-active", f"《{version.title}》已按该方式启用，不需要重复启用。")
        activation.ends_on = on
        activation.save_by(actor, reason="policy.replace")


@transaction.atomic
def policy_deactivate(
    *, activation: PolicyActivation, note: str, actor: Account | None, on: date, version: int | None = None
) -> PolicyActivation:
    """Stop running an edition from the day `on`; entries already made run on by their own dates."""
    activation = PolicyActivation.objects.select_for_update().select_related("policy").get(pk=activation.pk)
    if activation.ends_on is not None:
        raise TransitionRefused(
            "already-ended", f"《{activation.policy.title}》已于{activation.ends_on}停用，不能重复停用。"
        )
    authz.require(actor, "policy.activate", on=on)
    version_require(activation, version)
    if not note.strip():
        raise InvalidInput("note-missing", "停用政策必须写明理由，请填写后再提交。", field="note")
    activation.ends_on = max(on, activation.starts_on)
    activation.save_by(actor, reason="policy.deactivate")
    event_record(
        "policy.deactivated",
        f"停用《{activation.policy.title}》：{note.strip()}",
        obj=activation,
        actor=actor,
        on=on,
        payload={"pack": activation.policy.pack_id, "hash": activation.policy.content_hash, "note": note.strip()},
    )
    return activation
