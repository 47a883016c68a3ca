"""The policies that the office runs and their measures, as the public reads them."""

from dataclasses import dataclass
from datetime import date

from registry.rules.policy.head import AUTHORITY_LABELS
from registry.rules.policy.measures import Measure
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import ActivePack, last_day_in_force, packs_active


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of a policy for reading. `is_assumed`: the value is the office's, until the text is checked."""

    code: str
    label: str
    detail: str
    clause: str
    is_assumed: bool = False
    is_public: bool = False


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

    @property
    def lists(self) -> list[Line]:
        """The lists with their terms, and whether the public sees them."""
        pack = self.active.pack
        return [
            Line(
                rule.code,
                rule.label,
                rule.term.label if rule.term else "—",
                clause_text(pack, rule.clause),
                is_assumed=rule.term is not None and rule.term.assumed,
                is_public=rule.public.value and self.is_binding,
            )
            for rule in pack.lists
        ]

    @property
    def items(self) -> list[Line]:
        """The misconduct that the policy names."""
        pack = self.active.pack
        return [Line(item.code, item.label, "", clause_text(pack, item.clause), item.assumed) for item in pack.items]

    @property
    def limits(self) -> list[Line]:
        """The time limits of the procedure."""
        pack = self.active.pack
        return [
            Line(rule.code, rule.label, rule.amount_label, clause_text(pack, rule.clause), rule.assumed)
            for rule in pack.deadlines
        ]


@dataclass(frozen=True, slots=True)
class PublicMeasure:
    """A catalogue measure for reading."""

    policy: ActivePack
    measure: Measure

    @property
    def title(self) -> str:
        """The title of the catalogue, to group by."""
        return self.policy.version.title

    @property
    def clause(self) -> str:
        """The clause as it is cited."""
        return clause_text(self.policy.pack, self.measure.clause)

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
