"""A subject's world as the rules of good standing ask about it: records of every field, commitments, honours held."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from incentives.models import Commitment, Honour
from incentives.rules.honours import RECOGNISED
from registry.models import Record, Subject
from registry.rules.policy.evaluate import evaluate
from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.facts import History, ListingFact, RecordFact
from registry.rules.policy.loader import LoadedPack
from registry.rules.policy.reasons import Reason
from registry.rules.policy.schema import Pack
from registry.selectors.calendar import calendar_current
from registry.selectors.policies import ActivePack
from sanctions.selectors.history import SubjectWorld, history_of, record_pk, subject_facts

# Bad conduct of another pack's field has no item in this pack; it is no clean year all the same.
OTHER_FIELD = "other-field"
_BAD_KINDS = frozenset({Record.Kind.MISCONDUCT, Record.Kind.COMMITMENT_BROKEN})


def standing_history(
    world: SubjectWorld, pack: Pack, on: date, *, honours: Iterable[Honour] = (), is_committed: bool = False
) -> History:
    """Return the subject's history as a rule of good standing sees it.

    Unlike for a listing, acts before the pack's first day count (they take nothing away: they tell what the last years
    were like), and so does misconduct that is classified under other packs alone. `honours`: the subject's honours;
    `is_committed`: whether a public commitment of it runs.
    """
    history = history_of(world, pack, on, reaches_back=True)
    kinds = {record.pk: record.kind for record in world.records}
    records = tuple(_marked(fact, kinds[record_pk(fact.id)]) for fact in history.records)
    held = tuple(_listing(each) for each in honours if _is_of_list(each, pack))
    documents = history.documents | ({"commitment"} if is_committed else frozenset())
    return replace(history, records=records, listings=(*history.listings, *held), documents=documents)


def _marked(fact: RecordFact, kind: str) -> RecordFact:
    if kind in _BAD_KINDS and fact.item is None:
        return replace(fact, item=OTHER_FIELD)
    return fact


def _is_of_list(honour: Honour, pack: Pack) -> bool:
    """A pack's list is its own; one that only refers to a red list, without criteria of its own, means every pack's."""
    rule = pack.lists_by_code.get(honour.list_code)
    if honour.state != RECOGNISED or rule is None or rule.polarity != "positive":
        return False
    return honour.pack_id == pack.head.id or pack.honour is None


def _listing(honour: Honour) -> ListingFact:
    assert honour.starts_on is not None  # noqa: S101  (recognised: the database holds it)
    return ListingFact(
        id=f"honour-{honour.pk}", list_code=honour.list_code, published_on=honour.starts_on, ended_on=honour.ends_on
    )


def is_committed(subject: Subject, on: date) -> bool:
    """Whether a public commitment of the subject runs on `on` and no breach of it was found."""
    return Commitment.objects.public(on).filter(subject=subject).exists()


def evaluate_standing(
    world: SubjectWorld, active: ActivePack, on: date, *, honours: Sequence[Honour] = (), committed: bool | None = None
) -> Evaluation:
    """Ask a pack that the office runs about a subject's good standing on `on`. `committed`: read when left out."""
    if committed is None:
        committed = is_committed(world.subject, on)
    loaded = LoadedPack(pack=active.pack, content_hash=active.version.content_hash, source=active.version.pack_id)
    history = standing_history(world, active.pack, on, honours=honours, is_committed=committed)
    return evaluate(loaded, subject_facts(world, active.pack, on), history, on, calendar_current())


def deciding(reason: Reason) -> list[Reason]:
    """Return the conditions that decide an answer: of what is met those that are, of what is not those that fail.

    What a negation holds is told by the negation: its inside would read as something to be reached.
    """
    if reason.condition not in ("any", "all") or not reason.children:
        return [reason]
    return [each for child in reason.children if child.met == reason.met for each in deciding(child)]
