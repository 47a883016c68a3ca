"""Supervision tiers as officers and subjects read them. A tier holds by dates; one that time has overtaken is told."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from incentives.models import Honour, TierAssessment, TierMark, TierObjection, TierRun, TierUngraded
from incentives.selectors.good_standing import deciding, is_committed, standing_history
from registry.models import Record, Subject
from registry.rules.policy.facts import History, SubjectFacts
from registry.rules.policy.honours import Tier
from registry.rules.policy.reasons import Asked, Reason, reason_of
from registry.rules.policy.schema import Pack
from registry.rules.policy.tier_causes import TierOutcome, tier_causes, tier_outcomes
from registry.rules.policy.tier_grounds import Ground, tier_grounds
from registry.rules.policy.tiering import MISSING_LABELS, TierVerdict, tier_verdict, undecided, unregistered
from registry.rules.policy.wording import GRADE_LABELS, RISK_LABELS, clause_text
from registry.selectors.policies import ActivePack, pack_of, packs_active
from sanctions.selectors.history import SubjectWorld, record_pk, subject_facts, world_of

_CAUSE_LABELS = {"risk": "安全风险等级", "standardisation": "安全生产标准化等级", "domains": "在其他领域的黑名单上"}
_IF = {"risk": "如为低风险", "standardisation": "如为标准化一级", "domains": "如不在该名单上"}


@dataclass(frozen=True)
class CauseRow:
    """One fact that decides about the tier: what it is, and which tier the subject would have without it."""

    label: str
    effect: str
    record: Record | None = None


@dataclass(frozen=True)
class TierPage:
    """A subject's tier today, asked anew. `tier`: None where no pack in use grades the subject; `missing`: labels of
    facts that must be registered first; `idle`: of those not registered that change nothing today; `outcomes`: what the
    missing ones would lead to; `profile`: (fact, what is registered) of what the pack asks for besides records; `reasons`:
    (tier, met, sentences) for each condition in the pack's order."""

    active: ActivePack | None
    tier: Tier | None
    missing: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    outcomes: tuple[CauseRow, ...] = ()
    profile: tuple[tuple[str, str], ...] = ()
    reasons: tuple[dict[str, Any], ...] = ()
    causes: tuple[CauseRow, ...] = ()
    next_change_on: date | None = None

    @property
    def title(self) -> str:
        """The document that grades."""
        return self.active.version.title if self.active is not None else ""


@dataclass(frozen=True)
class TierFilters:
    """What the officers' list is narrowed by; empty means all. `missing`: a code of MISSING_LABELS."""

    tier: str = ""
    missing: str = ""
    industry: str = ""
    name: str = ""


def tier_pack(on: date) -> ActivePack | None:
    """Return the pack by which the office grades on `on`: the first in use that has tiers; None when none has."""
    return next((active for active in packs_active(on) if active.pack.tiers), None)


def gradable() -> QuerySet[Subject]:
    """Return whom tiers are about: organisations that exist and stand for themselves."""
    return Subject.objects.filter(
        kind=Subject.Kind.ORGANIZATION, status=Subject.Status.ACTIVE, merged_into__isnull=True
    )


def tiers_of(subject_ids: Collection[int], on: date) -> dict[int, str]:
    """Return subject → tier code on `on` under the pack in use; who was never graded is left out. Two queries."""
    active = tier_pack(on)
    if active is None:
        return {}
    found = TierAssessment.objects.on(on).filter(subject_id__in=subject_ids, pack_id=active.version.pack_id)
    return dict(found.values_list("subject_id", "tier_code"))


def world_verdict(
    world: SubjectWorld, pack: Pack, on: date, *, honours: Collection[Honour] = (), committed: bool = False
) -> tuple[TierVerdict, SubjectFacts, History]:
    """Grade one subject from its world; with the facts that were asked."""
    subject = subject_facts(world, pack, on)
    history = standing_history(world, pack, on, honours=honours, is_committed=committed)
    return tier_verdict(pack, subject, history, on), subject, history


def reasons_told(
    pack: Pack, facts: SubjectFacts, verdict: TierVerdict, history: History, on: date
) -> list[dict[str, Any]]:
    """Word what was found about every tier's condition, in the pack's order, as plain data. What a fact that is not
    registered would decide (`is_open`) is told as such: it is neither met nor not."""
    unknown, is_open = unregistered(pack, facts), undecided(pack, facts, history, on)
    known = history.known_on(on).records
    records = {record.id: record for record in known}
    existing = [record for record in known if record.exists_on(on)]
    told = []
    for tier, judgement in verdict.judged:
        reason = reason_of(Asked(pack, on, records, existing, tier.label), judgement, tier.clause)
        leaves = deciding(reason)
        told.append(
            {
                "code": tier.code, "label": tier.label, "clause": clause_text(pack, tier.clause),
                "met": judgement.met, "is_open": tier.code in is_open, "assumed": tier.assumed,
                "sentences": list(dict.fromkeys(_sentence(leaf, unknown) for leaf in leaves)),
                "outlook": list(dict.fromkeys(leaf.outlook for leaf in leaves if leaf.outlook)),
            }
        )  # fmt: skip
    return told


def _sentence(reason: Reason, unknown: Collection[str]) -> str:
    waits = [fact for fact in unknown if any(each.condition == fact for each in _inside(reason))]
    if not waits:
        return reason.sentence
    return f"没有登记{'、'.join(MISSING_LABELS[fact] for fact in waits)}，不能判断：{reason.asks}。"


def _inside(reason: Reason) -> Iterator[Reason]:
    yield reason
    for child in reason.children:
        yield from _inside(child)


def tier_page(subject: Subject, on: date) -> TierPage:
    """Grade a subject as of today, with reasons, the effect of each cause, and the next day on which time changes it."""
    active = tier_pack(on)
    if active is None or not gradable().filter(pk=subject.pk).exists():
        return TierPage(active, None)
    world = world_of(subject)
    held = list(Honour.objects.in_force(on).filter(subject=subject))
    verdict, facts, history = world_verdict(world, active.pack, on, honours=held, committed=is_committed(subject, on))
    records = {record.pk: record for record in world.records}
    causes = []
    for cause in tier_causes(active.pack, facts, history, on, verdict):
        record = records.get(record_pk(cause.record_id)) if cause.record_id else None
        label = f"{record.get_kind_display()} {record.number or record.title}" if record else _CAUSE_LABELS[cause.kind]
        causes.append(CauseRow(label, f"{_IF.get(cause.kind, '如无此项')}，为{cause.without.label}", record))
    idle = [
        each for each in unregistered(active.pack, facts) if verdict.tier is not None and each not in verdict.missing
    ]
    return TierPage(
        active, verdict.tier,
        missing=tuple(MISSING_LABELS[each] for each in verdict.missing),
        idle=tuple(MISSING_LABELS[each] for each in idle),
        outcomes=tuple(_outcome(each) for each in tier_outcomes(active.pack, facts, history, on, verdict)),
        profile=tuple(_profile(active.pack, facts)),
        reasons=tuple(reasons_told(active.pack, facts, verdict, history, on)),
        causes=tuple(causes),
        next_change_on=verdict.next_change_on,
    )  # fmt: skip


def _profile(pack: Pack, facts: SubjectFacts) -> Iterator[tuple[str, str]]:
    asked = unregistered(pack, replace(facts, risk=None, standardisation=None))
    if "risk" in asked:
        yield MISSING_LABELS["risk"], RISK_LABELS[facts.risk] if facts.risk else "没有登记"
    if "standardisation" in asked:
        yield (
            MISSING_LABELS["standardisation"],
            GRADE_LABELS[facts.standardisation] if facts.standardisation else "没有登记",
        )


def _outcome(outcome: TierOutcome) -> CauseRow:
    labels = RISK_LABELS if outcome.fact == "risk" else GRADE_LABELS
    values = "、".join(labels[value] for value in outcome.values)
    effect = "仍缺少其他事实，待评定" if outcome.tier.newcomer else f"为{outcome.tier.label}"
    return CauseRow(f"登记{MISSING_LABELS[outcome.fact]}为{values}", effect)


def tier_held(subject: Subject, on: date) -> TierAssessment | None:
    """Return the tier that was found to hold on `on` under the pack in use, None for who was not graded."""
    active = tier_pack(on)
    if active is None:
        return None
    return TierAssessment.objects.on(on).filter(subject=subject, pack_id=active.version.pack_id).first()


class PastGround(NamedTuple):
    """What a tier rested on: in words, and the records as they are called."""

    label: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class TierPast:
    """A tier that a subject had or has, with what it rested on when it was found."""

    held: TierAssessment
    grounds: tuple[PastGround, ...]


def tier_history(subject: Subject, *, limit: int = 50) -> list[TierPast]:
    """Return a subject's tiers over time, the newest first, at most `limit`."""
    found = (
        TierAssessment.objects.filter(subject=subject).select_related("policy").order_by("-starts_on", "-pk")[:limit]
    )
    told = [(held, tier_grounds(pack_of(held.policy), held.grounds)) for held in found]
    numbers = {pk for _, grounds in told for each in grounds for pk in each.records}
    records = {record.pk: str(record) for record in Record.objects.filter(pk__in=numbers)}
    return [TierPast(held, tuple(_told(each, records) for each in grounds)) for held, grounds in told]


def _told(ground: Ground, records: Mapping[int, str]) -> PastGround:
    return PastGround(ground.label, tuple(records[pk] for pk in ground.records if pk in records))


def tier_list(filters: TierFilters, on: date) -> QuerySet[TierAssessment]:
    """Return the tiers that hold on `on` under the pack in use, in order of the subject's name's row."""
    active = tier_pack(on)
    found = TierAssessment.objects.on(on).filter(pack_id=active.version.pack_id if active is not None else "")
    if filters.tier:
        found = found.filter(tier_code=filters.tier)
    if filters.missing == "risk":
        found = found.filter(is_newcomer=True, subject__risk="")
    elif filters.missing == "standardisation":
        found = found.filter(is_newcomer=True, subject__standardisation__isnull=True)
    if filters.industry:
        found = found.filter(subject__industry=filters.industry)
    if filters.name.strip():
        found = found.filter(subject__name__contains=filters.name.strip())
    stale = TierMark.objects.filter(subject=OuterRef("subject"))
    return found.annotate(is_marked=Exists(stale)).select_related("subject", "policy").order_by("subject_id")


def tier_counts(on: date) -> list[tuple[Tier, int]]:
    """Return each tier of the pack in use with the number of subjects in it on `on`, in the pack's order."""
    active = tier_pack(on)
    if active is None:
        return []
    found = TierAssessment.objects.on(on).filter(pack_id=active.version.pack_id)
    counts = dict(found.order_by().values_list("tier_code").annotate(number=Count("pk")))
    return [(tier, counts.get(tier.code, 0)) for tier in active.pack.tiers]


def industries() -> list[str]:
    """Return the industries of graded subjects."""
    found = gradable().exclude(industry="").order_by("industry").values_list("industry", flat=True)
    return list(found.distinct())


def tier_export(filters: TierFilters, on: date) -> Iterator[tuple[str, ...]]:
    """Yield the list's rows for a sheet, heading first, reading as it goes."""
    yield "名称", "统一社会信用代码", "行业", "等级", "缺少的事实", "自", "最近评定", "预计变化", "依据"
    for each in tier_list(filters, on).iterator(chunk_size=2000):
        missing = "、".join(MISSING_LABELS[code] for code in each.missing)
        subject = each.subject
        yield (
            subject.name, subject.uscc or "", subject.industry, each.tier_label, missing, str(each.starts_on),
            str(each.assessed_on), str(each.next_change_on or ""), each.policy.title,
        )  # fmt: skip


def tier_rule(assessment: TierAssessment) -> Tier | None:
    """Return the rule of an assessment's tier under its own edition: draw ratio, frequency, cap."""
    tiers = pack_of(assessment.policy).tiers
    return next((tier for tier in tiers if tier.code == assessment.tier_code), None)


def new_subjects(pack_id: str) -> QuerySet[Subject]:
    """Return whom the pack was never asked about; two queries."""
    run = TierRun.objects.filter(pack_id=pack_id).first()
    graded = TierAssessment.objects.filter(subject=OuterRef("pk"), pack_id=pack_id, ends_on__isnull=True)
    ungraded = TierUngraded.objects.filter(subject=OuterRef("pk"), pack_id=pack_id)
    return gradable().filter(~Exists(graded), ~Exists(ungraded), pk__gt=run.newest_graded if run is not None else 0)


def overtaken(pack_id: str, on: date) -> tuple[QuerySet[TierAssessment], QuerySet[TierUngraded]]:
    """Return what was noted of subjects, graded or not, whose day of change has come by `on`."""
    graded = TierAssessment.objects.filter(pack_id=pack_id, ends_on__isnull=True, next_change_on__lte=on)
    return graded, TierUngraded.objects.filter(pack_id=pack_id, next_change_on__lte=on)


def first_overtaken(pack_id: str, on: date) -> date | None:
    """Return the earliest day of change by `on` that nobody has settled yet."""
    found = (each.aggregate(day=Min("next_change_on"))["day"] for each in overtaken(pack_id, on))
    return min((day for day in found if day is not None), default=None)


def tiers_are_stale(on: date) -> bool:
    """Whether somebody's tier has to be looked at anew on the day, so that a draw would go by an older one."""
    active = tier_pack(on)
    if active is None:
        return False
    pack_id = active.version.pack_id
    return (
        edition_waits(active)
        or TierMark.objects.exists()
        or any(found.exists() for found in overtaken(pack_id, on))
        or new_subjects(pack_id).exists()
    )


def edition_waits(active: ActivePack) -> bool:
    """Whether the edition in use has graded nobody yet: the tiers are still those of the one before."""
    return not TierRun.objects.filter(pack_id=active.version.pack_id, policy=active.version).exists()


def tier_objections(*, open_only: bool = False) -> QuerySet[TierObjection]:
    """Return objections against tiers, the newest first."""
    found = TierObjection.objects.select_related("subject", "department", "answered_by").order_by("-pk")
    return found.filter(Q(answered_on__isnull=True)) if open_only else found
