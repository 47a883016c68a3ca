"""Consent to electronic service (行政处罚法 art. 61: only where the person concerned has agreed and confirmed it)."""

from datetime import date

from django.db import transaction

from registry.base.errors import Conflict, InvalidInput, NotAllowed
from registry.models import Account, ServiceConsent, Subject
from registry.rules.mandates import CONSENT_TEXT
from registry.selectors.mandates import consent_of, is_manager
from registry.services import authz
from registry.services.events import event_record


@transaction.atomic
def service_consent_give(*, is_agreed: bool, actor: Account, on: date) -> ServiceConsent:
    """Record the subject's express consent with the text agreed to. Raises NotAllowed (no manager), InvalidInput (the
    box is not ticked), Conflict (given already)."""
    subject = _own_subject(actor, on)
    if not is_agreed:
        raise InvalidInput("consent-not-ticked", "请勾选确认，表示同意电子送达；不同意的不必办理。", field="is_agreed")
    if consent_of(subject) is not None:
        raise Conflict("consent-given", "已经同意电子送达，不必重复确认。")
    consent = ServiceConsent(subject=subject, text=CONSENT_TEXT, given_on=on, given_by=actor).save_by(
        actor, reason="service-consent.give"
    )
    event_record(
        "service-consent.given", f"{subject.name}同意电子送达", obj=consent, subject=subject, actor=actor, on=on
    )
    return consent


@transaction.atomic
def service_consent_withdraw(*, actor: Account, on: date) -> ServiceConsent:
    """Withdraw the consent; what was served before stays served. Raises NotAllowed, Conflict (none is given)."""
    subject = _own_subject(actor, on)
    consent = consent_of(subject)
    if consent is None:
        raise Conflict("consent-missing", "没有正在生效的电子送达确认，不需要撤回。")
    consent.ended_on, consent.ended_by = on, actor
    consent.save_by(actor, reason="service-consent.withdraw")
    event_record(
        "service-consent.withdrawn", f"{subject.name}撤回电子送达确认", obj=consent, subject=subject, actor=actor, on=on
    )
    return consent


def _own_subject(actor: Account, on: date) -> Subject:
    authz.require(actor, "portal.file", on=on)
    if actor.subject_id is None or not is_manager(actor, on):
        raise NotAllowed("not-a-manager", "电子送达由本单位的管理人（本人）确认或撤回，代理人不能办理。")
    return Subject.objects.select_for_update().get(pk=actor.subject_id)
