"""The queues of the workbench: what somebody has to act on, by due day.

Cases, candidates, entries without grounds, cross-checks, requests, inspections, orders, publicity, tips, commitments and claims lie
in tables of their own. Each becomes a `Source` with the same columns, so that one union is sorted and cut into pages by
the database, and counting takes a statement or few a source.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from django.db.models import Case as Choice
from django.db.models import CharField, Count, DateField, F, Model, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from disclosure.selectors.channels import stuck_submissions, with_due
from disclosure.selectors.office import due_deadlines
from incentives.rules import lifecycle as commitment_rules
from incentives.selectors.commitments import commitments_due
from incentives.selectors.inspections import PUBLICITY_DEADLINE, RESULT_DEADLINE, visit_deadlines
from registry.models import Account, Claim
from registry.rules import access
from registry.selectors.deadlines import NO_DAY, due_soon_until, earliest_due
from registry.selectors.policy_adoption import proposals_pending
from registry.selectors.rights import is_withheld, roles_on
from repair.models import Objection, RepairApplication, Request
from repair.rules.lifecycle import ACCEPTED, FILED, OPEN, SUPPLEMENT
from repair.selectors.lists import supplement_over, undos_to_decide
from sanctions.models import Candidate, Case, MeasureOrder
from sanctions.rules import tips as tip_rules
from sanctions.selectors.basis import groundless_entries
from sanctions.selectors.cross_checks import cross_checks_open
from sanctions.selectors.order_counts import owed_numbers
from sanctions.selectors.orders import orders_owed, orders_visible_to, owed_first, with_due_day
from sanctions.selectors.tips import tips_open, tips_visible_to
from sanctions.selectors.turns import TAKE, cases_with_turns, turns_of

QUEUES: Final = {
    "mine": "待我办理",
    "overdue": "已逾期",
    "soon": "即将到期",
    "unassigned": "待认领",
    "all": "全部待办",
}
CASE, CANDIDATE, ENTRY, ORDER, PUBLICITY = "case", "candidate", "entry", "order", "publicity"
PROPOSAL = "proposal"
OBJECTION, REPAIR = "objection", "repair"
TIP, COMMITMENT, CLAIM = "tip", "commitment", "claim"
CROSS_CHECK = "cross-check"
SUBMISSION = "submission"
INSPECTION, UNDO = "inspection", "undo"
CASE_KIND = Case._meta.label_lower
# `pk__in=[]` would be folded away, and with it every other number of the same aggregate.
NOTHING, EVERYTHING = Q(pk__lt=0), Q(pk__isnull=False)
_NO_END: Final = 10**12  # more rows than there are
_ONE_DAY: Final = timedelta(days=1)
Key = tuple[str, int, date]


@dataclass(frozen=True)
class Desk:
    """Who looks, and on which day. `is_whole`: at everybody's work, not only at their own and what nobody has taken."""

    account: Account
    on: date
    roles: frozenset[str]
    is_whole: bool = False

    def may(self, permission: str) -> bool:
        """Whether the person holds the permission."""
        return access.may(self.roles, permission) and not is_withheld(self.account, permission)

    @property
    def is_officer(self) -> bool:
        """Whether the person works cases."""
        return bool(self.roles & access.OFFICERS)

    @property
    def has_queues(self) -> bool:
        """Whether there is work that the person does or watches; administrators have none."""
        return bool(self.roles & (access.WATCHERS | {access.DEPARTMENT}))

    @property
    def takes_cases(self) -> bool:
        """Whether the person may take or give out what nobody handles."""
        return self.may("case.handle") or self.may("case.assign")

    @cached_property
    def soon_until(self) -> date:
        """The last day that counts as soon."""
        return due_soon_until(self.on)


def desk_of(account: Account, on: date, *, is_whole: bool = False) -> Desk:
    """Return the desk of `account`. Who only watches sees everybody's work."""
    roles = roles_on(account, on)
    only_watches = access.AUDITOR in roles and not roles & access.OFFICERS
    return Desk(account, on, roles, is_whole=(is_whole and bool(roles & access.WATCHERS)) or only_watches)


def queues_of(desk: Desk) -> list[str]:
    """Return the codes of the queues that make sense at the desk, the one shown first at the head."""
    if desk.is_whole:
        return ["all", "overdue", "soon", "unassigned"]
    return ["mine", "overdue", "soon", "unassigned"] if desk.takes_cases else ["mine", "overdue", "soon"]


@dataclass(frozen=True)
class Source:
    """One kind of work: a queryset with `source` and `due`, and the conditions for being mine and being nobody's."""

    rows: QuerySet[Any]
    mine: Q = NOTHING
    unassigned: Q = NOTHING

    def concerns(self, desk: Desk) -> bool:
        """Whether any of it can lie in a queue of the desk."""
        return desk.is_whole or self.mine is not NOTHING or self.unassigned is not NOTHING

    def condition(self, queue: str, desk: Desk) -> Q:
        """Return what puts a row of this source into the queue."""
        own = EVERYTHING if desk.is_whole else self.mine | self.unassigned
        conditions = {
            "mine": self.mine,
            "unassigned": self.unassigned,
            "overdue": own & Q(due__lt=desk.on),
            "today": own & Q(due=desk.on),
            "soon": own & Q(due__gte=desk.on, due__lte=desk.soon_until),
            "all": own,
        }
        return conditions[queue]

    def numbers(self, queues: Iterable[str], desk: Desk) -> dict[str, int]:
        """Return how much of it lies in each of the queues. One statement."""
        counts = {queue: Count("pk", filter=self.condition(queue, desk)) for queue in queues}
        rows = self.rows if desk.is_whole else self.rows.filter(self.mine | self.unassigned)
        # Cut, though at nothing: of each row its due day is looked up once, and not anew by every count.
        return rows[:_NO_END].aggregate(**counts)

    def first(self, queue: str, desk: Desk, most: int | None) -> QuerySet[Any]:
        """Return rows of the queue, among them the first `most` by due day and key; None: all."""
        return self.rows.filter(self.condition(queue, desk))


@dataclass(frozen=True)
class OrderSource(Source):
    """Orders of departments (None: of all; the desk's own, if any): by far the most work of an office. Counted and found
    from the deadlines by index; of so many rows not every due day is looked up for one page."""

    departments: Collection[int | None] | None = None

    def numbers(self, queues: Iterable[str], desk: Desk) -> dict[str, int]:
        owed = owed_numbers(desk.on, desk.soon_until, self.departments)
        found = {"overdue": owed.overdue, "today": owed.today, "soon": owed.soon, "unassigned": 0}
        return {queue: found.get(queue, owed.everything) for queue in queues}

    def first(self, queue: str, desk: Desk, most: int | None) -> QuerySet[Any]:
        rows = super().first(queue, desk, most)
        if most is None or queue == "unassigned":
            return rows
        since = desk.on if queue == "soon" else None
        until = {"overdue": desk.on - _ONE_DAY, "soon": desk.soon_until}.get(queue)
        ids = owed_first(desk.on, most, departments=self.departments, since=since, until=until)
        # Behind those that have a day stand those that have none.
        is_enough = len(ids) == most or until is not None
        return _order_rows(with_due_day(MeasureOrder.objects.filter(pk__in=ids), desk.on)) if is_enough else rows


def _rows(found: QuerySet[Any], source: str, due: Any) -> QuerySet[Any]:
    return found.order_by().annotate(source=Value(source, output_field=CharField()), due=due)


def _nothing() -> QuerySet[Any]:
    return _rows(Case.objects.none(), CASE, Value(NO_DAY, DateField()))


def _order_rows(found: QuerySet[Any]) -> QuerySet[Any]:
    return found.order_by().annotate(source=Value(ORDER, output_field=CharField()))


def sources_of(desk: Desk) -> list[Source]:
    """Return the kinds of work that the person does, or watches at the desk."""
    return [source for source in _sources(desk) if source.concerns(desk)]


def _sources(desk: Desk) -> list[Source]:
    found = []
    if desk.may("case.view"):
        found.append(_cases(desk))
        found.append(_candidates(desk))
        found.append(_groundless(desk))
        found.append(_publicity(desk))
        found.append(_submissions(desk))
        found.append(_proposals(desk))
    if desk.may("cross-check.view"):
        found.append(_cross_checks(desk))
    if desk.may("request.view"):
        found.append(_requests(desk, Objection, OBJECTION))
        found.append(_requests(desk, RepairApplication, REPAIR))
        found.append(_undos(desk))
    if desk.may("inspection.view"):
        found.append(_inspections(desk))
    if desk.may("order.view"):
        found.append(_orders(desk))
    if desk.may("tip.view"):
        found.append(_tips(desk))
    if desk.may("commitment.view"):
        found.append(_commitments(desk))
    if desk.may("claim.decide"):
        found.append(_claims())
    return found


def _cases(desk: Desk) -> Source:
    """Cases by whose turn they are. Reviewer and approver are other people than those who came before them."""
    me, mine = desk.account.pk, NOTHING
    if access.HANDLER in desk.roles:
        mine |= Q(turn__in=[turn for turn in turns_of(access.HANDLER) if turn != TAKE], handler=me)
    if access.REVIEWER in desk.roles:
        mine |= Q(turn__in=turns_of(access.REVIEWER)) & ~Q(handler=me)
    if access.APPROVER in desk.roles:
        mine |= Q(turn__in=turns_of(access.APPROVER)) & ~Q(handler=me) & ~Q(reviewer=me)
    if access.PUBLISHER in desk.roles:
        mine |= Q(turn__in=turns_of(access.PUBLISHER))
    rows = _rows(cases_with_turns(desk.on), CASE, earliest_due(CASE_KIND))
    return Source(rows, mine, Q(turn=TAKE) if desk.takes_cases or desk.is_whole else NOTHING)


def _candidates(desk: Desk) -> Source:
    rows = _rows(Candidate.objects.filter(state=Candidate.State.OPEN), CANDIDATE, Value(NO_DAY, DateField()))
    return Source(rows, unassigned=EVERYTHING if desk.may("case.open") or desk.is_whole else NOTHING)


def _groundless(desk: Desk) -> Source:
    """Entries whose grounds have gone. No document gives days for it, and nobody stays listed wrongly for a day: due
    today, with the reviewers and approvers of the department that decided."""
    department = desk.account.department_id if desk.roles & {access.REVIEWER, access.APPROVER} else None
    mine = Q(department=department) if department is not None else NOTHING
    return Source(_rows(groundless_entries(desk.on), ENTRY, Value(desk.on, DateField())), mine)


def _cross_checks(desk: Desk) -> Source:
    """Flags nobody has handled. No document sets days for them; whoever may handle them takes them up."""
    rows = _rows(cross_checks_open(desk.on), CROSS_CHECK, Value(NO_DAY, DateField()))
    return Source(rows, unassigned=EVERYTHING if desk.may("cross-check.handle") or desk.is_whole else NOTHING)


def _publicity(desk: Desk) -> Source:
    rows = due_deadlines(on=desk.on).select_related(None)
    mine = EVERYTHING if desk.may("publication.publish") else NOTHING
    due = Choice(When(clock_stands=True, then=Value(NO_DAY)), default=F("due_on"), output_field=DateField())
    return Source(_rows(rows, PUBLICITY, due), mine)


def _submissions(desk: Desk) -> Source:
    """What a publication channel sent back, could not be pushed, or is not fit to be sent; due with its record."""
    due = Coalesce(F("due_on"), Value(NO_DAY), output_field=DateField())
    mine = EVERYTHING if desk.may("channel.send") or desk.may("record.correct") else NOTHING
    return Source(_rows(with_due(stuck_submissions()), SUBMISSION, due), mine)


def _proposals(desk: Desk) -> Source:
    """Policies whose adoption waits for a second person, due on the day on which they are to start."""
    mine = ~Q(proposed_by=desk.account.pk) if desk.may("policy.confirm") else NOTHING
    rows = proposals_pending().select_related(None).defer(None)
    return Source(_rows(rows, PROPOSAL, F("starts_on")), mine)


def _requests(desk: Desk, model: type[Request], source: str) -> Source:
    """Requests of the own department: to accept, then to decide by another than who accepted. One that waits for its
    subject is nobody's turn, its clock stands; once the subject's time is over it lies with who decides."""
    own, mine = Q(department=desk.account.department_id), NOTHING
    if desk.may("request.accept"):
        mine |= own & Q(state=FILED)
    if desk.may("request.decide"):
        mine |= own & Q(state=ACCEPTED) & (Q(accepted_by__isnull=True) | ~Q(accepted_by=desk.account.pk))
        mine |= own & Q(state=SUPPLEMENT, supplement_over=True)
    rows = model._default_manager.filter(state__in=OPEN).annotate(supplement_over=supplement_over(model, desk.on))
    return Source(_rows(rows, source, earliest_due(model._meta.label_lower)), mine)


def _undos(desk: Desk) -> Source:
    """Repairs whose subject was told that they may be taken back, and was heard or let its time go by: another than who
    told it decides. No document sets days for that."""
    own = Q(department=desk.account.department_id) & ~Q(undo_noticed_by=desk.account.pk)
    return Source(
        _rows(undos_to_decide(desk.on), UNDO, Value(NO_DAY, DateField())), own if desk.may("request.decide") else NOTHING
    )  # fmt: skip


def _inspections(desk: Desk) -> Source:
    """Drawn visits of the own department: results to register, and results to make public."""
    own, mine = Q(department=desk.account.department_id), NOTHING
    if desk.may("inspection.record"):
        mine |= own & Q(code=RESULT_DEADLINE)
    if desk.may("inspection.publish"):
        mine |= own & Q(code=PUBLICITY_DEADLINE)
    return Source(_rows(visit_deadlines(), INSPECTION, F("due_on")), mine)


def _orders(desk: Desk) -> Source:
    seen = orders_visible_to(desk.account, desk.on).select_related(None).prefetch_related(None)
    own = (desk.account.department_id,) if desk.may("order.answer") else ()
    rows = _order_rows(orders_owed(seen, desk.on))
    mine = Q(department=desk.account.department_id) if own else NOTHING
    return OrderSource(rows, mine, departments=None if desk.is_whole else own)


def _tips(desk: Desk) -> Source:
    """Tips that the person may read: to take in, the own ones to look into and to answer, and what another than the
    handler decides."""
    me, mine = desk.account.pk, NOTHING
    if desk.may("tip.handle"):
        mine |= Q(handler=me) & (Q(state__in=(tip_rules.ACCEPTED, tip_rules.CONCLUDED)))
    if desk.may("tip.decide"):
        to_decide = Q(state=tip_rules.INVESTIGATED) | Q(reward=tip_rules.PROPOSED)
        mine |= to_decide & (Q(handler__isnull=True) | ~Q(handler=me))
    if desk.may("tip.identity"):
        # Who pays the reward must know the reporter, whom the handler never does.
        mine |= Q(state=tip_rules.TOLD, reward=tip_rules.GRANTED) & (Q(handler__isnull=True) | ~Q(handler=me))
    waiting = Q(state=tip_rules.RECEIVED) if desk.may("tip.handle") or desk.is_whole else NOTHING
    rows = tips_visible_to(desk.account, desk.on).filter(tips_open())
    due = Coalesce(F("due_on"), Value(NO_DAY), output_field=DateField())
    return Source(_rows(rows, TIP, due), mine, waiting)


def _commitments(desk: Desk) -> Source:
    """Commitments to the own department: what was handed in or missed is checked, a breach found by who decides."""
    own, mine = Q(department=desk.account.department_id), NOTHING
    if desk.may("commitment.check"):
        mine |= own & Q(state=commitment_rules.SIGNED)
    if desk.may("commitment.breach"):
        mine |= own & Q(state=commitment_rules.NOTICED)
    rows = commitments_due(None, desk.on).select_related(None).order_by()
    return Source(rows.annotate(source=Value(COMMITMENT, output_field=CharField())), mine)


def _claims() -> Source:
    """Claims of accounts that wait for the office. No document sets days for them; those who wait longest stand first
    on their own page."""
    rows = Claim.objects.filter(state=Claim.State.FILED)
    return Source(_rows(rows, CLAIM, Value(NO_DAY, DateField())), unassigned=EVERYTHING)


def queue_counts(desk: Desk, sources: Iterable[Source]) -> dict[str, int]:
    """Return how much lies in each queue of the desk, and how much of it is due `today`."""
    queues = [*queues_of(desk), "today"]
    totals = dict.fromkeys([*QUEUES, "today"], 0)
    for source in sources:
        for queue, number in source.numbers(queues, desk).items():
            totals[queue] += number
    return totals


class QueueRows(Sequence[Key]):
    """A queue's (source, primary key, due day), the earliest due day first; read when it is cut or iterated over."""

    def __init__(self, desk: Desk, sources: Iterable[Source], queue: str) -> None:
        self._desk, self._sources, self._queue = desk, list(sources), queue

    def _found(self, most: int | None) -> QuerySet[Model, Key]:
        parts = [source.first(self._queue, self._desk, most) for source in self._sources]
        first, *rest = (part.values_list("source", "pk", "due") for part in parts or [_nothing()])
        return first.union(*rest, all=True).order_by("due", "source", "pk")

    def __getitem__(self, places: Any) -> Any:
        return list(self._found(places.stop)[places]) if places.stop else []

    def __iter__(self) -> Iterator[Key]:
        return iter(self._found(None))

    def __len__(self) -> int:
        return self._found(None).order_by().count()


def queue_rows(desk: Desk, sources: Iterable[Source], queue: str) -> QueueRows:
    """Return the rows of the queue. For pages: slice, then `credit_site.selectors.work.work_items`."""
    return QueueRows(desk, sources, queue)
