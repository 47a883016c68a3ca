"""The red list and the tiers of the demonstration: put forward, publicised, recognised and granted, ended by a penalty."""

import datetime as dt
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from incentives.models import Honour
from incentives.services.commitments import OnPaper, Wanted, commitment_draft
from incentives.services.grants import grant_answer
from incentives.services.honour_decisions import honour_recognise
from incentives.services.honours import (
    Nomination,
    honour_nominate,
    honour_publicise,
    objection_answer,
    objection_register,
)
from incentives.services.tiers import tiers_recompute
from registry.models import PolicyVersion, Record, Subject
from registry.selectors.calendar import calendar_current
from registry.selectors.policies import pack_active
from registry.services.policy_adoption import adoption_confirm, adoption_propose

from .clockwork import Plan
from .commitments import PACK as COUNTY_RULES
from .office import Office
from .records import Bookkeeper
from .subjects import Population

Day = dt.date
PACK = "saws-2017-133"
_PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def honours_policy_open(office: Office, on: Day) -> None:
    """Let the office run the ministry's red list of work safety."""
    if pack_active(PACK, on) is not None:
        return
    edition = PolicyVersion.objects.filter(pack_id=PACK).order_by("-loaded_at", "-id")[0]
    proposal = adoption_propose(
        edition=edition, mode="binding", starts_on=on, reason="演示：本县执行该办法。", actor=office.officer("shenhe"),
        on=on,
    )  # fmt: skip
    adoption_confirm(proposal_id=proposal.pk, note="", actor=office.officer("shenpi"), on=on)


def honours_plan(office: Office, books: Bookkeeper, plan: Plan, population: Population, today: Day) -> None:
    """Plan four honours of firms of the first grade without records, and the tiers before and after the last months."""
    jury = _Jury(office, plan, [each for each in population.all if each.standardisation == 1])

    def ago(days: int) -> Day:
        return calendar_current().move_to_working(today - dt.timedelta(days=days)).on

    plan.add(ago(90), tiers_grade)
    plan.add(ago(70), lambda on: jury.recognised(on, lambda subject: plan.add(ago(6), _breach(books, subject))))
    plan.add(ago(45), lambda on: jury.recognised(on))
    plan.add(ago(4), lambda on: jury.publicised(on))
    plan.add(ago(2), lambda on: jury.nominated(on))


def tiers_grade(on: Day) -> None:
    """Bring everybody's tier into step on `on`."""
    tiers_recompute(on=on)


def _breach(books: Bookkeeper, subject: Subject) -> Callable[[Day], None]:
    return lambda on: _penalise(books, subject, on)


def _penalise(books: Bookkeeper, subject: Subject, on: Day) -> None:
    books.penalty(subject, on)


class _Jury:
    """Acts as the officers would; takes the next firm without any record."""

    def __init__(self, office: Office, plan: Plan, firms: list[Subject]) -> None:
        self.office, self.plan, self.firms = office, plan, firms

    def _firm(self) -> Subject:
        adverse = set(Record.objects.filter(subject__in=self.firms).values_list("subject_id", flat=True))
        firm = next(each for each in self.firms if each.pk not in adverse)
        self.firms = [each for each in self.firms if each.pk != firm.pk]
        return firm

    def nominated(self, on: Day) -> Honour:
        """A firm that has promised in public, put forward by the bureau."""
        office, subject = self.office, self._firm()
        paper = OnPaper("演示负责人", "主要负责人", on, SimpleUploadedFile("承诺书扫描件（演示）.pdf", _PDF))
        commitment_draft(
            subject_id=subject.pk, key=f"{COUNTY_RULES}|voluntary-publicity", wanted=Wanted(), paper=paper,
            actor=office.officer("jingban"), on=on,
        )  # fmt: skip
        return honour_nominate(
            subject_id=subject.pk, key=PACK, department_id=office.bureau.pk,
            nomination=Nomination(
                office.bureau.name, "连续三年未受处罚、未发生事故，标准化一级（演示）。", "所在地应急管理部门",
                [SimpleUploadedFile("推荐表（演示）.pdf", _PDF)],
            ),
            actor=office.officer("jingban"), on=on,
        )  # fmt: skip

    def publicised(self, on: Day) -> Honour:
        """A nomination in its publicity, with an objection that was answered."""
        honour = self.nominated(on)
        honour_publicise(
            honour_id=honour.pk, reason="六项条件均已核对（演示）。", actor=self.office.officer("shenhe"), on=on
        )
        objection = objection_register(
            honour_id=honour.pk, text="询问该单位近期是否受过处罚（演示）。", sender="", received_on=on,
            actor=self.office.officer("jingban"), on=on,
        )  # fmt: skip
        objection_answer(
            objection_id=objection.pk, is_upheld=False, reason="经核查没有处罚记录（演示）。",
            actor=self.office.officer("shenhe"), on=on,
        )  # fmt: skip
        return honour

    def recognised(self, on: Day, then: Callable[[Subject], None] = lambda subject: None) -> None:
        """One that is recognised when its publicity is over, and partly granted ten days later."""
        honour = self.publicised(on)
        honour.refresh_from_db()
        until = honour.publicity_until or on
        decided = calendar_current().add(until, 1).on
        self.plan.add(decided, lambda day: self._recognise(honour.pk, day))
        then(honour.subject)

    def _recognise(self, honour_id: int, on: Day) -> None:
        honour_recognise(
            honour_id=honour_id, reason="公示期间的异议均不成立（演示）。", actor=self.office.officer("shenpi"), on=on
        )
        self.plan.add(calendar_current().add(on, 3).on, lambda day: self._grant(honour_id, day))

    def _grant(self, honour_id: int, on: Day) -> None:
        grants = Honour.objects.get(pk=honour_id).grants.order_by("pk")
        for grant in grants[:2]:
            actor = self.office.answering.get(grant.department_id)
            if actor is None:
                continue
            grant_answer(grant_id=grant.pk, step="receive", text="", actor=actor, on=on)
            if grant.code == "3.1":
                grant_answer(grant_id=grant.pk, step="grant", text="列入低频次检查名单（演示）。", actor=actor, on=on)
