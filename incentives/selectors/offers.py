"""Which commitments may be made on a day, who may sign them, and which departments take them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from incentives.rules.texts import PROMISE, Terms
from registry.models import Account, Department, OrganizationRole, PolicyVersion, RoleGrant, Subject
from registry.rules import access
from registry.rules.policy.honours import Commitment as CommitmentRule
from registry.rules.policy.schema import Pack
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import pack_of, packs_active

_ROLES = OrganizationRole.Role
# Where the pack names nobody: who stands for an organisation.
STANDS_FOR = (_ROLES.LEGAL_REPRESENTATIVE.value, _ROLES.PRINCIPAL.value)


@dataclass(frozen=True)
class Offer:
    """A kind of commitment that an active pack has."""

    version: PolicyVersion
    pack: Pack
    rule: CommitmentRule

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.version.pack_id}|{self.rule.code}"

    @property
    def is_promise(self) -> bool:
        """Whether it promises papers that were missing (容缺受理)."""
        return self.rule.code == PROMISE

    @property
    def basis(self) -> str:
        """Document and clause."""
        return f"《{self.version.title}》{clause_text(self.pack, self.rule.clause)}"

    @property
    def days(self) -> int | None:
        """The pack's days to hand in missing papers; None where it leaves them to the department."""
        term = self.rule.term
        return term.days or None if term is not None and not (term.years or term.months) else None


@dataclass(frozen=True)
class Signer:
    """A name that may stand under a commitment, and as what."""

    name: str
    capacity: str


def offers_on(on: date, *, kind: str, promises: bool) -> list[Offer]:
    """Return what the packs that the office runs on `on` offer to organizations or persons (`kind`): promises of
    missing papers, which a department takes, or all others."""
    return [
        Offer(active.version, active.pack, rule)
        for active in packs_active(on)
        for rule in active.pack.commitments
        if kind in rule.kinds and (rule.code == PROMISE) == promises
    ]


def offer_of(key: str, *, kind: str, on: date) -> Offer | None:
    """Return the offer that a form names, None when no active pack has it for this kind of subject."""
    offers = [*offers_on(on, kind=kind, promises=False), *offers_on(on, kind=kind, promises=True)]
    return next((each for each in offers if each.key == key), None)


def rule_of(version: PolicyVersion, code: str) -> CommitmentRule:
    """Return the rule under which a commitment was made. Raises StopIteration for a code the edition does not have."""
    return next(each for each in pack_of(version).commitments if each.code == code)


def terms_of(
    offer: Offer, subject: Subject, department: Department, *, matter: str, obligations: list[tuple[str, date]]
) -> Terms:
    """Return what the text says for this subject. Whatever runs by its obligations has no term of its own."""
    term = None if offer.is_promise else offer.rule.term
    return Terms(
        title=offer.rule.label if "承诺" in offer.rule.label else f"{offer.rule.label}信用承诺",
        subject=subject.name,
        uscc=subject.uscc or "",
        department=department.name,
        basis=offer.basis,
        guarantees=offer.rule.guarantees or (f"遵守{offer.basis}关于“{offer.rule.label}”的规定",),
        matter=matter,
        length=term.label if term is not None else "",
        breach=offer.rule.breach,
        is_public=offer.rule.public,
        obligations=obligations,
    )


def signers_of(subject: Subject, account: Account | None, signed_by: tuple[str, ...], on: date) -> list[Signer]:
    """Return whose name may stand under a commitment of `subject` on `on`.

    A person signs alone. For an organisation: who holds a role that the pack names; where it names none, its legal
    representative, its principal, and the holder of the account.
    """
    if subject.is_person:
        return [Signer(subject.name, "本人")]
    held = subject.people.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=on),
        Q(ends_on__isnull=True) | Q(ends_on__gt=on),
        role__in=signed_by or STANDS_FOR,
    ).select_related("person")
    found = [Signer(each.person.name, each.get_role_display()) for each in held.order_by("pk")]
    if not signed_by and account is not None and account.display_name:
        found.append(Signer(account.display_name, "账号持有人"))
    return found


def capacities(signed_by: tuple[str, ...]) -> str:
    """Name who must sign, in words."""
    return "、".join(str(_ROLES(code).label) for code in signed_by if code in _ROLES.values)


def taking_departments(on: date) -> QuerySet[Department]:
    """Return the departments in which somebody can take and check commitments on `on`."""
    grants = RoleGrant.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=on),
        account__department=OuterRef("pk"), account__is_active=True, role=access.HANDLER, starts_on__lte=on,
    )  # fmt: skip
    return Department.objects.filter(Exists(grants), is_active=True)
