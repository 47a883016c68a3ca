"""Reads of list entries. What is in force is told by dates alone."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable, RawSQL

from registry.models import Account, RecordItem, Subject
from registry.rules import access
from registry.selectors.policies import pack_of
from registry.selectors.rights import roles_on
from sanctions.models import EntryPause, ListEntry, MeasureOrder

ONE_DAY = timedelta(days=1)
EXPIRING_DAYS = 30
# An entry ended so should never have been: it may end back to its first day, and its grounds are free again.
WRONG = (ListEntry.EndReason.CORRECTED, ListEntry.EndReason.REVOKED)

STATE_LABELS = {"coming": "尚未生效", "in-force": "在列", "paused": "在列（措施暂停）", "ended": "已终止"}


@dataclass(frozen=True)
class EntryState:
    """Where an entry stands on a day. `last_day` is the last day in force, inclusive; None for an empty period."""

    code: str
    label: str
    last_day: date | None
    days_left: int | None

    @property
    def is_in_force(self) -> bool:
        """Whether the entry is in force (also while its measures are paused)."""
        return self.code in ("in-force", "paused")


def entries_in_force(subject: Subject, on: date) -> QuerySet[ListEntry]:
    """Return the entries of `subject` in force on the day `on`."""
    return ListEntry.objects.filter(subject=subject).in_force(on).select_related("department")


def entry_ground_items(entry: ListEntry) -> QuerySet[RecordItem]:
    """Return the misconduct items of the records that support `entry`."""
    return RecordItem.objects.filter(record__entry_grounds__entry=entry)


def pauses_running(on: date) -> QuerySet[EntryPause]:
    """Return the pauses that run on the day `on`."""
    return EntryPause.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)


def is_paused_on(on: date) -> Exists:
    """An expression for entries: do the entry's measures stand still on the day `on`?"""
    return Exists(pauses_running(on).filter(entry=OuterRef("pk")))


def entry_state(entry: ListEntry, on: date) -> EntryState:
    """Say where `entry` stands on the day `on`. Uses `entry.paused_now` where the query has annotated it."""
    last_day = entry.ends_on - ONE_DAY if entry.ends_on > entry.starts_on else None
    if entry.ends_on <= on or last_day is None:
        code = "ended"
    elif entry.starts_on > on:
        code = "coming"
    else:
        known = getattr(entry, "paused_now", None)
        paused = pauses_running(on).filter(entry=entry).exists() if known is None else known
        code = "paused" if paused else "in-force"
    days_left = (entry.ends_on - on).days - 1 if code in ("in-force", "paused") else None
    return EntryState(code, end_label(entry) if code == "ended" else STATE_LABELS[code], last_day, days_left)


def end_label(entry: ListEntry) -> str:
    """Return the Chinese word for how the entry ended."""
    return f"已终止（{entry.get_end_reason_display()}）"


def expiring(on: date) -> Q:
    """The condition on an entry in force on the day `on` that its term runs out within `EXPIRING_DAYS` days. An early
    end decided upon is not the end of a term."""
    until = on + timedelta(days=EXPIRING_DAYS)
    return Q(starts_on__lte=on, ends_on__gt=on, ends_on__lte=until, end_reason=ListEntry.EndReason.TERM)


class EntrySight(Enum):
    """Which entries an account may see: all, those that concern its department, or none."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


def entry_sight(account: Account, on: date) -> EntrySight:
    """Say which entries `account` may see on the day `on`."""
    roles = roles_on(account, on)
    if roles & access.WATCHERS:
        return EntrySight.ALL
    return EntrySight.OWN if access.DEPARTMENT in roles and account.department_id is not None else EntrySight.NONE


def concerning(department: Any) -> Combinable:
    """The condition on an entry that it is public, or that the department (its id) has an order on it."""
    return Q(is_public=True) | Exists(MeasureOrder.objects.filter(entry=OuterRef("pk"), department=department))


def entries_visible_to(account: Account, on: date) -> QuerySet[ListEntry]:
    """Return the entries that `account` may see: officers all; a department user the public ones and those on which
    its department has an order; nobody else any."""
    entries = ListEntry.objects.select_related("subject", "department").annotate(paused_now=is_paused_on(on))
    sight = entry_sight(account, on)
    if sight == EntrySight.ALL:
        return entries
    return entries.filter(concerning(account.department_id)) if sight == EntrySight.OWN else entries.none()


def entry_list(
    account: Account, on: date, *, state: str = "", list_code: str = "", name: str = ""
) -> QuerySet[ListEntry]:
    """Return the entries that `account` may see, filtered: state `in-force`, `paused`, `expiring`, `ended` or
    `coming`, list code, part of the subject's name."""
    entries = entries_visible_to(account, on)
    if state in ("in-force", "paused"):
        paused = is_paused_on(on)
        entries = entries.filter(paused if state == "paused" else ~paused, starts_on__lte=on, ends_on__gt=on)
    elif state == "expiring":
        entries = entries.filter(expiring(on))
    elif state == "ended":
        entries = entries.filter(ends_on__lte=on)
    elif state == "coming":
        entries = entries.filter(starts_on__gt=on, ends_on__gt=on)
    if list_code:
        entries = entries.filter(list_code=list_code)
    if name:
        entries = entries.filter(subject__name__contains=name)
    return entries.order_by("-starts_on", "-pk")


def list_choices(account: Account, on: date) -> list[tuple[str, str]]:
    """Return (code, label) of the lists on which entries visible to `account` stand, as the newest entry calls them."""
    newest = ListEntry.objects.filter(pk__in=_newest_of_each_list()).order_by("list_code")
    found = list(newest.values_list("list_code", "list_label"))
    if entry_sight(account, on) == EntrySight.ALL:
        return found
    entries = entries_visible_to(account, on)
    return [(code, label) for code, label in found if entries.filter(list_code=code).exists()]


def _newest_of_each_list() -> RawSQL:
    """For `pk__in`: the newest entry of every list. There are few lists and many entries: from one list to the next it is
    one step of an index, where DISTINCT would read them all."""
    table = connection.ops.quote_name(ListEntry._meta.db_table)
    first = f"SELECT id FROM {table} %s ORDER BY list_code, starts_on DESC, id DESC LIMIT 1"  # noqa: S608
    following = first % f"WHERE list_code > (SELECT list_code FROM {table} WHERE id = step.id)"  # noqa: S608
    sql = (
        f"WITH RECURSIVE step(id) AS (SELECT ({first % ''}) UNION ALL "  # noqa: S608
        f"SELECT ({following}) FROM step WHERE step.id IS NOT NULL) SELECT id FROM step WHERE id IS NOT NULL"
    )
    return RawSQL(sql, [])  # noqa: S611 - names of our own


def adds_paused_time(entry: ListEntry) -> bool:
    """Whether the entry's pack adds the time that measures stood still to the term."""
    objection = pack_of(entry.policy).objection
    return objection is not None and objection.adds_paused_time.value
