"""The full answer of a pack about one subject on one day, as data and as Chinese sentences."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from .core import ListVerdict, is_suspended
from .due import DeadlineVerdict
from .facts import History, RecordFact, SubjectFacts
from .honours import Criterion
from .judge import Judgement
from .mode import ActivationVerdict
from .reasons import Asked, Reason, list_sentence, reason_of
from .repairing import REFUSALS, RepairVerdict
from .schema import Pack
from .standing import ListingState, RemovalPeriod
from .wording import basis_text, clause_text

Day = dt.date


@dataclass(frozen=True, slots=True)
class DueEntry:
    """A list newly due with the records that ground it."""

    list_code: str
    label: str
    clause: str
    ground_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HonourVerdict:
    """Whether the red-list criteria are met; `missing`: clause codes of those that are not."""

    met: bool
    missing: tuple[str, ...]
    criteria: tuple[tuple[Criterion, Judgement], ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` answers. Maps are by record or entry id; days are inclusive unless said."""

    pack: Pack
    pack_hash: str
    on: Day
    subject: SubjectFacts
    history: History
    records: Mapping[str, RecordFact]
    out_of_scope: str | None
    notes: tuple[str, ...]
    lists: tuple[ListVerdict, ...]
    points: int | None
    listings: Mapping[str, ListingState]
    listing_codes: Mapping[str, str]
    public: Mapping[str, bool]
    public_until: Mapping[str, Day | None]
    removal: Mapping[str, RemovalPeriod | None]
    repair: Mapping[str, RepairVerdict]
    honour: HonourVerdict | None
    green_channel: bool | None
    deadlines: Mapping[str, DeadlineVerdict]
    measures: Mapping[str, int]
    next_change_on: Day | None
    activation: ActivationVerdict

    @cached_property
    def due(self) -> tuple[DueEntry, ...]:
        """The lists newly due, in the pack's order."""
        return tuple(
            DueEntry(each.rule.code, each.rule.label, each.rule.clause, each.ground_ids)
            for each in self.lists
            if each.status == "due"
        )

    @cached_property
    def entry(self) -> dict[str, tuple[str, ...]]:
        """List code → ground record ids, for every list newly due."""
        return {each.list_code: each.ground_ids for each in self.due}

    @property
    def mode(self) -> str:
        """How the pack may run if activated on the day: binding or internal."""
        return self.activation.mode

    @cached_property
    def reasons(self) -> Mapping[str, Reason]:
        """List code → the tree of reasons, for every list that has entry criteria; worded when it is asked for."""
        return _Reasons(self)

    @cached_property
    def counting(self) -> tuple[RecordFact, ...]:
        """The records that exist on the day and are not suspended by a dispute."""
        known = self.history.known_on(self.on).records
        return tuple(each for each in known if each.exists_on(self.on) and not is_suspended(self.pack, each, self.on))

    def asked(self, verdict: ListVerdict) -> Asked:
        """Return what the reasons of a list are worded from: without records that cannot support it."""
        left_out = {*verdict.used, *verdict.unpenalised}
        counting = [each for each in self.counting if each.id not in left_out]
        return Asked(self.pack, self.on, self.records, counting, verdict.rule.label)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data; the same evaluation always gives the same data."""
        return {
            "policy": self.pack.head.id,
            "policy_hash": self.pack_hash,
            "on": self.on.isoformat(),
            "out_of_scope": self.out_of_scope,
            "notes": list(self.notes),
            "entry": {code: list(ids) for code, ids in self.entry.items()},
            "lists": {
                each.rule.code: {
                    "label": each.rule.label,
                    "status": each.status,
                    "sentence": list_sentence(self.pack, each),
                    "used": list(each.used),
                    "unpenalised": list(each.unpenalised),
                }
                for each in self.lists
            },
            "reasons": {code: reason.to_dict() for code, reason in self.reasons.items()},
            "points": self.points,
            "listing": {key: _plain(asdict(state)) for key, state in self.listings.items()},
            "public": dict(self.public),
            "public_until": _plain(dict(self.public_until)),
            "removal": {key: None if each is None else _plain(asdict(each)) for key, each in self.removal.items()},
            "repair": {key: _plain(asdict(each)) for key, each in self.repair.items()},
            "honour": None if self.honour is None else {"met": self.honour.met, "missing": list(self.honour.missing)},
            "green_channel": self.green_channel,
            "deadline": {code: _plain(asdict(each)) for code, each in self.deadlines.items()},
            "measures": dict(self.measures),
            "next_change_on": _plain(self.next_change_on),
            "mode": self.mode,
            "mode_reasons": list(self.activation.reasons),
        }


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def explain_text(evaluation: Evaluation) -> list[str]:
    """Word an evaluation for officers: what is due and why, what is near, entries, repair, deadlines."""
    lines = [evaluation.out_of_scope] if evaluation.out_of_scope else []
    lines += evaluation.notes
    if evaluation.points is not None:
        lines.append(f"截至{evaluation.on}，失信计分累计{evaluation.points}分。")
    for verdict in evaluation.lists:
        lines += _list_lines(evaluation, verdict)
    lines += [_listing_line(evaluation, key, state) for key, state in evaluation.listings.items()]
    lines += [_repair_line(evaluation, key, each) for key, each in evaluation.repair.items()]
    lines += [_deadline_line(evaluation, each) for each in evaluation.deadlines.values()]
    lines += evaluation.activation.reasons
    if evaluation.next_change_on is not None:
        lines.append(f"如无新情况，{evaluation.next_change_on}起结论可能变化，届时应重新核对。")
    return lines


def _list_lines(evaluation: Evaluation, verdict: ListVerdict) -> list[str]:
    lines = [list_sentence(evaluation.pack, verdict)]
    reason = evaluation.reasons.get(verdict.rule.code)
    if reason is None:
        return lines
    if verdict.status == "due":
        told = [leaf for leaf in reason.telling() if leaf.met]
    elif verdict.status == "not-met":
        told = [leaf for leaf in reason.telling() if not leaf.met and (leaf.got or leaf.outlook)]
    else:
        return lines
    return lines + [sentence for leaf in told for sentence in (leaf.sentence, leaf.outlook) if sentence]


def _listing_line(evaluation: Evaluation, key: str, state: ListingState) -> str:
    label = next(
        (rule.label for rule in evaluation.pack.lists if rule.code == evaluation.listing_codes[key]),
        evaluation.listing_codes[key],
    )
    if not state.in_force:
        return f"{label}（{key}）不在有效期内，末日为{state.last_day}。"
    until = f"有效期至{state.last_day}（含当日）" if state.last_day else "有效期末日待定"
    removal = evaluation.removal.get(key)
    way = f"，可在{removal.apply_from}至{removal.apply_until}申请移出" if removal else ""
    return f"{label}（{key}）在有效期内，{until}{'，惩戒措施暂停执行' if state.paused else ''}{way}。"


def _repair_line(evaluation: Evaluation, key: str, verdict: RepairVerdict) -> str:
    basis = basis_text(evaluation.pack, verdict.clause)
    if verdict.allowed:
        return f"{key}可以信用修复{basis}。"
    refused = "、".join(REFUSALS[code] for code in verdict.refused) or "已不在名单内，无须修复"
    earliest = f"，时间条件最早于{verdict.earliest}满足" if verdict.earliest else ""
    return f"{key}暂不能信用修复：{refused}{earliest}{basis}。"


def _deadline_line(evaluation: Evaluation, due: DeadlineVerdict) -> str:
    clause = clause_text(evaluation.pack, due.clause)
    provisional = "（放假安排尚未公布，为暂定日期）" if due.provisional else ""
    return (
        f"{due.label}：{due.who}应于{due.on}前（含当日）完成{provisional}，"
        f"自{due.started_on}起{due.amount}，依据{clause}。"
    )


class _Reasons(Mapping[str, Reason]):
    """List code → reasons. Each list is worded once, and only when somebody asks why."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._judged = {each.rule.code: each for each in evaluation.lists if each.judgement is not None}
        self._worded: dict[str, Reason] = {}

    def __getitem__(self, code: str) -> Reason:
        if code not in self._worded:
            verdict = self._judged[code]
            assert verdict.judgement is not None  # noqa: S101  (only judged lists are kept)
            self._worded[code] = reason_of(self._evaluation.asked(verdict), verdict.judgement, verdict.rule.clause)
        return self._worded[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._judged)

    def __len__(self) -> int:
        return len(self._judged)
