"""Two reports of misconduct: one named and waiting to be taken in, one anonymous, verified and rewarded.

Their receipt codes are shown to nobody, as in life; to follow one, send one through the public form.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.core.files.base import File

from registry.models import Subject
from sanctions.models import Tip
from sanctions.services import tip_rewards, tips
from sanctions.services.tip_identity import Reporter
from sanctions.services.tip_receiving import TipInput, tip_file

from .cases import paper
from .clockwork import Plan
from .office import Office

_AFTER = (("_accept", 2), ("_investigate", 9), ("_conclude", 11), ("_tell", 12), ("_propose", 13), ("_grant", 15))
_BEGINS = 20  # days before today


@dataclass
class Told:
    """The verified tip's way through the office, a step a day."""

    office: Office
    subject: Subject
    tip: Tip | None = None

    @property
    def _id(self) -> int:
        assert self.tip is not None  # noqa: S101 - the first act files it
        return self.tip.pk

    def file(self, on: dt.date) -> None:
        content = TipInput(
            about=f"{self.subject.name}（演示）",
            what="夜班检修时关掉了可燃气体报警器，第二天早上才恢复，已经有好几次。本举报为演示材料，内容纯属虚构。",
            happened_when="上个月，多在夜班",
            place="厂区罐区",
        )
        self.tip = _filed(content, Reporter(), [paper("演示照片说明")], on)

    def _accept(self, on: dt.date) -> None:
        handler = self.office.officer("jingban")
        tips.tip_accept(tip_id=self._id, handler=handler, actor=handler, on=on)
        tips.tip_match(tip_id=self._id, subject=self.subject, actor=handler, on=on)

    def _investigate(self, on: dt.date) -> None:
        tips.tip_investigate(
            tip_id=self._id, findings="日常检查中调取报警器记录，三次夜班有停用（演示）。",
            actor=self.office.officer("jingban"), on=on,
        )  # fmt: skip

    def _conclude(self, on: dt.date) -> None:
        tips.tip_conclude(
            tip_id=self._id, outcome="verified", answer="反映的夜班停用报警器情况属实，已责令改正并立案查处（演示）。",
            actor=self.office.officer("shenpi"), on=on,
        )  # fmt: skip

    def _tell(self, on: dt.date) -> None:
        tips.tip_tell(tip_id=self._id, actor=self.office.officer("jingban"), on=on)

    def _propose(self, on: dt.date) -> None:
        tip_rewards.reward_propose(
            tip_id=self._id,
            yuan=1000,
            reason="首次举报，查证属实（演示）。",
            actor=self.office.officer("jingban"),
            on=on,
        )

    def _grant(self, on: dt.date) -> None:
        tip_rewards.reward_decide(
            tip_id=self._id,
            is_granted=True,
            yuan=1000,
            reason="同意（演示）。",
            actor=self.office.officer("shenpi"),
            on=on,
        )


def tips_plan(office: Office, plan: Plan, subjects: list[Subject], today: dt.date) -> None:
    """Plan both tips, about the last two of `subjects`."""
    told = Told(office, subjects[-1])
    begins_on = today - dt.timedelta(days=_BEGINS)
    plan.add(begins_on, told.file)
    for name, days in _AFTER:
        plan.add(begins_on + dt.timedelta(days=days), getattr(told, name))
    plan.add(today - dt.timedelta(days=1), lambda on: _waiting(subjects[-2], on))


def _waiting(subject: Subject, on: dt.date) -> None:
    content = TipInput(
        about=subject.name,
        what="特种作业人员没有证就上岗。本举报为演示材料，内容纯属虚构。",
        happened_when="本月上旬",
        place="二车间",
    )
    _filed(content, Reporter("演示举报人", "000-0000000", "演示县演示路2号"), [], on)


def _filed(content: TipInput, reporter: Reporter, files: list[File], on: dt.date) -> Tip:
    return tip_file(content=content, reporter=reporter, files=files, form_key=uuid.uuid4(), on=on).tip
