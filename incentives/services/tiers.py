"""Tiers recomputed when a fact, a day or a pack changes, and only then; objections against them."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction

from incentives.models import Commitment, Honour, TierAssessment, TierMark, TierObjection, TierRun
from incentives.selectors.honours import honours_in_force
from incentives.selectors.tiers import gradable, reasons_told, subjects_stale, tier_pack, world_verdict
from registry import clock
from registry.base.errors import Conflict, NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Department, Subject
from registry.selectors.policies import ActivePack
from registry.selectors.remembered import answers_remembered
from registry.services import authz
from registry.services.events import event_record
from registry.services.notices import notice_queue
from registry.services.subjects import subject_lock
from sanctions.selectors.history import BLACKLIST, SubjectWorld
from sanctions.selectors.worlds import subject_id_chunks, worlds_of

CHUNK = 500
ONE_DAY = timedelta(days=1)
TIME, PACK, FIRST = "期间届满", "评定办法变动", "初次评定"


def tier_mark(*, subject: Subject, cause: str, on: date) -> None:
    """Note in the caller's transaction that the subject's tier is to be looked at. A second mark replaces the first."""
    if subject.is_person:
        return
    mark = TierMark(subject=subject, cause=cause[:200], marked_on=on)
    # One statement: imports mark a hundred thousand times.
    TierMark.objects.bulk_create(
        [mark], update_conflicts=True, unique_fields=["subject"], update_fields=["cause", "token", "marked_on"]
    )


def tiers_recompute(*, on: date) -> dict[str, int]:
    """Bring every tier into step on the day `on`: everybody after the pack changed, else whoever is marked, overtaken by
    a day or new. Run twice, or days late, it leaves the same tiers: each change is dated by its own day.

    Counts: subjects looked at (`judged`), tiers that changed (`changed`).
    """
    counts = {"judged": 0, "changed": 0}
    active = tier_pack(on)
    _others_close(active.version.pack_id if active is not None else "", on)
    if active is None:
        return counts
    run, is_new = TierRun.objects.get_or_create(pack_id=active.version.pack_id, defaults={"policy": active.version})
    if not is_new and run.policy_id != active.version.pk:
        run.policy, run.after, run.is_finished = active.version, 0, False
        run.save()
    if not run.is_finished:
        for ids in subject_id_chunks(gradable(), size=CHUNK, after=run.after):
            _chunk(ids, active, on, counts)
            run.after = ids[-1]
            run.save(update_fields=["after"])
        run.is_finished = True
        run.save(update_fields=["is_finished"])
    after = 0
    while ids := subjects_stale(active.version.pack_id, on, after=after, limit=CHUNK):
        _chunk(ids, active, on, counts)
        after = ids[-1]
    return counts


@transaction.atomic
def _chunk(ids: Collection[int], active: ActivePack, on: date, counts: dict[str, int]) -> None:
    """Settle some subjects in one short transaction. Their rows are locked, so that a fact that comes meanwhile waits,
    and its mark is newer than this answer."""
    locked = Subject.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    grade = set(gradable().filter(pk__in=[each.pk for each in locked]).values_list("pk", flat=True))
    marks = {each.subject_id: each for each in TierMark.objects.filter(subject_id__in=ids)}
    open_now = TierAssessment.objects.filter(subject_id__in=ids, pack_id=active.version.pack_id, ends_on__isnull=True)
    before = {each.subject_id: each for each in open_now}
    committed = set(Commitment.objects.public(on).filter(subject_id__in=ids).values_list("subject_id", flat=True))
    held = honours_in_force(ids, on)
    with answers_remembered():
        for world in worlds_of(ids):
            pk = world.subject.pk
            if pk not in grade:
                _close(before.get(pk), on)
                continue
            counts["judged"] += 1
            counts["changed"] += _settle(
                world, active, on, before.get(pk), marks.get(pk), held.get(pk, []), pk in committed
            )
    TierMark.objects.filter(token__in=[each.token for each in marks.values()]).delete()


def _others_close(pack_id: str, on: date) -> None:
    """End the tiers of packs that the office does not grade by any more."""
    TierAssessment.objects.filter(ends_on__isnull=True, starts_on__lt=on).exclude(pack_id=pack_id).update(ends_on=on)
    TierRun.objects.exclude(pack_id=pack_id).delete()


def _close(assessment: TierAssessment | None, on: date) -> None:
    if assessment is None:
        return
    # One that began today held today.
    assessment.ends_on, assessment.next_change_on = max(on, assessment.starts_on + ONE_DAY), None
    assessment.save()


def _settle(
    world: SubjectWorld, active: ActivePack, on: date, assessment: TierAssessment | None, mark: TierMark | None,
    held: list[Honour], committed: bool,
) -> int:  # fmt: skip
    """Walk through the days on which time changed the tier, then settle today; return how often it changed."""
    changed = 0
    while assessment is not None and assessment.next_change_on is not None and assessment.next_change_on <= on:
        day = assessment.next_change_on
        assessment, differs = _assess(world, active, day, assessment, TIME, held, committed)
        changed += differs
    cause = mark.cause if mark is not None else PACK if assessment is not None else FIRST
    if assessment is None or mark is not None or assessment.policy_id != active.version.pk:
        _, differs = _assess(world, active, on, assessment, cause, held, committed)
        changed += differs
    return changed


def _assess(
    world: SubjectWorld, active: ActivePack, day: date, before: TierAssessment | None, cause: str, held: list[Honour],
    committed: bool,
) -> tuple[TierAssessment | None, bool]:  # fmt: skip
    verdict, _, history = world_verdict(world, active, day, honours=held, committed=committed)
    if verdict.tier is None:
        _close(before, day)
        return None, before is not None
    content = {
        "policy": active.version, "tier_code": verdict.tier.code, "tier_label": verdict.tier.label[:100],
        "is_newcomer": verdict.tier.newcomer, "missing": list(verdict.missing),
        "reasons": reasons_told(active, verdict, history, day), "assessed_on": day,
        "next_change_on": _next_look(world, verdict.next_change_on, day),
    }  # fmt: skip
    differs = before is None or before.tier_code != verdict.tier.code
    # A new row for a new tier or edition; what else changed about the same tier is kept on its row.
    if before is not None and (not (differs or before.policy_id != active.version.pk) or before.starts_on >= day):
        for name, value in content.items():
            setattr(before, name, value)
        if differs:
            before.cause = cause
        before.save()
        return before, differs
    if before is not None:
        before.ends_on = day
        before.save()
    new = TierAssessment.objects.create(
        subject=world.subject, pack_id=active.version.pack_id, starts_on=day, cause=cause, **content
    )
    if before is not None and differs:
        event_record(
            "tier.changed", f"信用等级由{before.tier_label}变为{new.tier_label}（{cause}）", obj=new,
            subject=world.subject, actor=None, on=day,
            payload={"from": before.tier_code, "to": new.tier_code, "pack": new.pack_id},
        )  # fmt: skip
    return new, differs


def _next_look(world: SubjectWorld, by_pack: date | None, day: date) -> date | None:
    """The first later day on which the answer can change: by the pack's own windows, or because an entry on another
    field's blacklist begins or ends."""
    edges = [
        edge
        for entry in world.entries
        if entry.list_code == BLACKLIST
        for edge in (entry.starts_on, entry.ends_on)
        if edge > day
    ]
    return min([*edges, *([by_pack] if by_pack is not None else [])], default=None)


def tiers_move(*, loser: Subject, winner: Subject, on: date) -> None:
    """Close the tiers of a subject that is merged away, and let the winner be graded anew."""
    for each in TierAssessment.objects.filter(subject=loser, ends_on__isnull=True):
        _close(each, on)
    TierMark.objects.filter(subject=loser).delete()
    tier_mark(subject=winner, cause="主体合并", on=on)


@transaction.atomic
def tier_object(*, subject_id: int, text: str, actor: Account | None, on: date) -> TierObjection:
    """Take in a subject's objection against its own tier. Raises NotAllowed, RuleRefused, Conflict (one is open)."""
    subject = subject_lock(subject_id)
    authz.require(actor, "portal.file", on=on)
    if actor is None or actor.subject_id != subject.pk:
        raise NotAllowed("other-subject", "只能对本单位的等级提出异议。请核对登录的账号。")
    if not text.strip():
        raise RuleRefused("text-missing", "请写明认为等级不当的理由。", field="text")
    if TierObjection.objects.filter(subject=subject, answered_on__isnull=True).exists():
        raise Conflict("objection-open", "已有一件等级异议正在办理，请等待答复。")
    active = tier_pack(on)
    held = TierAssessment.objects.on(on).filter(subject=subject).first() if active is not None else None
    if held is None:
        raise RuleRefused("no-tier", "目前没有对本单位评定等级，不需要提出异议。")
    objection = TierObjection(
        subject=subject, department=_office(), tier_label=held.tier_label, text=text.strip()[:2000], filed_on=on,
        filed_by=actor,
    )  # fmt: skip
    objection.save_by(actor, reason="tier.object")
    event_record(
        "tier.objected", f"对信用等级（{held.tier_label}）提出异议", obj=objection, subject=subject, actor=actor, on=on
    )
    notice_queue(
        "tier.objected", title=f"等级异议：{subject.name}"[:200], body=f"{subject.name}对信用等级提出异议，请核查答复。",
        at=clock.now(), obj=objection, department=objection.department,
    )  # fmt: skip
    return objection


def _office() -> Department:
    office = Department.objects.filter(kind=Department.Kind.CREDIT_OFFICE, is_active=True).order_by("pk").first()
    if office is None:
        raise RuleRefused("no-office", "没有设置信用监管办公室，无法受理。请联系系统管理员。")
    return office


@transaction.atomic
def tier_answer(
    *, objection_id: int, answer: str, actor: Account | None, on: date, version: int | None = None
) -> TierObjection:
    """Answer an objection. A wrong fact is corrected where it is kept, which grades anew; the tier itself is computed
    and never set by hand. Raises TransitionRefused, NotAllowed, Conflict, RuleRefused."""
    subject = subject_lock(TierObjection.objects.values_list("subject_id", flat=True).get(pk=objection_id))
    objection: TierObjection = TierObjection.objects.select_for_update().get(pk=objection_id)
    if objection.answered_on is not None:
        raise TransitionRefused("answered", f"该异议已于{objection.answered_on}答复。")
    authz.require(actor, "tier.answer", on=on)
    version_require(objection, version)
    if not answer.strip():
        raise RuleRefused("answer-missing", "请写明核查情况和答复。", field="answer")
    objection.answered_on, objection.answered_by, objection.answer = on, actor, answer.strip()[:1000]
    objection.save_by(actor, reason="tier.answer")
    event_record(
        "tier.answered", f"答复等级异议：{objection.answer}", obj=objection, subject=subject, actor=actor, on=on
    )
    notice_queue(
        "tier.answered", title="等级异议的答复", body=f"{subject.name}：{objection.answer}", at=clock.now(),
        obj=objection, subject=subject,
    )  # fmt: skip
    tier_mark(subject=subject, cause="等级异议核查", on=on)
    return objection
