"""Decisions on repair and removal: granted and carried out in one transaction, refused or not accepted with reasons."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from registry.base.errors import RuleRefused
from registry.models import Account
from registry.services.deadlines import deadline_meet
from registry.services.record_marks import record_repaired
from registry.services.records import record_lock
from repair import signals
from repair.models import RepairApplication
from repair.rules import lifecycle
from repair.rules.wording import repair_remedies
from repair.selectors.governing import cited_basis
from repair.selectors.verdicts import RepairStanding, documents_of, removal_standing, repair_standing
from repair.services.documents import outcome_template, request_document
from repair.services.repairs import ACCEPT_DEADLINE, DECIDE_DEADLINE
from repair.services.requests import (
    Begun,
    request_lock,
    step_begin,
    step_finish,
    supplement_over_require,
    tell_subject,
)
from sanctions.models import ListEntry
from sanctions.services.entries import entry_end


@dataclass(frozen=True)
class Outcome:
    """What a refusal says besides its reason: the codes of what is missing, in words, and the first possible day."""

    codes: tuple[str, ...]
    sentences: tuple[str, ...]
    earliest: date | None


@transaction.atomic
def repair_grant(
    *, application_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> RepairApplication:
    """Grant repair or removal; publication and measures end at once, and the departments are told to confirm it.

    The conditions are asked anew of the governing rule on the day of the decision. Raises RuleRefused naming every
    condition that is missing, TransitionRefused, NotAllowed, Conflict.
    """
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "grant", actor=actor, on=on, version=version, reason=reason)
    outcome = outcome_of(application, on)
    if outcome.codes or outcome.sentences:
        word, against = (lifecycle.outcome_label(each, application.kind_code) for each in ("grant", "refuse"))
        raise RuleRefused(
            outcome.codes[0] if outcome.codes else "not-ruled",
            f"不能{word}：{'；'.join(outcome.sentences)}。请作出{against}的决定并告知理由，或者待条件具备后再办理。",
            missing=list(outcome.codes),
        )
    _decided(application, begun, reason)
    application.effective_on = standing_of(application, on).effect_from or on
    label = application.get_kind_display()
    effect_carry_out(application, f"{label}申请{application.number}：{application.outcome_reason}", actor=actor, on=on)
    step_finish(application, begun, f"准予{label}（{application.number}）：{application.outcome_reason}", code="repair",
                payload={"effective_on": application.effective_on, "reason": application.outcome_reason})  # fmt: skip
    since = application.effective_on
    effect = f"自{since}起停止公示，有关部门不再据此采取惩戒措施，并逐一确认解除。"
    request_document(
        application, outcome_template(application, "grant"),
        [f"你（单位）对{application.about}的{label}申请，经审查符合条件{cited_basis(application)}，本机关决定准予{label}。",
         f"理由：{application.outcome_reason}", effect,
         "提供虚假材料的，撤销本决定，恢复原状，并在规定的期限内不再受理申请。"],
        actor=actor, on=on,
    )  # fmt: skip
    tell_subject(
        application, "repair.granted", f"准予{label}（{application.number}）",
        f"您（单位）对{application.about}的{label}申请已获准，{effect}"
        f"发现仍在公示或者仍被采取措施的，请向{application.department.name}反映。",
    )  # fmt: skip
    signals.repair_granted.send(sender=RepairApplication, application=application, actor=actor, on=on)
    return application


def effect_carry_out(application: RepairApplication, note: str, *, actor: Account | None, on: date) -> None:
    """End what the application is about from its effective day: publication, measures, everything that followed."""
    if application.record is not None:
        record_repaired(record_lock(application.record.pk), note=note, actor=actor, on=on)
    elif application.entry is not None:
        entry_end(
            entry=application.entry, reason=ListEntry.EndReason.REPAIRED, ends_on=application.effective_on or on,
            note=note[:500], actor=actor, on=on,
        )  # fmt: skip


@transaction.atomic
def repair_refuse(
    *, application_id: int, reason: str, actor: Account | None, on: date, version: int | None = None,
    has_false_papers: bool = False,
) -> RepairApplication:  # fmt: skip
    """Refuse an accepted application. What is missing, the first possible day and the remedies are told.

    `has_false_papers`: false papers were handed in; the subject is barred for the period that the pack gives.
    """
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "refuse", actor=actor, on=on, version=version, reason=reason)
    if has_false_papers:
        bar_set(application, on)
    return _close(application, begun, reason)


@transaction.atomic
def repair_decline(
    *, application_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> RepairApplication:
    """Not accept an application, with the reason and what is missing."""
    application = request_lock(RepairApplication, application_id)
    begun = step_begin(application, "decline", actor=actor, on=on, version=version, reason=reason)
    supplement_over_require(application, on=on)
    return _close(application, begun, reason)


def outcome_of(application: RepairApplication, on: date) -> Outcome:
    """Ask the governing rule on `on`; codes and sentences are empty when repair or removal may be granted."""
    standing = standing_of(application, on)
    if standing.verdict is not None and standing.verdict.allowed:
        return Outcome((), (), standing.earliest)
    codes = standing.verdict.refused if standing.verdict is not None else ()
    return Outcome(codes, standing.sentences, standing.earliest)


def standing_of(application: RepairApplication, on: date) -> RepairStanding:
    """What the governing rule says about an application, with the documents at hand."""
    documents = documents_of(application)
    if application.kind == RepairApplication.Kind.REMOVAL and application.entry is not None:
        return removal_standing(
            application.subject, application.entry, filed_on=application.filed_on, documents=documents, on=on
        )
    return repair_standing(
        application.subject, record=application.record, entry=application.entry, documents=documents, on=on
    )


def _close(application: RepairApplication, begun: Begun, reason: str) -> RepairApplication:
    outcome = outcome_of(application, begun.on)
    _decided(application, begun, reason)
    application.refusals = list(outcome.codes)
    word = lifecycle.outcome_label(begun.step.name, application.kind_code)
    label = f"{application.get_kind_display()}申请{word}"
    step_finish(
        application, begun, f"{label}（{application.number}）：{application.outcome_reason}", code="repair",
        payload={"reason": application.outcome_reason, "missing": list(outcome.codes),
                 "earliest": outcome.earliest, "barred_until": application.barred_until},
    )  # fmt: skip
    missing = f"未具备的条件：{'；'.join(outcome.sentences)}。" if outcome.sentences else ""
    later = outcome.earliest if outcome.earliest is not None and outcome.earliest > begun.on else None
    if application.barred_until is not None:
        later, missing = None, f"{missing}因提供虚假材料，在{application.barred_until}（含）之前不再受理。"
    basis = cited_basis(application)
    remedies = repair_remedies(earliest=str(later) if later else "")
    template = "decline" if begun.step.name == "decline" else outcome_template(application, "refuse")
    said = f"你（单位）对{application.about}的{application.get_kind_display()}申请，本机关决定{word}{basis}。"
    request_document(
        application, template, [said, f"理由：{application.outcome_reason}", missing, remedies],
        actor=begun.actor, on=begun.on,
    )  # fmt: skip
    tell_subject(
        application, f"repair.{begun.step.name}", f"{label}（{application.number}）",
        f"您（单位）对{application.about}的{label}{basis}。理由：{application.outcome_reason}。{missing}{remedies}",
    )  # fmt: skip
    return application


def _decided(application: RepairApplication, begun: Begun, reason: str) -> None:
    application.decided_on, application.decided_by = begun.on, begun.actor
    application.outcome_reason = reason.strip()[:2000]
    for code in (ACCEPT_DEADLINE, DECIDE_DEADLINE):
        deadline_meet(application, code, actor=begun.actor, on=begun.on)


def bar_set(application: RepairApplication, on: date) -> None:
    """Note that false papers were found, and until when the pack bars the subject from applying again."""
    ground = standing_of(application, on).ground
    bar = ground.rule.false_papers_bar if ground is not None and ground.rule is not None else None
    application.false_papers_on = on
    if bar is not None:
        application.barred_until = bar.last_day(on)
