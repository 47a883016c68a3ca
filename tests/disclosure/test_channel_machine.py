"""Whatever happens to decisions in whatever order, the figures are those that a brute-force count gives.

The brute-force side keeps its own small books: what was sent of each chain of corrections, and the last answer about the
decision as it stands.
"""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure.models import Submission
from disclosure.rules.publicity_figures import Counts
from disclosure.selectors.publicity_figures import lines_by_department, month_span
from disclosure.services.channels.answering import acknowledgement_read
from disclosure.services.channels.file_drop import files_make
from disclosure.services.channels.moves import When
from registry import clock
from registry.base.errors import Conflict
from registry.models import Record
from tests.disclosure import county
from tests.disclosure.channel_samples import corrected, make_channel, noon, penalty, returned, voided
from tests.factories import make_department, make_subject

pytestmark = pytest.mark.django_db
FIRST = dt.date(2026, 11, 2)  # a Monday; seven working days later is the 11th
DUE = dt.date(2026, 11, 11)


@dataclass
class Decision:
    """The books about one decision: its record now, when it was first sent, what was said about it as it stands."""

    record: Record
    first_sent: dt.date | None = None
    is_out: bool = False
    said: str = ""
    is_void: bool = False


@dataclass
class Books:
    day: dt.date = FIRST
    decisions: list[Decision] = field(default_factory=list)

    def counts(self):
        live = [each for each in self.decisions if not each.is_void]
        sent = [each for each in live if each.first_sent is not None]
        return Counts(
            known=len(live),
            reported=len(sent),
            accepted=sum(each.said == "accepted" for each in live),
            refused=sum(each.said == "refused" for each in live),
            unanswered=sum(each.said == "" for each in sent),
            late=sum(each.first_sent > DUE for each in sent),
            unreported=sum(each.first_sent is None and self.day > DUE for each in live),
            unpublished=len(live) if self.day > DUE else 0,
        )


ACTS = st.lists(
    st.tuples(st.sampled_from(["confirm", "send", "accept", "refuse", "correct", "renumber", "void", "later"]), st.integers(0, 3)),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(acts=ACTS)
def test_figures_equal_a_brute_force_count(acts, world, monkeypatch):
    channel, bureau = world
    books = Books()
    monkeypatch.setattr(clock, "now", lambda: noon(books.day))
    with transaction.atomic():
        for number, (act, which) in enumerate(acts):
            step(books, channel, bureau, act, which, number)
            _, total = lines_by_department(month_span(FIRST, on=books.day))
            assert total.penalty == books.counts()
        everything_goes_out(channel, books)
        transaction.set_rollback(True)


@pytest.fixture
def world():
    county.activate("test-dual")
    return make_channel(), make_department("yingji")


def step(books, channel, bureau, act, which, number):
    live = [each for each in books.decisions if not each.is_void]
    one = live[which % len(live)] if live else None
    if act == "confirm":
        books.decisions.append(Decision(penalty(on=FIRST, subject=make_subject(), department=bureau)))
    elif act == "later":
        books.day += dt.timedelta(days=3)
    elif act == "send":
        send(books, channel)
    elif one is None:
        return
    elif act in ("accept", "refuse"):
        answer(books, channel, one, act, number)
    elif act in ("correct", "renumber"):
        new = f"演应急更〔2026〕{number}号" if act == "renumber" else None
        one.record, one.is_out, one.said = corrected(one.record, on=books.day, number=new), False, ""
    elif act == "void":
        voided(one.record, on=books.day)
        one.is_void = True


def send(books, channel):
    files_make(channel, None, lambda: noon(books.day))
    for each in books.decisions:
        if not each.is_void and not each.is_out:
            each.first_sent, each.is_out = each.first_sent or books.day, True


def answer(books, channel, one, act, number):
    word = {"accept": "成功", "refuse": "失败"}[act]
    upload = returned([(one.record, word, f"第{number}次")])
    try:
        acknowledgement_read(
            channel=channel, file=None, upload=upload, actor=None, when=When(books.day, noon(books.day))
        )
    except Conflict:
        return  # the very same file again
    if one.is_out:  # an answer about what was not sent as it stands changes nothing
        one.said = {"accept": "accepted", "refuse": "refused"}[act]


def everything_goes_out(channel, books):
    """At the end nothing is lost: after one more drop, whatever is void is withdrawn or was never out, the rest is out."""
    files_make(channel, None, lambda: noon(books.day))
    assert not Submission.objects.filter(state="owed").exists()
    for each in books.decisions:
        submission = Submission.objects.get(record=each.record)
        if each.is_void:
            assert (submission.matter, submission.state) in {("withdrawal", "sent"), ("report", "dropped")}
        else:
            assert (submission.matter, submission.state) != ("report", "dropped")
