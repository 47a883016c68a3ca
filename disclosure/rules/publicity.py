"""Whether a penalty or a permit is to be public, from which rule, and how long: 双公示 as the active packs say it.

Existence is not publicity: what is secret, of a minor, or by summary procedure stays a record and is not published.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from registry.rules.policy.facts import RecordFact, SubjectFacts
from registry.rules.policy.procedure import Deadline, RecordPublication
from registry.rules.policy.publication import ADULT_AGE, class_term, is_under_age, repair_class
from registry.rules.policy.schema import Pack

Day = dt.date
DEADLINE_CODE = "dual-publicity"
_CLASS_LABELS = {"minor": "轻微", "ordinary": "一般", "serious": "严重", "specially-serious": "特别严重"}


@dataclass(frozen=True, slots=True)
class Publicity:
    """The answer for one record.

    `reason`: Chinese, why it is not to be public, empty when it is; `code` the same for programs. `first_end`, `last_end`: the
    shortest and the longest publication, as last days inclusive; None where no active pack says one.
    `basis`: title and clause of the rule that fixed the longest one.
    """

    code: str
    reason: str
    first_end: Day | None = None
    last_end: Day | None = None
    basis: str = ""
    is_assumed: bool = False

    @property
    def is_public(self) -> bool:
        """Whether the record is to be published."""
        return not self.code


def publicity_of(
    packs: Sequence[Pack],
    record: RecordFact,
    subject: SubjectFacts,
    *,
    is_secret: bool,
    valid_until: Day | None,
    on: Day,
) -> Publicity:
    """Say whether `record` is to be public on the day `on` and between which last days it may end.

    `valid_until`: the last day of a permit's validity; a permit is public while it is valid. Periods run from the
    decision. The strictest pack decides: one that exempts is enough, and the shortest of the longest terms counts.
    """
    refusal = _protected(record, subject, is_secret)
    if refusal is not None:
        return refusal
    rules = [(pack, pack.publication.records) for pack in packs]
    covering = [(pack, rule) for pack, rule in rules if rule is not None and _covers(rule, record, subject)]
    if not covering:
        return Publicity("no-policy", "已启用的政策中没有规定这一类记录须向社会公示")
    for pack, rule in covering:
        refusal = _exempt(pack, rule, record, subject)
        if refusal is not None:
            return refusal
    result = _terms([pack for pack, _ in covering], record, subject, valid_until)
    if result.last_end is not None and on > result.last_end:
        return Publicity("term-over", f"公示期限已于{result.last_end}届满")
    return result


def deadline_rule(packs: Sequence[Pack]) -> tuple[Pack, Deadline] | None:
    """Return the active rule that says by when penalties and permits must be public; None when no pack runs one."""
    return next(((pack, rule) for pack in packs for rule in pack.deadline_rules(DEADLINE_CODE)), None)


def _protected(record: RecordFact, subject: SubjectFacts, is_secret: bool) -> Publicity | None:
    """What no pack can open: secrets, and minors by their age at the conduct (未成年人保护法 art. 103)."""
    if is_secret:
        return Publicity("secret", "涉及国家秘密、商业秘密或者个人隐私，不予公开")
    conduct = record.occurred_on or record.decided_on
    if conduct is not None and is_under_age(subject, conduct, ADULT_AGE):
        return Publicity("minor-person", "当事人行为时未满十八周岁，不予公开")
    return None


def _covers(rule: RecordPublication, record: RecordFact, subject: SubjectFacts) -> bool:
    return subject.kind in rule.kinds and (
        (record.penalty is not None and "penalty" in rule.of) or (record.permit and "permit" in rule.of)
    )


def _exempt(pack: Pack, rule: RecordPublication, record: RecordFact, subject: SubjectFacts) -> Publicity | None:
    where = f"《{pack.head.title}》{rule.clause}"
    if record.penalty is None:
        return None
    if record.penalty.procedure in rule.exempt_procedures:
        return Publicity("summary-procedure", f"适用简易程序作出的行政处罚不公示（{where}）")
    term = class_term(pack, record, subject)
    if rule.classes and (term is None or not term.public):
        label = _CLASS_LABELS.get(repair_class(pack, record, subject) or "", "未分类")
        return Publicity("class-not-public", f"属于{label}失信信息，依规定不公示（{where}）")
    return None


def _terms(packs: Sequence[Pack], record: RecordFact, subject: SubjectFacts, valid_until: Day | None) -> Publicity:
    if record.permit:
        return Publicity("", "", None, valid_until, "许可有效期")
    assert record.decided_on is not None  # noqa: S101  (only confirmed records are asked about)
    best = Publicity("", "")
    for pack in packs:
        term = class_term(pack, record, subject)
        if term is None or term.most is None:
            continue
        last = term.most.last_day(record.decided_on)
        if best.last_end is None or last < best.last_end:
            first = term.least.last_day(record.decided_on) if term.least else None
            basis = f"《{pack.head.title}》{term.clause}"
            best = Publicity("", "", first, last, basis, term.assumed)
    return best
