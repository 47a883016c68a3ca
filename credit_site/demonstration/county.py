"""Making the whole demonstration county in one transaction: all of it, or nothing."""

import datetime as dt
import random
from collections.abc import Callable

from django.db import transaction

from registry import clock
from registry.models import Account, Notice, Record, RoleGrant, Subject
from registry.rules import access
from registry.services.notices import notice_queue
from registry.services.outbox import outbox_drain
from sanctions.models import Case
from sanctions.services.endings import endings_dispatch
from sanctions.services.escalations import orders_escalate
from sanctions.services.joint_reports import joint_reports_make_due

from .cases import Storyteller, stories
from .channels import channels_plan
from .clockwork import Plan, pretended
from .commitments import commitments_plan, commitments_policy_open
from .honours import honours_plan, honours_policy_open, tiers_grade
from .inspections import inspections_plan
from .office import PASSWORD, SUBJECT_ACCOUNT, Office, office_open, policies_open
from .records import Bookkeeper, year_plan
from .spot_checks import spot_check_show
from .subjects import population_make
from .tips import tips_plan
from .urban import urban_plan

# The oldest policy that the demonstration lists under is in force from this day.
FIRST_DAY = dt.date(2023, 10, 1)


@transaction.atomic
def county_seed(*, today: dt.date, say: Callable[[str], None]) -> dict[str, int]:
    """Make the demonstration county as of `today`; return counts. The same day gives the same county."""
    chance = random.Random(20_260_401)  # noqa: S311 - repeatable on purpose, nothing depends on its secrecy
    begins_on = max(FIRST_DAY, dt.date(today.year - 3, 1, 1))
    with pretended(begins_on):
        say("部门、账号、政策 …")
        office = office_open(begins_on)
        policies_open(office, begins_on)
        commitments_policy_open(office, begins_on)
        honours_policy_open(office, begins_on)
        say("300家单位及人员 …")
        population = population_make(office, chance, begins_on)
    plan = Plan()
    books = Bookkeeper(office, plan, chance)
    channels_plan(office, plan, today)
    year_plan(books, population, today)
    urban_plan(books, population, today)
    teller = Storyteller(office, books, plan, today)
    for story in stories(population, today):
        teller.tell(story)
    commitments_plan(office, plan, population, today)
    honours_plan(office, books, plan, population, today)
    inspections_plan(office, plan, population.all, today)
    tips_plan(office, plan, population.all, today)
    say("记录、案件、公示 …")
    acts = plan.carry_out(until=today, say=say)
    with pretended(today):
        tiers_grade(today)
        _finish(office, population.all[0], today)
    return {
        "acts": acts,
        "subjects": Subject.objects.count(),
        "records": Record.objects.count(),
        "cases": Case.objects.count(),
    }


def _finish(office: Office, subject: Subject, today: dt.date) -> None:
    """Announce what has ended, escalate what is late, report the last month, deliver what is owed, leave one failed notice, open the subject's own account."""
    endings_dispatch(on=today - dt.timedelta(days=2))
    orders_escalate(on=today, at=clock.now())
    joint_reports_make_due(on=today)
    spot_check_show(department=office.bureau, actor=office.officer("jingban"), today=today)
    while outbox_drain(now=clock.now, limit=500)["done"]:
        pass
    failed = notice_queue(
        "demonstration", title="演示：一条发送失败的通知", body="收件部门信箱不可用，可在通知页重新发送。", at=clock.now(),
        department=office.departments["finance"],
    )  # fmt: skip
    Notice.objects.filter(pk=failed.pk).update(state=Notice.State.FAILED, last_error="信箱不可用（演示）", attempts=3)
    username, name, _ = SUBJECT_ACCOUNT
    account = Account.objects.create_user(username=username, password=PASSWORD, display_name=name, subject=subject)
    RoleGrant(account=account, role=access.SUBJECT, starts_on=today).save_by(None, reason="demonstration")
