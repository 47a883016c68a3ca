"""Honours as officers, departments, subjects and the public find them. What is in force is told by dates alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Case, Count, DateField, Exists, F, OuterRef, Prefetch, Q, QuerySet, When

from incentives.models import Honour, HonourFile, HonourObjection
from incentives.rules import honours as rules
from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.base.prepared import Prepared, Slot
from registry.models import Account, Attachment, Department, Event, RoleGrant, Subject
from registry.rules import access
from registry.selectors.rights import roles_on

_TONES = {
    rules.NOMINATED: "info",
    rules.PUBLICISED: "info",
    "heard": "warn",
    "coming": "info",
    "in-force": "ok",
    "ended": "muted",
    rules.REFUSED: "muted",
    rules.WITHDRAWN: "muted",
}
_ON: Any = Slot("on", DateField())
_HOLDERS = Prepared(
    lambda: (
        Honour.objects.in_force(_ON)
        .filter(subject__pk__any_of=Slot("subjects", BigIntegerField(), many=True))
        .order_by()
    ),
    ("subject_id",),
)
STATE_CHOICES = (
    ("open", "未办结"),
    (rules.NOMINATED, "待审核"),
    (rules.PUBLICISED, "公示中"),
    ("heard", "公示期满，待认定"),
    ("in-force", "在列"),
    ("ended", "已终止"),
    (rules.REFUSED, "不予认定"),
    (rules.WITHDRAWN, "已撤回"),
    ("all", "全部"),
)


@dataclass(frozen=True)
class HonourRow:
    """An honour as it shows on a day."""

    honour: Honour
    state: str
    label: str
    tone: str


@dataclass(frozen=True)
class HonourFilters:
    """What the officers' list is narrowed by; empty means all. `state`: a code of STATE_CHOICES."""

    text: str = ""
    state: str = ""
    pack_id: str = ""


def honours_in_force(subject_ids: Collection[int], on: date) -> dict[int, list[Honour]]:
    """Return subject → its honours in force on `on`, the earliest first; subjects without any are left out. One query."""
    found: dict[int, list[Honour]] = defaultdict(list)
    rows = Honour.objects.in_force(on).filter(subject__pk__any_of=subject_ids).select_related("department", "policy")
    for honour in rows.order_by("starts_on", "pk"):
        found[honour.subject_id].append(honour)
    return dict(found)


def honour_holders(subject_ids: Collection[int], on: date) -> set[int]:
    """Return those of the subjects that hold an honour in force on `on`. One query."""
    return {row.subject_id for row in _HOLDERS.rows(subjects=subject_ids, on=on)} if subject_ids else set()


def honour_row(honour: Honour, on: date) -> HonourRow:
    """Return an honour as it shows on `on`."""
    code, label = rules.shown_state(
        honour.state, starts_on=honour.starts_on, ends_on=honour.ends_on, end_reason=honour.end_reason,
        publicity_until=honour.publicity_until, on=on,
    )  # fmt: skip
    return HonourRow(honour, code, label, _TONES[code])


def honour_rows(honours: Iterable[Honour], on: date) -> list[HonourRow]:
    """Return honours as they show on `on`."""
    return [honour_row(each, on) for each in honours]


def honours_visible_to(account: Account, on: date) -> QuerySet[Honour]:
    """Return the honours that `account` may see: officers all; a department user what its department put forward, and
    what is public in force; nobody else any."""
    found: QuerySet[Honour] = Honour.objects.select_related("subject", "department", "policy")
    roles = roles_on(account, on)
    if roles & access.WATCHERS:
        return found
    if access.DEPARTMENT in roles and account.department_id is not None:
        is_open = Q(state=rules.RECOGNISED, is_public=True, starts_on__lte=on, ends_on__gt=on)
        return found.filter(Q(nominator_department=account.department_id) | is_open)
    return found.none()


def honour_list(account: Account, filters: HonourFilters, on: date) -> QuerySet[Honour]:
    """Return the honours that fit, the newest first."""
    found = _in_state(honours_visible_to(account, on), filters.state, on)
    if filters.pack_id:
        found = found.filter(pack_id=filters.pack_id)
    if filters.text.strip():
        text = filters.text.strip()
        found = found.filter(Q(number__contains=text) | Q(subject__name__contains=text) | Q(nominator__contains=text))
    return found.order_by("-pk")


def _in_state(found: QuerySet[Honour], state: str, on: date) -> QuerySet[Honour]:
    if state == "open":
        return found.filter(state__in=rules.OPEN)
    if state == rules.PUBLICISED:
        return found.filter(state=rules.PUBLICISED, publicity_until__gte=on)
    if state == "heard":
        return found.filter(state=rules.PUBLICISED, publicity_until__lt=on)
    if state == "in-force":
        return found.filter(state=rules.RECOGNISED, starts_on__lte=on, ends_on__gt=on)
    if state == "ended":
        return found.filter(state=rules.RECOGNISED, ends_on__lte=on)
    return found.filter(state=state) if state in rules.STATE_LABELS else found


def list_choices() -> list[tuple[str, str]]:
    """Return (pack id, title) of the documents under which anybody was put forward."""
    return list(Honour.objects.order_by("pack_id").values_list("pack_id", "policy__title").distinct())


def honours_of(subject: Subject) -> QuerySet[Honour]:
    """Return everything that was decided or asked about a subject's honours, the newest first."""
    return Honour.objects.filter(subject=subject).select_related("department", "policy").order_by("-pk")


def honours_due(department: Department, on: date) -> QuerySet[Any]:
    """Return what the officers of `department` must act on, each with `due`, the earliest first: nominations to review
    (since the nomination), those whose publicity is over (since the day after its end)."""
    waits = Q(state=rules.NOMINATED) | Q(state=rules.PUBLICISED, publicity_until__lt=on)
    due = Case(
        When(state=rules.NOMINATED, then=F("nominated_on")), default=F("publicity_until"), output_field=DateField()
    )
    found = Honour.objects.filter(waits, department=department)
    return found.annotate(due=due).select_related("subject", "department").order_by("due", "pk")


def honours_public(on: date, *, text: str = "") -> QuerySet[Honour]:
    """Return the honours that the public may see on `on`, the newest first; `text`: part of an organisation's name.

    Persons are never searched by name.
    """
    found = Honour.objects.in_force(on).filter(is_public=True).order_by("-starts_on", "-pk")
    return _named(found, text)


def nominations_public(on: date, *, text: str = "") -> QuerySet[Honour]:
    """Return the nominations whose publicity runs on `on`, the first to end first."""
    return _named(Honour.objects.publicised(on).filter(is_public=True).order_by("publicity_until", "pk"), text)


def _named(found: QuerySet[Honour], text: str) -> QuerySet[Honour]:
    found = found.select_related("subject", "department", "policy")
    if text.strip():
        found = found.filter(subject__kind=Subject.Kind.ORGANIZATION, subject__name__contains=text.strip())
    return found


def objection_counts(honour: Honour) -> tuple[int, int]:
    """Return how many objections wait for an answer, and how many were found right."""
    counts = honour.objections.aggregate(
        unanswered=Count("pk", filter=Q(answered_on__isnull=True)), upheld=Count("pk", filter=Q(is_upheld=True))
    )
    return counts["unanswered"], counts["upheld"]


def objections_of(honour: Honour) -> QuerySet[HonourObjection]:
    """Return the objections against a nomination, in order."""
    return honour.objections.select_related("registered_by", "answered_by")


def honour_events(honour: Honour) -> QuerySet[Event]:
    """Return what happened to an honour, the newest first."""
    kind = honour._meta.label_lower
    return Event.objects.filter(object_kind=kind, object_id=honour.pk).select_related("actor").order_by("-pk")


def with_files(found: QuerySet[Honour]) -> QuerySet[Honour]:
    """Fetch the papers beside each honour."""
    files = HonourFile.objects.select_related("attachment")
    return found.select_related(
        "document__attachment", "end_document__attachment", "nominator_department"
    ).prefetch_related(Prefetch("files", queryset=files))


def files_of(honour: Honour) -> QuerySet[Attachment]:
    """Return every file of an honour: papers of the nomination, the decision, the notice of its end."""
    papers = [each.attachment_id for each in (honour.document, honour.end_document) if each is not None]
    return Attachment.objects.filter(Q(pk__in=honour.files.values("attachment")) | Q(pk__in=papers))


def deciding_departments(on: date) -> QuerySet[Department]:
    """Return the departments in which somebody can decide about honours on `on`."""
    grants = RoleGrant.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=on),
        account__department=OuterRef("pk"), account__is_active=True, role=access.APPROVER, starts_on__lte=on,
    )  # fmt: skip
    return Department.objects.filter(Exists(grants), is_active=True)


def own_honours(subject: Subject) -> QuerySet[Honour]:
    """Return what a subject is told of its own honours: from publicity on, and decisions about it; the newest first."""
    told = Q(publicity_from__isnull=False) | Q(state=rules.REFUSED)
    return honours_of(subject).filter(told).select_related("document__attachment", "end_document__attachment")
