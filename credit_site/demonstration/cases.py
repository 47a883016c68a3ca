"""Cases in every state, each driven through the services by the officers who may."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document as Docx

from registry.models import Subject
from registry.rules.periods import add_years
from registry.services.classifying import ItemCode
from sanctions.models import Candidate, Case, MeasureOrder
from sanctions.services import case_evidence, case_opening, cases, defences, orders
from sanctions.services.candidates import candidate_dismiss
from sanctions.services.case_endings import case_drop

from .clockwork import Plan
from .office import Office
from .records import Bookkeeper
from .subjects import Population
from .wording import GRAVE

Day = dt.date
PACK = "mem-2023-11"
_SLOW = ("market", "housing", "finance")  # whose people the demonstration lets one log in as


def paper(title: str) -> SimpleUploadedFile:
    """Return a small .docx that says that it is made up."""
    document = Docx()
    document.add_heading(title, level=1)
    document.add_paragraph("本材料为演示材料，内容纯属虚构。")
    stream = BytesIO()
    document.save(stream)
    return SimpleUploadedFile(f"{title}.docx", stream.getvalue())


@dataclass
class Story:
    """One subject's case and how far it has come. Step names are those of `_STEPS`."""

    subject: Subject
    begins_on: Day
    steps: tuple[str, ...]
    grave: int = 0
    case: Case | None = field(default=None)
    pack: str = PACK


EVERY_STEP = ("open", "evidence", "complete", "review", "notice", "serve", "waive", "deliberate", "decide", "publish")
# The day of each step after the grave record is entered.
_AFTER = {
    "open": 1, "open-unassigned": 1, "dismiss": 3, "evidence": 2, "complete": 3, "review": 4, "notice": 5, "serve": 6,
    "waive": 8, "defend": 8, "reject": 9, "uphold": 10, "deliberate": 15, "submit": 16, "confirm": 18, "decide": 19,
    "publish": 20, "drop": 4,
}  # fmt: skip


class Storyteller:
    """Carries stories out day by day."""

    def __init__(self, office: Office, books: Bookkeeper, plan: Plan, today: Day) -> None:
        self.office, self.books, self.plan, self.today = office, books, plan, today

    def tell(self, story: Story) -> None:
        """Plan the story's grave record and steps."""
        self.plan.add(story.begins_on, lambda on: self._offend(story, on))
        for name in story.steps:
            day = story.begins_on + dt.timedelta(days=_AFTER[name])
            self.plan.add(day, partial(getattr(self, "_" + name.replace("-", "_")), story))

    def _offend(self, story: Story, on: Day) -> None:
        code, violation, basis, fine = GRAVE[story.grave % len(GRAVE)]
        what = (violation, basis, fine)
        if story.pack == PACK:
            record = self.books.penalty(story.subject, on, what=what, is_classified=False)
            self.books.classify(record, [ItemCode(PACK, code)], on)
            self.books.publish_later(record, on, working_days=3)
            return
        for _ in range(2):
            self.books.penalty(story.subject, on, items=[ItemCode(story.pack, "S1")])

    def _candidate(self, story: Story) -> Candidate:
        return Candidate.objects.filter(subject=story.subject, pack_id=story.pack, state="open").order_by("-pk")[0]

    def _open(self, story: Story, on: Day) -> None:
        handler = self.office.officer("jingban")
        story.case = case_opening.case_open(
            candidate_id=self._candidate(story).pk, handler=handler, actor=handler, on=on
        )

    def _open_unassigned(self, story: Story, on: Day) -> None:
        story.case = case_opening.case_open(
            candidate_id=self._candidate(story).pk, handler=None, actor=self.office.officer("jingban"), on=on
        )

    def _dismiss(self, story: Story, on: Day) -> None:
        candidate_dismiss(
            candidate_id=self._candidate(story).pk,
            reason="违法行为轻微并已及时改正，且处罚决定正在复议，暂不立案（演示）。",
            actor=self.office.officer("shenpi"),
            on=on,
        )

    def _act(self, story: Story, service: Callable[..., Any], who: str, on: Day, **given: Any) -> None:
        """Call a case service for the story's case and for the cases of the persons carried along."""
        assert story.case is not None  # noqa: S101 - every story opens first
        for case in [story.case, *story.case.carried.exclude(state="dropped").order_by("pk")]:
            service(case_id=case.pk, actor=self.office.officer(who), on=on, **given)

    def _evidence(self, story: Story, on: Day) -> None:
        assert story.case is not None  # noqa: S101
        for case in [story.case, *story.case.carried.order_by("pk")]:
            case_evidence.case_evidence_add(
                case_id=case.pk, upload=paper("现场检查记录"), label="现场检查记录",
                actor=self.office.officer("jingban"), on=on,
            )  # fmt: skip

    def _complete(self, story: Story, on: Day) -> None:
        self._act(story, cases.case_evidence_complete, "jingban", on)

    def _review(self, story: Story, on: Day) -> None:
        self._act(story, cases.case_review, "shenhe", on)

    def _notice(self, story: Story, on: Day) -> None:
        self._act(story, cases.case_notice, "jingban", on)

    def _serve(self, story: Story, on: Day) -> None:
        self._act(story, cases.case_serve, "jingban", on, served_on=on, receipt="送达回证（演示），当事人签收")

    def _waive(self, story: Story, on: Day) -> None:
        self._act(story, defences.defence_waive, "jingban", on, received_on=on)

    def _defend(self, story: Story, on: Day) -> None:
        self._act(
            story, defences.defence_receive, "jingban", on, received_on=on,
            statement="我单位已于检查当日停止作业，并已重新申领许可，请求不予列入。（演示）",
        )  # fmt: skip

    def _reject(self, story: Story, on: Day) -> None:
        self._act(
            story, defences.defence_decide, "shenhe", on, is_upheld=False,
            reason="重新申领许可在违法行为之后，不影响认定，意见不成立（演示）。",
        )  # fmt: skip

    def _uphold(self, story: Story, on: Day) -> None:
        assert story.case is not None  # noqa: S101
        defences.defence_decide(
            case_id=story.case.pk, is_upheld=True, actor=self.office.officer("shenhe"), on=on,
            reason="当事人提交的证据证明许可证在有效期内，原认定事实不成立（演示）。",
        )  # fmt: skip

    def _deliberate(self, story: Story, on: Day) -> None:
        self._act(story, cases.case_deliberate, "jingban", on, minutes="局务会集体审议，一致同意列入。（演示）")

    def _submit(self, story: Story, on: Day) -> None:
        self._act(story, cases.case_submit, "jingban", on, to="上级城市管理部门")

    def _confirm(self, story: Story, on: Day) -> None:
        self._act(story, cases.case_confirm_upper, "jingban", on, number=f"演上确〔{on.year}〕1号", confirmed_on=on)

    def _decide(self, story: Story, on: Day) -> None:
        self._act(story, cases.case_decide, "shenpi", on)

    def _publish(self, story: Story, on: Day) -> None:
        self._act(story, cases.case_publish, "gongshi", on)
        self.plan.add(on + dt.timedelta(days=4), lambda day: self._answer(story, day))

    def _drop(self, story: Story, on: Day) -> None:
        assert story.case is not None  # noqa: S101
        case_drop(
            case_id=story.case.pk, reason="处罚决定经复议撤销，案件失去依据（演示）。",
            actor=self.office.officer("shenpi"), on=on,
        )  # fmt: skip

    def _answer(self, story: Story, on: Day) -> None:
        """Let the departments answer their orders; of a fresh entry three of them leave some for later."""
        assert story.case is not None  # noqa: S101
        is_fresh = on > self.today - dt.timedelta(days=30)
        cases_told = [story.case.pk, *story.case.carried.values_list("pk", flat=True)]
        waiting = MeasureOrder.objects.filter(entry__case__in=cases_told, entry__ends_on__gt=on)
        for place, order in enumerate(waiting.select_related("department").order_by("department", "pk")):
            is_slow = is_fresh and order.department.code in _SLOW
            if not (is_slow and place % 3 == 2):
                self._answer_one(order, on, only_receive=is_slow and place % 3 == 1, refuse=place % 11 == 4)

    def _answer_one(self, order: MeasureOrder, on: Day, *, only_receive: bool, refuse: bool) -> None:
        actor = self.office.answering[order.department_id]
        received = orders.order_receive(order=order, actor=actor, on=on)
        if only_receive:
            return
        if refuse:
            orders.order_refuse(order=received, reason="该主体在本部门没有相关事项（演示）。", actor=actor, on=on)
            return
        orders.order_carry_out(
            order=received, text="已在审批系统标注并按清单落实（演示）。", done_on=on,
            document_number=f"演落实〔{on.year}〕{order.pk}号", upload=None, actor=actor, on=on,
            amount=Decimal(order.pk % 7 * 10_000) if order.pk % 5 == 0 else None, cases=order.pk % 3 or None,
        )  # fmt: skip


def stories(population: Population, today: Day) -> list[Story]:
    """Return the stories: candidates, cases in every state, entries in force, about to end and ended."""
    pool = iter(population.by_industry["危险化学品"][:24] + population.by_industry["非煤矿山"][:20])
    urban = iter(population.by_industry["餐饮"])

    def ago(days: int) -> Day:
        return today - dt.timedelta(days=days)

    def until(name: str) -> tuple[str, ...]:
        return EVERY_STEP[: EVERY_STEP.index(name) + 1]

    # Published `_AFTER["publish"]` days after the beginning; a term of three years ends yesterday or in three days.
    long_ago = [add_years(day, -3) - dt.timedelta(days=_AFTER["publish"]) for day in (ago(1), ago(-3))]
    told = [Story(next(pool), day, EVERY_STEP, grave=2) for day in long_ago]
    told += [Story(next(pool), ago(days), EVERY_STEP, grave=n) for n, days in enumerate((300, 240, 150, 60, 40, 28))]
    told += [Story(next(pool), ago(days), ()) for days in (20, 9, 3, 2, 1)]
    told += [
        Story(next(pool), ago(60), ("dismiss",)),
        Story(next(pool), ago(6), ("open-unassigned",)),
        Story(next(pool), ago(4), ("open-unassigned",), grave=1),
        Story(next(pool), ago(5), until("open")),
        Story(next(pool), ago(7), until("evidence")),
        Story(next(pool), ago(8), until("complete")),
        Story(next(pool), ago(12), until("complete"), grave=1),
        Story(next(pool), ago(9), until("review")),
        Story(next(pool), ago(8), until("notice")),
        Story(next(pool), ago(10), until("serve")),
        Story(next(pool), ago(11), (*until("serve"), "defend")),
        Story(next(pool), ago(13), (*until("serve"), "defend", "reject")),
        Story(next(pool), ago(70), (*until("serve"), "defend", "uphold")),
        Story(next(pool), ago(18), until("deliberate")),
        Story(next(pool), ago(24), until("decide")),
        Story(next(pool), ago(40), until("decide")),
        Story(next(pool), ago(120), ("open", "drop")),
    ]
    upward = (*until("serve"), "waive", "submit", "confirm")
    local = [
        Story(next(urban), ago(18), upward[:-1], pack="mohurd-urban-2018"),
        Story(next(urban), ago(22), upward, pack="mohurd-urban-2018"),
    ]
    return told + local
