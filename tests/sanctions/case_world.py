"""A small world for case tests: officers, an active pack, a subject with a ground, and a case taken to any state."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from registry.models import Account, Department, PenaltyDetail, PolicyVersion, Record, RecordItem, Subject
from registry.rules.policy.loader import PackLibrary, load_packs
from registry.services.policies import packs_load, policy_activate
from sanctions.models import Candidate, Case
from sanctions.selectors.cases import procedure_of
from sanctions.services import cases, defences
from sanctions.services.candidates import candidates_evaluate
from sanctions.services.case_evidence import case_evidence_add
from tests.factories import make_account, make_department, make_record, make_subject

OPENED = dt.date(2026, 6, 1)  # a Monday
# Defence: 5 working days after service on 2026-06-03 end on 2026-06-10; the first day after the period is the 11th.
SERVED = dt.date(2026, 6, 3)
DEFENCE_UNTIL = dt.date(2026, 6, 10)
HEARD = dt.date(2026, 6, 11)
MEM = "mem-2023-11"


def activate(pack_id: str, on: dt.date, mode: str = "binding") -> PolicyVersion:
    library = PackLibrary({pack_id: load_packs()[pack_id]})
    packs_load(at=timezone.now(), library=library)
    version = PolicyVersion.objects.get(pack_id=pack_id)
    policy_activate(version=version, mode=mode, actor=None, on=on)
    return version


def add_penalty(subject: Subject, *codes: str, pack_id: str = MEM, **fields) -> Record:
    """A confirmed penalty with its classification (no signal is sent: call candidates_evaluate)."""
    record = make_record(subject, **fields)
    PenaltyDetail(
        record=record, violation_type="无证生产", basis="演示依据", kinds=["罚款"], content="罚款", authority="演示机关"
    ).save_by(None, reason="test")
    for code in codes:
        RecordItem(record=record, pack_id=pack_id, code=code).save_by(None, reason="test")
    return record


def a_file(
    name: str = "笔录.pdf", content: bytes = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@dataclass
class CaseWorld:
    """Officers of one credit office; `pack_id` active since before `opened`; one subject with one ground."""

    pack_id: str = MEM
    codes: tuple[str, ...] = ("B1",)
    opened: dt.date = OPENED
    decided: dt.date = dt.date(2026, 5, 20)
    office: Department = field(default_factory=lambda: make_department("office", kind="credit-office"))
    subject: Subject = field(default_factory=make_subject)

    def __post_init__(self) -> None:
        self.policy = activate(self.pack_id, self.opened - dt.timedelta(days=30))
        self.records = [
            add_penalty(
                self.subject, code, pack_id=self.pack_id, department=self.office, decided_on=self.decided,
                confirmed_on=self.decided,
            )
            for code in self.codes
        ]  # fmt: skip

    @cached_property
    def handler(self) -> Account:
        return make_account("handler", department=self.office)

    @cached_property
    def reviewer(self) -> Account:
        return make_account("reviewer", department=self.office)

    @cached_property
    def approver(self) -> Account:
        return make_account("approver", department=self.office)

    @cached_property
    def publisher(self) -> Account:
        return make_account("publisher", department=self.office)

    def account(self, role: str) -> Account:
        named = {"handler": self.handler, "reviewer": self.reviewer, "approver": self.approver,
                 "publisher": self.publisher}  # fmt: skip
        return named[role] if role in named else make_account(role, department=self.office)

    def candidate(self, list_code: str = "") -> Candidate:
        candidates_evaluate(subject=self.subject, actor=None, on=self.opened)
        found = Candidate.objects.filter(subject=self.subject)
        return found.get(list_code=list_code) if list_code else found.get()

    def case(self, state: str = "collecting", list_code: str = "") -> Case:
        """Open a case and take it to `state` by its services, as different officers."""
        case = cases.case_open(
            candidate_id=self.candidate(list_code).pk, handler=self.handler, actor=self.handler, on=self.opened
        )
        return self.advance(case, state)

    def advance(self, case: Case, state: str) -> Case:
        case.refresh_from_db()
        while case.state != state:
            self.forward(case)
            case.refresh_from_db()
        return case

    def forward(self, case: Case) -> None:
        """Take the main step that the state asks for, heard in the usual case by the end of the period."""
        day = self.opened
        heard = day + (HEARD - OPENED)
        if case.state == "collecting":
            case_evidence_add(case_id=case.pk, upload=a_file(), label="笔录", actor=self.handler, on=day)
            cases.case_evidence_complete(case_id=case.pk, actor=self.handler, on=day)
        elif case.state == "collected":
            cases.case_review(case_id=case.pk, actor=self.reviewer, on=day)
        elif case.state == "reviewed":
            cases.case_notice(case_id=case.pk, actor=self.handler, on=day)
        elif case.state == "noticed" and case.served_on is None:
            self.serve(case)
        elif case.state == "noticed" and "deliberate" in self.steps(case):
            cases.case_deliberate(case_id=case.pk, minutes="三人参加，一致同意。", actor=self.handler, on=heard)
        elif case.state in ("noticed", "deliberated") and "submit" in self.steps(case):
            cases.case_submit(case_id=case.pk, actor=self.handler, on=heard)
        elif case.state == "submitted":
            cases.case_confirm_upper(
                case_id=case.pk, number="演上确〔2026〕1号", confirmed_on=heard, actor=self.handler, on=heard
            )
        elif case.state == "decided":
            cases.case_publish(case_id=case.pk, actor=self.publisher, on=heard)
        else:
            cases.case_decide(case_id=case.pk, actor=self.approver, on=heard)

    def steps(self, case: Case) -> tuple[str, ...]:
        return procedure_of(case).steps

    def serve(self, case: Case) -> Case:
        on = self.opened + (SERVED - OPENED)
        return cases.case_serve(case_id=case.pk, served_on=on, receipt="直接送达", actor=self.handler, on=on)

    def defend(self, case: Case, statement: str = "事实不符。") -> None:
        on = self.opened + (SERVED - OPENED)
        defences.defence_receive(case_id=case.pk, statement=statement, received_on=on, actor=self.handler, on=on)
