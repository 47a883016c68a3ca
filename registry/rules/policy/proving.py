"""On which values of a pack the expected answers of a policy case rest: the place of each, as `sections` shows it.

A condition that was met is proven by the answer that follows from it. One that was not met is proven only by a case that
puts it to the test: a case without any accident proves nothing about accidents.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from registry.rules.calendar import WorkingCalendar

from .case_form import Case
from .conditions import (
    AccidentNode,
    AllOf,
    AnyOf,
    CountNode,
    DocumentNode,
    DomainsNode,
    DuringNode,
    FindingNode,
    HonourNode,
    ItemNode,
    Node,
    NoneNode,
    NotOf,
    OnListNode,
    PenaltyNode,
    PointsNode,
    RiskNode,
    SameItemNode,
    StandardisationNode,
    StandingNode,
    is_about_one_record,
)
from .core import ListVerdict
from .evaluate import evaluate
from .evaluation import Evaluation
from .facts import ListingFact, RecordFact
from .judge import Judgement, record_matches
from .loader import PackLibrary
from .procedure import RepairRule
from .publication import class_term, repair_class
from .repairing import repair_rule
from .schema import Pack
from .showing import steps_below
from .showing_procedure import deadline_paths

# (id of a pack, place in it)
Place = tuple[str, str]


def places_proven(library: PackLibrary, case: Case, calendar: WorkingCalendar) -> dict[Place, bool]:
    """Return the values on which the answers rest that `case` expects; False where only a condition that was not met
    tells of the value. The case must have passed.
    """
    measures = [measure for _, measure in library.measures_of(case.policy)]
    loaded = library[case.policy]
    answer = evaluate(loaded, case.subject_facts(), case.history(), case.on, calendar, measures=measures)
    proof = _Proof(library, case, answer, loaded.pack)
    for key, ask in _ASKED.items():
        if key in case.expect.model_fields_set:
            ask(proof)
    return proof.found


@dataclass(slots=True)
class _Proof:
    library: PackLibrary
    case: Case
    answer: Evaluation
    pack: Pack
    found: dict[Place, bool] = field(default_factory=dict)

    @property
    def records(self) -> tuple[RecordFact, ...]:
        """Every record that the case gives, those that do not count too."""
        return self.answer.history.records

    def add(self, *paths: str, met: bool = True) -> None:
        """Note places of the case's own pack."""
        for path in paths:
            self.add_place((self.pack.head.id, path), met=met)

    def add_place(self, place: Place, *, met: bool = True) -> None:
        """Note a place of any pack."""
        self.found[place] = met or self.found.get(place, False)

    def listings(self, ids: Iterable[str]) -> list[ListingFact]:
        """Return the entries of these ids on lists that the pack knows."""
        wanted = set(ids)
        return [
            each
            for each in self.answer.history.listings
            if each.id in wanted and each.list_code in self.pack.lists_by_code
        ]


# --- conditions


def _met(proof: _Proof, judged: Judgement, path: str) -> None:
    if not judged.met:
        return
    proof.add(path)
    node = judged.node
    steps = steps_below(node)
    if isinstance(node, NotOf):
        _not_met(proof, judged.children[0], f"{path}.not", asked=True)
    elif isinstance(node, AnyOf | AllOf):
        for (step, _), child in zip(steps, judged.children, strict=True):
            _met(proof, child, f"{path}.{step}")
    else:
        _grounds(proof, node, judged.ids, path)


def _grounds(proof: _Proof, node: Node, ids: Iterable[str], path: str) -> None:
    """Note what made records count for a met condition: their items, the points rule, the inner condition."""
    records = [proof.answer.records[each] for each in ids]
    if isinstance(node, PointsNode):
        proof.add("points")
    if isinstance(node, ItemNode | SameItemNode | PointsNode | CountNode | DuringNode):
        proof.add(*(f"items.{record.item}" for record in records if record.item in proof.pack.items_by_code))
    for step, child in steps_below(node):
        _matching(proof, child, records, f"{path}.{step}")


def _matching(proof: _Proof, node: Node, records: list[RecordFact], path: str, *, met: bool = True) -> None:
    """Note the conditions inside a count that any of the records matched."""
    if is_about_one_record(node) and any(record_matches(node, record) for record in records):
        proof.add(path, met=met)
        for step, child in steps_below(node):
            _matching(proof, child, records, f"{path}.{step}", met=met)


def _not_met(proof: _Proof, judged: Judgement, path: str, *, asked: bool = False) -> bool:
    """Note what was not met though the case put it to the test; `asked`: the expectation names it itself."""
    if judged.met:
        return False
    node = judged.node
    if isinstance(node, AnyOf | AllOf):
        children = [
            _not_met(proof, child, f"{path}.{step}", asked=asked)
            for (step, _), child in zip(steps_below(node), judged.children, strict=True)
        ]
        tested = any(children)
    else:
        tested = asked or _is_tested(proof, node)
    if tested:
        proof.add(path, met=False)
        for step, child in steps_below(node) if isinstance(node, CountNode | DuringNode | NoneNode) else ():
            _matching(proof, child, list(proof.records), f"{path}.{step}", met=False)
    return tested


def _is_tested(proof: _Proof, node: Node) -> bool:
    test = _TESTED.get(type(node))
    if test is not None:
        return any(test(node, record) for record in proof.records)
    if isinstance(node, PointsNode):
        return any(record.item in proof.pack.items_by_code for record in proof.records)
    if isinstance(node, CountNode):
        return _is_tested(proof, node.count.of)
    if isinstance(node, DuringNode):
        return _is_tested(proof, node.during.of)
    if isinstance(node, AnyOf | AllOf):
        return any(_is_tested(proof, branch) for branch in node.branches)
    given = _GIVEN.get(type(node))
    return given is None or bool(given(proof.answer))  # `clean` and `none` fail only by a record


# What a case must give, beside records, to put a condition to the test.
_GIVEN: dict[type[Node], Callable[[Evaluation], object]] = {
    OnListNode: lambda answer: answer.history.listings,
    StandingNode: lambda answer: answer.history.records,
    DocumentNode: lambda answer: answer.history.documents,
    StandardisationNode: lambda answer: answer.subject.standardisation,
    DomainsNode: lambda answer: answer.subject.domains_blacklisted,
    RiskNode: lambda answer: answer.subject.risk,
}
_TESTED: dict[type[Node], Callable[..., bool]] = {
    ItemNode: lambda node, record: record.item in node.codes,
    SameItemNode: lambda node, record: record.item in node.same_item.of,
    AccidentNode: lambda node, record: record.accident is not None,
    FindingNode: lambda node, record: bool(record.findings),
    PenaltyNode: lambda node, record: record.penalty is not None,
    HonourNode: lambda node, record: record.honour is not None,
}


# --- what a case may expect


def _entry(proof: _Proof) -> None:
    if proof.pack.objection is not None and any(record.disputed_on for record in proof.records):
        proof.add("objection.pauses_measures")
    for verdict in proof.answer.lists:
        if verdict.judgement is None:
            continue
        path = f"lists.{verdict.rule.code}"
        if verdict.status == "due":
            proof.add(path)
            _met(proof, verdict.judgement, f"{path}.entry")
        elif verdict.status == "not-met" and _not_met(proof, verdict.judgement, f"{path}.entry"):
            proof.add(path, met=False)
        _preconditions(proof, verdict, path)


def _preconditions(proof: _Proof, verdict: ListVerdict, path: str) -> None:
    """Note what kept a list away though its conditions may be met, and the penalty that it needs."""
    met = verdict.judgement is not None and verdict.judgement.met
    if verdict.rule.needs_penalty is not None and (verdict.status == "due" or verdict.unpenalised):
        proof.add(f"{path}.needs_penalty")
    if met and verdict.status in ("higher-in-force", "higher-due"):
        proof.add("highest_list_only")
    subject, scope = proof.answer.subject, proof.pack.head.scope
    if met and scope.sectors is not None and subject.sectors:
        proof.add("head.scope.sectors")
    if met and scope.minimum_age is not None and subject.kind == "person" and subject.born_on is not None:
        proof.add("head.scope.minimum_age")


def _points(proof: _Proof) -> None:
    if proof.answer.points is not None:
        proof.add("points")
        proof.add(*(f"items.{each.item}" for each in proof.records if each.item in proof.pack.items_by_code))


def _listing(proof: _Proof) -> None:
    for listing in proof.listings(proof.case.expect.listing or {}):
        _term(proof, listing)


def _term(proof: _Proof, listing: ListingFact) -> None:
    if proof.pack.lists_by_code[listing.list_code].term is not None:
        proof.add(f"lists.{listing.list_code}.term")
    disputed = any(record.disputed_on for record in proof.records if record.id in listing.grounds)
    if proof.pack.objection is not None and (listing.pauses or disputed):
        proof.add("objection.pauses_measures", "objection.adds_paused_time")


def _removal(proof: _Proof) -> None:
    for listing in proof.listings(proof.case.expect.removal or {}):
        if proof.pack.lists_by_code[listing.list_code].removal is not None:
            proof.add(f"lists.{listing.list_code}.removal")


def _repair(proof: _Proof) -> None:
    expected, kind = proof.case.expect.repair or {}, proof.answer.subject.kind
    for listing in proof.listings(expected):
        rule = repair_rule(proof.pack, "listing", kind, listing.list_code)
        if rule is not None:
            _repair_rule(proof, rule, listing.time)
    for record in proof.records:
        found = repair_class(proof.pack, record, proof.answer.subject)
        rule = repair_rule(proof.pack, "record", kind, record_class=found)
        if record.id in expected and rule is not None:
            _repair_rule(proof, rule, 1)
            _class(proof, record)


def _repair_rule(proof: _Proof, rule: RepairRule, time: int) -> None:
    path = f"repair.{next(index for index, each in enumerate(proof.pack.repair) if each is rule)}"
    proof.add(path)
    waits = [(wait.time, index) for index, wait in enumerate(rule.waits) if wait.time <= time]
    if waits:
        proof.add(f"{path}.waits.{max(waits)[1]}")
    documents = proof.answer.history.documents
    proof.add(*(f"{path}.substitutes.{i}" for i, each in enumerate(rule.substitutes) if each.document in documents))


def _class(proof: _Proof, record: RecordFact) -> None:
    """Note the class of a record, and how it follows from its penalty where nobody gave it."""
    rule, term = proof.pack.publication.records, class_term(proof.pack, record, proof.answer.subject)
    if rule is not None and term is not None:
        proof.add(f"publication.records.classes.{rule.classes.index(term)}")
    classes = proof.pack.classes
    if classes is None or record.penalty is None or record.repair_class is not None:
        return
    proof.add("classes")
    fine = record.penalty.fine_yuan
    if fine is not None:
        is_serious = fine >= classes.serious_fine_from.value
        proof.add("classes.serious_fine_from" if is_serious else "classes.ordinary_fine_from")


def _public(proof: _Proof) -> None:
    expected = proof.case.expect.public or {}
    proof.add(*(f"lists.{each.list_code}.public" for each in proof.listings(expected)))
    _public_records(proof, expected)


def _public_until(proof: _Proof) -> None:
    expected = proof.case.expect.public_until or {}
    for listing in proof.listings(expected):
        proof.add(f"lists.{listing.list_code}.public")
        _term(proof, listing)
    _public_records(proof, expected)


def _public_records(proof: _Proof, ids: Iterable[str]) -> None:
    if proof.pack.publication.records is None:
        return
    for record in proof.records:
        if record.id in set(ids):
            proof.add("publication.records")
            _class(proof, record)


def _deadline(proof: _Proof) -> None:
    rules = proof.pack.deadlines
    for code in proof.case.expect.deadline or {}:
        due = proof.answer.deadlines.get(str(code))
        for path, rule in zip(deadline_paths(rules), rules, strict=True):
            if due is not None and rule.code == code and due.event in rule.start:
                proof.add(path)
                break


def _honour(proof: _Proof) -> None:
    answer = proof.answer.honour
    if answer is None:
        return
    proof.add("honour")
    for criterion, judged in answer.criteria:
        path = f"honour.criteria.{criterion.code}"
        proof.add(path)
        _met(proof, judged, f"{path}.condition")
        _not_met(proof, judged, f"{path}.condition", asked=True)


def _green_channel(proof: _Proof) -> None:
    rule = proof.pack.green_channel
    if rule is None or proof.answer.green_channel is None:
        return
    proof.add("green_channel")
    _whole(proof, rule.condition, "green_channel.condition")


def _whole(proof: _Proof, node: Node, path: str) -> None:
    proof.add(path)
    for step, child in steps_below(node):
        _whole(proof, child, f"{path}.{step}")


def _measures(proof: _Proof) -> None:
    asked = proof.case.expect.measures
    kinds = [kind for kind in ("organization", "person") if asked is not None and kind in asked.model_fields_set]
    for pack_id, measure in proof.library.measures_of(proof.case.policy):
        path = f"measures.{measure.code}"
        for kind in kinds:
            if kind in measure.targets:
                proof.add_place((pack_id, path))
            else:
                for part in measure.parts:
                    if kind in part.targets:
                        proof.add_place((pack_id, f"{path}.parts.{part.code}"))


def _next_change(proof: _Proof) -> None:
    if proof.answer.next_change_on is None:
        return
    if proof.answer.points:
        proof.add("points")
    for listing in proof.listings(each.id for each in proof.answer.history.listings):
        if proof.answer.listings[listing.id].in_force:
            _term(proof, listing)
    for verdict in proof.answer.lists:
        if verdict.judgement is not None and verdict.status == "due":
            _met(proof, verdict.judgement, f"lists.{verdict.rule.code}.entry")


def _mode(proof: _Proof) -> None:
    proof.add("head.authority", "head.in_force_from", "head.in_force_until")


_ASKED: dict[str, Callable[[_Proof], None]] = {
    "entry": _entry,
    "points": _points,
    "listing": _listing,
    "removal": _removal,
    "repair": _repair,
    "public": _public,
    "public_until": _public_until,
    "deadline": _deadline,
    "honour": _honour,
    "green_channel": _green_channel,
    "next_change_on": _next_change,
    "mode": _mode,
    "measures": _measures,
}
