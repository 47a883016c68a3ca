"""A draw can be repeated by anybody, and is the same on every database."""

import hashlib
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incentives.models import InspectionTeam
from incentives.rules.draw import commitment_of
from incentives.selectors.inspection_population import cap_state
from incentives.selectors.inspection_redraw import population_content, redraw
from incentives.services.inspection_registers import conflict_add, inspector_end
from incentives.services.inspection_results import (
    other_note,
)
from registry.base.errors import RuleRefused
from registry.base.personal_data import text_seal
from registry.rules.synthetic import make_uscc
from tests.factories import make_subject
from tests.incentives.inspecting import LATER, MONDAY, Bureau, refused, subjects
from tests.sanctions.case_world import activate

pytestmark = pytest.mark.django_db


# --- again


def test_a_draw_is_repeated_from_what_was_kept(capsys):
    bureau = Bureau()
    subjects(12)
    plan = bureau.drawn()
    make_subject()  # the county goes on
    inspector_end(inspector_id=bureau.inspectors[0].pk, actor=bureau.officer("handler"), on=LATER)
    again = redraw(plan)
    assert again.problems == ()
    assert [each.key for each in again.drawn] == list(plan.visits.order_by("place").values_list("key", flat=True))
    content = population_content(plan)
    assert hashlib.sha256(content).hexdigest() == plan.population_hash == plan.population.sha256
    call_command("redraw", plan.number)
    told = capsys.readouterr().out
    assert all(each.key in told for each in again.drawn)
    assert "完全一致" in told


def test_a_list_that_was_tampered_with_is_found_out():
    bureau = Bureau()
    subjects(6)
    plan = bureau.drawn()
    visit = plan.visits.first()
    visit.key = "91370323MA9999999X"
    visit.save_by(None, reason="test")
    assert len(redraw(plan).problems) == 2
    with pytest.raises(CommandError, match="不一致"):
        call_command("redraw", plan.number)


def test_a_plan_that_was_not_drawn_cannot_be_redrawn():
    subjects(4)
    with pytest.raises(CommandError, match="还没有抽取"):
        call_command("redraw", Bureau().approved().number)
    with pytest.raises(CommandError, match="没有编号"):
        call_command("redraw", "演〔2026〕0404号")


# --- the same on every database


def test_the_draw_is_that_of_the_published_formula_on_every_database():
    """Keys, order and inspectors follow from SHA-256 alone, worked out here without the program's own draw; the suite
    runs on SQLite and on PostgreSQL, and both must give these lists."""
    bureau = Bureau(staff=3)
    for place, inspector in enumerate(bureau.inspectors):
        inspector.public_id = uuid.UUID(int=place + 1)
        inspector.save_by(None, reason="test")
    keys = [make_uscc("9", "1", "370323", number) for number in range(70_001, 70_011)]
    for key in keys:
        make_subject(uscc=key)
    plan = bureau.approved(total=4)
    plan.seed_sealed, plan.seed_hash = text_seal("2026-03"), commitment_of("2026-03")
    plan.save_by(None, reason="test")
    plan = bureau.draw(plan)

    def digest(*parts: str) -> bytes:
        return hashlib.sha256("\n".join(["draw-1", "2026-03", *parts]).encode()).digest()

    expected = sorted(keys, key=lambda key: digest("ungraded", key))[:4]
    assert list(plan.visits.order_by("place").values_list("key", flat=True)) == expected
    lines = "".join(f"{key}\tungraded\t\n" for key in sorted(keys))
    assert plan.population_hash == hashlib.sha256(lines.encode()).hexdigest()
    load = dict.fromkeys((str(each.public_id) for each in bureau.inspectors), 0)
    for key in expected:
        pair = sorted(load, key=lambda each: (load[each], digest(key, each)))[:2]
        team = plan.visits.get(key=key).team.order_by("pk")
        assert [str(each.inspector.public_id) for each in team] == pair
        for each in pair:
            load[each] += 1
    assert redraw(plan).problems == ()


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(
    rooms=st.lists(st.integers(0, 2), min_size=1, max_size=7), percent=st.integers(1, 100), banned=st.integers(0, 63),
)  # fmt: skip
def test_whatever_the_county_is_like_share_cap_and_conflicts_hold(rooms, percent, banned):
    """`rooms`: 1 and 2 stand for subjects that were inspected so often already; the cap is 1 a year."""
    with transaction.atomic():
        activate("county-default", MONDAY)
        bureau = Bureau(staff=4)
        handler = bureau.officer("handler")
        made = subjects(len(rooms))
        for subject, times in zip(made, rooms, strict=True):
            for _ in range(times):
                other_note(
                    subject_id=subject.pk, source="complaint", inspected_on=MONDAY, summary="", actor=handler, on=MONDAY
                )
        pairs = {(bureau.inspectors[place % 2].pk, each.pk) for place, each in enumerate(made) if banned >> place & 1}
        for inspector, subject in pairs:
            conflict_add(inspector_id=inspector, subject_id=subject, kind="kin", note="", actor=handler, on=MONDAY)
        free = [subject for subject, times in zip(made, rooms, strict=True) if not times]
        wanted = (2 * len(made) * percent + 100) // 200  # rounded half up
        if not min(wanted, len(free)):
            with refused(RuleRefused, "nobody-to-draw"):
                bureau.drawn(shares={"ungraded": percent})
        else:
            plan = bureau.drawn(shares={"ungraded": percent})
            assert plan.visits.count() == min(wanted, len(free))
            assert {visit.subject for visit in plan.visits.all()} <= set(free)
            assert all(not cap_state(subject, 2026, MONDAY).is_beyond for subject in free)
            teams = set(InspectionTeam.objects.values_list("inspector", "visit__subject"))
            assert not teams & pairs
            assert redraw(plan).problems == ()
        transaction.set_rollback(True)
