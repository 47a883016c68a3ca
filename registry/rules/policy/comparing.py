"""Two packs value by value: what was changed, added and removed, each with its clause on either side."""

from dataclasses import dataclass
from typing import Literal

from .leaves import Leaf, leaves_of
from .schema import Pack

Change = Literal["changed", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs. `old` and `new`: None on the side that has no such value."""

    path: str
    title: str
    section: str
    change: Change
    old: Leaf | None
    new: Leaf | None

    @property
    def owner(self) -> str:
        """The place of the part that carries the value's clause and mark."""
        leaf = self.new or self.old
        return ".".join(leaf.parts[: len(leaf.owner)]) if leaf is not None else ""

    @property
    def clause(self) -> str:
        """The clause that the value stands under now; where it is gone, the one it stood under."""
        leaf = self.new or self.old
        return leaf.clause if leaf is not None else ""


def compare(old: Pack, new: Pack) -> tuple[Difference, ...]:
    """Return every value that differs once, in the order of the schema. Entries of lists are matched by their code,
    those without a code by what else they are known by; where an entry stands in its list is no difference.

    Whether a value is the source's or assumed, and why, are values too: their paths end in `assumed` and `reason`.
    """
    before, after = _written(old), _written(new)
    everything = {**before, **after}
    sections = {name: index for index, name in enumerate(Pack.model_fields)}
    paths = sorted(
        [*after, *(path for path in before if path not in after)],
        key=lambda path: sections[str(everything[path].steps[0])],
    )
    found = [_difference(path, before.get(path), after.get(path)) for path in paths]
    return tuple(each for each in found if each is not None)


def _written(pack: Pack) -> dict[str, Leaf]:
    return {leaf.path: leaf for leaf in leaves_of(pack) if not leaf.is_default}


def _difference(path: str, old: Leaf | None, new: Leaf | None) -> Difference | None:
    leaf = new or old
    if leaf is None or (old is not None and new is not None and old.value == new.value):
        return None
    change: Change = "added" if old is None else "removed" if new is None else "changed"
    return Difference(path, leaf.title, leaf.titles[0], change, old, new)
