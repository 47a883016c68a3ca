"""Telling the public what the office runs, and having the county evaluated anew when that changes."""

from datetime import date, datetime, time

from django.utils import timezone

from registry import clock
from registry.models import PolicyActivation, PolicyAnnouncement
from registry.rules.policy.schema import Pack
from registry.rules.policy.wording import day_text
from registry.services.job_requests import TOPIC
from registry.services.outbox import outbox_put

REFRESH = "sanctions.candidates_refresh"
_MANNER = {"binding": "依法列入名单并公布", "internal": "仅作内部分级，不公布名单，不采取减损权益的措施"}


def adoption_announce(activation: PolicyActivation, pack: Pack, *, on: date) -> PolicyAnnouncement:
    """Announce on the day `on` that the office runs an edition from `activation.starts_on`."""
    title = _title(activation, pack)
    return PolicyAnnouncement.objects.create(
        kind=PolicyAnnouncement.Kind.ADOPTED,
        policy=activation.policy,
        activation=activation,
        takes_effect_on=activation.starts_on,
        announced_on=on,
        text=f"自{day_text(activation.starts_on)}起施行{title}，{_MANNER[activation.mode]}。依据{_bases(pack)}。"
        f"{day_text(on)}公布。",
    )


def stop_announce(activation: PolicyActivation, pack: Pack, *, on: date) -> PolicyAnnouncement:
    """Announce on the day `on` that an edition stops; entries made under it go on by their own dates."""
    stops_on = activation.ends_on or on
    return PolicyAnnouncement.objects.create(
        kind=PolicyAnnouncement.Kind.STOPPED,
        policy=activation.policy,
        activation=activation,
        takes_effect_on=stops_on,
        announced_on=on,
        text=f"自{day_text(stops_on)}起停止施行{_title(activation, pack)}，已经列入的按原定期限继续。{day_text(on)}公布。",
    )


def refresh_owe(activation: PolicyActivation, what: str, *, takes_effect_on: date) -> None:
    """Owe one run of the job that evaluates the county, for when the change takes effect; call inside its transaction.

    On a later day the night's run would find the same subjects; this one finds them in the morning's first minute.
    """
    at = clock.now()
    begins = timezone.make_aware(datetime.combine(takes_effect_on, time.min))
    outbox_put(TOPIC, key=f"{what}-{activation.pk}", payload={"name": REFRESH}, at=at, available_at=max(at, begins))


def _title(activation: PolicyActivation, pack: Pack) -> str:
    number = f"，{pack.head.document_number}" if pack.head.document_number else ""
    return f"《{activation.policy.title}》（{pack.head.issuer}{number}）"


def _bases(pack: Pack) -> str:
    bases = [f"《{basis.document.strip('《》')}》{basis.article}" for basis in pack.head.authority.rests_on]
    return "、".join(bases) or f"《{pack.head.title}》"
