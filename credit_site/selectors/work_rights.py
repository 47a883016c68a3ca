"""Rows of the queues about tips, commitments, claims of accounts and cross-checks."""

from datetime import date
from typing import Any

from django.urls import reverse

from credit_site.selectors.queues import CLAIM, COMMITMENT, CROSS_CHECK, TIP
from credit_site.selectors.work_item import Key, WorkItem
from incentives.rules import lifecycle
from incentives.selectors.commitments import commitments_due
from registry.models import Claim, Deadline
from registry.rules import access
from registry.selectors.deadlines import DeadlineView, deadline_views
from sanctions.models import CrossCheck, Tip
from sanctions.rules import tips as rules
from sanctions.selectors.cross_checks import cross_checks_open
from sanctions.selectors.tips import TipDue, tip_dues

_TIP_STEPS = {rules.RECEIVED: "accept", rules.ACCEPTED: "investigate", rules.INVESTIGATED: "conclude",
              rules.CONCLUDED: "tell"}  # fmt: skip
_REWARD_STEPS = {rules.PROPOSED: "decide-reward", rules.GRANTED: "pay-reward"}


def tip_items(ids: list[int], on: date) -> dict[Key, WorkItem]:
    """Return the rows of tips; nothing of who reported is read."""
    found = list(Tip.objects.filter(pk__in=ids).select_related("department", "handler")) if ids else []
    dues = tip_dues(found, on)
    return {(TIP, tip.pk): _tip(tip, dues.get(tip.pk)) for tip in found}


def _tip(tip: Tip, due: TipDue | None) -> WorkItem:
    # While the tip itself is open it comes first; its reward waits.
    name = _TIP_STEPS.get(tip.state) or _REWARD_STEPS.get(tip.reward, "")
    step = rules.STEPS[name]
    holder = tip.handler.display_name if tip.handler is not None and step.by_handler else ""
    return WorkItem(
        kind="举报",
        number=tip.number,
        url=reverse("tips:detail", args=[tip.public_id]),
        subject=tip.about,
        detail=rules.STATE_LABELS[tip.state],
        step=step.label,
        step_url=reverse("tips:step", args=[tip.public_id, name]),
        step_who=access.roles_labels(step.permission),
        holder=holder or (tip.department.short_name if tip.department is not None else ""),
        due=due,
        needs=step.permission,
    )


def commitment_items(ids: list[int], on: date) -> dict[Key, WorkItem]:
    """Return the rows of commitments that somebody must check, or find broken."""
    found = list(commitments_due(None, on).filter(pk__in=ids)) if ids else []
    # Their days stand on the commitments themselves; a row that is never saved makes them readable as every other.
    dues = [Deadline(label=_due_label(each), subject=each.subject, starts_on=each.made_on, days=0, due_on=each.due)
            for each in found]  # fmt: skip
    views = deadline_views(dues, on)
    return {(COMMITMENT, each.pk): _commitment(each, view) for each, view in zip(found, views, strict=True)}


def _due_label(commitment: Any) -> str:
    return "陈述期限届满" if commitment.state == lifecycle.NOTICED else "承诺的履行期限"


def _commitment(commitment: Any, view: DeadlineView) -> WorkItem:
    is_noticed = commitment.state == lifecycle.NOTICED
    step = "决定是否认定违诺" if is_noticed else "核对履行情况，逾期未履行的告知"
    url = reverse("commitments:detail", args=[commitment.public_id])
    permission = lifecycle.STEPS["break" if is_noticed else "check"].permission
    basis = (
        f"承诺书{commitment.number}写明的期限" if not is_noticed else f"违诺告知（{commitment.noticed_on:%Y-%m-%d}）"
    )
    return WorkItem(
        kind="信用承诺",
        number=commitment.number,
        url=url,
        subject=commitment.subject.name,
        detail=commitment.label + (f"（{commitment.matter}）" if commitment.matter else ""),
        step=step,
        step_url=url,
        step_who=access.roles_labels(permission),
        holder=commitment.department.short_name,
        due=DeadlineView(view.deadline, view.days_left, basis),
        needs=permission,
    )


def claim_items(ids: list[int]) -> dict[Key, WorkItem]:
    """Return the rows of claims that wait to be confirmed."""
    found = Claim.objects.filter(pk__in=ids).select_related("subject") if ids else ()
    return {(CLAIM, claim.pk): _claim(claim) for claim in found}


def _claim(claim: Claim) -> WorkItem:
    url = reverse("registry:claim-detail", args=[claim.public_id])
    return WorkItem(
        kind="账号认领",
        number=f"{claim.applicant}的认领申请",
        url=url,
        subject=claim.subject.name if claim.subject is not None else claim.uscc or claim.person_name,
        detail=f"{claim.filed_on:%Y-%m-%d}提出",
        step="核实后确认，或者不予确认",
        step_url=url,
        step_who=access.roles_labels("claim.decide"),
        holder="",
        due=None,
        needs="claim.decide",
    )


def cross_check_items(ids: list[int], on: date) -> dict[Key, WorkItem]:
    """Return the rows of flags that nobody has handled yet."""
    found = cross_checks_open(on).filter(pk__in=ids).select_related("subject") if ids else ()
    return {(CROSS_CHECK, flag.pk): _cross_check(flag) for flag in found}


def _cross_check(flag: CrossCheck) -> WorkItem:
    return WorkItem(
        kind="交叉核查",
        number=flag.get_kind_display(),
        url=reverse("sanctions:cross-check-detail", args=[flag.public_id]),
        subject=flag.subject.name,
        detail=f"{flag.opened_on:%Y-%m-%d}发现",
        step="核实后登记处理情况",
        step_url=reverse("sanctions:cross-check-handle", args=[flag.public_id]),
        step_who=access.roles_labels("cross-check.handle"),
        holder="",
        due=None,
        needs="cross-check.handle",
    )
