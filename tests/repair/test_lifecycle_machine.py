"""Entry, objection, repair, removal and time in any order: what must hold after every step.

Steps that the rules refuse are part of it: a refusal must name a way out and change nothing.
"""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from disclosure.models import Publication, PublicNote
from disclosure.services.records import record_publish
from registry.base.errors import DomainError
from registry.models import Deadline, Document, Event, Notice, Record
from registry.rules.policy.loader import load_packs
from repair.models import Objection, ObjectionPause, RepairApplication, RepairFile
from repair.services.objection_decisions import objection_decline, objection_refuse, objection_uphold
from repair.services.objections import (
    objection_accept,
    objection_answer,
    objection_file,
    objection_supplement,
    objection_withdraw,
)
from repair.services.repair_decisions import repair_decline, repair_grant, repair_refuse
from repair.services.repairs import Paper, repair_accept, repair_file, repair_withdraw
from sanctions.models import EntryGround, EntryPause, ListEntry, MeasureOrder
from sanctions.selectors.changes import entries_public
from sanctions.selectors.orders import orders_in_force
from sanctions.services.endings import endings_dispatch
from tests.factories import make_department
from tests.repair.people import make_people
from tests.repair.scenes import entry_of, penalty, put_right_by_subject, undone_repair
from tests.sanctions.case_world import a_file
from tests.sanctions.listing import make_order, run_policy

Day = dt.date
# list, first day, does an objection stop the measures, is the time added (the packs' own words)
PACKS = {
    "city-plan": ("blacklist", Day(2020, 1, 10), True, True),
    "county-plan": ("blacklist", Day(2020, 6, 1), True, False),
    "mem-2023-11": ("blacklist", Day(2026, 4, 20), False, False),
}
KEPT = (
    Record, ListEntry, EntryPause, EntryGround, MeasureOrder, Publication, PublicNote, Objection, ObjectionPause,
    RepairApplication, RepairFile, Event, Notice, Deadline, Document, Record.history.model, ListEntry.history.model,
    Objection.history.model, RepairApplication.history.model, Publication.history.model,
)  # fmt: skip
REFUSALS = ("objection.refuse", "objection.decline", "repair.refuse", "repair.decline", "repair.undone")
# What a refusal says is open instead, or that nothing is needed; one of these stands in every one of them.
WAYS = ("请", "可以", "不需要", "须在", "最早")
SHOWN = dt.timedelta(days=100)  # longer than the three months that a penalty of this class is public at the least
REACHED: Counter[str] = Counter()
TARGETS = st.sampled_from(["entry", "ground", "other"])


class Lifecycle(RuleBasedStateMachine):
    """One subject with an entry on a list, the record behind it, and a published penalty beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.counts: dict[Any, int] = {}
        self.stood, self.stands_since, self.off_since = 0, None, None

    def teardown(self) -> None:
        """Note what the run came to, so that a machine that comes to nothing is noticed, and take it all back."""
        REACHED.update(f"objection {state}" for state in Objection.objects.values_list("state", flat=True))
        for application in RepairApplication.objects.all():
            REACHED[f"repair {'undone' if application.undone_on else application.state}"] += 1
        REACHED["days added"] += bool(self.stood)
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(pack_id=st.sampled_from(sorted(PACKS)))
    def begin(self, pack_id: str) -> None:
        list_code, self.on, self.pauses, self.adds = PACKS[pack_id]
        run_policy("ndrc-2025-36" if self.on.year == 2026 else "ndrc-2019-527", on=self.on)
        self.people = make_people()
        self.entry = entry_of(self.people, pack_id, list_code, self.on)
        put_right_by_subject(self.entry, self.on)
        self.term = ListEntry.objects.get(pk=self.entry.pk).term_ends_on
        make_order(self.entry, make_department(), on=self.on, state="carried-out", answered_on=self.on)
        other = penalty(self.people, "没收违法所得", decided_on=self.on, corrected_on=self.on, fulfilled_on=self.on)
        record_publish(record_id=other.pk, actor=None, on=self.on, until=self.on + SHOWN)
        self.things = {
            "entry": {"entry_id": self.entry.pk},
            "ground": {"record_id": self.entry.grounds.get().record_id},
            "other": {"record_id": other.pk},
        }

    # --- the outside world

    @rule(days=st.integers(1, 25))
    def time_passes(self, days: int) -> None:
        # The work-safety list waits a year before repair: its days are longer.
        self.on += dt.timedelta(days=days * (12 if self.on.year >= 2026 else 1))
        endings_dispatch(on=self.on)

    @rule(target_name=TARGETS)
    def object_to(self, target_name: str) -> None:
        self.attempt(
            lambda: objection_accept(
                objection_id=objection_file(
                    subject_id=self.people.subject.pk, statement="有误", actor=self.people.own, on=self.on,
                    **self.things[target_name],
                ).pk,
                actor=self.people.handler, on=self.on,
            )
        )  # fmt: skip

    @rule(target_name=TARGETS, act=st.sampled_from(["refuse", "uphold"]), days=st.integers(1, 10))
    def have_objected(self, target_name: str, act: str, days: int) -> None:
        # Apart from the rest, so that what follows a decision is met often.
        self.object_to(target_name)
        self.time_passes(days)
        if Objection.objects.filter(state__in=["accepted", "supplement"]).exists():
            self.settle(act)

    @precondition(lambda self: Objection.objects.filter(state__in=["accepted", "supplement"]).exists())
    @rule(act=st.sampled_from(["refuse", "withdraw", "refuse", "supplement", "decline", "uphold"]))
    def settle_objection(self, act: str) -> None:
        self.settle(act)

    def settle(self, act: str) -> None:
        """Settle the oldest objection that is open, or be refused."""
        objection = Objection.objects.filter(state__in=["accepted", "supplement"]).order_by("pk").first()
        common: dict[str, Any] = {"objection_id": objection.pk, "on": self.on}
        officer, approver, own = self.people.handler, self.people.approver, self.people.own
        remedy = "revoke" if objection.entry_id else "void"
        acts = {
            "supplement": lambda: objection_supplement(wanted="凭证", actor=officer, **common),
            "refuse": lambda: objection_refuse(reason="事实清楚", actor=approver, **common),
            "decline": lambda: objection_decline(reason="没有新的理由", actor=approver, **common),
            "withdraw": lambda: objection_withdraw(actor=own, **common),
            "uphold": lambda: objection_uphold(remedy=remedy, reason="有误", actor=approver, **common),
        }
        if objection.state == "supplement" and act != "decline":
            acts[act] = lambda: objection_answer(statement="已补", actor=own, **common)
        self.attempt(acts[act])

    @rule(target_name=st.sampled_from(["entry", "entry", "other"]), kind=st.sampled_from(["repair", "removal"]),
          act=st.sampled_from(["grant", "grant", "refuse", "false-papers", "decline", "withdraw"]))  # fmt: skip
    def apply_for(self, target_name: str, kind: str, act: str) -> None:
        self.attempt(lambda: self.applied(target_name, kind, act))

    @rule(target_name=st.sampled_from(["entry", "other"]))
    def have_repaired(self, target_name: str) -> None:
        # Apart from the rest, so that what follows a repair is met often.
        self.attempt(lambda: self.applied(target_name, "repair", "grant"))

    def applied(self, target_name: str, kind: str, act: str) -> None:
        """File an application and settle it on the same day."""
        common: dict[str, Any] = {"on": self.on}
        common["application_id"] = repair_file(
            subject_id=self.people.subject.pk, statement="已整改", actor=self.people.own, on=self.on,
            kind=kind if target_name == "entry" else "repair", papers=[Paper("commitment", a_file())],
            **self.things[target_name],
        ).pk  # fmt: skip
        approver = self.people.approver
        if act != "decline":
            repair_accept(actor=self.people.handler, **common)
        acts = {
            "grant": lambda: repair_grant(reason="条件具备", actor=approver, **common),
            "refuse": lambda: repair_refuse(reason="条件不备", actor=approver, **common),
            "false-papers": lambda: repair_refuse(reason="虚假", has_false_papers=True, actor=approver, **common),
            "decline": lambda: repair_decline(reason="不属于本机关", actor=approver, **common),
            "withdraw": lambda: repair_withdraw(actor=self.people.own, **common),
        }
        acts[act]()

    @precondition(lambda self: RepairApplication.objects.filter(state="granted", undone_on__isnull=True).exists())
    @rule()
    def take_repair_back(self) -> None:
        application = RepairApplication.objects.filter(state="granted", undone_on__isnull=True).first()
        self.attempt(lambda: undone_repair(self.people, application, self.on))

    def attempt(self, act: Any) -> None:
        """Do it, or be refused with a sentence; then keep an own account of the days that measures stood."""
        refusal = None
        try:
            with transaction.atomic():
                act()
        except DomainError as error:
            refusal = error.message
        if refusal is not None:
            assert refusal.endswith(("。", "）")), refusal
            assert any(word in refusal for word in WAYS), refusal
        self.reckon()

    def is_repeated(self, objection: Objection) -> bool:
        """Whether the same was objected to in vain before: then measures stand no more (the county's own value)."""
        before = Objection.objects.filter(record=objection.record, entry=objection.entry, state="refused")
        return objection.level == "department" and before.filter(pk__lt=objection.pk).exists()

    def reckon(self) -> None:
        """Count, apart from the program's pauses, the days on which measures stood by an objection or a repair undone."""
        entry = ListEntry.objects.get(pk=self.entry.pk)
        concerned = Objection.objects.filter(state__in=["filed", "accepted", "supplement"], subject=self.people.subject)
        ground = self.things["ground"]["record_id"]
        concerned = [each for each in concerned if each.entry_id == entry.pk or each.record_id == ground]
        is_open = any(not self.is_repeated(each) for each in concerned)
        runs = entry.end_reason == "term" and entry.starts_on <= self.on < entry.ends_on
        if entry.end_reason == "repaired":
            self.off_since = self.off_since or self.on
            return
        stands = self.pauses and is_open and runs
        if self.off_since is not None:  # back after a repair that was taken back
            since = self.stands_since or self.off_since
            self.stood += (self.on - since).days
            self.off_since, self.stands_since = None, self.on if stands else None
        elif stands and self.stands_since is None:
            self.stands_since = self.on
        elif not stands and self.stands_since is not None:
            if entry.end_reason == "term":
                self.stood += (self.on - self.stands_since).days
            self.stands_since = None

    # --- what must hold

    @invariant()
    def no_measure_without_an_entry_in_force(self) -> None:
        if not hasattr(self, "entry"):
            return
        for order in orders_in_force(MeasureOrder.objects.all(), self.on).select_related("entry"):
            entry = order.entry
            assert entry.starts_on <= self.on < entry.ends_on
            assert not entry.pauses.filter(ends_on__isnull=True).exists()
            assert entry.end_reason not in ("revoked", "corrected")
            assert entry.pk in {each.pk for each in entries_public(self.on)} or not entry.is_public
            if entry.is_public:
                assert Publication.objects.visible(self.on).filter(kind="entry", object_id=entry.pk).exists()

    @invariant()
    def nothing_public_of_what_is_void_repaired_or_over(self) -> None:
        if not hasattr(self, "entry"):
            return
        for publication in Publication.objects.visible(self.on):
            if publication.kind == "entry":
                entry = ListEntry.objects.get(pk=publication.object_id)
                assert entry.starts_on <= self.on < entry.ends_on
                assert entry.end_reason not in ("revoked", "corrected")
                assert entry in entries_public(self.on)
            else:
                assert Record.objects.get(pk=publication.object_id).state == "confirmed"
                assert publication.published_on <= self.on <= publication.published_on + SHOWN

    @invariant()
    def paused_days_are_added_exactly_where_the_pack_says(self) -> None:
        if not hasattr(self, "entry"):
            return
        entry = ListEntry.objects.get(pk=self.entry.pk)
        if entry.end_reason in ("revoked", "corrected"):
            return
        added = self.stood if self.adds else 0
        assert entry.term_ends_on == self.term + dt.timedelta(days=added)
        assert self.pauses or not EntryPause.objects.filter(entry=entry, ends_on__isnull=True).exists()

    @invariant()
    def every_refusal_names_its_remedies(self) -> None:
        for notice in Notice.objects.filter(kind__in=REFUSALS):
            assert "行政复议" in notice.body
            assert "行政诉讼" in notice.body

    @invariant()
    def nothing_is_ever_deleted(self) -> None:
        for model in KEPT:
            number = model.objects.count()
            assert number >= self.counts.get(model, 0), model
            self.counts[model] = number


@pytest.mark.django_db
def test_the_lifecycle_holds_in_any_order() -> None:
    REACHED.clear()
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            max_examples=25, stateful_step_count=16, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), database=None,
        ),
    )  # fmt: skip
    wanted = (
        "objection refused",
        "objection granted",
        "repair granted",
        "repair undone",
        "repair refused",
        "days added",
    )
    assert [each for each in wanted if not REACHED[each]] == []


def test_all_packs_of_the_machine_are_what_they_are_said_to_be() -> None:
    from_pack = {}
    library = load_packs()
    for pack_id in PACKS:
        found = library[pack_id].pack.objection
        from_pack[pack_id] = (found.pauses_measures.value, found.adds_paused_time.value)
    assert from_pack == {pack_id: (pauses, adds) for pack_id, (_, _, pauses, adds) in PACKS.items()}
