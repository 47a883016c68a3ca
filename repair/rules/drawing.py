"""Drawing experts at random so that anybody can repeat the draw: the seed and the pool decide, nothing else."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in the pool. `code` never changes and is unique in the pool."""

    code: str
    name: str
    field: str

    @property
    def line(self) -> str:
        """The candidate as hashed."""
        return f"{self.code}|{self.name}|{self.field}"


def pool_hash(pool: Iterable[Candidate]) -> str:
    """Return the SHA-256 of the pool, whatever its order."""
    text = "\n".join(sorted(each.line for each in pool))
    return hashlib.sha256(text.encode()).hexdigest()


def draw(pool: Iterable[Candidate], *, seed: str, number: int) -> list[Candidate]:
    """Return `number` of the pool (all where it holds fewer), in the order drawn: by SHA-256 of seed and code."""
    return sorted(pool, key=lambda each: hashlib.sha256(f"{seed}|{each.code}".encode()).hexdigest())[:number]


def redraw(kept: dict[str, object]) -> list[Candidate] | None:
    """Repeat a draw from what was kept of it (`pool`, `pool_hash`, `seed`, `number`); None where the pool was altered."""
    rows = kept["pool"]
    assert isinstance(rows, Sequence)  # noqa: S101  (kept as a list)
    pool = [Candidate(*row) for row in rows]
    if pool_hash(pool) != kept["pool_hash"]:
        return None
    return draw(pool, seed=str(kept["seed"]), number=int(str(kept["number"])))
