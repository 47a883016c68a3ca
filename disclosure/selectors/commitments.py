"""Public commitments (信用承诺公示), masked as they are shown. Everything is read by date; nothing is copied."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from disclosure.rules.redaction import text_redact
from disclosure.selectors.snapshots import known_person_names, public_name
from incentives.models import Commitment
from incentives.rules import lifecycle
from incentives.selectors.commitments import commitments_public
from registry.models import Subject


@dataclass(frozen=True)
class PublicCommitment:
    """A commitment as the public may see it.

    `state`: kept or running; a breach that is only being looked at, or a day that was missed, is nobody's business
    before it is found. `lines`: the text without persons' full names.
    """

    public_id: UUID
    subject: Subject
    name: str
    label: str
    matter: str
    department: str
    contact: str
    signed_on: date
    last_day: date | None
    state: str
    is_fulfilled: bool
    lines: tuple[str, ...] = ()


def public_commitment(commitment: Commitment, *, with_text: bool = False) -> PublicCommitment:
    """Return one commitment masked; its text only where it is shown."""
    is_fulfilled = commitment.state == lifecycle.FULFILLED
    names = [*known_person_names(commitment.subject), commitment.signature.signer] if with_text else []
    lines = tuple(text_redact(commitment.text, names).split("\n")) if with_text else ()
    return PublicCommitment(
        public_id=commitment.public_id,
        subject=commitment.subject,
        name=public_name(commitment.subject),
        label=commitment.label,
        matter=text_redact(commitment.matter),
        department=commitment.department.name,
        contact=commitment.department.contact,
        signed_on=commitment.signature.signed_on,
        last_day=commitment.last_day,
        state=lifecycle.STATE_LABELS[lifecycle.FULFILLED if is_fulfilled else lifecycle.SIGNED],
        is_fulfilled=is_fulfilled,
        lines=lines,
    )


def public_commitments(commitments: Iterable[Commitment]) -> list[PublicCommitment]:
    """Return commitments masked, for a list."""
    return [public_commitment(each) for each in commitments]


def commitment_visible(public_id: UUID, *, on: date) -> PublicCommitment | None:
    """Return what the public may open on `on` under this address, None when it is not (or no longer) public."""
    found = commitments_public(on).filter(public_id=public_id).first()
    return public_commitment(found, with_text=True) if found is not None else None
