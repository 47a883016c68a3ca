"""A county of a few subjects whose points are counted on the fingers, and a regime that is tried beside its like."""

import copy
import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml
from django.utils import timezone

from registry.models import Account, Department, PolicyDraft, PolicyVersion, RecordItem, Subject
from registry.rules.policy.loader import PackLibrary, parse_pack
from registry.services.policies import packs_load, policy_activate
from registry.services.policy_drafts import draft_make
from sanctions.models import Case, CaseGround, Trial, TrialRow
from sanctions.services.entries import entry_open
from sanctions.services.trials import trial_chunk_take, trial_start
from tests.factories import make_account, make_department, make_record, make_subject

DAY = dt.date(2026, 6, 1)
PACK: dict[str, Any] = {
    "head": {
        "id": "test-points", "title": "计分办法", "issuer": "演示县", "authority": {"level": "local-document"},
        "domain": "work-safety", "region": "演示县",
    },
    "items": [
        {"code": "A", "clause": "1", "label": "轻微行为", "points": 2},
        {"code": "B", "clause": "1", "label": "一般行为", "points": 4},
    ],
    "points": {"clause": "2", "window": {"kind": "lookback", "period": {"years": 1}}},
    "lists": [
        {"code": "yellow", "label": "黄名单", "clause": "3", "rank": 1, "public": {"value": False, "clause": "3"},
         "term": {"years": 1, "from": "publication", "clause": "3"}, "entry": {"points": {"at_least": 6}, "clause": "3"}},
        {"code": "red", "label": "红名单", "clause": "4", "rank": 2, "public": {"value": False, "clause": "4"},
         "term": {"years": 1, "from": "publication", "clause": "4"}, "entry": {"points": {"at_least": 10}, "clause": "4"}},
    ],
    "highest_list_only": {"value": True, "clause": "5"},
}  # fmt: skip


def pack_data(*, yellow: int = 6, red: int = 10, **changes: Any) -> dict[str, Any]:
    data = copy.deepcopy(PACK)
    data["lists"][0]["entry"]["points"]["at_least"] = yellow
    data["lists"][1]["entry"]["points"]["at_least"] = red
    return {**data, **changes}


@dataclass
class TrialCounty:
    """`running` is the edition that the office runs; None runs nothing."""

    running: dict[str, Any] | None = field(default_factory=pack_data)

    def __post_init__(self) -> None:
        self.officer: Account = make_account("reviewer", "approver")
        if self.running is not None:
            policy_activate(version=self.edition(self.running), mode="internal", actor=None, on=dt.date(2021, 1, 1))

    def edition(self, data: dict[str, Any]) -> PolicyVersion:
        loaded = parse_pack(data, source="test.yaml")
        packs_load(at=timezone.now(), library=PackLibrary({loaded.id: loaded}))
        return PolicyVersion.objects.get(content_hash=loaded.content_hash)

    @cached_property
    def safety(self) -> Department:
        return make_department(name="应急局")

    @cached_property
    def traffic(self) -> Department:
        return make_department(name="交通局")

    def subject(self, name: str, *codes: str, department: Department | None = None) -> Subject:
        """A subject with a record of each item, decided one a day from 2026-05-01."""
        subject = make_subject(name)
        for number, code in enumerate(codes):
            self.record(subject, code, dt.date(2026, 5, 1) + dt.timedelta(days=number), department)
        return subject

    def record(self, subject: Subject, code: str, on: dt.date, department: Department | None = None) -> None:
        record = make_record(subject, department=department or self.safety, decided_on=on)
        RecordItem(record=record, pack_id="test-points", code=code).save_by(None, reason="test")

    def case(self, subject: Subject, list_code: str, label: str, opened_on: dt.date, state: str) -> Case:
        """A case on all the subject's records."""
        case = Case(
            number=f"演信监立〔2026〕{subject.pk}号", subject=subject, policy=PolicyVersion.objects.get(), mode="internal",
            pack_id="test-points", list_code=list_code, list_label=label, department=self.safety, state=state,
            opened_on=opened_on, decided_on=opened_on if state == Case.State.DECIDED else None,
        ).save_by(None, reason="test")  # fmt: skip
        for record in subject.records.all():
            CaseGround.objects.create(case=case, record=record, clauses=["3"])
        return case

    def entry(self, subject: Subject, list_code: str, label: str, on: dt.date) -> None:
        """An entry in force on all the subject's records."""
        case = self.case(subject, list_code, label, on, Case.State.DECIDED)
        entry_open(case=case, actor=None, on=on)
        case.state, case.published_on = Case.State.PUBLISHED, on
        case.save_by(None, reason="test")

    def draft(self, data: dict[str, Any]) -> PolicyDraft:
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        return draft_make(title="试调", text=text, actor=self.officer, on=DAY)

    def start(self, data: dict[str, Any], *, day: dt.date = DAY) -> Trial:
        return trial_start(pack=self.draft(data), day=day, actor=self.officer, on=DAY)

    def run(self, data: dict[str, Any], *, day: dt.date = DAY, size: int = 200) -> Trial:
        trial = self.start(data, day=day)
        while trial_chunk_take(trial_id=trial.pk, on=DAY, size=size):
            pass
        trial.refresh_from_db()
        return trial


def told(trial: Trial) -> list[tuple[str, str, str, str, str]]:
    """The rows by hand: subject, change, list before, list after, what there is already."""
    rows = TrialRow.objects.filter(trial=trial).select_related("subject").order_by("subject__name", "kind")
    return [(row.subject.name, row.kind, row.old_code, row.new_code, row.holding) for row in rows]
