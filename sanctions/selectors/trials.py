"""Trials and their results as officers read them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Count, Q, QuerySet

from registry.models import Department, PolicyVersion
from registry.rules.policy.loader import LoadedPack, parse_pack
from registry.rules.policy.strict_yaml import read_yaml
from registry.selectors.policies import pack_of
from sanctions.models import Trial, TrialRow
from sanctions.rules.trials import HOLDING_LABELS, KIND_LABELS, TIER
from sanctions.selectors.trial_answers import Question

_ITERATE = 500
_UNREAD = ("text", "draft__text", "edition__text", "against__text")


def trial_list() -> QuerySet[Trial]:
    """Return the trials, newest first, without the texts."""
    return Trial.objects.select_related("draft", "edition", "against", "started_by").defer(*_UNREAD).order_by("-id")


def question_of(trial: Trial) -> Question:
    """Return what a trial asks: its kept text, beside the edition that ran when it was started."""
    against = trial.against
    return Question(_kept(trial.content_hash, trial.text), _edition(against) if against else None, trial.on)


@lru_cache(maxsize=8)
def _kept(content_hash: str, text: str) -> LoadedPack:
    return parse_pack(read_yaml(text), source=f"试算{content_hash[:8]}")


def _edition(version: PolicyVersion) -> LoadedPack:
    return LoadedPack(pack=pack_of(version), content_hash=version.content_hash, source=version.pack_id)


@dataclass(frozen=True)
class TrialCounts:
    """How many rows a trial has by kind of change, by department that decided their grounds, and of tiers by the labels
    before and after (`moves`)."""

    kinds: dict[str, int]
    moves: list[tuple[str, str, int]]
    departments: list[tuple[Department, dict[str, int]]]
    lists: list[tuple[str, str]]

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.kinds.values())


def trial_counts(trial: Trial) -> TrialCounts:
    """Count a trial's rows. A row whose grounds several departments decided counts with each of them."""
    kinds = dict.fromkeys(KIND_LABELS, 0)
    kinds |= dict(trial.rows.values_list("kind").annotate(number=Count("pk")).order_by())
    by_department: dict[int, dict[str, int]] = {}
    found = trial.rows.filter(grounds__isnull=False).values_list("grounds__department", "kind")
    for department_id, kind, number in found.annotate(number=Count("pk", distinct=True)).order_by():
        by_department.setdefault(department_id, dict.fromkeys(KIND_LABELS, 0))[kind] = number
    departments = Department.objects.filter(pk__in=by_department).order_by("name")
    pairs = {
        (code, label)
        for side in ("old", "new")
        for code, label in trial.rows.order_by().values_list(f"{side}_code", f"{side}_label").distinct()
        if code
    }
    tiers = trial.rows.filter(kind=TIER).values_list("old_code", "old_label", "new_code", "new_label")
    moves = [
        (was, would, number)
        for _, was, _, would, number in tiers.annotate(number=Count("pk")).order_by("old_code", "new_code")
    ]
    return TrialCounts(kinds, moves, [(each, by_department[each.pk]) for each in departments], sorted(pairs))


def trial_rows(
    trial: Trial, *, kind: str = "", list_code: str = "", department: int | None = None
) -> QuerySet[TrialRow]:
    """Return a trial's rows, by subject; empty criteria leave all."""
    found = trial.rows.select_related("subject").prefetch_related("grounds__record", "grounds__department")
    if kind:
        found = found.filter(kind=kind)
    if list_code:
        found = found.filter(Q(old_code=list_code) | Q(new_code=list_code))
    if department is not None:
        found = found.filter(pk__in=TrialRow.objects.filter(grounds__department=department).values("pk"))
    return found.order_by("subject_id", "pk")


SHEET_HEADER = (
    "主体", "统一社会信用代码", "变化", "原名单或等级", "新名单或等级", "现有", "原计分", "新计分", "条款", "理由", "原来的理由", "依据记录",
    "决定机关",
)  # fmt: skip


def sheet_rows(found: QuerySet[TrialRow]) -> Iterator[list[Any]]:
    """Yield the rows as cells under `SHEET_HEADER`, read in chunks. Persons' document numbers are never among them."""
    for row in found.iterator(chunk_size=_ITERATE):
        grounds = list(row.grounds.all())
        departments = dict.fromkeys(ground.department.short_name for ground in grounds)
        yield [
            row.subject.name, row.subject.uscc or "", KIND_LABELS[row.kind], row.old_label, row.new_label,
            HOLDING_LABELS[row.holding], row.old_points, row.new_points, row.clause, "\n".join(row.sentences),
            "\n".join(row.former_sentences), "；".join(ground.record.number or ground.record.title for ground in grounds),
            "、".join(departments),
        ]  # fmt: skip
