"""The policies that the office runs and their measures, as the public reads them."""

from dataclasses import dataclass
from datetime import date

from registry.rules.policy.head import AUTHORITY_LABELS
from registry.rules.policy.measures import Measure
from registry.selectors.policies import ActivePack, last_day_in_force, packs_active


@dataclass(frozen=True, slots=True)
class PublicPolicy:
    """An active policy for reading."""

    active: ActivePack
    authority: str
    last_day: date | None

    @property
    def is_binding(self) -> bool:
        """Whether lists are published and rights reduced under it; else it only grades inside the office."""
        return self.active.mode == "binding"


@dataclass(frozen=True, slots=True)
class PublicMeasure:
    """A catalogue measure for reading."""

    policy: ActivePack
    measure: Measure

    @property
    def targets(self) -> str:
        """On whom, in Chinese."""
        labels = {"organization": "单位", "person": "个人"}
        parts = self.measure.parts
        reached = {kind for each in (self.measure, *parts) for kind in each.targets}
        return "、".join(label for kind, label in labels.items() if kind in reached)

    @property
    def bases(self) -> list[str]:
        """Legal bases, each with its article."""
        return [f"{basis.document}{basis.article}" for basis in self.measure.basis]


def policies_public(*, on: date) -> list[PublicPolicy]:
    """Return the policies that the office runs on the day `on`: those that bind first."""
    found = [_policy(active) for active in packs_active(on)]
    return sorted(found, key=lambda policy: (not policy.is_binding, policy.active.version.title))


def policy_public(pack_id: str, *, on: date) -> PublicPolicy | None:
    """Return one active policy, None when the office does not run it."""
    return next((_policy(active) for active in packs_active(on) if active.version.pack_id == pack_id), None)


def measures_public(*, on: date) -> dict[str, list[PublicMeasure]]:
    """Return the measures of the binding catalogues, `mandatory` and `recommended` apart."""
    found: dict[str, list[PublicMeasure]] = {"mandatory": [], "recommended": []}
    for active in packs_active(on):
        if active.mode == "binding":
            for measure in active.pack.measures:
                found[measure.force].append(PublicMeasure(active, measure))
    return found


def _policy(active: ActivePack) -> PublicPolicy:
    return PublicPolicy(active, AUTHORITY_LABELS[active.pack.head.authority.level], last_day_in_force(active.version))
