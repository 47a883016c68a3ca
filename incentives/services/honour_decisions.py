"""Deciding about a nomination, and ending an honour by an officer's decision."""

from datetime import date, timedelta

from django.db import transaction

from incentives import signals
from incentives.models import Honour
from incentives.rules import honours as rules
from incentives.selectors.honour_checks import HonourCheck, RedList, honour_check
from incentives.selectors.honours import objection_counts
from incentives.services.grants import grants_dispatch
from incentives.services.honour_endings import honour_end_now
from incentives.services.honour_papers import recognition_paper
from incentives.services.honour_steps import (
    honour_lock,
    honour_step_begin,
    honour_step_finish,
    tell_departments,
    tell_subject,
)
from incentives.services.honours import nomination_close, red_list_require
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Account

ONE_DAY = timedelta(days=1)


@transaction.atomic
def honour_recognise(
    *, honour_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Honour:
    """Recognise: the subject stands on the red list from `on` (after a running honour's last day, where it renews one)
    for the pack's term. Everything is checked anew on the day of the decision.

    By another officer than nominator and reviewer, after publicity, with every objection answered and none found right.
    Raises TransitionRefused, NotAllowed, Conflict, RuleRefused.
    """
    honour = honour_lock(honour_id)
    begun = honour_step_begin(honour, "recognise", actor=actor, on=on, version=version, reason=reason)
    if actor is not None and actor.pk in (honour.nominated_by_id, honour.reviewed_by_id):
        raise NotAllowed("same-as-reviewer", "提名和审核的人员不能作出认定，请由另一名审批人员办理。")
    unanswered, upheld = objection_counts(honour)
    refused = rules.recognition_refusal(
        publicity_until=honour.publicity_until, unanswered=unanswered, upheld=upheld, on=on
    )
    if refused:
        raise RuleRefused("not-heard", refused)
    red_list = red_list_require(honour, on)
    check = honour_check(honour.subject, red_list, on)
    if not check.is_passed:
        raise RuleRefused("criteria-not-met", f"核对没有通过：{check.refusal}。不能认定，请办理不予认定。")
    _term_set(honour, red_list, on)
    honour.decided_on, honour.decided_by, honour.decision_reason = on, actor, reason.strip()[:1000]
    honour.policy, honour.decision_check, honour.relied_on = red_list.version, check.to_dict(), check.relied_on
    honour.document = recognition_paper(honour, criteria=_met(check), actor=actor, on=on)
    honour_step_finish(
        honour, begun, f"认定为{honour.list_label}对象，自{honour.starts_on}起至{honour.last_day}止",
        payload={"document": honour.document.number, "starts_on": honour.starts_on, "last_day": honour.last_day,
                 "hash": red_list.version.content_hash, "criteria": check.relied_on},
    )  # fmt: skip
    _tell_recognised(honour)
    grants_dispatch(honour=honour, actor=actor, on=on)
    signals.honour_recognised.send(sender=Honour, honour=honour, actor=actor, on=on)
    return honour


def _term_set(honour: Honour, red_list: RedList, on: date) -> None:
    rule = red_list.pack.list_rule(honour.list_code)
    if rule.term is None:
        raise RuleRefused("term-missing", f"政策没有写明{honour.list_label}的期限，不能列入。请在政策包中补上期限。")
    last = (
        Honour.objects.in_force(on)
        .filter(subject=honour.subject, pack_id=honour.pack_id, list_code=honour.list_code)
        .order_by("-ends_on")
        .first()
    )
    honour.starts_on = last.ends_on if last is not None and last.ends_on is not None else on
    # The term runs from the day on which the honour begins, which is when it becomes public.
    honour.term_ends_on = honour.ends_on = rule.term.last_day(honour.starts_on) + ONE_DAY


def _met(check: HonourCheck) -> list[str]:
    return [f"{each.clause} {each.label}。" for each in check.criteria if each.met]


def _tell_recognised(honour: Honour) -> None:
    public = "本名单向社会公布。" if honour.is_public else ""
    tell_subject(
        honour, "honour.recognised", f"列入{honour.list_label}认定书（{honour.number}）"[:200],
        f"您（单位）自{honour.starts_on}起列入{honour.list_label}，至{honour.last_day}（含当日）止。{public}期间发生违法失信行为或者"
        "列入失信名单的，自发生之日起移出；期满前可以重新申请。",
    )  # fmt: skip
    tell_departments(
        honour, "honour.recognised", f"已认定：{honour.subject.name}（{honour.list_label}）"[:200],
        f"{honour.subject.name}自{honour.starts_on}起列入{honour.list_label}，至{honour.last_day}止。",
    )  # fmt: skip


@transaction.atomic
def honour_refuse(
    *, honour_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Honour:
    """Decide that a nominated subject is not recognised, with the reason. It is no bad record."""
    return nomination_close(honour_id, "refuse", reason, actor, on, version)


@transaction.atomic
def honour_end(
    *, honour_id: int, why: str, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Honour:
    """End an honour from `on`: recognised wrongly (`revoked`), or no longer deserved (`breach`, `criteria`).

    Raises TransitionRefused (over already), InvalidInput (no such reason).
    """
    honour = honour_lock(honour_id)
    begun = honour_step_begin(honour, "end", actor=actor, on=on, version=version, reason=reason)
    if honour.ends_on is None or honour.ends_on <= on:
        raise TransitionRefused(
            "honour-ended", f"已于{honour.ends_on}终止（{honour.get_end_reason_display()}），不能再移出。"
        )
    if why not in (rules.REVOKED, rules.BREACH, rules.CRITERIA):
        raise InvalidInput("why-unknown", "请选择移出的原因：撤销认定、发生违法失信或者不再符合条件。", field="why")
    honour_end_now(honour, Honour.EndReason(why), reason.strip(), actor=begun.actor, on=on)
    return honour
