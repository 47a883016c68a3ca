"""Making and signing commitments: online by the subject, on paper before an officer; ending them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.files import File
from django.db import transaction

from incentives.models import Commitment, Obligation, Signature
from incentives.rules.texts import commitment_text, text_digest
from incentives.selectors.offers import Offer, Signer, capacities, offer_of, rule_of, signers_of, terms_of
from incentives.services.papers import signed_copy
from incentives.services.steps import (
    Begun,
    commitment_lock,
    own_require,
    step_begin,
    step_finish,
    tell_department,
    tell_subject,
)
from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from registry.models import Account, Attachment, Deadline, Department, Subject
from registry.rules import access
from registry.selectors.calendar import calendar_current
from registry.services import authz
from registry.services.deadlines import Basis, deadline_set
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.numbers import number_next
from registry.services.subjects import subject_lock
from sanctions.services.case_documents import number_word

OBLIGATION_DEADLINE = "commitment-obligation"
MOST_OBLIGATIONS = 20
Way = Signature.Way


@dataclass(frozen=True)
class Wanted:
    """What a commitment is to say beyond its kind: the matter, and what is due by which day."""

    matter: str = ""
    obligations: Sequence[tuple[str, date]] = ()


@dataclass(frozen=True)
class Online:
    """An online signature: the name as typed, the digest of the text that was shown, how the signer was confirmed."""

    name: str
    sha256: str
    confirmed_by: str


@dataclass(frozen=True)
class OnPaper:
    """A signature on paper: who signed and as what, on which day, and the scanned original."""

    name: str
    capacity: str
    signed_on: date
    scan: File


@transaction.atomic
def commitment_sign_new(
    *, subject_id: int, key: str, department_id: int, signature: Online, matter: str = "", actor: Account | None,
    on: date,
) -> Commitment:  # fmt: skip
    """Make a commitment of a kind on offer (`key`: pack and code) and sign it at once, by the subject's own account.

    Raises NotAllowed, InvalidInput (kind, name), Conflict (the text differs from the one shown; one is running).
    """
    subject = subject_lock(subject_id)
    own_require(actor, subject, on=on)
    offer = _offer_require(key, subject, on)
    if offer.is_promise:
        raise NotAllowed("promise-by-department", "容缺受理承诺由受理部门在受理时登记，请到受理窗口办理。", field="key")
    department = Department.objects.get(pk=department_id)
    wanted = Wanted(matter)
    text = preview_text(offer, subject, department, wanted)
    _running_refuse(subject, offer, wanted.matter, on, actor)
    commitment = commitment_make(offer, subject, department, wanted, text, actor=actor, on=on)
    begun = step_begin(commitment, "sign", actor=actor, on=on, version=None)
    return _sign_online(commitment, begun, signature)


@transaction.atomic
def commitment_draft(
    *, subject_id: int, key: str, wanted: Wanted, actor: Account | None, on: date, paper: OnPaper | None = None
) -> Commitment:
    """Draw a commitment up for the subject, by an officer of the department that accepts it.

    With `paper` it is signed already and the scanned original is kept; else it waits for the subject's signature.
    Raises NotAllowed, InvalidInput, Conflict (one is running).
    """
    subject = subject_lock(subject_id)
    authz.require(actor, "commitment.take", on=on)
    department = actor.department if actor is not None else None
    if department is None:
        raise NotAllowed("no-department", "登记承诺的账号须属于一个部门，请联系系统管理员。")
    offer = _offer_require(key, subject, on)
    obligations_check(wanted.obligations, on)
    text = preview_text(offer, subject, department, wanted)
    _running_refuse(subject, offer, wanted.matter, on, actor)
    commitment = commitment_make(offer, subject, department, wanted, text, actor=actor, on=on)
    if paper is not None:
        begun = step_begin(commitment, "take", actor=actor, on=on, version=None)
        return _sign_on_paper(commitment, begun, paper)
    tell_subject(
        commitment, "commitment.drafted", f"请签署：{commitment.label}（{commitment.number}）",
        f"{department.name}拟定了《{commitment.label}》，请在“信用承诺”中核对内容后签署。不签署的，不发生承诺的效力。",
    )  # fmt: skip
    return commitment


@transaction.atomic
def commitment_sign(
    *, commitment_id: int, signature: Online, actor: Account | None, on: date, version: int | None = None
) -> Commitment:
    """Sign online a commitment that was drawn up for the subject."""
    commitment = commitment_lock(commitment_id)
    begun = step_begin(commitment, "sign", actor=actor, on=on, version=version)
    _too_late_refuse(commitment, on)
    return _sign_online(commitment, begun, signature)


@transaction.atomic
def commitment_take(
    *, commitment_id: int, paper: OnPaper, actor: Account | None, on: date, version: int | None = None
) -> Commitment:
    """Record that a commitment that was drawn up has been signed on paper."""
    commitment = commitment_lock(commitment_id)
    begun = step_begin(commitment, "take", actor=actor, on=on, version=version)
    return _sign_on_paper(commitment, begun, paper)


@transaction.atomic
def commitment_cancel(
    *, commitment_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Commitment:
    """Take back what was drawn up and nobody has signed."""
    return _closed(commitment_id, "cancel", reason, actor, on, version)


@transaction.atomic
def commitment_end(
    *, commitment_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Commitment:
    """End a commitment that is not needed any more; says nothing about whether it was kept."""
    return _closed(commitment_id, "end", reason, actor, on, version)


@transaction.atomic
def commitment_fulfil(*, commitment_id: int, actor: Account | None, on: date, version: int | None = None) -> Commitment:
    """Find that a commitment was kept. Raises RuleRefused while an obligation is not found fulfilled."""
    commitment = commitment_lock(commitment_id)
    begun = step_begin(commitment, "fulfil", actor=actor, on=on, version=version)
    waiting = [each.text for each in commitment.obligations.filter(done_on__isnull=True)]
    if waiting:
        raise RuleRefused(
            "obligation-open", f"还有{len(waiting)}项没有核对履行：{'、'.join(waiting)}。请逐项核对后再确认。"
        )
    return fulfilled(commitment, begun)


def fulfilled(commitment: Commitment, begun: Begun) -> Commitment:
    """Close a commitment as kept and tell the subject; the step must have begun."""
    step_finish(commitment, begun, f"确认履行完毕：{commitment}")
    tell_subject(
        commitment, "commitment.fulfilled", f"承诺已履行完毕（{commitment.number}）",
        f"您（单位）的《{commitment.label}》已由{commitment.department.name}确认履行完毕。",
    )  # fmt: skip
    return commitment


def preview_text(offer: Offer, subject: Subject, department: Department, wanted: Wanted) -> str:
    """Return the text as it would be signed."""
    matter, obligations = wanted.matter.strip()[:200], list(wanted.obligations)
    return commitment_text(terms_of(offer, subject, department, matter=matter, obligations=obligations))


def obligations_check(obligations: Sequence[tuple[str, date]], on: date) -> None:
    """Raise InvalidInput for what nobody can fulfil: no words, a day that is over or off, too many."""
    calendar = calendar_current()
    if len(obligations) > MOST_OBLIGATIONS:
        raise InvalidInput("obligations-many", f"事项有{len(obligations)}项，最多{MOST_OBLIGATIONS}项，请分开登记。")
    for text, due_on in obligations:
        if not text.strip():
            raise InvalidInput("obligation-empty", "承诺事项没有写明内容，请填写。", field="obligations")
        if due_on < on:
            raise InvalidInput(
                "obligation-past",
                f"“{text}”的期限{due_on}早于今天（{on}），请改为今天或以后的日期。",
                field="obligations",
            )
        if not calendar.is_working(due_on):
            raise InvalidInput(
                "obligation-rest-day", f"“{text}”的期限{due_on}是休息日，请改为工作日。", field="obligations"
            )


def commitment_make(
    offer: Offer, subject: Subject, department: Department, wanted: Wanted, text: str, *, actor: Account | None,
    on: date, basis: Basis | None = None, starts_on: date | None = None,
) -> Commitment:  # fmt: skip
    """Write the unsigned row with its obligations and their deadlines; the subject must be locked.

    `basis`, `starts_on`: where the time limit of the obligations comes from and runs from; without them each runs from
    today to the day that was set for it.
    """
    commitment = Commitment(
        number=number_next(
            kind="commitment", prefix=number_word(department, "信诺"), department=department, year=on.year
        ),
        subject=subject, department=department, policy=offer.version, pack_id=offer.version.pack_id,
        kind=offer.rule.code, label=offer.rule.label, clause=offer.rule.clause[:60], matter=wanted.matter.strip()[:200],
        is_public=offer.rule.public, text=text, made_on=on, made_by=actor,
    )  # fmt: skip
    commitment.save_by(actor, reason="commitment.draft")
    for place, (what, due_on) in enumerate(wanted.obligations, start=1):
        obligation = Obligation(commitment=commitment, place=place, text=what.strip()[:200], due_on=due_on)
        obligation.save_by(actor, reason="commitment.draft")
        _deadline(commitment, obligation, basis, actor, starts_on or on)
    event_record(
        "commitment.drafted", f"拟定《{commitment.label}》（{commitment.number}）", obj=commitment, subject=subject,
        actor=actor, on=on, payload={"number": commitment.number, "sha256": text_digest(text), "basis": offer.basis},
    )  # fmt: skip
    return commitment


def _deadline(
    commitment: Commitment, obligation: Obligation, basis: Basis | None, actor: Account | None, starts_on: date
) -> None:
    """Let the department be reminded."""
    length = basis or Basis((obligation.due_on - starts_on).days, Deadline.Unit.CALENDAR, assumed=True)
    deadline_set(
        OBLIGATION_DEADLINE, f"承诺事项：{obligation.text}"[:100], obj=obligation, subject=commitment.subject,
        department=commitment.department, starts_on=starts_on, basis=length, actor=actor, role=access.HANDLER,
    )  # fmt: skip


def _sign_online(commitment: Commitment, begun: Begun, given: Online) -> Commitment:
    signed_by = rule_of(commitment.policy, commitment.kind).signed_by
    signer = _signer_require(commitment.subject, begun, given.name, signed_by)
    if given.confirmed_by not in (Way.PASSWORD, Way.TOTP, Way.RECOVERY):
        raise NotAllowed("not-confirmed", "签署前须再次确认是您本人。请输入登录密码或者验证码后再签署。")
    if given.sha256 != text_digest(commitment.text):
        raise Conflict("text-changed", "打开这一页之后，承诺内容有变化，没有签署。请重新打开，核对最新内容后再签署。")
    return _signed(commitment, begun, signer, given.confirmed_by, begun.on, None)


def _sign_on_paper(commitment: Commitment, begun: Begun, paper: OnPaper) -> Commitment:
    if not paper.name.strip():
        raise InvalidInput("signer-missing", "请填写在纸质承诺书上签名的人。", field="name")
    if paper.signed_on > begun.on:
        raise InvalidInput(
            "signed-in-future", f"签署日期{paper.signed_on}晚于今天（{begun.on}），请核对。", field="signed_on"
        )
    signer = Signer(paper.name.strip()[:60], paper.capacity.strip()[:40] or "签署人")
    scan = attachment_store(upload=paper.scan, actor=begun.actor)
    return _signed(commitment, begun, signer, Way.PAPER, paper.signed_on, scan)


def _signed(
    commitment: Commitment, begun: Begun, signer: Signer, way: str, signed_on: date, paper: Attachment | None
) -> Commitment:
    """Keep who signed which text when and how; from now on it runs."""
    digest, at = text_digest(commitment.text), clock.now()
    rows = [
        ("签署人", f"{signer.name}（{signer.capacity}）"), ("签署日期", str(signed_on)),
        ("身份确认", Way(way).label), ("账号", begun.actor.username if begun.actor is not None else "系统"),
        ("内容校验", f"SHA-256 {digest}"),
    ]  # fmt: skip
    copy = signed_copy(commitment, rows=rows, signed_on=signed_on, at=at, actor=begun.actor)
    Signature.objects.create(
        commitment=commitment, sha256=digest, signer=signer.name, capacity=signer.capacity, confirmed_by=way,
        account=begun.actor, signed_on=signed_on, at=at, copy=copy, paper=paper,
    )  # fmt: skip
    rule = rule_of(commitment.policy, commitment.kind)
    if rule.term is not None and not commitment.is_promise:
        commitment.last_day = rule.term.last_day(signed_on)
    step_finish(
        commitment, begun, f"签署《{commitment.label}》（{commitment.number}）：{signer.name}（{signer.capacity}）",
        payload={"sha256": digest, "signer": signer.name, "confirmed_by": way, "signed_on": signed_on},
    )  # fmt: skip
    tell_department(
        commitment, "commitment.signed", f"已签署承诺：{commitment.subject.name}（{commitment.number}）",
        f"{commitment.subject.name}签署了《{commitment.label}》，请按期监督履行。",
    )  # fmt: skip
    return commitment


def _closed(
    commitment_id: int, name: str, reason: str, actor: Account | None, on: date, version: int | None
) -> Commitment:
    commitment = commitment_lock(commitment_id)
    begun = step_begin(commitment, name, actor=actor, on=on, version=version, reason=reason)
    commitment.outcome_reason = reason.strip()[:1000]
    step_finish(commitment, begun, f"{begun.step.label}承诺{commitment.number}：{commitment.outcome_reason}")
    tell_subject(
        commitment, f"commitment.{name}", f"承诺已{begun.step.label}（{commitment.number}）",
        f"《{commitment.label}》已由{commitment.department.name}{begun.step.label}。理由：{commitment.outcome_reason}",
    )  # fmt: skip
    return commitment


def _offer_require(key: str, subject: Subject, on: date) -> Offer:
    offer = offer_of(key, kind=subject.kind, on=on)
    if offer is None:
        raise InvalidInput("kind-unknown", "这一种承诺不在现行政策之中，请从列表中选择。", field="key")
    return offer


def _signer_require(subject: Subject, begun: Begun, name: str, signed_by: tuple[str, ...]) -> Signer:
    allowed = signers_of(subject, begun.actor, signed_by, begun.on)
    found = next((each for each in allowed if each.name == name.strip()), None)
    if found is not None:
        return found
    if not allowed:
        raise RuleRefused(
            "signer-unregistered",
            f"本承诺须由{capacities(signed_by)}签署，档案中还没有登记。请向受诺部门申请登记，或者到窗口签署纸质承诺书。",
            field="name",
        )
    who = capacities(signed_by) or "法定代表人、主要负责人或者账号持有人本人"
    raise InvalidInput(
        "signer-wrong", f"“{name.strip()}”与登记的{who}不一致，不能签署。请填写签署人本人的完整姓名。", field="name"
    )


def _running_refuse(subject: Subject, offer: Offer, matter: str, on: date, actor: Account | None) -> None:
    """Refuse a second running commitment about the same matter; one whose term is over gives way to the new one."""
    if offer.is_promise:
        return
    same = Commitment.objects.select_for_update().filter(
        subject=subject, pack_id=offer.version.pack_id, kind=offer.rule.code, matter=matter.strip()[:200],
        state__in=[Commitment.State.DRAFTED, Commitment.State.SIGNED, Commitment.State.NOTICED],
    )  # fmt: skip
    for running in same:
        is_over = running.state == Commitment.State.SIGNED and running.last_day is not None and running.last_day < on
        if not is_over:
            until = f"，有效期至{running.last_day}" if running.last_day else ""
            raise Conflict(
                "commitment-running",
                f"同一事项已有承诺{running.number}（{running.get_state_display()}{until}），不需要重复签署。",
            )
        running.subject = subject
        running.outcome_reason = f"有效期至{running.last_day}届满，另签新的承诺"
        running.state, running.closed_on = Commitment.State.ENDED, on
        running.save_by(actor, reason="commitment.renewed")
        event_record(
            "commitment.renewed", f"承诺{running.number}{running.outcome_reason}", obj=running, subject=subject,
            actor=actor, on=on, payload={"number": running.number},
        )  # fmt: skip


def _too_late_refuse(commitment: Commitment, on: date) -> None:
    due = commitment.obligations.order_by("due_on").values_list("due_on", flat=True).first()
    if due is not None and due < on:
        raise RuleRefused(
            "sign-too-late", f"其中事项的期限{due}已过，不能再签署。请联系{commitment.department.name}重新登记。"
        )
