"""A year of ordinary facts: permits, penalties, inspections, accidents, honours, with their publication."""

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from itertools import count

from disclosure.services.records import record_publish
from registry.models import Department, Record, Subject
from registry.rules.details import AccidentInput, PenaltyInput, PermitInput, RecordInput
from registry.rules.periods import add_years
from registry.selectors.calendar import calendar_current
from registry.services import classifying
from registry.services.classifying import ItemCode
from registry.services.records import record_confirm, record_draft_create

from .clockwork import Plan
from .office import Office
from .subjects import Population
from .wording import VIOLATIONS

Day = dt.date
REPRESENTATIVE = "演示代表"  # the national sheet asks for one; most of the county's people are not known by name
SERIOUS_FINE = 100_000  # yuan; the demonstration's own line between one and three years of publication


class Bookkeeper:
    """Enters records as an officer would and plans their publication."""

    def __init__(self, office: Office, plan: Plan, chance: random.Random) -> None:
        self.office, self.plan, self.chance = office, plan, chance
        self._numbers = count(1)

    def enter(
        self, subject: Subject, content: RecordInput, on: Day, *, department: Department | None = None
    ) -> Record:  # fmt: skip
        """Draft and confirm a record as the handler; `department`: who decided, unless the bureau itself."""
        actor, decider = self.office.officer("jingban"), department or self.office.bureau
        draft = record_draft_create(
            subject_id=subject.pk, department_id=decider.pk, content=content, actor=actor, on=on
        )  # fmt: skip
        return record_confirm(record_id=draft.pk, version=draft.version, actor=actor, on=on)

    def number(self, word: str, on: Day) -> str:
        """Return a document number of the invented bureau."""
        return f"演应急{word}〔{on.year}〕{next(self._numbers)}号"

    def penalty(
        self, subject: Subject, on: Day, *, what: tuple[str, str, int] | None = None, summary: bool = False,
        is_classified: bool = True, department: Department | None = None, items: Sequence[ItemCode] = (),
    ) -> Record:  # fmt: skip
        """Enter a penalty decided today; `what`: violation, basis, fine in yuan; `items`: what it is classified as."""
        violation, basis, fine = what or self.chance.choice(VIOLATIONS)
        if summary:
            fine = 1_000
        record = self.enter(
            subject,
            RecordInput(
                kind="penalty",
                title=violation,
                number=self.number("简罚" if summary else "罚", on),
                facts=f"经查，当事人{violation}。（演示案情，纯属虚构）",
                occurred_on=on - dt.timedelta(days=20),
                decided_on=on,
                detail=PenaltyInput(
                    violation_type=violation,
                    basis=basis,
                    kinds=("罚款",),
                    content=f"处人民币{fine}元罚款",
                    procedure="summary" if summary else "ordinary",
                    fine=Decimal(fine),
                    valid_until=add_years(on, 1),
                    published_until=add_years(on, 3 if fine >= SERIOUS_FINE else 1),
                    representative="" if subject.is_person else REPRESENTATIVE,
                    authority=(department or self.office.bureau).name,
                ),
            ),
            on,
            department=department,
        )
        if is_classified:
            self.classify(record, items, on)
        return record

    def classify(self, record: Record, items: Sequence[ItemCode], on: Day) -> None:
        """Say as the reviewer which items of the packs a record is; none: it is none of them."""
        record.refresh_from_db()
        classifying.record_classify(
            record_id=record.pk, items=items, version=record.version, actor=self.office.officer("shenhe"), on=on
        )

    def permit(self, subject: Subject, on: Day) -> Record:
        """Enter a permit granted today, for three years."""
        return self.enter(
            subject,
            RecordInput(
                kind="permit",
                title="安全生产许可",
                number=self.number("许", on),
                decided_on=on,
                detail=PermitInput(
                    document_name="准予行政许可决定书",
                    permit_kind="普通",
                    content="准予从事许可范围内的生产经营活动（演示）",
                    certificate_name="安全生产许可证",
                    certificate_number=f"演AQ{next(self._numbers):06d}",
                    valid_from=on,
                    valid_until=on.replace(year=on.year + 3, day=min(on.day, 28)),
                    representative="" if subject.is_person else REPRESENTATIVE,
                    authority=self.office.bureau.name,
                    status="1",
                ),
            ),
            on,
        )

    def inspection(self, subject: Subject, on: Day) -> Record:
        """Enter the result of an inspection made today."""
        result = self.chance.choice(("未发现问题", "发现一般隐患，已当场改正", "发现一般隐患，责令限期改正"))
        content = RecordInput(kind="inspection", title=f"双随机检查：{result}", occurred_on=on, decided_on=on)
        return self.enter(subject, content, on)

    def accident(self, subject: Subject, on: Day, *, deaths: int, injured: int, days_ago: int = 40) -> Record:
        """Enter an accident found liable today that happened `days_ago` days before."""
        happened = on - dt.timedelta(days=days_ago)
        return self.enter(
            subject,
            RecordInput(
                kind="accident",
                title=f"生产安全责任事故（死亡{deaths}人、重伤{injured}人）",
                number=self.number("事故批复", on),
                facts="事故调查报告已经批复，认定为生产安全责任事故。（演示案情，纯属虚构）",
                occurred_on=happened,
                decided_on=on,
                detail=AccidentInput(deaths=deaths, injured=injured, loss=Decimal(800_000 * (deaths + 1))),
            ),
            on,
        )

    def publish_later(self, record: Record, on: Day, *, working_days: int) -> None:
        """Plan the record's publication for the n-th working day after `on`."""
        day = calendar_current().add(on, working_days).on
        self.plan.add(day, lambda d: record_publish(record_id=record.pk, actor=self.office.officer("gongshi"), on=d))


def year_plan(books: Bookkeeper, population: Population, today: Day) -> None:
    """Plan a year of facts about everybody; grave ones belong to `cases`."""
    chance, plan = books.chance, books.plan

    def planned(day: Day, subject: Subject, kind: str) -> None:
        def act(on: Day) -> None:
            if kind == "permit":
                record = books.permit(subject, on)
            elif kind == "inspection":
                books.inspection(subject, on)
                return
            else:
                record = books.penalty(subject, on, summary=kind == "summary")
            if kind != "summary":
                books.publish_later(record, on, working_days=chance.randint(1, 6))

        plan.add(day, act)

    calendar = calendar_current()
    for kind, number in (("permit", 90), ("penalty", 140), ("summary", 60), ("inspection", 130)):
        for _ in range(number):
            day = calendar.move_to_working(today - dt.timedelta(days=chance.randint(14, 365))).on
            planned(day, chance.choice(population.all), kind)
    for _ in range(9):
        day = today - dt.timedelta(days=chance.randint(60, 350))
        subject = chance.choice(population.by_industry["机械制造"])
        plan.add(day, partial(books.accident, subject, deaths=0, injured=1))
    _recent(books, population, today)


def _recent(books: Bookkeeper, population: Population, today: Day) -> None:
    """Decisions whose seven working days end before, on and after today; some of them not looked at by anybody."""
    calendar = calendar_current()
    for place, working_days_ago in enumerate((10, 9, 7, 7, 6, 6, 4, 2, 1)):
        day = calendar.back(today, working_days_ago + 1)
        subject = population.all[place * 11 + 5]
        books.plan.add(day, partial(books.penalty, subject, is_classified=place % 2 == 0))
