"""Lawful by construction: in which mode an office may run a pack on a day, and which rule stops what.

Basis: 国办发〔2020〕49号, whose document date is 2020-12-07; since then a list of the seriously dishonest and any
measure that reduces rights must rest on law, regulation, central policy or (provisionally) a ministry rule.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .head import AUTHORITY_LABELS, Basis
from .measures import Measure
from .schema import Pack

Day = dt.date
Mode = Literal["binding", "internal"]

# Assumed: the notice names no day from which it takes effect, so the date of the document is used.
LAWFUL_LISTS_FROM = Day(2020, 12, 7)
CARRYING_LEVELS = frozenset({"law", "regulation", "local-regulation", "central-policy", "ministry-rule"})
_RULE = "《国务院办公厅关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》（国办发〔2020〕49号）"


@dataclass(frozen=True, slots=True)
class ActivationVerdict:
    """How a pack may run. `reasons`: Chinese sentences, each naming the rule and what it stops."""

    mode: Mode
    reasons: tuple[str, ...]
    rights_reducing_measures_allowed: bool
    may_publish: bool


@dataclass(frozen=True, slots=True)
class MeasureVerdict:
    """Whether one measure may be ordered on a day, and why (Chinese)."""

    allowed: bool
    reason: str


def activation_check(pack: Pack, on: Day) -> ActivationVerdict:
    """Say in which mode an office that activates `pack` on `on` may run it."""
    in_force = _validity_reasons(pack, on)
    carried, authority = _authority(pack, on)
    allowed = carried and not in_force
    mode: Mode = "binding" if allowed else "internal"
    return ActivationVerdict(
        mode, (*in_force, authority), rights_reducing_measures_allowed=allowed, may_publish=allowed
    )


def lists_may_be_public(pack: Pack, on: Day) -> bool:
    """Tell whether the pack's authority carries a public list on `on`, whatever its validity.

    An entry made while the pack was in force stays public for its term after the pack is superseded.
    """
    return on < LAWFUL_LISTS_FROM or not _reduces_rights(pack) or _carries(pack) is not None


def measure_check(pack: Pack, measure: Measure, on: Day) -> MeasureVerdict:
    """Say whether a catalogue measure may be ordered on `on`; a measure outside a catalogue never may."""
    if not measure.rights_reducing:
        return MeasureVerdict(True, "该措施不减损权益，可以实施。")
    if on < LAWFUL_LISTS_FROM:
        return MeasureVerdict(True, "该日在国办发〔2020〕49号之前，按清单实施。")
    basis = _carrying(measure.basis) or (_carries(pack) if not measure.basis else None)
    if basis is None:
        return MeasureVerdict(
            False,
            f"措施“{measure.label}”减损权益，但所列依据中没有法律、法规、党中央国务院政策文件或部门规章，"
            f"依{_RULE}不得实施。",
        )
    return MeasureVerdict(
        True, f"该措施依据{basis.document}{basis.article}（{AUTHORITY_LABELS[basis.level]}），可以实施。"
    )


@lru_cache(maxsize=512)
def _authority_of(title: str, level: str, carrier: Basis | None, reduces: bool, after: bool) -> tuple[bool, str]:
    label = AUTHORITY_LABELS[level]
    if not reduces:
        return True, f"{title}不设失信名单，也不设减损权益的措施，可以施行。"
    if not after:
        return True, f"该日在国办发〔2020〕49号印发（{LAWFUL_LISTS_FROM}）之前，{title}可以按其规定施行。"
    if carrier is not None and carrier.document:
        return True, f"{title}依据{carrier.document}{carrier.article}（{AUTHORITY_LABELS[carrier.level]}），可以施行。"
    if carrier is not None:
        return True, f"{title}是{label}，可以作为名单和减损权益措施的依据。"
    return False, (
        f"{title}是{label}，依{_RULE}，失信名单和减损权益的措施须以法律、法规、党中央国务院政策文件或部门规章为依据："
        "因此不得公开名单，不得实施减损权益的措施，只能作内部分级和提醒使用。"
    )


def _authority(pack: Pack, on: Day) -> tuple[bool, str]:
    head = pack.head
    carrier = _carries(pack)
    return _authority_of(
        f"《{head.title}》", head.authority.level, carrier, _reduces_rights(pack), on >= LAWFUL_LISTS_FROM
    )


def _reduces_rights(pack: Pack) -> bool:
    return any(rule.polarity == "negative" for rule in pack.lists) or any(
        measure.rights_reducing for measure in pack.measures
    )


def _carries(pack: Pack) -> Basis | None:
    """Return what carries the pack: itself (no document named) or a higher document it rests on."""
    authority = pack.head.authority
    if authority.level in CARRYING_LEVELS:
        return Basis.model_construct(level=authority.level, document="", article="")
    return _carrying(authority.rests_on)


def _carrying(bases: Iterable[Basis]) -> Basis | None:
    return next((basis for basis in bases if basis.level in CARRYING_LEVELS), None)


def _validity_reasons(pack: Pack, on: Day) -> tuple[str, ...]:
    head = pack.head
    if head.in_force_from is not None and on < head.in_force_from:
        return (f"《{head.title}》自{head.in_force_from}起施行，{on}尚未施行，不得据以公开名单或实施措施。",)
    if head.in_force_until is not None and on > head.in_force_until:
        by = f"，已由政策包“{head.superseded_by}”取代" if head.superseded_by else ""
        return (
            f"《{head.title}》施行至{head.in_force_until}{by}，{on}已失效，不得据以作出新的认定、公开名单或实施措施。",
        )
    return ()
