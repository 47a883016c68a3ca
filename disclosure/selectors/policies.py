"""The policies that the office runs, as the public reads them."""

from dataclasses import dataclass
from datetime import date

from registry.rules.policy.head import AUTHORITY_LABELS
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import ActivePack, last_day_in_force, packs_active


@dataclass(frozen=True, slots=True)
class PublicPolicy:
    """An active policy for reading."""

    active: ActivePack
    authority: str
    last_day: date | None

    @property
    def pack_id(self) -> str:
        """The id of the pack."""
        return self.active.version.pack_id

    @property
    def title(self) -> str:
        """The title of the document."""
        return self.active.version.title

    @property
    def is_binding(self) -> bool:
        """Whether lists are published and rights reduced under it; else it only grades inside the office."""
        return self.active.mode == "binding"

    @property
    def mode_label(self) -> str:
        """How the office runs it."""
        if not self.is_binding:
            return "仅作内部分级"
        return "依法列入" if self.active.pack.lists else "依法执行"

    @property
    def mode_reasons(self) -> tuple[str, ...]:
        """Why it runs so, in sentences: the office's own choice where the law would let it bind."""
        if self.active.verdict.mode == "binding" and not self.is_binding:
            return ("依法可以列入并公布，本县决定只用于内部分级和提醒，不公布名单，不减损权利。",)
        return self.active.verdict.reasons

    @property
    def assumed(self) -> int:
        """How many values the office assumed where the document is silent."""
        return len(self.active.pack.assumptions())

    def cite(self, clause: str) -> str:
        """Cite a clause of the document."""
        return clause_text(self.active.pack, clause)


def policies_public(*, on: date) -> list[PublicPolicy]:
    """Return the policies that the office runs on the day `on`: those that bind first."""
    found = [_policy(active) for active in packs_active(on)]
    return sorted(found, key=lambda policy: (not policy.is_binding, policy.title))


def policy_public(pack_id: str, *, on: date) -> PublicPolicy | None:
    """Return one active policy, None when the office does not run it."""
    return next((_policy(active) for active in packs_active(on) if active.version.pack_id == pack_id), None)


def _policy(active: ActivePack) -> PublicPolicy:
    return PublicPolicy(active, AUTHORITY_LABELS[active.pack.head.authority.level], last_day_in_force(active.version))
