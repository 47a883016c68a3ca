"""Coverage of the source documents: clause of the source → values of the pack → cases that prove them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.rules.calendar import WorkingCalendar

from .case_form import Case
from .case_run import run_case
from .conditions import ItemNode, SameItemNode, nodes_of
from .loader import PackLibrary
from .procedure import CASE_DEADLINES
from .proving import Place, places_proven
from .registers import Register
from .schema import Pack
from .sections import sections_of
from .showing import Row, Section
from .wording import clause_text

# Everything below these places is answered by a case; what else a section holds is shown only.
_PROVABLE_BELOW = (
    "head.scope.sectors",
    "head.scope.minimum_age",
    "points",
    "green_channel",
    "highest_list_only",
    "classes",
)
_PROVABLE_OF_LISTS = ("public", "term", "removal", "needs_penalty")
_PROVABLE_OF_OBJECTION = ("objection.pauses_measures", "objection.adds_paused_time")


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a pack. `cases`: the names of those that prove it, first those in which its condition is met, then those
    in which it is not; `is_provable`: whether any case could.
    """

    path: str
    text: str
    clause: str
    section: str
    is_provable: bool
    cases: tuple[str, ...]

    @property
    def is_missing(self) -> bool:
        """Whether a case could prove the value and none does."""
        return self.is_provable and not self.cases


@dataclass(frozen=True, slots=True)
class ClauseCover:
    """A clause of the source with the values that stand for it; `out`: why there are none."""

    clause: str
    cited: str
    says: str
    out: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class PackCover:
    """One pack against its register. `cases`: how many cases it has."""

    pack_id: str
    title: str
    document: str
    clauses: tuple[ClauseCover, ...]
    cases: int

    @property
    def values(self) -> list[Value]:
        """Every value with a clause."""
        return [value for clause in self.clauses for value in clause.values]

    @property
    def missing(self) -> list[Value]:
        """The values that a case could prove and none does."""
        return [value for value in self.values if value.is_missing]


@dataclass(frozen=True, slots=True)
class Coverage:
    """All packs. `problems`: Chinese sentences, each naming pack, clause and way out."""

    packs: tuple[PackCover, ...]
    problems: tuple[str, ...]

    @property
    def missing(self) -> int:
        """How many values no case proves though one could."""
        return sum(len(pack.missing) for pack in self.packs)


def coverage_of(
    library: PackLibrary, registers: Mapping[str, Register], cases: Sequence[Case], calendar: WorkingCalendar
) -> Coverage:
    """Join registers, packs and cases. A case that fails proves nothing."""
    proofs: dict[Place, list[tuple[bool, str]]] = {}
    for case in cases:
        if case.policy in library and run_case(library, case, calendar).passed:
            for place, is_met in places_proven(library, case, calendar).items():
                proofs.setdefault(place, []).append((not is_met, case.case))
    numbers = {name: sum(case.policy == name for case in cases) for name in library}
    found = [
        _cover(library[name].pack, registers[name], proofs, numbers[name]) for name in library if name in registers
    ]
    problems = [
        *(
            f"{name}：没有条款登记，请建立 docs/policies/sources/{name}.yaml"
            for name in library
            if name not in registers
        ),
        *(
            f"{name}：有条款登记，没有这个政策包，请改正文件名或者补上政策包"
            for name in registers
            if name not in library
        ),
    ]
    for name in library:
        if name in registers:
            problems += _problems(library[name].pack, registers[name])
    return Coverage(tuple(found), tuple(problems))


def own_rows(pack: Pack) -> list[tuple[Section, Row]]:
    """Return the rows whose clause is of the pack's own document, with their sections; what was inherited stands in the
    register of the document that it came from.
    """
    return [
        (section, row)
        for section in sections_of(pack)
        for row in section.rows()
        if row.clause and pack.origin_of(f"{row.path}.clause") == pack.head.id
    ]


def _cover(pack: Pack, register: Register, proofs: Mapping[Place, list[tuple[bool, str]]], cases: int) -> PackCover:
    values: dict[str, list[Value]] = {}
    for section, row in own_rows(pack):
        found = sorted(proofs.get((pack.head.id, row.path), ()), key=lambda proof: proof[0])
        proven = tuple(f"{name}（未满足）" if is_unmet else name for is_unmet, name in found)
        value = Value(row.path, row.text, row.clause, section.title, is_provable(pack, row.path), proven)
        values.setdefault(row.clause, []).append(value)
    clauses = tuple(
        ClauseCover(
            each.clause, clause_text(pack, each.clause), each.says, each.out, tuple(values.get(each.clause, ()))
        )
        for each in register.clauses
    )
    return PackCover(pack.head.id, pack.head.title, register.document, clauses, cases)


def _problems(pack: Pack, register: Register) -> Iterable[str]:
    used = {row.clause: row.path for _, row in reversed(own_rows(pack))}
    name, known = pack.head.id, {each.clause for each in register.clauses}
    for each in register.clauses:
        if each.clause not in used and not each.out:
            yield f"{name}：条款“{each.clause}”（{each.says}）在政策包中没有对应的值，请补上，或者在登记中写明 out（不作规则的理由）"
        if each.clause in used and each.out:
            yield f"{name}：条款“{each.clause}”登记为不作规则，但 {used[each.clause]} 用到它，请删去 out 或者改正条款"
    for clause, path in used.items():
        if clause not in known:
            yield f"{name}：{path} 的条款“{clause}”不在登记中，请补登记或者改正条款"


def is_provable(pack: Pack, path: str) -> bool:
    """Tell whether a policy case can ask for an answer that rests on the value at this place."""
    first, _, rest = path.partition(".")
    if path in _PROVABLE_OF_OBJECTION:
        return bool(pack.lists)  # what pauses and what is added shows on an entry
    if any(path == each or path.startswith(f"{each}.") for each in _PROVABLE_BELOW):
        return True
    ask = {
        "items": lambda: _is_item_used(pack, rest),
        "lists": lambda: _is_list_provable(pack, path),
        "deadlines": lambda: rest.partition("(")[0] in CASE_DEADLINES,
        "publication": lambda: path == "publication.records" or path.startswith("publication.records.classes."),
        "repair": lambda: path.count(".") == 1 or path.split(".")[2] in ("waits", "substitutes"),
        "measures": lambda: _is_measure_provable(pack, path),
        "honour": lambda: path == "honour" or path.startswith("honour.criteria."),
    }.get(first)
    return ask is not None and ask()


def _is_item_used(pack: Pack, code: str) -> bool:
    roots = [rule.entry for rule in pack.lists if rule.entry is not None]
    nodes = [node for root in roots for node in nodes_of(root)]
    named = {each for node in nodes if isinstance(node, ItemNode) for each in node.codes}
    named |= {each for node in nodes if isinstance(node, SameItemNode) for each in node.same_item.of}
    return code in named or (pack.points is not None and bool(pack.items_by_code[code].points))


def _is_list_provable(pack: Pack, path: str) -> bool:
    """The list itself and its entry conditions by `entry`, the rest by its own answers; persons are shown only."""
    code = next(each for each in pack.lists_by_code if path == f"lists.{each}" or path.startswith(f"lists.{each}."))
    rest = path.removeprefix(f"lists.{code}").lstrip(".").partition(".")[0]
    if rest in ("", "entry"):
        return pack.lists_by_code[code].entry is not None
    return rest in _PROVABLE_OF_LISTS


def _is_measure_provable(pack: Pack, path: str) -> bool:
    """Measures by their number; of the sub-items those that reach a kind which the measure as a whole does not."""
    for measure in pack.measures:
        if path == f"measures.{measure.code}":
            return True
        for part in measure.parts:
            if path == f"measures.{measure.code}.parts.{part.code}":
                return not set(part.targets) <= set(measure.targets)
    return False
