"""Tiers recomputed when a fact, a day or a pack changes, and only then; objections against them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from incentives.models import TierAssessment, TierMark, TierObjection, TierRun, TierUngraded
from incentives.selectors.tier_answers import tiers_ask, tiers_choose
from incentives.selectors.tiers import first_overtaken, new_subjects, overtaken, tier_pack
from incentives.services.tier_settling import TIME, marks_drop, tiers_settle
from registry import clock
from registry.base.bulk import row_new
from registry.base.errors import Conflict, NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Department, PolicyActivation, Subject
from registry.selectors.policies import ActivePack
from registry.services import authz
from registry.services.events import event_record
from registry.services.notices import notice_queue
from registry.services.subjects import subject_lock

# Marks that are settled in one transaction: a fact about one of these subjects waits for its end.
AT_ONCE = 5_000
# Everybody is asked once a week whatever the marks say; that is to change nothing.
WHOLE_EVERY = timedelta(days=7)
ONE_DAY = timedelta(days=1)


def tier_mark(*, subject: Subject, cause: str, on: date) -> None:
    """Note in the caller's transaction that the subject's tier is to be looked at. A second mark replaces the first."""
    tiers_mark(causes={subject: cause}, on=on)


def tiers_mark(*, causes: Mapping[Subject, str], on: date) -> None:
    """Note the same of many subjects, each with its cause."""
    marks = [
        row_new(TierMark, subject_id=subject.pk, cause=cause[:200], marked_on=on)
        for subject, cause in causes.items()
        if not subject.is_person
    ]
    # One statement: imports mark a hundred thousand times.
    TierMark.objects.bulk_create(
        marks, update_conflicts=True, unique_fields=["subject"], update_fields=["cause", "token", "marked_on"],
        batch_size=AT_ONCE,
    )  # fmt: skip


def tiers_recompute(*, on: date) -> dict[str, int]:
    """Bring every tier into step on the day `on`: everybody after the pack changed and once a week, else whoever is
    marked, overtaken by a day or new. Run twice, or days late, it leaves the same tiers: each change is dated by its own
    day and made by the edition in use on it.

    Counts: subjects looked at (`graded`), of them each by itself (`alone`), tiers that changed (`changed`), subjects of
    whom anything was written (`written`), and those of whom the weekly question of everybody wrote anything, which is to
    be nobody (`corrected`).
    """
    night, active = _Night(), tier_pack(on)
    for day in _edition_days(on):
        night.advance(tier_pack(day), day)
    night.advance(active, on)
    if active is not None:
        night.finish(active, on)
    return night.counts


def _edition_days(on: date) -> list[date]:
    """Days between the last run and `on` on which another edition may have come into use."""
    looked_on = TierRun.objects.order_by("looked_on").values_list("looked_on", flat=True).first()
    if looked_on is None:
        return []
    found: set[date] = set()
    for name in ("starts_on", "ends_on"):
        between = PolicyActivation.objects.filter(**{f"{name}__gt": looked_on, f"{name}__lt": on})
        found.update(between.values_list(name, flat=True))
    return sorted(found)


class _Night:
    def __init__(self) -> None:
        self.counts = {"graded": 0, "alone": 0, "changed": 0, "written": 0, "corrected": 0}

    def advance(self, active: ActivePack | None, on: date) -> None:
        """Settle what time changed before `on`, and an edition that came into use on it."""
        pack_id = active.version.pack_id if active is not None else ""
        _others_close(pack_id, on)
        if active is None:
            return
        run = TierRun.objects.filter(pack_id=pack_id).first()
        while run is not None and (day := first_overtaken(pack_id, on - ONE_DAY)) is not None:
            self._settle_day(_edition_on(day, active), day)
        if run is None or run.policy_id != active.version.pk:
            self._settle_everybody(active, on)
        else:
            TierRun.objects.filter(pk=run.pk).update(looked_on=on)

    def finish(self, active: ActivePack, on: date) -> None:
        """Settle the marks and whose day it is, and once a week ask everybody."""
        while self._settle_some(active, on):
            pass
        run = TierRun.objects.get(pack_id=active.version.pack_id)
        if not timedelta(0) <= on - run.asked_on < WHOLE_EVERY:
            self.counts["corrected"] += self._settle_everybody(active, on)

    @transaction.atomic
    def _settle_day(self, active: ActivePack, day: date) -> None:
        _run_lock(active)
        self._settle(active, day, chosen=tiers_choose(_by_time(active, day), by_index=True))

    @transaction.atomic
    def _settle_everybody(self, active: ActivePack, on: date) -> int:
        run = _run_lock(active)
        newest = Subject.objects.aggregate(most=Max("pk"))["most"] or 0
        written = self._settle(active, on)
        asked = {"policy": active.version, "asked_on": on, "looked_on": on, "newest_asked": newest}
        if run is not None and run.asked_on < on:
            asked["newest_graded"] = run.newest_asked
        TierRun.objects.update_or_create(pack_id=active.version.pack_id, defaults=asked)
        return written

    @transaction.atomic
    def _settle_some(self, active: ActivePack, on: date) -> bool:
        """Return whether more may be waiting."""
        run = _run_lock(active)
        marks = TierMark.objects.order_by("subject_id")[:AT_ONCE]
        # In no order: to sort a county for the few that are new costs more than to find them.
        new = new_subjects(active.version.pack_id).order_by().values("id")[:AT_ONCE]
        choices = [_choice(marks, "cause", "token"), *_by_time(active, on), _choice(new, subject="id")]
        number = tiers_choose(choices, by_index=run is not None and run.newest_graded > 0)
        if number:
            self._settle(active, on, chosen=number)
            marks_drop()
        return number >= AT_ONCE

    def _settle(self, active: ActivePack, on: date, *, chosen: int | None = None) -> int:
        for name, number in tiers_ask(active, on, chosen=chosen).items():
            self.counts[name] += number
        settled = tiers_settle(active, on, chosen=chosen is not None)
        self.counts["changed"] += settled.changed
        self.counts["written"] += settled.written
        return settled.written


def _by_time(active: ActivePack, day: date) -> list[tuple[str, list[Any]]]:
    """Whose day has come."""
    graded, ungraded = overtaken(active.version.pack_id, day)
    return [_choice(found.order_by(), f"'{TIME}'") for found in (graded, ungraded)]


def _run_lock(active: ActivePack) -> TierRun | None:
    """Two runs wait for one another."""
    run: TierRun | None = TierRun.objects.select_for_update().filter(pack_id=active.version.pack_id).first()
    return run


def _edition_on(day: date, active: ActivePack) -> ActivePack:
    """The edition that was in use on an earlier day."""
    found = tier_pack(day)
    return found if found is not None and found.version.pack_id == active.version.pack_id else active


def _choice(
    found: QuerySet[Any], cause: str = "NULL", token: str = "NULL", *, subject: str = "subject_id"  # noqa: S107
) -> tuple[str, list[Any]]:  # fmt: skip
    text, params = found.query.sql_with_params()
    return f"SELECT q.{subject}, {cause}, {token} FROM ({text}) AS q WHERE 1 = 1", list(params)  # noqa: S608


def _others_close(pack_id: str, on: date) -> None:
    """End the tiers of packs that the office does not grade by any more."""
    # Less or greater, not unequal: so the index of standing tiers is asked.
    others = Q(pack_id__lt=pack_id) | Q(pack_id__gt=pack_id)
    TierAssessment.objects.filter(others, ends_on__isnull=True, starts_on__lt=on).update(ends_on=on)
    TierUngraded.objects.exclude(pack_id=pack_id).delete()
    TierRun.objects.exclude(pack_id=pack_id).delete()


def tiers_move(*, loser: Subject, winner: Subject, on: date) -> None:
    """Close the tiers of a subject that is merged away, and let the winner be graded anew."""
    for each in TierAssessment.objects.filter(subject=loser, ends_on__isnull=True):
        # One that began today held today.
        each.ends_on, each.next_change_on = max(on, each.starts_on + ONE_DAY), None
        each.save()
    # A run that saw the loser still standing may write a tier for it yet: its mark ends that one.
    tier_mark(subject=loser, cause="主体合并", on=on)
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
