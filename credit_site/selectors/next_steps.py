"""What a subject can do next, and by when: one list, computed on reading, in order of day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from credit_site.selectors.own_file import must_sign, own_entries, own_notices, own_records
from incentives.models import Obligation
from incentives.rules.lifecycle import RUNNING
from registry.models import Record, Subject
from registry.rules.periods import add_months
from registry.rules.policy.wording import clause_text
from registry.selectors.remembered import answers_remembered
from repair.models import Objection, RepairApplication
from repair.rules.lifecycle import DECLINED, OPEN, REFUSED, SUPPLEMENT
from repair.rules.wording import RECONSIDER_DAYS, SUE_MONTHS
from repair.selectors.governing import joint_conference
from repair.selectors.lists import family_of, supplement_until
from repair.selectors.verdicts import OwnRules, RepairStanding, removal_standing, repair_standing
from sanctions.models import Case, ListEntry
from sanctions.rules.lifecycle import HEARABLE
from sanctions.selectors.cases import heard_until
from sanctions.selectors.entries import entry_state
from sanctions.selectors.own_cases import own_cases

ONE_DAY = timedelta(days=1)
_FROM_RECEIPT = "期限自收到决定之日起算，收到较晚的，最后一天相应推后。"


@dataclass(frozen=True)
class NextStep:
    """One thing the subject can do. `until`: the last day; `since`: the first day, where it lies ahead; `is_owed`: to
    leave it undone costs something; `url`: where it is done, empty where no page does it."""

    text: str
    url: str
    until: date | None = None
    since: date | None = None
    is_owed: bool = False
    note: str = ""

    @property
    def day(self) -> date | None:
        """The day it is sorted by."""
        return self.until or self.since


def next_steps(subject: Subject, on: date) -> list[NextStep]:
    """Return everything the subject can do on `on` or later, the earliest day first, what has no day last."""
    own = OwnRules(subject, on)
    with answers_remembered():
        found = [
            *_signatures(subject),
            *_hearings(subject, on),
            *_requests(subject, on),
            *_commitments(subject),
            *_records(own),
            *_entries(own),
        ]
    return sorted(found, key=lambda step: (step.day is None and not step.is_owed, step.day or on, not step.is_owed))


def address(name: str, **kwargs: object) -> str:
    """Return the address of a page of this site. NoReverseMatch when there is none: a link must lead somewhere."""
    return reverse(name, kwargs=kwargs)


def _signatures(subject: Subject) -> Iterator[NextStep]:
    for notice in own_notices(subject):
        if must_sign(notice, subject):
            yield NextStep(
                f"签收《{notice.title}》", address("portal:message", notice_id=notice.pk), is_owed=True,
                note="已同意电子送达，签收之日为送达之日。",
            )  # fmt: skip


def _hearings(subject: Subject, on: date) -> Iterator[NextStep]:
    for case in own_cases(subject):
        until, defence = heard_until(case), getattr(case, "defence", None)
        if case.state not in HEARABLE or case.served_on is None or (defence is not None and not defence.is_waived):
            continue
        late = until is not None and on > until
        yield NextStep(
            f"就拟列入{case.list_label}提交陈述申辩（{case.number}）",
            address("my-cases:defend", public_id=case.public_id),
            until=until,
            is_owed=defence is None,
            note="期限已过；认定作出之前提交的仍会听取，但标明逾期。" if late else "",
        )


def _requests(subject: Subject, on: date) -> Iterator[NextStep]:
    complains = joint_conference() is not None
    for objection in Objection.objects.filter(subject=subject).select_related("record", "entry"):
        yield from _supplement(objection)
        refused = objection.state in (REFUSED, DECLINED) and objection.decided_on is not None
        if not refused or objection.decided_on is None:
            continue
        if complains and objection.level == Objection.Level.DEPARTMENT and not hasattr(objection, "complaint"):
            yield NextStep(f"不服{objection.number}的处理结果，可以向联席会议办公室投诉", _request_address(objection))
        yield from _court(f"不服{objection.number}的处理结果", objection.decided_on, on)
    for application in RepairApplication.objects.filter(subject=subject).select_related("record", "entry"):
        yield from _supplement(application)
        if application.is_undo_noticed and application.undo_stated_on is None and application.undo_waived_on is None:
            yield NextStep(
                f"就拟撤销{application.number}的修复陈述申辩",
                address("my-requests:undo-statement", public_id=application.public_id), until=application.undo_until,
                is_owed=True, note="逾期的，决定作出之前提交的仍会审查。",
            )  # fmt: skip
        is_refused = application.state in (REFUSED, DECLINED)
        told_on = application.undone_on or (application.decided_on if is_refused else None)
        if told_on is not None:
            yield from _court(f"不服{application.number}的处理结果", told_on, on)


def _supplement(request: Objection | RepairApplication) -> Iterator[NextStep]:
    if request.state == SUPPLEMENT:
        yield NextStep(
            f"补正{request.number}的材料：{request.supplement}", _request_address(request),
            until=supplement_until(request), is_owed=True, note="补正期间不计入办理期限。",
        )  # fmt: skip


def _request_address(request: Objection | RepairApplication) -> str:
    return address("my-requests:detail", family=family_of(request), public_id=request.public_id)


def _apply_address(target: str, thing: Record | ListEntry, kind: str) -> str:
    return address("my-requests:apply", target=target, public_id=thing.public_id, kind=kind)


def _court(what: str, told_on: date, on: date) -> Iterator[NextStep]:
    """Reconsideration and court, while their time runs: counted from the day of the decision at the earliest, and from
    the day on which the subject received it in law."""
    reconsider = told_on + timedelta(days=RECONSIDER_DAYS)
    sue = add_months(told_on, SUE_MONTHS)
    if on <= reconsider:
        yield NextStep(f"{what}，可以申请行政复议", "", until=reconsider, note=_FROM_RECEIPT)
    if on <= sue:
        yield NextStep(f"{what}，可以提起行政诉讼", "", until=sue, note=_FROM_RECEIPT)


def _commitments(subject: Subject) -> Iterator[NextStep]:
    owed = Obligation.objects.filter(
        commitment__subject=subject, commitment__state__in=RUNNING, handed_on__isnull=True, done_on__isnull=True
    ).select_related("commitment")
    for obligation in owed:
        commitment = obligation.commitment
        yield NextStep(
            f"履行承诺：{obligation.text}（{commitment.number}）",
            address("my-commitments:detail", public_id=commitment.public_id),
            until=obligation.due_on,
            is_owed=True,
        )


def _records(own: OwnRules) -> Iterator[NextStep]:
    subject, on = own.subject, own.on
    asked = _asked(subject)
    for record in own_records(subject).filter(state=Record.State.CONFIRMED):
        if ("record", record.pk) in asked:
            continue
        standing = repair_standing(subject, record=record, on=on, own=own)
        url = _apply_address("record", record, "repair")
        yield from _repair(f"“{record}”", standing, url, on)


def _entries(own: OwnRules) -> Iterator[NextStep]:
    subject, on = own.subject, own.on
    asked = _asked(subject)
    for entry in own_entries(subject, on):
        if not entry_state(entry, on).is_in_force:
            continue
        told_on = _decision_served(entry.case)
        if told_on is not None:
            yield from _court(f"不服列入{entry.list_label}的决定", told_on, on)
        if ("entry", entry.pk) in asked:
            continue
        url = _apply_address("entry", entry, "repair")
        yield from _repair(entry.list_label, repair_standing(subject, entry=entry, on=on, own=own), url, on)
        yield from _removal(own, entry)


def _asked(subject: Subject) -> set[tuple[str, int]]:
    """What an open repair or removal is about already."""
    found = RepairApplication.objects.filter(subject=subject, state__in=OPEN).values_list("record_id", "entry_id")
    return {("record", record) if record is not None else ("entry", entry) for record, entry in found}


def _decision_served(case: Case) -> date | None:
    """The day on which the decision was served; it is counted from nothing else."""
    from_notice = own_notices(case.subject).filter(
        kind="case.decided", object_id=case.pk, object_kind=Case._meta.label_lower, served_on__isnull=False
    )
    return from_notice.values_list("served_on", flat=True).first()


def _repair(what: str, standing: RepairStanding, url: str, on: date) -> Iterator[NextStep]:
    verdict = standing.verdict
    if verdict is None or verdict.earliest is None:
        return
    basis = _basis(standing)
    if on < verdict.earliest:
        yield NextStep(f"可以申请{what}的信用修复", url, since=verdict.earliest, note=basis)
    elif verdict.allowed:
        yield NextStep(f"现在可以申请{what}的信用修复", url, note=basis)
    else:
        yield NextStep(f"{what}的最短公示期已满，备齐条件后可以申请信用修复", url, note="；".join(standing.sentences))


def _removal(own: OwnRules, entry: ListEntry) -> Iterator[NextStep]:
    on = own.on
    standing = removal_standing(own.subject, entry, filed_on=on, on=on, own=own)
    if standing.verdict is None or standing.verdict.earliest is None:
        return
    until = standing.until or entry.ends_on - ONE_DAY
    if on > until:
        return
    url = _apply_address("entry", entry, "removal")
    since = standing.verdict.earliest if on < standing.verdict.earliest else None
    if since is not None:
        yield NextStep(f"可以申请移出{entry.list_label}（到{until}止）", url, since=since, note=_basis(standing))
    else:
        yield NextStep(f"申请移出{entry.list_label}", url, until=until, note="；".join(standing.sentences))


def _basis(standing: RepairStanding) -> str:
    ground, verdict = standing.ground, standing.verdict
    if ground is None or verdict is None:
        return ""
    return f"依据《{ground.governing.version.title}》{clause_text(ground.governing.pack, verdict.clause)}。不收取任何费用。"
