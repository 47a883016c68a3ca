"""The reporter's identity: sealed when given, looked at by two roles only, every look with its reason on two logs."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from registry import clock
from registry.base.errors import NotAllowed, RuleRefused
from registry.base.personal_data import text_open, text_seal
from registry.models import Account
from registry.services import authz
from registry.services.events import event_record
from sanctions.models import Tip, TipIdentity, TipIdentityOpening
from sanctions.rules import tips as rules

_LEAST_REASON = 4


@dataclass(frozen=True, repr=False)
class Reporter:
    """Who reported, in the clear. Never stored, logged or put into a message; shown on the one page that asked."""

    name: str = ""
    phone: str = ""
    address: str = ""
    words: str = ""

    def __repr__(self) -> str:
        return "<Reporter>"

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.phone or self.address)

    @property
    def given(self) -> tuple[str, ...]:
        """What must not stand in any text of the tip."""
        return tuple(each for each in (self.name, self.phone, self.address) if each)


def identity_keep(tip: Tip, reporter: Reporter) -> TipIdentity | None:
    """Seal what the reporter gave; nothing is written for one who gave nothing. Call inside the receiving service."""
    if reporter.is_empty and not reporter.words:
        return None
    return TipIdentity.objects.create(
        tip=tip,
        name_sealed=text_seal(reporter.name),
        phone_sealed=text_seal(reporter.phone),
        address_sealed=text_seal(reporter.address),
        words_sealed=text_seal(reporter.words),
    )


@transaction.atomic
def identity_open(*, tip_id: int, reason: str, actor: Account, on: date) -> Reporter:
    """Return who reported, for the page that asked and nothing else; logged first, in a row and an event.

    Raises NotAllowed without the right and for the tip's own handler, who looks into the matter without knowing;
    RuleRefused without a reason, or when the reporter gave nothing.
    """
    tip = Tip.objects.select_for_update(of=("self",)).get(pk=tip_id)
    authz.require(actor, "tip.identity", on=on)
    if actor.subject_id is not None or tip.handler_id == actor.pk:
        raise NotAllowed(
            "identity-handler", "经办人不能查看举报人身份。确需联系举报人的，请用“追问”，或者由审核、审批人员联系。"
        )
    if len(reason.strip()) < _LEAST_REASON:
        raise RuleRefused(
            "reason-missing", f"查看举报人身份必须写明理由（至少{_LEAST_REASON}个字），理由供审计查阅。", field="reason"
        )
    identity = TipIdentity.objects.filter(tip=tip).first()
    if identity is None:
        raise RuleRefused(
            "identity-none", "举报人没有留下身份信息，这是一件匿名举报。可以用“追问”与其联系。", field="reason"
        )
    reporter = _opened(identity)
    # Who opens it a second time could write the name into the reason, which auditors read in the clear.
    told = rules.redacted(reason.strip(), reporter.given)[:300]
    TipIdentityOpening.objects.create(identity=identity, account=actor, on=on, at=clock.now(), reason=told)
    event_record(
        "tip.identity-opened", f"举报{tip.number}：查看举报人身份。理由：{told}", obj=tip, actor=actor, on=on,
        payload={"number": tip.number},
    )  # fmt: skip
    return reporter


def knows_reporter(tip: Tip, actor: Account | None) -> bool:
    """Whether `actor` has looked at the tip's identity before."""
    return actor is not None and TipIdentityOpening.objects.filter(identity__tip=tip, account=actor).exists()


def reporter_words(tip: Tip) -> tuple[str, ...]:
    """Return what must not stand in the tip's texts, for comparing alone; nothing of it may leave the service."""
    identity = TipIdentity.objects.filter(tip=tip).first()
    return _opened(identity).given if identity is not None else ()


def words_add(tip: Tip, words: str) -> None:
    """Keep more of the reporter's own words, out of which something had to be cut."""
    identity = TipIdentity.objects.select_for_update().filter(tip=tip).first()
    if identity is None:
        identity_keep(tip, Reporter(words=words))
        return
    before = text_open(identity.words_sealed)
    identity.words_sealed = text_seal(f"{before}\n{words}".strip())
    identity.save(update_fields=["words_sealed"])


def _opened(identity: TipIdentity) -> Reporter:
    return Reporter(
        text_open(identity.name_sealed),
        text_open(identity.phone_sealed),
        text_open(identity.address_sealed),
        text_open(identity.words_sealed),
    )
