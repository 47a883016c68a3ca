"""Reading tips: who sees which, what is due, and one tip by its receipt code."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Count, F, Q, QuerySet

from registry.base.personal_data import lookup_hash
from registry.models import Account, Department, Event
from registry.rules import access
from registry.rules.policy import load_packs
from registry.rules.policy.procedure import Deadline as LimitRule
from registry.rules.policy.wording import clause_text
from registry.selectors.calendar import calendar_current
from registry.selectors.deadlines import due_soon_until
from registry.selectors.policies import packs_active
from registry.selectors.rights import roles_on
from sanctions.models import Tip, TipIdentityOpening
from sanctions.rules import tips as rules

# Whose limits run where the office runs no edition that has any.
DEFAULT_PACK: Final = "county-default"
QUEUES: Final = {
    "waiting": "待受理",
    "working": "核查中",
    "deciding": "待作结论",
    "telling": "待反馈",
    "reward": "奖励待办",
    "overdue": "已逾期",
    "closed": "已办结",
}


@dataclass(frozen=True)
class TipDue:
    """A running limit as shown; see `templates/components/due.html`. `days_left`: working days, negative when overdue."""

    due_on: date
    days_left: int
    is_provisional: bool
    basis_text: str
    label: str


@dataclass(frozen=True)
class Limit:
    """A limit of the pack with where it comes from, in Chinese."""

    rule: LimitRule
    basis: str


def tips_visible_to(account: Account, on: date) -> QuerySet[Tip]:
    """Return the tips that `account` may read: reviewers, approvers and auditors all; a handler those that wait to be
    taken in and those of its own department. Nobody else any, and a subject's own account never one."""
    roles = roles_on(account, on)
    if account.subject_id is not None or not access.may(roles, "tip.view"):
        return Tip.objects.none()
    if roles & {access.REVIEWER, access.APPROVER, access.AUDITOR}:
        return Tip.objects.all()
    own = Q(handler=account) | Q(state=rules.RECEIVED)
    if account.department_id is not None:
        own |= Q(department=account.department_id)
    return Tip.objects.filter(own)


def tips_open() -> Q:
    """What somebody has to act on: tips that are not closed, and rewards waiting to be decided or paid."""
    return Q(state__in=rules.OPEN) | Q(reward__in=(rules.PROPOSED, rules.GRANTED))


def tips_due(*, on: date, account: Account | None = None) -> QuerySet[Tip]:
    """Return the open tips (those `account` may read, all without one), the earliest due day first; those without a
    running limit last. `due_on` is the due day, `handler` and `department` who has it."""
    found = tips_visible_to(account, on) if account is not None else Tip.objects.all()
    return tips_ordered(found.filter(tips_open()))


def tips_ordered(tips: QuerySet[Tip]) -> QuerySet[Tip]:
    """Order by due day, those without a running limit last and then the newest first."""
    ordered = tips.order_by(F("due_on").asc(nulls_last=True), "-pk")
    return ordered.select_related("department", "handler")


def tips_matching(tips: QuerySet[Tip], text: str) -> QuerySet[Tip]:
    """Narrow to tips whose number, or whom they are about, holds `text`; all for an empty one."""
    wanted = text.strip()
    found = Q(number__contains=wanted) | Q(about__icontains=wanted) | Q(subject__name__icontains=wanted)
    return tips.filter(found) if wanted else tips


def in_queue(tips: QuerySet[Tip], queue: str, on: date) -> QuerySet[Tip]:
    """Narrow to one of `QUEUES`; the whole for any other text."""
    conditions = _conditions(on)
    return tips.filter(conditions[queue]) if queue in conditions else tips


def queue_counts(tips: QuerySet[Tip], on: date) -> dict[str, int]:
    """Return how many tips stand in each queue, and how many are `soon` due, in one statement."""
    soon = tips_open() & Q(due_on__gte=on, due_on__lte=due_soon_until(on))
    conditions = {**_conditions(on), "soon": soon}
    # Prefixed: an aggregate may not bear the name of a field.
    found = tips.order_by().aggregate(**{f"in_{name}": Count("pk", filter=each) for name, each in conditions.items()})
    return {name: found[f"in_{name}"] for name in conditions}


def tip_dues(tips: Iterable[Tip], on: date) -> dict[int, TipDue]:
    """Return the running limit of each tip that has one, by primary key."""
    calendar = calendar_current()
    found = {}
    for tip in tips:
        if tip.due_on is None:
            continue
        left = calendar.between(on, tip.due_on)
        left = min(left, -1) if tip.due_on < on else left
        found[tip.pk] = TipDue(tip.due_on, left, tip.due_is_provisional, tip.due_basis, tip.due_label)
    return found


def tip_timeline(tip: Tip) -> QuerySet[Event]:
    """Return what was done about the tip, the newest first."""
    return Event.objects.filter(object_kind=tip._meta.label_lower, object_id=tip.pk).select_related("actor")


def openings_list() -> QuerySet[TipIdentityOpening]:
    """Return every look at a reporter's identity, the newest first, for auditors."""
    return TipIdentityOpening.objects.select_related("identity__tip", "account__department").order_by("-pk")


def code_digest(code: str) -> str:
    """Return the keyed digest of a receipt code, under which its tip is found."""
    return lookup_hash(f"tip-receipt:{code}")


def code_fits(tip: Tip, text: str) -> bool:
    """Whether `text` is the tip's receipt code, however it is written."""
    code = rules.code_normalized(text)
    return bool(code) and hmac.compare_digest(code_digest(code), tip.code_digest)


def tip_by_code(text: str) -> Tip | None:
    """Return the tip of a receipt code; None for every text that is not one, without saying why."""
    code = rules.code_normalized(text)
    found = Tip.objects.filter(code_digest=code_digest(code)).first()
    return found if found is not None and code_fits(found, code) else None


def tip_limit(code: str, on: date) -> Limit | None:
    """Return the limit that rules tips on a day: of the first edition the office runs that has it, else of the county's
    own rules as they come with the site. None where neither has it."""
    running = [active.pack for active in packs_active(on)]
    packaged = [load_packs()[DEFAULT_PACK].pack] if DEFAULT_PACK in load_packs() else []
    for pack in [*running, *packaged]:
        for rule in pack.deadline_rules(code):
            assumed = "（期限为本机关设定）" if rule.assumed else ""
            return Limit(rule, f"《{pack.head.title}》{clause_text(pack, rule.clause)}{assumed}")
    return None


def tip_desk() -> Department | None:
    """Return the department that takes tips in: the credit office; None where none is set up."""
    return Department.objects.filter(kind=Department.Kind.CREDIT_OFFICE, is_active=True).order_by("pk").first()


def _conditions(on: date) -> dict[str, Q]:
    return {
        "waiting": Q(state=rules.RECEIVED),
        "working": Q(state=rules.ACCEPTED),
        "deciding": Q(state=rules.INVESTIGATED),
        "telling": Q(state=rules.CONCLUDED),
        "reward": Q(reward__in=(rules.PROPOSED, rules.GRANTED)),
        "overdue": tips_open() & Q(due_on__lte=on - timedelta(days=1)),
        "closed": ~tips_open(),
    }
