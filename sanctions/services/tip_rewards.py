"""Rewards for verified tips: proposed by the handler, decided by an approver, paid by a third; amounts in yuan."""

from datetime import date

from django.db import transaction

from registry.base.errors import InvalidInput, NotAllowed
from registry.models import Account
from sanctions.models import Tip
from sanctions.rules import tips as rules
from sanctions.selectors.tips import code_fits
from sanctions.services.tip_identity import knows_reporter
from sanctions.services.tip_steps import limit_run, limit_stop, step_begin, step_finish, text_require, tip_lock


@transaction.atomic
def reward_propose(
    *, tip_id: int, yuan: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Tip:
    """Propose a reward of `yuan`. How much and for what the documents leave to the county: the reason says it."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "propose-reward", actor=actor, on=on, version=version)
    tip.reward_yuan = _amount(yuan)
    tip.reward_reason = text_require(tip, reason, field="reason", label="奖励的理由", most=500, actor=actor)
    tip.reward, tip.reward_proposed_by = rules.PROPOSED, actor
    step_finish(tip, begun, f"提出奖励{yuan}元", payload={"yuan": yuan})
    return tip


@transaction.atomic
def reward_decide(
    *, tip_id: int, is_granted: bool, yuan: int, reason: str, actor: Account | None, on: date,
    version: int | None = None,
) -> Tip:  # fmt: skip
    """Grant the reward, at `yuan` or any other amount, or refuse it. Raises NotAllowed for the handler and for who
    proposed it."""
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "decide-reward", actor=actor, on=on, version=version)
    if actor is not None and actor.pk == tip.reward_proposed_by_id:
        raise NotAllowed("same-as-proposer", "提出奖励的人不能审批同一奖励，请由另一名审批人员办理。")
    tip.reward_reason = text_require(tip, reason, field="reason", label="审批意见", most=500, actor=actor)
    tip.reward_decided_by, tip.reward_decided_on = actor, on
    if is_granted:
        tip.reward, tip.reward_yuan = rules.GRANTED, _amount(yuan)
        if tip.state == rules.TOLD:
            limit_run(tip, rules.REWARD_LIMIT, on)
        text = f"批准奖励{tip.reward_yuan}元"
    else:
        tip.reward, text = rules.REFUSED, "不予奖励"
    step_finish(tip, begun, text, payload={"reward": tip.reward, "yuan": tip.reward_yuan})
    return tip


@transaction.atomic
def reward_pay(*, tip_id: int, code: str, voucher: str, actor: Account, on: date, version: int | None = None) -> Tip:
    """Note that the reward was paid: to whoever showed the receipt code, or to the identity on file, which `actor` must
    have looked at. `voucher` is the number of the payment voucher; the receipt signed stays sealed with the cashier.

    Raises NotAllowed also for who decided the reward and for the handler; InvalidInput for a wrong code.
    """
    tip = tip_lock(tip_id)
    begun = step_begin(tip, "pay-reward", actor=actor, on=on, version=version)
    if actor.pk == tip.reward_decided_by_id:
        raise NotAllowed("same-as-decider", "审批奖励的人不能登记兑付，请由另一名人员办理。")
    if code.strip():
        if not code_fits(tip, code):
            raise InvalidInput("code-wrong", "回执码与该举报不符，不能兑付。请核对。", field="code")
    elif not knows_reporter(tip, actor):
        raise InvalidInput(
            "payee-unknown", "请填写领奖人出示的回执码；凭身份领取的，请先查看举报人身份并写明理由。", field="code"
        )
    tip.reward_voucher = text_require(tip, voucher, field="voucher", label="付款凭证号", most=60, actor=actor)
    tip.reward, tip.reward_paid_on, tip.reward_paid_by = rules.PAID, on, actor
    limit_stop(tip)
    step_finish(tip, begun, "奖励已兑付", payload={"yuan": tip.reward_yuan, "by_code": bool(code.strip())})
    return tip


def _amount(yuan: int) -> int:
    if yuan <= 0:
        raise InvalidInput("yuan-wrong", f"奖励金额{yuan}元不对，请填写大于0的整数元。", field="yuan")
    return yuan
