"""What a subject's tier means for who is about to deal with it: how it is inspected, and nothing else."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, Exists, OuterRef

from incentives.models import TierAssessment, TierMark
from incentives.selectors.tiers import tier_pack
from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.base.prepared import Prepared, Slot
from registry.rules.policy.honours import Tier
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import ActivePack
from sanctions.selectors.enjoying import Graded

_ON: Any = Slot("on", DateField())
_TIERS = Prepared(
    lambda: (
        TierAssessment.objects.on(_ON)
        .filter(subject__pk__any_of=Slot("subjects", BigIntegerField(), many=True), pack_id=Slot("pack", CharField()))
        .annotate(is_marked=Exists(TierMark.objects.filter(subject=OuterRef("subject"))))
        .order_by()
    ),
    ("subject_id", "policy_id", "tier_code", "is_newcomer", "starts_on", "next_change_on", "is_marked"),
)
_ANEW = Graded("", "正在重新评定", is_pending=True)


def tiers_graded(subject_ids: Collection[int], on: date) -> dict[int, Graded]:
    """Return subject → its tier on `on` under the pack in use and what follows from it. Two queries at most.

    A tier that a changed fact, a day or a new edition has overtaken is told as being found anew: nobody is held to it
    until the job has looked.
    """
    active = tier_pack(on)
    if active is None or not subject_ids:
        return {}
    rules = {tier.code: tier for tier in active.pack.tiers}
    rows = _TIERS.rows(subjects=subject_ids, pack=active.version.pack_id, on=on)
    return {
        subject_id: _ANEW
        if is_marked or policy_id != active.version.pk or code not in rules or (next_on is not None and next_on <= on)
        else _graded(active, rules[code], since, is_pending=is_newcomer)
        for subject_id, policy_id, code, is_newcomer, since, next_on, is_marked in rows
    }


def _graded(active: ActivePack, tier: Tier, since: date, *, is_pending: bool) -> Graded:
    basis = f"《{active.version.title}》{clause_text(active.pack, tier.clause)}"
    return Graded(tier.code, tier.label, is_pending, since, "" if is_pending else tier_effect(tier), basis)


def tier_effect(tier: Tier) -> str:
    """Say how subjects of a tier are inspected: share drawn, most inspections a year, frequency in words."""
    least, most = tier.draw_percent_least, tier.draw_percent
    said = []
    if most is not None:
        said.append(f"抽查比例{least}%至{most}%" if least else f"抽查比例不超过{most}%")
    elif least:
        said.append(f"抽查比例不低于{least}%")
    if tier.yearly_cap is not None:
        said.append(f"每年检查不超过{tier.yearly_cap}次")
    if tier.frequency:
        said.append(tier.frequency)
    return "；".join(said)
