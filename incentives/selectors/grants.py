"""Incentives that follow an honour, those asked of departments, and what a subject may enjoy in a matter today."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from incentives.models import Commitment, Honour, IncentiveGrant
from incentives.rules import grants as rules
from incentives.rules.county import county_honours
from incentives.selectors.good_standing import standing_history
from incentives.selectors.honours import honour_holders, honours_in_force
from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.models import Account, PolicyVersion, Subject
from registry.rules import access
from registry.rules.policy.green_channel import green_channel_judgement
from registry.rules.policy.measures import Incentive
from registry.rules.policy.wording import clause_text, condition_text
from registry.selectors.policies import ActivePack, pack_of, packs_active
from registry.selectors.remembered import answers_remembered
from registry.selectors.rights import roles_on
from sanctions.models import ListEntry
from sanctions.selectors.enjoying import Enjoyed
from sanctions.selectors.history import SubjectWorld, subject_facts
from sanctions.selectors.worlds import worlds_of

_TONES = {
    rules.DISPATCHED: "warn", rules.RECEIVED: "info", rules.GRANTED: "ok", rules.REFUSED: "muted", "coming": "info",
    "stopping": "warn", "stopped": "muted",
}  # fmt: skip
QUEUES = {"waiting": "待签收", "answering": "待反馈", "stopping": "待确认停止", "granted": "已落实", "all": "全部"}


@dataclass(frozen=True)
class CatalogueIncentive:
    """One incentive of an active catalogue that follows an honour."""

    catalogue: PolicyVersion
    rule: Incentive
    clause: str

    @property
    def legal_basis(self) -> list[str]:
        """Documents and articles that it rests on."""
        return [f"{each.document}{each.article}" for each in self.rule.basis]


@dataclass(frozen=True)
class GrantRow:
    """A grant as it shows on a day."""

    grant: IncentiveGrant
    state: str
    label: str
    tone: str


def incentives_following(honour: Honour, on: date) -> list[CatalogueIncentive]:
    """Return the incentives of active catalogues that follow an honour: those of its own pack for its list and kind of
    subject, and of packs without a red list of their own those that name this list."""
    kind = "person" if honour.subject.is_person else "organization"
    found = []
    for active in packs_active(on):
        is_own = active.version.pack_id == honour.pack_id
        for rule in active.pack.incentives:
            if kind not in rule.targets or not _reaches(active, rule, honour.list_code, is_own=is_own):
                continue
            found.append(CatalogueIncentive(active.version, rule, clause_text(active.pack, rule.clause)))
    return found


def _reaches(active: ActivePack, rule: Incentive, list_code: str, *, is_own: bool) -> bool:
    if is_own:
        return not rule.lists or list_code in rule.lists
    return active.pack.honour is None and list_code in rule.lists


def grant_row(grant: IncentiveGrant, on: date) -> GrantRow:
    """Return a grant as it shows on `on`; its honour must be fetched."""
    honour = grant.honour
    assert honour.starts_on is not None and honour.ends_on is not None  # noqa: S101, PT018  (only recognised ones have any)
    code, label = rules.shown_state(
        grant.state, starts_on=honour.starts_on, ends_on=honour.ends_on, lifted_on=grant.lifted_on, on=on
    )
    return GrantRow(grant, code, label, _TONES[code])


def grant_rows(grants: Iterable[IncentiveGrant], on: date) -> list[GrantRow]:
    """Return grants as they show on `on`."""
    return [grant_row(each, on) for each in grants]


def grants_visible_to(account: Account, on: date) -> QuerySet[IncentiveGrant]:
    """Return the grants that `account` may see: officers all, a department user its own department's."""
    found: QuerySet[IncentiveGrant] = IncentiveGrant.objects.select_related(
        "honour__subject", "honour__policy", "department"
    )
    roles = roles_on(account, on)
    if roles & access.WATCHERS:
        return found
    if access.DEPARTMENT in roles and account.department_id is not None:
        return found.filter(department=account.department_id)
    return found.none()


def in_queue(found: QuerySet[IncentiveGrant], queue: str, on: date) -> QuerySet[IncentiveGrant]:
    """Narrow grants to a queue (a code of QUEUES); any other code leaves them as they are."""
    running = Q(honour__ends_on__gt=on, lifted_on__isnull=True)
    conditions = {
        "waiting": running & Q(state=rules.DISPATCHED),
        "answering": running & Q(state=rules.RECEIVED),
        "granted": running & Q(state=rules.GRANTED),
        "stopping": Q(honour__ends_on__lte=on, lifted_on__isnull=True) & ~Q(state=rules.REFUSED),
    }
    return found.filter(conditions[queue]) if queue in conditions else found


def incentives_of(subject: Subject, on: date, matter: str = "") -> list[Enjoyed]:
    """Return what good standing brings a subject in a matter (all matters when empty) on `on`."""
    return incentives_for([subject.pk], on, matter).get(subject.pk, [])


def incentives_for(subject_ids: Collection[int], on: date, matter: str = "") -> dict[int, list[Enjoyed]]:
    """Return subject → what its good standing brings it in a matter on `on`: incentives of its honours, and the green
    channel with acceptance of missing papers where an active pack's condition is met.

    Who stands on a list that strikes honours enjoys nothing. Queries do not grow with the subjects asked.
    """
    with answers_remembered():
        channels = [active for active in packs_active(on) if active.pack.green_channel is not None]
        # Without a green channel in use only holders of honours enjoy anything, and few hold any.
        asked = subject_ids if channels else honour_holders(subject_ids, on)
        if not asked:
            return {}
        struck = set(
            ListEntry.objects.in_force(on)
            .filter(subject__pk__any_of=list(asked), list_code__in=county_honours().striking_lists.codes)
            .values_list("subject_id", flat=True)
        )
        clean = [pk for pk in asked if pk not in struck]
        held = honours_in_force(clean, on)
        found: dict[int, list[Enjoyed]] = defaultdict(list)
        committed = _committed(clean, on) if channels else set()
        for world in worlds_of(clean):
            honours = held.get(world.subject.pk, [])
            for honour in honours:
                honour.subject = world.subject
                found[world.subject.pk] += _of_honour(honour, on, matter)
            for active in channels:
                found[world.subject.pk] += _channel(world, active, honours, world.subject.pk in committed, on)
    return {pk: enjoyed for pk, enjoyed in found.items() if enjoyed}


def _committed(subject_ids: Collection[int], on: date) -> set[int]:
    return set(Commitment.objects.public(on).filter(subject_id__in=subject_ids).values_list("subject_id", flat=True))


def _of_honour(honour: Honour, on: date, matter: str) -> list[Enjoyed]:
    return [
        Enjoyed(
            "incentive", each.rule.code, each.rule.label, f"《{each.catalogue.title}》{each.clause}",
            f"{honour.list_label}（{honour.starts_on}起）", honour.last_day,
        )
        for each in incentives_following(honour, on)
        if not matter or matter in each.rule.matters
    ]  # fmt: skip


def _channel(
    world: SubjectWorld, active: ActivePack, honours: Sequence[Honour], committed: bool, on: date
) -> list[Enjoyed]:
    pack = active.pack
    rule = pack.green_channel
    history = standing_history(world, pack, on, honours=honours, is_committed=committed)
    judgement = green_channel_judgement(pack, subject_facts(world, pack, on), history, on)
    if rule is None or judgement is None or not judgement.met:
        return []
    label = "绿色通道、容缺受理" if rule.missing_papers else "绿色通道"
    basis = f"《{active.version.title}》{clause_text(pack, rule.clause)}"
    # Asked anew at every check: a new record ends it on the day on which it counts.
    why = condition_text(pack, rule.condition)
    return [Enjoyed("green-channel", "green-channel", label, basis, why, None, rule.missing_papers)]


def matters_known(on: date) -> list[tuple[str, str]]:
    """Return (code, label) of the matters that any incentive in use names, to choose from."""
    named = {code for active in packs_active(on) for each in active.pack.incentives for code in each.matters}
    labels = {each.code: each.label for active in packs_active(on) for each in active.pack.matters}
    return sorted((code, labels.get(code, code)) for code in named)


def grant_pack_title(grant: IncentiveGrant) -> str:
    """Return the title of the catalogue that a grant came from."""
    version = PolicyVersion.objects.filter(pack_id=grant.catalogue, content_hash=grant.catalogue_hash).first()
    return pack_of(version).head.title if version is not None else grant.catalogue
