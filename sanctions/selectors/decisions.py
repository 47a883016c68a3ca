"""Asking a decision again: its policy version over the facts as they were, compared with the reasons then kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from django.db.models import QuerySet

from registry.models import Event
from registry.rules.policy.errors import PackError
from registry.rules.policy.evaluate import evaluate
from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.facts_data import facts_from_dict
from registry.rules.policy.loader import LoadedPack, content_hash
from registry.rules.policy.tree_comparing import tree_differences
from registry.selectors.policies import stored_pack
from sanctions.models import Case, DecisionBasis
from sanctions.selectors.history import evaluate_grounds, record_pk
from sanctions.selectors.known import world_known

Verdict = Literal["same", "differs", "nothing-kept"]
LABELS: Final[dict[str, str]] = {"same": "一致", "differs": "不一致", "nothing-kept": "没有保存依据"}
DECIDED: Final = "case.decide"


@dataclass(frozen=True)
class Reproduction:
    """What asking a decision again gave. `differences`: Chinese sentences; `source`: `kept` facts, or `history` for
    decisions taken before facts were kept."""

    verdict: Verdict
    differences: tuple[str, ...] = ()
    source: Literal["kept", "history", "none"] = "none"

    @property
    def label(self) -> str:
        """The verdict in Chinese."""
        return LABELS[self.verdict]


def decided_cases() -> QuerySet[Case]:
    """Return every case in which a decision was taken, oldest first."""
    found = Case.objects.filter(decided_on__isnull=False).select_related(
        "policy", "subject", "basis", "parent__subject"
    )
    return found.order_by("pk")


def decision_reproduce(case: Case) -> Reproduction:
    """Evaluate the decision's policy version anew over the facts as known at the decision and compare the reasons.

    The policy is parsed from the stored text and must still have the hash that the decision names; kept facts must
    still have the digest that the decision's sealed event names.
    """
    try:
        loaded = stored_pack(case.policy)
    except PackError as refusal:
        return Reproduction("differs", (f"决定所用的政策版本已无法读取：{'；'.join(refusal.problems)}。",), "none")
    basis = getattr(case, "basis", None)
    if basis is not None:
        return _from_kept(case, basis, loaded)
    return _from_history(case, loaded)


def decisions_reproduced() -> Iterator[tuple[Case, Reproduction]]:
    """Ask every decided case again, one at a time."""
    for case in decided_cases().iterator(chunk_size=200):
        yield case, decision_reproduce(case)


def basis_digest(policy_hash: str, asked_on: str, facts: Any, reasons: Any) -> str:
    """Return the sha256 over what a decision keeps, in canonical JSON."""
    return content_hash({"policy": policy_hash, "on": asked_on, "facts": facts, "reasons": reasons})


def _from_kept(case: Case, basis: DecisionBasis, loaded: LoadedPack) -> Reproduction:
    said = []
    if loaded.content_hash != basis.policy_hash:
        said.append(f"政策版本的内容与决定时不同：决定时为{basis.policy_hash[:8]}，现为{loaded.content_hash[:8]}。")
    digest = basis_digest(basis.policy_hash, basis.asked_on.isoformat(), basis.facts, basis.reasons)
    if digest != basis.digest or digest != _sealed_digest(case):
        said.append("保存的事实或者理由与决定时的摘要不符，可能被改动过。")
    try:
        subject, history = facts_from_dict(basis.facts)
    except (KeyError, TypeError, ValueError):
        return Reproduction("differs", (*said, "保存的事实已无法读取。"), "kept")
    asked = evaluate(loaded, subject, history, basis.asked_on)
    return _compared(case, asked, basis.reasons, said, "kept")


def _sealed_digest(case: Case) -> str:
    found = Event.objects.filter(name=DECIDED, object_kind=Case._meta.label_lower, object_id=case.pk).order_by("-pk")
    payload = found.values_list("payload", flat=True).first()
    return str((payload or {}).get("basis", ""))


def _from_history(case: Case, loaded: LoadedPack) -> Reproduction:
    """Decisions taken before facts were kept: the row versions tell what was known at the decision."""
    leading = case.parent or case
    decided = case.history.filter(state=Case.State.DECIDED).order_by("history_date", "history_id").first()
    if decided is None or not case.reasons or case.decided_on is None:
        return Reproduction("nothing-kept")
    world = world_known(leading.subject, decided.history_date + timedelta(microseconds=1))
    if world is None:
        return Reproduction("nothing-kept")
    records = frozenset(leading.grounds.values_list("record_id", flat=True))
    asked = evaluate_grounds(world, loaded, records=records, opened_on=leading.opened_on, on=case.decided_on)
    # The tree was kept at the opening; where grounds were lost since, only the conclusion can be compared.
    told = {record_pk(each) for each in case.reasons.get("record_ids", ())}
    stored = case.reasons if told == records else None
    said = [] if loaded.content_hash == case.policy.content_hash else ["政策版本的内容与决定时不同。"]
    return _compared(case, asked, stored, said, "history")


def _compared(
    case: Case, asked: Evaluation, stored: dict[str, Any] | None, said: list[str], source: Literal["kept", "history"]
) -> Reproduction:
    if case.list_code not in asked.entry:
        said.append(f"按决定时的事实重新评估，不再得出应当列入{case.list_label}的结论。")
    reason = asked.reasons.get(case.list_code)
    if stored is not None and reason is not None:
        said += tree_differences(stored, reason.to_dict())
    return Reproduction("differs" if said else "same", tuple(said), source)
