"""The pool of experts, and the draw for a complaint: at random, recorded so that it can be repeated."""

import secrets
from datetime import date

from django.db import transaction
from django.db.models import Q

from registry.base.errors import InvalidInput, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Department
from registry.services import authz
from registry.services.events import event_record
from repair.models import Expert, Objection
from repair.rules.county import county_requests
from repair.rules.drawing import Candidate, draw, pool_hash
from repair.services.requests import department_require, request_lock, tell_subject


@transaction.atomic
def expert_add(
    *, name: str, field: str, department_id: int | None, actor: Account | None, on: date
) -> Expert:  # fmt: skip
    """Put an expert into the pool from `on`. Raises NotAllowed, InvalidInput."""
    authz.require(actor, "request.decide", on=on)
    for value, key, label in ((name, "name", "姓名"), (field, "field", "专业")):
        if not value.strip():
            raise InvalidInput(f"{key}-missing", f"请填写专家的{label}。", field=key)
    department = Department.objects.get(pk=department_id) if department_id is not None else None
    expert = Expert(name=name.strip()[:60], field=field.strip()[:60], department=department, starts_on=on)
    expert.save_by(actor, reason="expert.add")
    event_record("expert.added", f"专家库增加{expert}", obj=expert, actor=actor, on=on)
    return expert


@transaction.atomic
def expert_retire(*, expert_id: int, actor: Account | None, on: date, version: int | None = None) -> Expert:
    """Take an expert out of the pool from `on`; draws already made stay as they are."""
    expert: Expert = Expert.objects.select_for_update().get(pk=expert_id)
    if expert.ends_on is not None:
        raise TransitionRefused("expert-retired", f"{expert}已于{expert.ends_on}出库。")
    authz.require(actor, "request.decide", on=on)
    version_require(expert, version)
    expert.ends_on = on
    expert.save_by(actor, reason="expert.retire")
    event_record("expert.retired", f"专家库移出{expert}", obj=expert, actor=actor, on=on)
    return expert


@transaction.atomic
def experts_draw(
    *, objection_id: int, actor: Account | None, on: date, number: int | None = None, seed: str = "",
    version: int | None = None,
) -> Objection:  # fmt: skip
    """Draw the experts of a complaint at random, once; seed, pool and its hash are kept, so that all can be checked.

    Left out are those who serve with the department that is complained about. `number`: the county's value unless
    given; `seed`: made at random unless given. Raises TransitionRefused (drawn, not a running complaint), NotAllowed,
    RuleRefused (too few in the pool).
    """
    complaint = request_lock(Objection, objection_id)
    if complaint.level != Objection.Level.COMPLAINT or not complaint.is_open:
        raise TransitionRefused("not-a-complaint", "只有正在办理的投诉可以抽取专家。")
    if complaint.draw:
        raise TransitionRefused("drawn-already", f"{complaint.number}的专家已经抽取，不能重新抽取。")
    authz.require(actor, "request.accept", on=on)
    department_require(actor, complaint.department)
    version_require(complaint, version)
    number = number or county_requests().experts.number
    pool = _pool(complaint, on)
    if len(pool) < number:
        raise RuleRefused(
            "pool-too-small",
            f"专家库中可以抽取的只有{len(pool)}人，不足{number}人。请先补充专家库（被投诉部门的人员应当回避）。",
        )
    seed = seed or secrets.token_hex(16)
    drawn = draw(pool, seed=seed, number=number)
    complaint.experts = [{"code": each.code, "name": each.name, "field": each.field} for each in drawn]
    complaint.draw = {
        "seed": seed, "number": number, "pool_hash": pool_hash(pool), "on": on.isoformat(),
        "pool": [[each.code, each.name, each.field] for each in pool],
    }  # fmt: skip
    complaint.save_by(actor, reason="complaint.draw")
    names = "、".join(f"{each.name}（{each.field}）" for each in drawn)
    event_record(
        "complaint.drawn", f"从{len(pool)}人中随机抽取专家{number}人：{names}"[:500], obj=complaint,
        subject=complaint.subject, actor=actor, on=on,
        payload={"seed": seed, "pool_hash": complaint.draw["pool_hash"], "drawn": [each.code for each in drawn]},
    )  # fmt: skip
    tell_subject(
        complaint, "complaint.drawn", f"已抽取专家（{complaint.number}）",
        f"办理{complaint.number}的专家已随机抽取：{names}。认为其中有人应当回避的，请向{complaint.department.name}提出。",
    )  # fmt: skip
    return complaint


def _pool(complaint: Objection, on: date) -> list[Candidate]:
    concerned = complaint.first.department_id if complaint.first is not None else complaint.department_id
    found = Expert.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)
    found = found.exclude(department_id=concerned).order_by("pk")
    return [Candidate(str(each.public_id), each.name, each.field) for each in found]
