"""The matters (事项) that departments ask about, as the policies in use name them."""

from datetime import date

from registry.rules.policy.showing import matter_label
from registry.selectors.policies import packs_active


def matters_on(on: date) -> dict[str, str]:
    """Return code and Chinese label of every matter of the policies that the office runs on `on`, by code: declared
    by one of them, or attached to a measure or an incentive."""
    packs = [active.pack for active in packs_active(on)]
    declared = {matter.code: matter.label for pack in packs for matter in pack.matters}
    attached = {code for pack in packs for measure in pack.measures for code in measure.matters}
    attached |= {code for pack in packs for incentive in pack.incentives for code in incentive.matters}
    return {code: matter_label(code, declared) for code in sorted(attached | set(declared))}
