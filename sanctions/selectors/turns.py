"""Whose turn an open case is, told by its state, its pack's procedure and how the hearing stands; nothing is stored.

The same for one case and for a whole queue: one expression of the database names the step that comes next.
"""

from collections import defaultdict
from datetime import date
from typing import Any, Final

from django.db.models import Case as Choice
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest

from registry.models import Deadline, PolicyVersion
from registry.rules import access
from sanctions.models import Case, Defence
from sanctions.rules.lifecycle import HEARABLE, MAIN, UNDECIDED
from sanctions.selectors.cases import CASE_KIND, ENDED, procedure_of

# What a case may wait for beside the main steps.
TAKE: Final = "take"  # nobody handles it
SERVE: Final = "serve"  # the notice is made, not served
HEAR: Final = "hear"  # a defence waits for its outcome
WAIT: Final = "wait"  # the defence period runs: only the subject, or time, moves the case

_ROLE_OF_PERMISSION: Final = {
    "case.handle": access.HANDLER,
    "case.review": access.REVIEWER,
    "case.decide": access.APPROVER,
    "case.publish": access.PUBLISHER,
}
TURN_ROLES: Final = {name: _ROLE_OF_PERMISSION[step.permission] for name, step in MAIN.items()} | {
    TAKE: access.HANDLER,
    SERVE: access.HANDLER,
    HEAR: access.REVIEWER,
}
TURN_LABELS: Final = {name: step.label for name, step in MAIN.items()} | {
    TAKE: "领办或者指派经办人",
    SERVE: "登记送达",
    HEAR: "审查陈述申辩",
    WAIT: "等待陈述申辩期满",
}


def turns_of(*roles: str) -> list[str]:
    """Return the turns that people with one of `roles` take."""
    return [turn for turn, role in TURN_ROLES.items() if role in roles]


def cases_with_turns(on: date) -> QuerySet[Any]:
    """Return the open `Case`s with `turn` (a main step, or one of the words above) and `heard_until`, the last day of
    the defence period. One query for the policies of open cases."""
    period = Deadline.objects.filter(
        object_kind=CASE_KIND, object_id=OuterRef("pk"), code="defence", cancelled_on__isnull=True
    ).order_by("-pk")
    return (
        Case.objects.exclude(state__in=ENDED)
        # The deadline's row is reckoned anew when a year's holidays are announced; it never shortens what was told.
        .annotate(reckoned_until=Coalesce(Subquery(period.values("due_on")[:1]), F("defence_until")))
        .annotate(heard_until=Greatest(F("reckoned_until"), Coalesce(F("defence_until"), F("reckoned_until"))))
        .annotate(turn=Choice(*_hearing(on), *_main_steps(), default=Value(""), output_field=CharField()))
        .order_by()
    )


def _hearing(on: date) -> list[When]:
    """What comes before the next main step, in order of precedence. After the notice the subject is heard first."""
    # Where notice comes before the review, a reviewed case may still have to be served or heard.
    noticed = Q(state=Case.State.NOTICED) | Q(state=Case.State.REVIEWED, noticed_on__isnull=False)
    pending = Q(defence__outcome=Defence.Outcome.PENDING, defence__is_waived=False)
    return [
        When(Q(handler__isnull=True, state__in=UNDECIDED), then=Value(TAKE)),
        When(noticed & Q(served_on__isnull=True), then=Value(SERVE)),
        When(pending & Q(state__in=HEARABLE), then=Value(HEAR)),
        When(noticed & Q(defence__isnull=True, heard_until__gte=on), then=Value(WAIT)),
    ]


def _main_steps() -> list[When]:
    """The main step that each state leads to, by the procedures of the policies that open cases run under."""
    running = Case.objects.exclude(state__in=ENDED).order_by().values("policy")
    by_step: dict[tuple[str, str], list[int]] = defaultdict(list)
    for policy in PolicyVersion.objects.filter(pk__in=running).defer("text"):
        procedure = procedure_of(Case(policy=policy))
        for state in Case.State.values:
            step = procedure.next_main(state)
            if step is not None:
                by_step[state, step.name].append(policy.pk)
    return [
        When(state=state, policy__in=policies, then=Value(step)) for (state, step), policies in sorted(by_step.items())
    ]
