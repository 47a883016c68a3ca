"""The random draw of inspections (双随机): whom to inspect, by whom; anybody can repeat it from the published facts.

A draw is a pure function of the plan's population, its shares and a seed. The seed's SHA-256 is published before the
draw, the seed itself after it, with the hash of the population. Chance comes from SHA-256 alone: every subject of a
stratum gets the digest of seed, stratum and its own key, and the smallest digests are drawn. So each subject of a
stratum is equally likely, the order of rows does not matter, and neither Python's nor a database's generator is asked.
Basis: 国办发〔2015〕58号 (双随机抽查), 国办发〔2024〕54号 (yearly caps of inspections).
"""

import hashlib
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

VERSION = "draw-1"


@dataclass(frozen=True, slots=True)
class Member:
    """One subject of the population. `key`: a lasting identity such as the credit code; `stratum`: its tier;
    `room`: how many more inspections its yearly cap leaves, None without a cap."""

    key: str
    stratum: str
    room: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One subject drawn, with its place in its stratum's order (1 is the first)."""

    key: str
    stratum: str
    place: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole draw. `quotas`: how many each stratum was to give; `short`: how many it could not, for its cap or size."""

    drawn: tuple[Drawn, ...]
    quotas: Mapping[str, int]
    short: Mapping[str, int]
    population_hash: str


@dataclass(frozen=True, slots=True)
class Inspector:
    """One inspector. `most`: how many inspections of this plan it can take on; `conflicts`: subjects it must not
    inspect (回避); `department`: for joint inspections."""

    key: str
    most: int
    conflicts: frozenset[str] = frozenset()
    department: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who inspects one subject; fewer than asked for where nobody else was free of conflict and workload."""

    key: str
    inspectors: tuple[str, ...]
    missing: int


def commitment_of(seed: str) -> str:
    """Return what is published before the draw: the SHA-256 of the seed, in hexadecimal."""
    return hashlib.sha256(seed.encode()).hexdigest()


def population_hash(members: Iterable[Member]) -> str:
    """Return the SHA-256 over the sorted population: key, stratum and room, one line each."""
    digest = hashlib.sha256()
    for line in sorted(f"{each.key}\t{each.stratum}\t{'' if each.room is None else each.room}\n" for each in members):
        digest.update(line.encode())
    return digest.hexdigest()


def quota(size: int, percent: int) -> int:
    """Return how many of `size` a share of `percent` is, rounded half up; 0 to `size`.

    Raises ValueError for a percentage outside 0–100 or a negative size.
    """
    if size < 0 or not 0 <= percent <= 100:
        raise ValueError(f"quota of {size} at {percent}% does not exist")
    return int(Fraction(size * percent, 100) + Fraction(1, 2))


def shares(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split `total` by weights, exactly: every part is its ideal rounded down or up, and the parts add up.

    The largest remainders are rounded up; equal ones in the order of their keys. Raises ValueError without weights.
    """
    whole = sum(weights.values())
    if whole <= 0:
        raise ValueError("shares need a positive weight")
    ideal = {key: Fraction(total * weight, whole) for key, weight in weights.items()}
    parts = {key: int(value) for key, value in ideal.items()}
    left = total - sum(parts.values())
    for key in sorted(ideal, key=lambda each: (-(ideal[each] - parts[each]), each))[:left]:
        parts[key] += 1
    return parts


def draw(members: Sequence[Member], quotas: Mapping[str, int], seed: str) -> Outcome:
    """Draw each stratum's quota. Nobody without room under its cap is drawn, nobody twice.

    Raises ValueError when two members have the same key, or a stratum with a quota has no members at all.
    """
    if len({each.key for each in members}) != len(members):
        raise ValueError("the population holds a key twice")
    by_stratum: dict[str, list[Member]] = {stratum: [] for stratum in quotas}
    for member in members:
        if member.stratum in by_stratum:
            by_stratum[member.stratum].append(member)
    drawn: list[Drawn] = []
    short: dict[str, int] = {}
    for stratum in sorted(quotas):
        chosen = _smallest(by_stratum[stratum], stratum, quotas[stratum], seed)
        drawn += [Drawn(key, stratum, place) for place, key in enumerate(chosen, 1)]
        short[stratum] = quotas[stratum] - len(chosen)
    return Outcome(tuple(drawn), dict(quotas), short, population_hash(members))


def next_in_line(members: Sequence[Member], stratum: str, taken: Iterable[str], seed: str) -> str | None:
    """Return who replaces a drawn subject that fell out: the next of the same order; None when nobody is left."""
    known = set(taken)
    free = [each for each in members if each.stratum == stratum and each.key not in known]
    return next(iter(_smallest(free, stratum, 1, seed)), None)


def _smallest(members: Iterable[Member], stratum: str, number: int, seed: str) -> list[str]:
    prefix = hashlib.sha256(f"{VERSION}\n{seed}\n{stratum}\n".encode())

    def digest(member: Member) -> tuple[bytes, str]:
        own = prefix.copy()
        own.update(member.key.encode())
        return own.digest(), member.key

    free = (each for each in members if each.room is None or each.room > 0)
    return [each.key for each in heapq.nsmallest(number, free, key=digest)]


def assign(
    drawn: Sequence[Drawn], inspectors: Sequence[Inspector], seed: str, *, each: int = 2, per_department: bool = False
) -> tuple[Assignment, ...]:
    """Draw inspectors for every subject, in the order of the draw: by digest, without conflict, within their workload.

    `each`: how many inspect together (行政处罚法 art. 42: at least two). `per_department`: that many of each department
    that takes part, for joint inspections. Who has the lighter load goes first, so that work spreads evenly.
    """
    load = {inspector.key: 0 for inspector in inspectors}
    groups = _groups(inspectors, per_department)
    found = []
    for subject in drawn:
        chosen: list[str] = []
        for group in groups:
            free = [one for one in group if load[one.key] < one.most and subject.key not in one.conflicts]
            free.sort(key=lambda one: (load[one.key], _pair_digest(seed, subject.key, one.key)))
            chosen += [one.key for one in free[:each]]
        for key in chosen:
            load[key] += 1
        found.append(Assignment(subject.key, tuple(chosen), each * len(groups) - len(chosen)))
    return tuple(found)


def _groups(inspectors: Sequence[Inspector], per_department: bool) -> list[list[Inspector]]:
    ordered = sorted(inspectors, key=lambda one: one.key)
    if not per_department:
        return [ordered]
    departments = sorted({one.department for one in ordered})
    return [[one for one in ordered if one.department == department] for department in departments]


def _pair_digest(seed: str, subject: str, inspector: str) -> bytes:
    return hashlib.sha256(f"{VERSION}\n{seed}\n{subject}\n{inspector}".encode()).digest()
