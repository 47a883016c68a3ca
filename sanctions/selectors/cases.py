"""Reads of listing cases: lists with filters, the facts that the conditions of each step look at."""

from datetime import date
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from registry.models import Account, Deadline, Event, Subject
from registry.rules.policy.evaluation import Evaluation
from registry.selectors.deadlines import clock_stands, with_clock
from registry.selectors.policies import pack_active, pack_of
from sanctions.models import Case, CaseEvidence, CaseGround, Defence, ListEntry
from sanctions.rules.conditions import MAJORITY_AGE, CaseFacts, day_text, is_minor
from sanctions.rules.lifecycle import Procedure
from sanctions.rules.wording import not_due_sentences
from sanctions.selectors.entries import WRONG
from sanctions.selectors.history import evaluate_for_case

CASE_KIND = "sanctions.case"
ENDED = (Case.State.PUBLISHED, Case.State.DROPPED)
HANDLING_EVENTS = frozenset(
    f"case.{step}" for step in ("add-evidence", "evidence", "notice", "serve", "defend", "waive", "deliberate", "submit",
                                "confirm")
)  # fmt: skip
REVIEWING_EVENTS = frozenset(f"case.{step}" for step in ("review", "return", "hear", "reject-defence"))


def procedure_of(case: Case) -> Procedure:
    """Return the main steps of the case's pack version."""
    return Procedure.of(step.code for step in pack_of(case.policy).procedure)


def case_list(
    *, state: str = "", mine: int | None = None, is_unassigned: bool = False, department: int | None = None,
    list_code: str = "", query: str = "",
) -> QuerySet[Case]:  # fmt: skip
    """Return cases, newest first. `state`: one of the states, or `open`; `mine`: the handler's account id."""
    found = Case.objects.select_related("subject", "department", "handler", "policy").defer("policy__text")
    if state == "open":
        found = found.exclude(state__in=ENDED)
    elif state:
        found = found.filter(state=state)
    if mine is not None:
        found = found.filter(handler_id=mine)
    if is_unassigned:
        found = found.filter(handler=None).exclude(state__in=ENDED)
    if department is not None:
        found = found.filter(department_id=department)
    if list_code:
        found = found.filter(list_code=list_code)
    if query:
        found = found.filter(
            Q(number__icontains=query) | Q(subject__name__icontains=query) | Q(subject__uscc__iexact=query)
        )
    next_due = Deadline.objects.filter(
        ~clock_stands(),
        object_kind=CASE_KIND, object_id=OuterRef("pk"), met_on__isnull=True, cancelled_on__isnull=True,
    ).exclude(role="subject")  # fmt: skip
    return found.annotate(next_due_on=next_due.order_by("due_on").values("due_on")[:1]).order_by("-pk")


def case_detail(public_id: UUID) -> Case | None:
    """Return one case with everything its page shows, in a fixed number of queries; None where there is none."""
    return (
        Case.objects.select_related(
            "subject", "department", "handler", "reviewer", "approver", "policy", "parent__subject", "candidate",
            "defence__outcome_by", "defence__attachment", "entry",
        )
        .prefetch_related(
            Prefetch("grounds", CaseGround.objects.select_related("record__department").order_by("record__decided_on")),
            Prefetch("evidence", CaseEvidence.objects.select_related("attachment").order_by("pk")),
            "documents__document__attachment",
            Prefetch("carried", Case.objects.select_related("subject").order_by("pk")),
        )
        .filter(public_id=public_id)
        .first()
    )  # fmt: skip


def case_events(case: Case) -> QuerySet[Event]:
    """Return the case's timeline, newest first."""
    return Event.objects.filter(object_kind=CASE_KIND, object_id=case.pk).select_related("actor").order_by("-pk")


def case_deadlines(case: Case) -> QuerySet[Deadline]:
    """Return the case's deadlines that were not replaced, the open ones first."""
    found = Deadline.objects.filter(object_kind=CASE_KIND, object_id=case.pk, cancelled_on__isnull=True)
    return with_clock(found).order_by(F("met_on").asc(nulls_first=True), "due_on", "pk")


def cases_of_subject(subject: Subject) -> QuerySet[Case]:
    """Return the subject's cases, newest first."""
    return Case.objects.filter(subject=subject).select_related("department", "entry").order_by("-pk")


def has_evidence(case: Case) -> bool:
    """Whether a file stands in the case, or behind one of the records it rests on."""
    on_record = CaseGround.objects.filter(case=case).filter(Exists(_record_files()))
    return case.evidence.exists() or on_record.exists()


def _record_files() -> QuerySet[CaseGround]:
    return CaseGround.objects.filter(pk=OuterRef("pk"), record__evidence__isnull=False)


def defence_of(case: Case) -> Defence | None:
    """Return the case's defence, read anew."""
    return Defence.objects.filter(case=case).first()


def case_facts(case: Case, on: date, actor: Account | None) -> CaseFacts:
    """Return what the conditions of the steps look at, on the day `on`, for `actor` (None: the system)."""
    is_outside = actor is not None and actor.department_id != case.department_id
    defence = defence_of(case)
    handlers, reviewers = case_actors(case)
    return CaseFacts(
        state=case.state,
        on=on,
        handler=case.handler_id,
        reviewer=case.reviewer_id,
        handlers=handlers,
        reviewers=reviewers,
        has_evidence=has_evidence(case),
        served_on=case.served_on,
        defence_until=heard_until(case),
        defence=_defence_word(defence),
        is_hearing_owed=defence is not None and defence.is_hearing_owed,
        not_due=not_due_reason(case, on) if case.is_open else "",
        policy_problem=policy_problem(case, on) if case.is_open else "",
        parent_problem=parent_problem(case),
        other_department=case.department.name if is_outside else "",
    )


def heard_until(case: Case) -> date | None:
    """Return the last day of the defence period.

    The deadline's row is reckoned anew when a year's holidays are announced. That may lengthen what the subject was
    told at service; it never shortens it.
    """
    period = case_deadlines(case).filter(code="defence").first()
    days = [day for day in (case.defence_until, period.due_on if period is not None else None) if day is not None]
    return max(days, default=None)


def case_actors(case: Case) -> tuple[frozenset[int], frozenset[int]]:
    """Return the accounts that have taken a handler's step in the case, and those that have taken a reviewer's, whoever
    holds it now. A carried person's case stands on the organisation's evidence, whose people count too."""
    pks = [case.pk] if case.parent_id is None else [case.pk, case.parent_id]
    acts = Event.objects.filter(
        object_kind=CASE_KIND, object_id__in=pks, name__in=HANDLING_EVENTS | REVIEWING_EVENTS, actor__isnull=False
    ).order_by()  # fmt: skip
    found = set(acts.values_list("name", "actor_id"))
    return (
        frozenset(actor for name, actor in found if name in HANDLING_EVENTS),
        frozenset(actor for name, actor in found if name in REVIEWING_EVENTS),
    )


def _defence_word(defence: Defence | None) -> str:
    if defence is None:
        return "none"
    return "waived" if defence.is_waived else defence.outcome


def not_due_reason(case: Case, on: date) -> str:
    """Say why the listing is not due any more on what is left of the case's facts; empty when it is.

    A carried person's case rests on the organisation's.
    """
    if case.subject.is_person and is_minor(case.subject.born_on, on):
        return f"{case.subject.name}未满{MAJORITY_AGE}周岁，未成年人不得列入任何名单。请终止本案。"
    leading = case.parent or case
    evaluation = evaluation_of(case, on)
    if leading.list_code in evaluation.entry:
        return ""
    lost = "".join(
        f"作为依据的“{ground.record}”已于{day_text(ground.record.voided_on)}作废。"
        for ground in leading.grounds.select_related("record")
        if ground.record.voided_on is not None and ground.record.voided_on <= on
    )
    why = "".join(not_due_sentences(evaluation, leading.list_code))
    return f"立案所依据的条件现在不再具备：{lost}{why}请终止本案；如有其他依据，应当重新立案、重新告知。"


def evaluation_of(case: Case, on: date) -> Evaluation:
    """Evaluate what is left of the case's facts on the day `on`; a carried person's case rests on the organisation's."""
    leading = case.parent or case
    records = frozenset(leading.grounds.values_list("record_id", flat=True))
    return evaluate_for_case(leading.subject, leading.policy, records=records, opened_on=leading.opened_on, on=on)


def policy_problem(case: Case, on: date) -> str:
    """Say why the policy cannot carry the case on the day `on`; empty when it can."""
    active = pack_active(case.pack_id, on)
    if active is None:
        return f"《{case.policy.title}》已不在启用状态或者已失效，不能据以作出认定。请终止本案，或先依法启用现行政策。"
    if case.mode == "binding" and active.mode != "binding":
        reasons = "".join(active.activation.reasons)
        return (
            f"《{case.policy.title}》现在只能作内部分级，不能据以作出公开的认定。{reasons}请终止本案后按内部分级办理。"
        )
    return ""


def parent_problem(case: Case) -> str:
    """Say why a carried person's case must wait for the organisation's; empty when it need not."""
    if case.parent is None:
        return ""
    if case.parent.state == Case.State.DROPPED:
        return f"所属单位的案件{case.parent.number}已经终止，随案人员不能单独列入，请终止本案。"
    wrong = ListEntry.objects.filter(case=case.parent, end_reason__in=WRONG).first()
    if wrong is not None:
        return (
            f"所属单位依据案件{case.parent.number}列入的条目已自{wrong.ends_on}起{wrong.get_end_reason_display()}，"
            "随案人员失去列入依据，请终止本案。"
        )
    waits_for = {Case.State.DECIDED: (Case.State.PUBLISHED,)}.get(
        Case.State(case.state), (Case.State.DECIDED, Case.State.PUBLISHED)
    )
    if case.parent.state not in waits_for:
        return (
            f"所属单位的案件{case.parent.number}目前为“{case.parent.get_state_display()}”，"
            f"随案人员不能先于单位{'公布' if case.state == Case.State.DECIDED else '认定'}。请先办理单位的案件。"
        )
    return ""
