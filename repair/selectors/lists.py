"""Objections, complaints, repairs and removals as one list: who asks what of whom, how far it has come, by when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value

from registry.models import Account, Deadline, Document, Event, Subject
from registry.rules import access
from registry.selectors.deadlines import DeadlineView, deadline_views, earliest_due, with_clock
from repair.models import Objection, RepairApplication
from repair.rules.lifecycle import OPEN

OBJECTIONS, REPAIRS = "objections", "repairs"
MODELS: Final[dict[str, type[Objection] | type[RepairApplication]]] = {
    OBJECTIONS: Objection,
    REPAIRS: RepairApplication,
}
KINDS: Final = {"objection": "异议", "complaint": "投诉", "repair": "信用修复", "removal": "移出名单"}
AnyRequest = Objection | RepairApplication


@dataclass(frozen=True)
class RequestRow:
    """A request as lists show it. `family`: which address it has; `due`: its earliest open deadline."""

    request: AnyRequest
    family: str
    kind: str
    due: DeadlineView | None = None

    @property
    def kind_label(self) -> str:
        """What kind of request it is, in words."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class RequestFilters:
    """What the list is narrowed by. `state`: a state, `open` or empty for all."""

    kind: str = ""
    state: str = "open"
    whose: str = ""
    due: str = ""
    text: str = ""


def family_of(request: AnyRequest) -> str:
    """Return which addresses the request has."""
    return OBJECTIONS if isinstance(request, Objection) else REPAIRS


def request_row(request: AnyRequest, due: DeadlineView | None = None) -> RequestRow:
    """Return a request as a row."""
    kind = ("complaint" if request.level == Objection.Level.COMPLAINT else "objection") if isinstance(
        request, Objection
    ) else request.kind  # fmt: skip
    return RequestRow(request, family_of(request), kind, due)


def request_list(account: Account, on: date, filters: RequestFilters) -> QuerySet[Any, Any]:
    """Return (family, pk, due day) of the requests that fit, the earliest due first; those whose clock stands or that
    have no time limit last, newest first. For pages: slice, then `request_rows`."""
    parts = [
        model.objects.filter(_fitting(filters, account, family))
        .order_by()
        .annotate(family=Value(family, output_field=CharField()), due=earliest_due(model._meta.label_lower))
        .filter(_due(filters.due, on))
        .values_list("family", "pk", "due", "filed_on")
        for family, model in MODELS.items()
    ]
    return parts[0].union(parts[1], all=True).order_by("due", "-filed_on", "-pk")


def _fitting(filters: RequestFilters, account: Account, family: str) -> Q:
    found = Q(state__in=OPEN) if filters.state == "open" else Q(state=filters.state) if filters.state else Q()
    if filters.kind:
        own = {"objection": Q(level="department"), "complaint": Q(level="complaint")}
        of_repair = {"repair": Q(kind="repair"), "removal": Q(kind="removal")}
        found &= (own if family == OBJECTIONS else of_repair).get(filters.kind, Q(pk__lt=0))
    if filters.whose == "mine":
        found &= Q(department=account.department_id)
    if filters.text.strip():
        text = filters.text.strip()
        found &= Q(subject__name__contains=text) | Q(number__contains=text) | Q(subject__uscc=text)
    return found


def _due(wanted: str, on: date) -> Q:
    return {"overdue": Q(due__lt=on), "today": Q(due=on), "paused": Q(state="supplement")}.get(wanted, Q())


def request_rows(keys: Iterable[Sequence[Any]], on: date) -> list[RequestRow]:
    """Return the rows of one page in its order; the number of queries does not grow with the rows."""
    wanted = [(family, pk) for family, pk, *_ in keys]
    rows: dict[tuple[str, int], RequestRow] = {}
    for family, model in MODELS.items():
        ids = [pk for each, pk in wanted if each == family]
        found = model.objects.filter(pk__in=ids).select_related("subject", "department", "record", "entry")
        dues = dues_of(model, ids, on)
        rows |= {(family, each.pk): request_row(each, dues.get(each.pk)) for each in found}
    return [rows[key] for key in wanted if key in rows]


def undos_to_decide(on: date) -> QuerySet[RepairApplication]:
    """Return the repairs that may be taken back where the subject has said its say, waived, or let its time go by."""
    heard = Q(undo_stated_on__isnull=False) | Q(undo_waived_on__isnull=False) | Q(undo_until__lt=on)
    return RepairApplication.objects.filter(heard, undo_noticed_on__isnull=False, undone_on__isnull=True)


def supplement_over(model: type[Any], on: date) -> Exists:
    """An expression for requests: is the time over that the subject had to hand in what was missing?"""
    asked = Deadline.objects.filter(
        object_kind=model._meta.label_lower, object_id=OuterRef("pk"), role=access.SUBJECT, met_on__isnull=True,
        cancelled_on__isnull=True,
    )  # fmt: skip
    return Exists(asked.filter(due_on__lt=on))


def supplement_until(request: AnyRequest) -> date | None:
    """Return the last day on which the subject may hand in what is missing; None where nothing is asked of it."""
    asked = Deadline.objects.filter(
        object_kind=request._meta.label_lower, object_id=request.pk, role=access.SUBJECT, met_on__isnull=True,
        cancelled_on__isnull=True,
    )  # fmt: skip
    return asked.values_list("due_on", flat=True).first()


def dues_of(model: type[AnyRequest], ids: list[int], on: date) -> dict[int, DeadlineView]:
    """Return the earliest open deadline of each request that the department keeps, one whose clock runs before one that
    stands."""
    found = (
        Deadline.objects.filter(
            object_kind=model._meta.label_lower, object_id__in=ids, met_on__isnull=True, cancelled_on__isnull=True
        )
        .exclude(role=access.SUBJECT)
        .select_related("subject", "department", "account")
    )  # fmt: skip
    views = deadline_views(with_clock(found).order_by("-clock_stands", "-due_on", "-pk"), on)
    return {view.deadline.object_id: view for view in views}


def request_of(family: str, public_id: UUID, *, subject: Subject | None = None) -> AnyRequest | None:
    """Return a request by its address, of `subject` alone where one is given; None when there is none."""
    found = MODELS[family].objects.filter(public_id=public_id)
    if subject is not None:
        found = found.filter(subject=subject)
    return found.select_related(
        "subject", "department", "policy", "record__department", "entry__policy", "entry__department", "accepted_by",
        "decided_by",
    ).first()  # fmt: skip


def requests_of_subject(subject: Subject, on: date) -> list[RequestRow]:
    """Return all that a subject asked for, open ones first, then the newest."""
    rows = []
    for model in MODELS.values():
        found: list[AnyRequest] = list(
            model.objects.filter(subject=subject).select_related("department", "record", "entry", "subject")
        )
        dues = dues_of(model, [each.pk for each in found if each.is_open], on)
        rows += [request_row(each, dues.get(each.pk)) for each in found]
    return sorted(rows, key=lambda row: (not row.request.is_open, -row.request.filed_on.toordinal(), -row.request.pk))


def request_documents(request: AnyRequest) -> QuerySet[Document]:
    """Return the documents made about a request."""
    found = Document.objects.filter(object_kind=request._meta.label_lower, object_id=request.pk)
    return found.select_related("attachment").order_by("pk")


def request_events(request: AnyRequest) -> QuerySet[Event]:
    """Return what happened to a request, oldest first."""
    found = Event.objects.filter(object_kind=request._meta.label_lower, object_id=request.pk)
    return found.select_related("actor").order_by("pk")
