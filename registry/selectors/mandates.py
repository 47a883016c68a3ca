"""Claims before the office, who acts for a subject, and whether it takes documents electronically."""

from datetime import date

from django.db.models import Q, QuerySet

from registry.base.personal_data import lookup_hash
from registry.models import Account, Claim, ClaimCode, Mandate, ServiceConsent, Subject
from registry.rules.mandates import tidy_code
from registry.rules.names import comparable_name


def receipt_digest(receipt: str) -> str:
    """Return the keyed hash under which a claim's receipt number is found."""
    return lookup_hash(f"claim-receipt:{tidy_code(receipt)}")


def claim_list(*, state: str = "") -> QuerySet[Claim]:
    """Return claims in the order in which they came; `state` narrows."""
    found = Claim.objects.select_related("subject", "letter", "account", "decided_by").order_by("filed_on", "pk")
    return found.filter(state=state) if state else found.order_by("-filed_on", "-pk")


def claim_by_receipt(receipt: str) -> Claim | None:
    """Return the claim with this receipt number, None for any other number."""
    return Claim.objects.select_related("account").filter(receipt_hash=receipt_digest(receipt)).first()


def subject_claimed(*, uscc: str, person_name: str, document_hash: str) -> Subject | None:
    """Return the subject that bears what was claimed: an organisation by its code; a person only when name and number
    both agree. None otherwise."""
    subjects = Subject.objects.select_related("merged_into")
    if uscc:
        found = subjects.filter(uscc=uscc).first()
    else:
        found = subjects.filter(document_hash=document_hash).first() if document_hash else None
        if found is not None and comparable_name(found.name) != comparable_name(person_name):
            return None
    return found.merged_into or found if found is not None else None


def open_code(subject: Subject) -> ClaimCode | None:
    """Return the code that has been given out for the subject and neither used nor cancelled; it may have run out."""
    return ClaimCode.objects.filter(subject=subject, used_on__isnull=True, cancelled_on__isnull=True).first()


def mandates_of(subject: Subject) -> QuerySet[Mandate]:
    """Return everybody who acts or acted for the subject, the newest first."""
    return Mandate.objects.filter(subject=subject).select_related("account", "given_by", "ended_by", "letter")


def mandates_in_force(on: date) -> Q:
    """The condition on a mandate that it runs on the day `on`."""
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))


def is_manager(account: Account, on: date) -> bool:
    """Whether the account manages its subject's other accounts: by a mandate of that kind; one that an administrator
    opened for the enterprise, without any mandate, counts as the enterprise itself."""
    if account.subject_id is None:
        return False
    # Whatever subject a mandate was given for: who was an agent never becomes a manager by a merge.
    if not Mandate.objects.filter(account=account).exists():
        return True
    running = Mandate.objects.filter(mandates_in_force(on), account=account, subject=account.subject_id)
    return running.filter(role=Mandate.Role.MANAGER).exists()


def consent_of(subject: Subject) -> ServiceConsent | None:
    """Return the subject's consent to electronic service that has not been withdrawn."""
    return ServiceConsent.objects.filter(subject=subject, ended_on__isnull=True).select_related("given_by").first()
