"""What is checked before anybody is recognised: the pack's criteria with their reasons, every negative list, every
adverse record, and the persons who stand for an organisation."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, prefetch_related_objects

from incentives.models import Honour
from incentives.rules.county import county_honours
from incentives.selectors.good_standing import deciding, evaluate_standing
from registry.models import OrganizationRole, PolicyVersion, Record, Subject
from registry.rules.policy.conditions import DocumentNode, nodes_of
from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.head import SubjectKind
from registry.rules.policy.honours import Criterion, HonourRule
from registry.rules.policy.judge import Judgement
from registry.rules.policy.reasons import Asked, reason_of
from registry.rules.policy.schema import Pack
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import ActivePack, pack_of, packs_active
from sanctions.models import ListEntry
from sanctions.selectors.entries import WRONG
from sanctions.selectors.history import SubjectWorld, record_pk, world_of

ONE_DAY = timedelta(days=1)
# Who answers for an organisation's conduct, beside itself.
_ANSWERABLE = ("legal-representative", "principal", "actual-controller", "safety-deputy")
_ADVERSE = (
    Record.Kind.PENALTY, Record.Kind.ACCIDENT, Record.Kind.MISCONDUCT, Record.Kind.COMMITMENT_BROKEN,
    Record.Kind.COMPULSORY, Record.Kind.JUDGMENT,
)  # fmt: skip


@dataclass(frozen=True)
class RedList:
    """A red list that an active pack keeps and has criteria for."""

    active: ActivePack
    rule: HonourRule

    @property
    def key(self) -> str:
        """How a form names it."""
        return self.active.version.pack_id

    @property
    def version(self) -> PolicyVersion:
        """The edition that the office runs."""
        return self.active.version

    @property
    def pack(self) -> Pack:
        """Its content."""
        return self.active.pack

    @property
    def label(self) -> str:
        """What the list is called, with its document."""
        return f"{self.pack.list_rule(self.rule.list_code).label}（《{self.version.title}》）"

    @property
    def basis(self) -> str:
        """Document and clause of the criteria."""
        return f"《{self.version.title}》{clause_text(self.pack, self.rule.clause)}"


@dataclass(frozen=True)
class CriterionCheck:
    """One criterion as judged. `sentence`: the finding with its records and clause; `records`: what it rests on or
    fails by; `is_paper`: it asks for papers, which time takes away without anybody's misconduct."""

    code: str
    label: str
    clause: str
    met: bool
    assumed: bool
    sentence: str
    outlook: str
    records: tuple[int, ...]
    is_paper: bool


@dataclass(frozen=True)
class Hurdle:
    """Something that speaks against recognition. `is_blocking`: it rules recognition out; else an officer weighs it."""

    kind: str
    text: str
    is_blocking: bool


@dataclass(frozen=True)
class HonourCheck:
    """The whole check on a day. `needs`: whether all or any of the criteria must be met."""

    on: date
    needs: str
    met: bool
    criteria: tuple[CriterionCheck, ...]
    hurdles: tuple[Hurdle, ...]

    @property
    def blocking(self) -> list[Hurdle]:
        """What rules recognition out whatever the criteria say."""
        return [each for each in self.hurdles if each.is_blocking]

    @property
    def to_weigh(self) -> list[Hurdle]:
        """What an officer has to weigh."""
        return [each for each in self.hurdles if not each.is_blocking]

    @property
    def is_passed(self) -> bool:
        """Whether the subject may be recognised."""
        return self.met and not self.blocking

    @property
    def relied_on(self) -> list[str]:
        """The criteria that recognition would rest on."""
        return [each.code for each in self.criteria if each.met]

    @property
    def refusal(self) -> str:
        """Why the subject cannot be recognised, in one sentence, empty when it can."""
        reasons = [each.text for each in self.blocking]
        if not self.met:
            failed = [f"{each.clause}“{each.label}”不符合" for each in self.criteria if not each.met]
            reasons.append(("没有一项条件符合：" if self.needs == "any" else "") + "；".join(failed))
        return "；".join(reasons)

    def to_dict(self) -> dict[str, Any]:
        """Return the check as plain data, to be kept with a decision."""
        return {
            "on": self.on.isoformat(),
            "needs": self.needs,
            "met": self.met,
            "criteria": [{**asdict(each), "records": list(each.records)} for each in self.criteria],
            "hurdles": [asdict(each) for each in self.hurdles],
        }


def red_lists_on(on: date, *, kind: SubjectKind) -> list[RedList]:
    """Return the red lists for which subjects of this kind can be put forward on `on`."""
    return [
        RedList(active, active.pack.honour)
        for active in packs_active(on)
        if active.pack.honour is not None and kind in active.pack.head.scope.kinds
    ]


def red_list_of(key: str, *, kind: SubjectKind, on: date) -> RedList | None:
    """Return the red list that a form names, None when no active pack has it for this kind of subject."""
    return next((each for each in red_lists_on(on, kind=kind) if each.key == key), None)


def red_list_kept(honour: Honour, on: date) -> RedList | None:
    """Return the list of an honour as the office runs it on `on`, None once the pack is out of use."""
    return next(
        (
            RedList(active, active.pack.honour)
            for active in packs_active(on)
            if active.version.pack_id == honour.pack_id and active.pack.honour is not None
        ),
        None,
    )


def honour_check(subject: Subject, red_list: RedList, on: date, *, world: SubjectWorld | None = None) -> HonourCheck:
    """Check a subject against a red list's criteria and everything that speaks against it on `on`."""
    world = world or world_of(subject)
    prefetch_related_objects(world.entries, "policy", "department")
    held = list(Honour.objects.in_force(on).filter(subject=subject))
    evaluation = evaluate_standing(world, red_list.active, on, honours=held)
    verdict = evaluation.honour
    assert verdict is not None  # noqa: S101  (a red list has criteria)
    criteria = tuple(_criterion(evaluation, red_list, each, judgement) for each, judgement in verdict.criteria)
    hurdles = [*_scope(subject, evaluation), *_entries(world, on), *_people(subject, on), *_records(world, on)]
    return HonourCheck(on, red_list.rule.needs, verdict.met, criteria, tuple(hurdles))


def _criterion(evaluation: Evaluation, red_list: RedList, criterion: Criterion, judgement: Judgement) -> CriterionCheck:
    label = red_list.pack.list_rule(red_list.rule.list_code).label
    known = evaluation.history.known_on(evaluation.on).records
    existing = [each for each in known if each.exists_on(evaluation.on)]
    asked = Asked(red_list.pack, evaluation.on, evaluation.records, existing, label)
    reason = reason_of(asked, judgement, criterion.clause)
    telling = deciding(reason)
    return CriterionCheck(
        code=criterion.code,
        label=criterion.label,
        clause=clause_text(red_list.pack, criterion.clause),
        met=judgement.met,
        assumed=criterion.assumed,
        sentence="".join(dict.fromkeys(leaf.sentence for leaf in telling)),
        outlook="".join(dict.fromkeys(leaf.outlook for leaf in telling if leaf.outlook)),
        records=tuple(dict.fromkeys(record_pk(each) for each in judgement.ids)),
        is_paper=any(isinstance(node, DocumentNode) for node in nodes_of(criterion.condition)),
    )


def _scope(subject: Subject, evaluation: Evaluation) -> list[Hurdle]:
    found = []
    if evaluation.out_of_scope:
        found.append(Hurdle("scope", evaluation.out_of_scope, True))
    if subject.status != Subject.Status.ACTIVE:
        found.append(Hurdle("status", f"主体状态为“{subject.get_status_display()}”，不能列入红名单。", True))
    return found


def _entries(world: SubjectWorld, on: date) -> list[Hurdle]:
    """Every negative list that the subject stands on, and those it stood on within the years looked back."""
    found = []
    for entry in world.entries:
        if not _is_negative(entry) or entry.end_reason in WRONG:
            continue
        last = entry.ends_on - ONE_DAY
        if entry.ends_on > on:
            text = f"在{entry.list_label}上（{entry.starts_on}至{last}，{entry.department.name}认定），不能列入红名单。"
            found.append(Hurdle("entry", text, True))
        elif county_honours().looked_back.last_day(last) >= on:
            found.append(Hurdle("past-entry", f"曾在{entry.list_label}上（{entry.starts_on}至{last}）。", False))
    return found


def _is_negative(entry: ListEntry) -> bool:
    rule = pack_of(entry.policy).lists_by_code.get(entry.list_code)
    return rule is None or rule.polarity == "negative"


def _records(world: SubjectWorld, on: date) -> list[Hurdle]:
    """Every adverse record of the years looked back: the criteria judge it, and an officer sees it."""
    found = []
    for record in world.records:
        day = (record.occurred_on if record.kind == Record.Kind.ACCIDENT else None) or record.decided_on
        if record.kind not in _ADVERSE or day is None or day > on or _is_void(record, on):
            continue
        if county_honours().looked_back.last_day(day) < on:
            continue
        marks = [
            "有异议正在核查" if record.disputed_on is not None and record.disputed_on <= on else "",
            f"已于{record.repaired_on}修复" if record.repaired_on is not None and record.repaired_on <= on else "",
        ]
        marked = "，".join(mark for mark in marks if mark)
        text = (
            f"{day} {record.get_kind_display()}：{record.number or record.title}{f'（{marked}）' if marked else ''}。"
        )
        found.append(Hurdle("record", text, False))
    return found


def _is_void(record: Record, on: date) -> bool:
    return record.voided_on is not None and record.voided_on <= on


def _people(subject: Subject, on: date) -> list[Hurdle]:
    """Persons who answer for an organisation and stand on a negative list, or have an adverse record: to be weighed."""
    if subject.is_person:
        return []
    held = OrganizationRole.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=on), Q(ends_on__isnull=True) | Q(ends_on__gt=on),
        organization=subject, role__in=_ANSWERABLE,
    ).select_related("person")  # fmt: skip
    roles: dict[int, OrganizationRole] = {each.person_id: each for each in held}
    found = []
    entries = ListEntry.objects.in_force(on).filter(subject__in=roles).select_related("policy")
    for entry in entries.order_by("pk"):
        if _is_negative(entry):
            found.append(_person(roles[entry.subject_id], f"在{entry.list_label}上，至{entry.ends_on - ONE_DAY}"))
    since = county_honours().looked_back
    records = Record.objects.filter(subject__in=roles, kind__in=_ADVERSE, decided_on__lte=on)
    for record in records.exclude(state__in=[Record.State.DRAFT, Record.State.VOIDED]).order_by("pk"):
        if record.decided_on is not None and since.last_day(record.decided_on) >= on:
            found.append(_person(roles[record.subject_id], f"{record.decided_on}有{record.get_kind_display()}记录"))
    return found


def _person(role: OrganizationRole, what: str) -> Hurdle:
    return Hurdle("person", f"{role.get_role_display()}{role.person.name}{what}，请核对是否与本单位有关。", False)


def lost_criteria(honour: Honour, check: HonourCheck) -> Sequence[CriterionCheck]:
    """Return the criteria whose failing takes an honour's ground away, empty while it stands.

    Where all are needed, each that fails; where any is enough, those that recognition rests on, once none of them
    holds. What asks for papers alone is left to an officer: a commitment that has run out is no misconduct.
    """
    relied = [each for each in check.criteria if each.code in honour.relied_on] or list(check.criteria)
    failed = [each for each in relied if not each.met and not each.is_paper]
    if check.needs == "all":
        return failed
    return failed if len(failed) == len(relied) else ()
