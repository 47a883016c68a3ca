"""Accounts of subjects: claimed and confirmed, or given by a manager; mandates end on their day or when ended."""

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q

from registry import clock
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.personal_data import lookup_hash, text_seal
from registry.base.tracked import version_require
from registry.models import Account, Attachment, Claim, ClaimCode, ClaimSecret, Mandate, RoleGrant, Subject
from registry.rules import access
from registry.rules.identifiers import check_identity, check_uscc, normalize_code
from registry.rules.mandates import ALPHABET, CODE_DAYS, CODE_LENGTH, CODE_TRIES, RECEIPT_LENGTH, free_name, tidy_code
from registry.selectors.mandates import is_manager, open_code, receipt_digest, subject_claimed
from registry.services import authz
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.identities import IDENTITY_CARD
from registry.services.notices import notice_queue

ONE_DAY = timedelta(days=1)
_CODE_WRONG = (
    "一次性代码与所填主体不符，或者已经失效、已经使用。请核对纸质通知；仍不能通过的，改为上传授权材料，由工作人员核实。"
)


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What an applicant fills in: an organisation's code, or a person's name, kind and number of document.

    `password` and `document_number` are never written anywhere in the clear.
    """

    applicant: str
    contact: str
    username: str
    password: str = field(repr=False)
    uscc: str = ""
    person_name: str = ""
    document_type: str = ""
    document_number: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FiledClaim:
    """A claim taken in and its receipt number, which exists nowhere else."""

    claim: Claim
    receipt: str


def claim_file(*, facts: ClaimFacts, letter: File | None, code: str, on: date) -> FiledClaim:
    """Take in a claim by anybody. With the one-time code from a paper notice it is confirmed at once, else an officer
    looks at the letter. Whether the subject exists makes no difference to the answer.

    Raises InvalidInput: a malformed number, weak password, bad file, neither letter nor code, wrong code. A wrong code
    counts even though the claim is refused.
    """
    uscc, digest = _identity_checked(facts, on)
    password_check(facts.password, facts.username)
    if letter is None and not code.strip():
        raise InvalidInput(
            "letter-or-code",
            "请上传加盖公章的授权材料，或者填写纸质通知上的一次性代码，二者至少有一项。",
            field="letter",
        )
    receipt = _random(RECEIPT_LENGTH)
    with transaction.atomic():
        claim = Claim(
            receipt_hash=receipt_digest(receipt),
            uscc=uscc,
            person_name="" if uscc else facts.person_name.strip(),
            document_hash=digest,
            applicant=facts.applicant.strip(),
            contact_sealed=text_seal(facts.contact.strip()),
            username=facts.username,
            is_by_code=bool(code.strip()),
            filed_on=on,
        )
        claim.subject = _subject_of(claim)
        is_code_right = not claim.is_by_code or _code_use(claim.subject, code, on)
        if is_code_right:
            _claim_keep(claim, facts, letter, on)
    if not is_code_right:
        raise InvalidInput("code-wrong", _CODE_WRONG, field="code")
    return FiledClaim(claim, receipt)


def _claim_keep(claim: Claim, facts: ClaimFacts, letter: File | None, on: date) -> None:
    if letter is not None:
        claim.letter = attachment_store(upload=letter, actor=None)
    claim.save_by(None, reason="claim.file")
    ClaimSecret.objects.create(claim=claim, password_hash=make_password(facts.password))
    event_record(
        "claim.filed", f"{claim.applicant}申请认领账号", obj=claim, subject=claim.subject, actor=None, on=on,
        payload={"is_by_code": claim.is_by_code},
    )  # fmt: skip
    if claim.is_by_code:
        _confirm(claim, last_on=None, actor=None, on=on)


def _identity_checked(facts: ClaimFacts, on: date) -> tuple[str, str]:
    """Return the code and the document's keyed hash, one of them empty. Only the form of a number is told."""
    if facts.uscc.strip():
        result = check_uscc(facts.uscc)
        if not result.is_valid:
            raise InvalidInput("uscc-wrong", f"统一社会信用代码有误：{result.message}。", field="uscc")
        return result.normalized, ""
    if not facts.person_name.strip() or not facts.document_number.strip():
        raise InvalidInput(
            "claim-of-nobody", "请填写单位的统一社会信用代码；自然人请同时填写姓名和证件号码。", field="uscc"
        )
    if facts.document_type == IDENTITY_CARD:
        result = check_identity(facts.document_number, on=on)
        if not result.is_valid:
            raise InvalidInput("document-wrong", f"身份证号码有误：{result.message}。", field="document_number")
    return "", lookup_hash(normalize_code(facts.document_number))


def _subject_of(claim: Claim) -> Subject | None:
    return subject_claimed(uscc=claim.uscc, person_name=claim.person_name, document_hash=claim.document_hash)


def _code_use(subject: Subject | None, code: str, on: date) -> bool:
    """Use the subject's code up when it fits; count the failure when it does not."""
    if subject is None:
        return False
    Subject.objects.select_for_update().get(pk=subject.pk)
    found = open_code(subject)
    if found is None or found.expires_on <= on or found.failures >= CODE_TRIES:
        return False
    if not secrets.compare_digest(found.code_hash, _code_digest(subject, code)):
        found.failures += 1
        found.save_by(None, reason="claim-code.mistyped")
        return False
    found.used_on = on
    found.save_by(None, reason="claim-code.use")
    return True


def _code_digest(subject: Subject, code: str) -> str:
    return lookup_hash(f"claim-code:{subject.pk}:{tidy_code(code)}")


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@transaction.atomic
def code_issue(*, subject_id: int, actor: Account | None, on: date) -> str:
    """Give out a one-time code to be posted with a paper notice; an earlier one is cancelled. The code itself is
    returned once and kept nowhere. Raises NotAllowed, RuleRefused (merged subject)."""
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    authz.require(actor, "claim.decide", on=on)
    if subject.merged_into_id is not None:
        raise RuleRefused("subject-merged", f"“{subject.name}”已经合并，请到合并后的主体办理。")
    earlier = open_code(subject)
    if earlier is not None:
        earlier.cancelled_on = on
        earlier.save_by(actor, reason="claim-code.replace")
    code = _random(CODE_LENGTH)
    row = ClaimCode(
        subject=subject, code_hash=_code_digest(subject, code), issued_on=on, issued_by=actor,
        expires_on=on + timedelta(days=CODE_DAYS),
    ).save_by(actor, reason="claim-code.issue")  # fmt: skip
    event_record(
        "claim-code.issued", f"为{subject.name}签发账号认领的一次性代码", obj=row, subject=subject, actor=actor, on=on,
        payload={"expires_on": row.expires_on},
    )  # fmt: skip
    return code


@transaction.atomic
def claim_confirm(
    *, claim_id: int, last_on: date | None = None, actor: Account | None, on: date, version: int | None = None
) -> Claim:
    """Confirm that the applicant acts for the subject: opens its account as a manager, through `last_on` when given.

    Raises TransitionRefused, NotAllowed, Conflict (stale page), RuleRefused (no such subject, letter not scanned),
    InvalidInput (past day).
    """
    claim = _claim_locked(claim_id, actor, on, version)
    claim.subject = _subject_of(claim)
    if claim.subject is None:
        raise RuleRefused(
            "claim-without-subject",
            "本系统没有所认领的主体，或者姓名与证件号码不一致，不能确认。请核对授权材料；确属本县主体的先录入主体，否则不予确认并写明理由。",
        )
    if claim.letter is not None and claim.letter.scan != Attachment.Scan.CLEAN:
        raise RuleRefused("letter-not-clean", "授权材料尚未通过安全检查，不能确认。请稍后再试，或者要求重新提交。")
    if last_on is not None and last_on < on:
        raise InvalidInput("mandate-in-the-past", f"授权截止日{last_on}早于今天，请改为今天或以后。", field="last_on")
    return _confirm(claim, last_on=last_on, actor=actor, on=on)


@transaction.atomic
def claim_refuse(*, claim_id: int, reason: str, actor: Account | None, on: date, version: int | None = None) -> Claim:
    """Refuse a claim with the reason that the applicant reads. Raises TransitionRefused, NotAllowed, Conflict,
    InvalidInput."""
    claim = _claim_locked(claim_id, actor, on, version)
    if not reason.strip():
        raise InvalidInput("reason-missing", "请写明不予确认的理由和补正办法，申请人凭回执号可以看到。", field="reason")
    claim.state, claim.reason = Claim.State.REFUSED, reason.strip()[:500]
    claim.decided_on, claim.decided_by = on, actor
    claim.save_by(actor, reason="claim.refuse")
    ClaimSecret.objects.filter(claim=claim).delete()
    event_record(
        "claim.refused", f"对{claim.applicant}的账号认领不予确认：{claim.reason}", obj=claim, subject=claim.subject,
        actor=actor, on=on,
    )  # fmt: skip
    return claim


def _claim_locked(claim_id: int, actor: Account | None, on: date, version: int | None) -> Claim:
    claim: Claim = Claim.objects.select_for_update(of=("self",)).select_related("letter").get(pk=claim_id)
    if claim.state != Claim.State.FILED:
        raise TransitionRefused(
            "claim-decided", f"该申请已经办结（{claim.get_state_display()}），不能重复办理。", state=claim.state
        )
    authz.require(actor, "claim.decide", on=on)
    version_require(claim, version)
    return claim


def _confirm(claim: Claim, *, last_on: date | None, actor: Account | None, on: date) -> Claim:
    subject = claim.subject
    assert subject is not None  # noqa: S101  (both callers have made sure)
    account = _account_open(
        subject, username=claim.username, display_name=claim.applicant, password_hash=claim.secret.password_hash
    )
    claim.account, claim.state, claim.decided_on, claim.decided_by = account, Claim.State.CONFIRMED, on, actor
    claim.save_by(actor, reason="claim.confirm")
    ClaimSecret.objects.filter(claim=claim).delete()
    mandate = _mandate_give(
        subject, account, Mandate.Role.MANAGER, last_on=last_on, letter=claim.letter, actor=actor, on=on
    )
    event_record(
        "claim.confirmed", f"确认{claim.applicant}为{subject.name}的管理人，开立账号{account.username}", obj=claim,
        subject=subject, actor=actor, on=on, payload={"account": account.pk, "mandate": mandate.pk, "last_on": last_on},
    )  # fmt: skip
    notice_queue(
        "claim.confirmed", title=f"已开通{claim.applicant}的账号", at=clock.now(), obj=claim, subject=subject,
        body=f"{claim.applicant}的账号认领已经确认，可以登录查看本单位（本人）档案并办理事项。如非本单位（本人）授权，请立即与信用监管办公室联系。",
    )  # fmt: skip
    return claim


def password_check(password: str, username: str) -> None:
    """Raise InvalidInput (field `password`) when the password is too weak."""
    try:
        validate_password(password, Account(username=username))
    except ValidationError as error:
        raise InvalidInput("password-weak", "".join(error.messages), field="password") from error


def _account_open(
    subject: Subject, *, username: str, display_name: str, password_hash: str, is_temporary: bool = False
) -> Account:
    """Open the account under the wanted name or the nearest free one: a claim never tells which names are taken."""
    like = Account.objects.filter(username__istartswith=username).values_list("username", flat=True)
    account = Account(
        username=free_name(username, frozenset(name.lower() for name in like)), display_name=display_name,
        subject=subject, password=password_hash, is_password_temporary=is_temporary,
    )  # fmt: skip
    account.save()
    return account


def _mandate_give(
    subject: Subject, account: Account, role: str, *, last_on: date | None, letter: Attachment | None,
    actor: Account | None, on: date,
) -> Mandate:  # fmt: skip
    ends_on = last_on + ONE_DAY if last_on is not None else None
    RoleGrant(
        account=account, role=access.SUBJECT, starts_on=on, ends_on=ends_on, granted_by=actor
    ).save_by(actor, reason="mandate.give")  # fmt: skip
    return Mandate(
        subject=subject, account=account, role=role, starts_on=on, ends_on=ends_on, given_by=actor, letter=letter
    ).save_by(actor, reason="mandate.give")


@transaction.atomic
def agent_add(
    *, display_name: str, username: str, password: str, last_on: date, letter: File | None, actor: Account, on: date
) -> Mandate:
    """Let a manager give somebody an account of its own subject until `last_on`; the password is temporary.

    Raises NotAllowed (no manager), InvalidInput (past day, weak password, bad file).
    """
    subject = _managed(actor, on)
    if last_on < on:
        raise InvalidInput("mandate-in-the-past", f"授权截止日{last_on}早于今天，请改为今天或以后。", field="last_on")
    password_check(password, username)
    stored = attachment_store(upload=letter, actor=actor) if letter is not None else None
    account = _account_open(
        subject, username=username, display_name=display_name.strip(), password_hash=make_password(password),
        is_temporary=True,
    )  # fmt: skip
    mandate = _mandate_give(
        subject, account, Mandate.Role.AGENT, last_on=last_on, letter=stored, actor=actor, on=on
    )  # fmt: skip
    event_record(
        "mandate.given", f"{actor}授权{account}代理{subject.name}，到{last_on}", obj=mandate, subject=subject,
        actor=actor, on=on, payload={"account": account.pk, "last_on": last_on},
    )  # fmt: skip
    return mandate


@transaction.atomic
def mandate_end(*, mandate_id: int, reason: str, actor: Account, on: date) -> Mandate:
    """End a mandate at once: the account sees nothing more from this day.

    A manager ends the agents of its own subject; an officer with `claim.decide` any, with the reason. Raises
    NotAllowed, TransitionRefused (ended already), InvalidInput (officer without a reason).
    """
    mandate = Mandate.objects.select_for_update(of=("self",)).select_related("account", "subject").get(pk=mandate_id)
    if mandate.ends_on is not None and mandate.ends_on <= on:
        raise TransitionRefused("mandate-ended", f"{mandate.account}的授权已于{mandate.ends_on}终止，不必重复办理。")
    if actor.subject_id is None:
        authz.require(actor, "claim.decide", on=on)
        if not reason.strip():
            raise InvalidInput("reason-missing", "请写明终止授权的理由。", field="reason")
    elif _managed(actor, on) != mandate.subject or mandate.role != Mandate.Role.AGENT:
        raise NotAllowed("not-own-agent", "管理人只能终止本单位代理人的授权；管理人的授权请联系信用监管办公室终止。")
    mandate.ends_on, mandate.ended_by, mandate.end_reason = max(on, mandate.starts_on), actor, reason.strip()[:300]
    mandate.save_by(actor, reason="mandate.end")
    open_grants = mandate.account.grants.select_for_update().filter(role=access.SUBJECT)
    for grant in open_grants.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on)):
        grant.ends_on = max(on, grant.starts_on)
        grant.save_by(actor, reason="mandate.end")
    event_record(
        "mandate.ended", f"终止{mandate.account}对{mandate.subject.name}的授权", obj=mandate, subject=mandate.subject,
        actor=actor, on=on, payload={"reason": mandate.end_reason},
    )  # fmt: skip
    return mandate


def mandates_move(*, loser: Subject, winner: Subject, actor: Account | None, on: date) -> int:
    """Move the mandates of a subject that is merged away, as they are; a code still out for it serves nobody any more.
    Call with both subjects locked, together with the accounts. Return how many mandates moved."""
    code = open_code(loser)
    if code is not None:
        code.cancelled_on = on
        code.save_by(actor, reason="subject.merge")
    count = 0
    for mandate in Mandate.objects.select_for_update(of=("self",)).filter(subject=loser).order_by("pk"):
        mandate.subject = winner
        mandate.save_by(actor, reason="subject.merge")
        count += 1
    return count


def _managed(actor: Account, on: date) -> Subject:
    """Return the subject whose accounts the actor manages, locked. Raises NotAllowed."""
    authz.require(actor, "portal.file", on=on)
    if actor.subject_id is None or not is_manager(actor, on):
        raise NotAllowed("not-a-manager", "只有本单位的管理人可以增加或者终止代理人。请由管理人办理。")
    return Subject.objects.select_for_update().get(pk=actor.subject_id)
