"""What a pack on trial says of many subjects, beside the edition that runs: a fixed number of queries for all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Q

from registry.models import Record
from registry.rules.policy.core import Core, core_on
from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.judge import points_of
from registry.rules.policy.loader import LoadedPack
from registry.rules.policy.schema import Pack
from registry.rules.policy.windows import is_inside
from registry.rules.policy.wording import clause_text
from sanctions.models import Candidate, Case
from sanctions.rules.trials import Change, Place, changes_of, points_band
from sanctions.rules.wording import due_sentences, not_due_sentences
from sanctions.selectors.history import (
    SubjectWorld,
    evaluate_grounds,
    evaluate_loaded,
    history_of,
    record_pk,
    subject_facts,
)
from sanctions.selectors.worlds import worlds_of


@dataclass(frozen=True)
class Question:
    """What is asked: the pack on trial, the one that runs (None: nothing runs), and the day."""

    loaded: LoadedPack
    against: LoadedPack | None
    on: date

    @property
    def pack_id(self) -> str:
        """The id of the pack on trial."""
        return self.loaded.id


@dataclass(frozen=True)
class Answer:
    """One change for one subject with its reasons (Chinese) under the pack on trial and under the running one, and the
    records that it rests on."""

    subject_id: int
    change: Change
    points: tuple[int | None, int | None]
    clause: str
    sentences: tuple[str, ...]
    former_sentences: tuple[str, ...]
    grounds: tuple[Record, ...]


@dataclass(frozen=True)
class _Held:
    """An entry in force or an open case: asked on its own grounds, for the day on which its case was opened."""

    kind: str
    list_code: str
    label: str
    grounds: frozenset[int]
    opened_on: date
    leading_id: int
    entry_id: int | None = None


@dataclass
class _Matters:
    """What there is of the subjects under the pack already."""

    held: defaultdict[int, list[_Held]] = field(default_factory=lambda: defaultdict(list))
    waiting: set[tuple[int, str]] = field(default_factory=set)
    declined: defaultdict[tuple[int, str], list[frozenset[int]]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True)
class _Side:
    """One pack's answer about one subject: its places by list, and the evaluation behind each."""

    places: dict[str, Place]
    told_by: dict[str, Evaluation]
    points: int | None


def answers_of(ids: Collection[int], question: Question) -> Iterator[Answer]:
    """Yield what would change for the subjects `ids`, in order of id; nothing for those whose place stays."""
    worlds = worlds_of(ids)
    matters = _matters(worlds, question)
    known = {world.subject.pk: world for world in worlds}
    leading = {held.leading_id for each in matters.held.values() for held in each} - known.keys()
    known |= {world.subject.pk: world for world in worlds_of(leading)} if leading else {}
    for world in worlds:
        yield from _Asked(world, question, matters, known).answers()


def _matters(worlds: list[SubjectWorld], question: Question) -> _Matters:
    found = _Matters()
    ids = [world.subject.pk for world in worlds]
    matter = {"subject__in": ids, "pack_id": question.pack_id}
    settled = Candidate.objects.filter(state__in=[Candidate.State.OPEN, Candidate.State.DISMISSED], **matter)
    for candidate in settled.prefetch_related("grounds"):
        key = (candidate.subject_id, candidate.list_code)
        if candidate.state == Candidate.State.OPEN:
            found.waiting.add(key)
        else:
            found.declined[key].append(_grounds(candidate))
    # An entry's case counts wherever its subject was moved by a merger.
    theirs = Q(**matter) | Q(entry__subject__in=ids, entry__pack_id=question.pack_id)
    cases = Case.objects.filter(theirs).select_related("parent").prefetch_related("grounds")
    by_pk = {case.pk: case for case in cases}
    for case in by_pk.values():
        _note_case(found, case, question.on)
    for world in worlds:
        for entry in world.entries:
            if entry.pack_id == question.pack_id and entry.starts_on <= question.on < entry.ends_on:
                case = by_pk[entry.case_id]
                found.held[entry.subject_id].append(
                    _held("entry", case, frozenset(ground.record_id for ground in entry.grounds.all()), entry.pk)
                )
    return found


def _note_case(found: _Matters, case: Case, on: date) -> None:
    if case.state == Case.State.DROPPED:
        # A case opened on an organisation's case declines nothing: its own subject's records were not its grounds.
        if case.parent_id is None:
            found.declined[case.subject_id, case.list_code].append(_grounds(case))
    elif case.state != Case.State.PUBLISHED and case.opened_on <= on:
        found.held[case.subject_id].append(_held("case", case, _grounds(case), None))


def _held(kind: str, case: Case, grounds: frozenset[int], entry_id: int | None) -> _Held:
    leading = case.parent or case
    return _Held(kind, case.list_code, case.list_label, grounds, leading.opened_on, leading.subject_id, entry_id)


def _grounds(matter: Candidate | Case) -> frozenset[int]:
    return frozenset(ground.record_id for ground in matter.grounds.all())


class _Asked:
    """One subject, asked both ways."""

    def __init__(
        self, world: SubjectWorld, question: Question, matters: _Matters, known: dict[int, SubjectWorld]
    ) -> None:
        self.world, self.question, self.matters, self.known = world, question, matters, known
        self.subject_id = world.subject.pk
        self.held = matters.held[self.subject_id]

    def answers(self) -> list[Answer]:
        """Return what would change for the subject."""
        old, new = self._before(), self._after()
        changes = changes_of(old.places, new.places)
        if changes or old.points is None or new.points is None or self.question.against is None:
            return [self._answer(change, old, new) for change in changes]
        return self._band_answers(old, new)

    # --- the two sides

    def _before(self) -> _Side:
        """Where the subject stands now: entries and cases as they are, and what is due under the running edition."""
        against = self.question.against
        side = self._due(against, self.world) if against is not None else _Side({}, {}, None)
        for held in self.held:
            rule = (against or self.question.loaded).pack.lists_by_code.get(held.list_code)
            side.places[held.list_code] = Place(
                held.list_code, held.label, rule.polarity if rule else "negative", rule.rank if rule else 0, held.kind
            )
        return side

    def _after(self) -> _Side:
        """Where the subject would stand. An entry that the running edition does not support either is none of the
        trial's doing and stays."""
        loaded = self.question.loaded
        moved: dict[str, tuple[Place, Evaluation]] = {}
        lost: set[int] = set()
        for held in self.held:
            evaluation = self._on_grounds(held, loaded)
            codes = [code for code in evaluation.entry if code in loaded.pack.lists_by_code]
            if held.list_code in codes or not self._rests_now(held):
                code = held.list_code
            elif codes:
                code = max(codes, key=lambda each: loaded.pack.lists_by_code[each].rank)
            else:
                lost.add(held.entry_id or 0)
                continue
            if code != held.list_code:
                lost.add(held.entry_id or 0)
            moved[code] = (self._place(loaded.pack, code, held), evaluation)
        world = replace(self.world, entries=tuple(each for each in self.world.entries if each.pk not in lost))
        side = self._due(loaded, world)
        side.places.update({code: place for code, (place, _) in moved.items()})
        side.told_by.update({code: evaluation for code, (_, evaluation) in moved.items()})
        return side

    def _due(self, loaded: LoadedPack, world: SubjectWorld) -> _Side:
        """What is due under a pack and would be shown to officers: nothing that they declined on the same records."""
        core = self._core(loaded.pack, world)
        places, told_by = {}, _Evaluations(loaded, world, self.question.on)
        for verdict in core.lists:
            grounds = frozenset(record_pk(fact) for fact in verdict.ground_ids)
            declined = self.matters.declined[self.subject_id, verdict.rule.code]
            if verdict.status == "due" and not any(grounds <= each for each in declined):
                places[verdict.rule.code] = self._place(loaded.pack, verdict.rule.code, None)
        return _Side(places, told_by, core.points)

    def _core(self, pack: Pack, world: SubjectWorld) -> Core:
        on = self.question.on
        return core_on(pack, subject_facts(world, pack, on), history_of(world, pack, on).known_on(on), on)

    def _place(self, pack: Pack, code: str, held: _Held | None) -> Place:
        rule = pack.lists_by_code.get(code)
        holding = held.kind if held else "candidate" if (self.subject_id, code) in self.matters.waiting else ""
        if rule is None:
            return Place(code, held.label if held else code, "negative", 0, holding)
        return Place(code, rule.label, rule.polarity, rule.rank, holding)

    def _on_grounds(self, held: _Held, loaded: LoadedPack) -> Evaluation:
        world = self.known[held.leading_id]
        if held.entry_id is not None:
            world = replace(world, entries=tuple(each for each in world.entries if each.pk != held.entry_id))
        return evaluate_grounds(
            world, loaded, records=held.grounds, opened_on=held.opened_on, on=self.question.on
        )  # fmt: skip

    def _rests_now(self, held: _Held) -> bool:
        against = self.question.against
        return against is None or held.list_code in self._on_grounds(held, against).entry

    # --- telling

    def _answer(self, change: Change, old: _Side, new: _Side) -> Answer:
        loaded = self.question.loaded
        told_new = new.told_by[change.new.code] if change.new else self._told_off(change, new)
        former = self._former(change, old)
        sentences = (
            due_sentences(told_new, change.new.code) if change.new else self._why_off(told_new, change)
        )  # fmt: skip
        facts = set(told_new.entry.get(change.new.code, ())) if change.new else set()
        if former is not None and change.old is not None:
            facts |= set(former.entry.get(change.old.code, ()))
        held = {pk for each in self.held if change.old and each.list_code == change.old.code for pk in each.grounds}
        code = change.new.code if change.new else change.old.code if change.old else ""
        rule = loaded.pack.lists_by_code.get(code)
        return Answer(
            subject_id=self.subject_id,
            change=change,
            points=(old.points, new.points),
            clause=clause_text(loaded.pack, rule.clause) if rule else "",
            sentences=(*sentences, *told_new.notes),
            former_sentences=tuple(due_sentences(former, change.old.code)) if former and change.old else (),
            grounds=self._records({record_pk(fact) for fact in facts} | held),
        )

    def _told_off(self, change: Change, new: _Side) -> Evaluation:
        held = next((each for each in self.held if change.old and each.list_code == change.old.code), None)
        if held is not None:
            return self._on_grounds(held, self.question.loaded)
        return new.told_by[change.old.code if change.old else ""]

    def _why_off(self, told: Evaluation, change: Change) -> list[str]:
        code = change.old.code if change.old else ""
        if code not in told.pack.lists_by_code:
            return [f"《{told.pack.head.title}》不设该名单。"]
        return not_due_sentences(told, code)

    def _former(self, change: Change, old: _Side) -> Evaluation | None:
        """Return what spoke for the place before, None when nothing ran or the list is not one of the running pack."""
        if change.old is None or self.question.against is None:
            return None
        held = next((each for each in self.held if each.list_code == change.old.code), None)
        told = self._on_grounds(held, self.question.against) if held else old.told_by[change.old.code]
        return told if change.old.code in told.entry else None

    def _records(self, ids: set[int]) -> tuple[Record, ...]:
        worlds = [self.world, *(self.known[each.leading_id] for each in self.held)]
        found = {record.pk: record for world in worlds for record in world.records}
        return tuple(found[pk] for pk in sorted(ids) if pk in found)

    def _band_answers(self, old: _Side, new: _Side) -> list[Answer]:
        """Tell a change of the points band where no list changes: the points count, but do not list."""
        assert self.question.against is not None  # noqa: S101 - asked only beside a running pack
        loaded, against = self.question.loaded.pack, self.question.against.pack
        was, would = points_band(against, old.points), points_band(loaded, new.points)
        bands = {rule.code for rule in (was, would) if rule}
        # Where the subject is on the band's list all the same, the band says nothing new.
        if (was and would and was.code == would.code) or not bands or bands & new.places.keys():
            return []
        before, after = (
            Place(rule.code, f"{rule.label}计分档", rule.polarity, rule.rank) if rule else None for rule in (was, would)
        )
        records = {record_pk(fact) for pack in (loaded, against) for fact in self._counted(pack)}
        rule = would or was
        change = Change("level", before, after)
        return [
            Answer(
                self.subject_id, change, (old.points, new.points),
                clause=clause_text(loaded, rule.clause) if rule else "",
                sentences=(f"截至{self.question.on}计{new.points}分，{_band(after)}。名单不因此变化。",),
                former_sentences=(f"按现行版本计{old.points}分，{_band(before)}。",),
                grounds=self._records(records),
            )
        ]  # fmt: skip

    def _counted(self, pack: Pack) -> list[str]:
        on = self.question.on
        records = history_of(self.world, pack, on).known_on(on).records
        window = pack.points.window if pack.points else None
        found = points_of(pack, records)
        return [fact for day, fact, _ in found if window is None or window.kind == "span" or is_inside(day, window, on)]


def _band(place: Place | None) -> str:
    return f"达到{place.label}" if place else "未达到任何名单的计分"


class _Evaluations(dict[str, Evaluation]):
    """The full evaluation of one subject under one pack, made when a list's reasons are asked for and then kept."""

    def __init__(self, loaded: LoadedPack, world: SubjectWorld, on: date) -> None:
        super().__init__()
        self.asked = (world, loaded, on)
        self.made: Evaluation | None = None

    def __missing__(self, code: str) -> Evaluation:
        if self.made is None:
            self.made = evaluate_loaded(*self.asked)
        return self.made
