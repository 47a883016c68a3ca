"""The public red list (守信红名单公示), masked as it is shown. Everything is read by date; nothing is copied."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from disclosure.rules.redaction import text_redact
from disclosure.selectors.snapshots import public_name
from incentives.models import Honour
from incentives.rules.honours import PUBLICISED
from incentives.selectors.honours import honours_public, nominations_public
from registry.models import Subject
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import pack_of


@dataclass(frozen=True)
class PublicHonour:
    """An honour, or a nomination during its publicity, as the public may see it. `until`: the last day in force, or the
    last day on which objections are heard; `criteria`: what it rests on."""

    public_id: UUID
    subject: Subject
    name: str
    list_label: str
    number: str
    nominator: str
    department: str
    contact: str
    policy: str
    since: date | None
    until: date | None
    is_nomination: bool
    criteria: tuple[str, ...] = ()


def public_honour(honour: Honour, *, with_criteria: bool = False) -> PublicHonour:
    """Return one honour masked; the criteria only where they are shown."""
    is_nomination = honour.state == PUBLICISED
    check = honour.review_check if is_nomination else honour.decision_check
    met = [each for each in check.get("criteria", ()) if each["met"]] if with_criteria else []
    pack = pack_of(honour.policy)
    clause = clause_text(pack, pack.honour.clause) if pack.honour is not None else honour.clause
    return PublicHonour(
        public_id=honour.public_id,
        subject=honour.subject,
        name=public_name(honour.subject),
        list_label=honour.list_label,
        number=honour.number,
        nominator=text_redact(honour.nominator),
        department=honour.department.name,
        contact=honour.department.contact,
        policy=f"《{honour.policy.title}》{clause}",
        since=honour.publicity_from if is_nomination else honour.starts_on,
        until=honour.publicity_until if is_nomination else honour.last_day,
        is_nomination=is_nomination,
        # The pack's own words: the reasons name records, which are public only by their own rules.
        criteria=tuple(f"{each['clause']} {each['label']}" for each in met),
    )


def public_honours(honours: Iterable[Honour]) -> list[PublicHonour]:
    """Return honours masked, for a list."""
    return [public_honour(each) for each in honours]


def honour_visible(public_id: UUID, *, on: date) -> PublicHonour | None:
    """Return what the public may open on `on` under this address, None when it is not (or no longer) public."""
    honour = honours_public(on).filter(public_id=public_id).first()
    honour = honour or nominations_public(on).filter(public_id=public_id).first()
    return public_honour(honour, with_criteria=True) if honour is not None else None


def subject_honours(subject: Subject, *, on: date) -> list[PublicHonour]:
    """Return the public honours of a subject that are in force on `on`."""
    return public_honours(honours_public(on).filter(subject=subject))
