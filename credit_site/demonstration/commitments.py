"""Commitments of the demonstration: running, kept in part, fulfilled, waiting for a signature, missed, being heard."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from incentives.models import Commitment
from incentives.services.breaches import breach_notice
from incentives.services.commitments import OnPaper, Wanted, commitment_draft
from incentives.services.promises import obligation_accept, obligation_receive, promise_record
from registry.models import PolicyVersion, Subject
from registry.selectors.calendar import calendar_current
from registry.selectors.policies import pack_active
from registry.services.policy_adoption import adoption_confirm, adoption_propose

from .clockwork import Plan
from .office import Office
from .subjects import Population

Day = dt.date
PACK = "county-default"
_PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def commitments_policy_open(office: Office, on: Day) -> None:
    """Let the office run the county's own rules, which offer the six kinds."""
    if pack_active(PACK, on) is not None:
        return
    edition = PolicyVersion.objects.filter(pack_id=PACK).order_by("-loaded_at", "-id")[0]
    proposal = adoption_propose(
        edition=edition, mode="binding", starts_on=on, reason="演示：本县执行该规则。",
        actor=office.officer("shenhe"), on=on,
    )  # fmt: skip
    adoption_confirm(proposal_id=proposal.pk, note="", actor=office.officer("shenpi"), on=on)


def commitments_plan(office: Office, plan: Plan, population: Population, today: Day) -> None:
    """Plan the commitments; the first subject is the one whose own account can be tried."""
    maker = _Maker(office)
    own, second, third, fourth, fifth = (population.all[place] for place in (0, 31, 62, 93, 124))

    def ago(days: int) -> Day:
        return calendar_current().move_to_working(today - dt.timedelta(days=days)).on

    plan.add(ago(60), lambda on: maker.signed(own, "voluntary-publicity", on))
    plan.add(ago(10), lambda on: maker.in_part(own, on, plan))
    plan.add(ago(3), lambda on: maker.draft(own, "industry-self-discipline", on))
    plan.add(ago(32), lambda on: maker.promise(second, on, "安全设施验收意见"))
    plan.add(ago(40), lambda on: maker.breach(third, on, plan, today))
    plan.add(ago(50), lambda on: maker.kept(fourth, on, plan))
    plan.add(ago(90), lambda on: maker.signed(fifth, "safety-duty", on))


class _Maker:
    """Acts as the officers would."""

    def __init__(self, office: Office) -> None:
        self.handler, self.reviewer = office.officer("jingban"), office.officer("shenhe")

    def _paper(self, on: Day) -> OnPaper:
        return OnPaper("演示负责人", "主要负责人", on, SimpleUploadedFile("承诺书扫描件（演示）.pdf", _PDF))

    def signed(self, subject: Subject, code: str, on: Day) -> Commitment:
        """A commitment signed on paper."""
        return commitment_draft(
            subject_id=subject.pk, key=f"{PACK}|{code}", wanted=Wanted(), paper=self._paper(on), actor=self.handler,
            on=on,
        )  # fmt: skip

    def draft(self, subject: Subject, code: str, on: Day) -> Commitment:
        """A commitment that waits for the subject's signature, with two dated obligations."""
        calendar = calendar_current()
        wanted = Wanted(
            "行业规约（演示）",
            [("公布本单位服务承诺", calendar.add(on, 10).on), ("完成行业自查", calendar.add(on, 20).on)],
        )
        return commitment_draft(subject_id=subject.pk, key=f"{PACK}|{code}", wanted=wanted, actor=self.handler, on=on)

    def promise(self, subject: Subject, on: Day, *missing: str) -> Commitment:
        """A promise of missing papers; nothing comes by itself."""
        return promise_record(
            subject_id=subject.pk, key=f"{PACK}|missing-papers", matter="安全生产许可证延期（演示）", missing=missing,
            accepted_on=on, paper=self._paper(on), actor=self.handler, on=on,
        )  # fmt: skip

    def in_part(self, subject: Subject, on: Day, plan: Plan) -> None:
        """Of two papers one comes within days."""
        first = self.promise(subject, on, "安全评价报告", "从业人员培训合格证明").obligations.all()[0]
        plan.add(on + dt.timedelta(days=4), lambda day: self._tick(first.pk, day))

    def kept(self, subject: Subject, on: Day, plan: Plan) -> None:
        """The only paper comes, and the promise is fulfilled by it."""
        only = self.promise(subject, on, "应急预案备案表").obligations.get()
        plan.add(on + dt.timedelta(days=8), lambda day: self._tick(only.pk, day))

    def breach(self, subject: Subject, on: Day, plan: Plan, today: Day) -> None:
        """The paper does not come; the subject is told and can still make a statement."""
        commitment = self.promise(subject, on, "重大危险源备案证明")

        def tell(day: Day) -> None:
            breach_notice(
                commitment_id=commitment.pk, reason="承诺补齐的重大危险源备案证明逾期未提交（演示）。",
                until=calendar_current().add(today, 3).on, actor=self.handler, on=day,
            )  # fmt: skip

        plan.add(today - dt.timedelta(days=2), tell)

    def _tick(self, obligation_id: int, day: Day) -> None:
        obligation_receive(
            obligation_id=obligation_id, files=[SimpleUploadedFile("补交材料（演示）.pdf", _PDF)], note="窗口提交",
            handed_on=day, actor=self.handler, on=day,
        )  # fmt: skip
        obligation_accept(obligation_id=obligation_id, actor=self.reviewer, on=day)
