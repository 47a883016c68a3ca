"""An honour beside a negative list: flagged in the act that made it so, and gone with the honour."""

import pytest

from registry.models import Notice
from sanctions.models import CrossCheck
from sanctions.services.cross_checks import cross_checks_run
from tests.incentives.test_honour_endings import an_honour, listed

pytestmark = pytest.mark.django_db


def test_a_red_list_holder_s_blacklisting_is_told_to_both_departments_and_the_flag_goes_with_the_honour():
    world, jury = listed()
    case = world.case("decided")
    honour = an_honour(jury)
    world.advance(case, "published")
    entry = world.subject.entries.get()
    flag = CrossCheck.objects.get(kind="honour")
    assert list(flag.entries.all()) == [entry]
    told = set(Notice.objects.filter(kind="cross-check.honour").values_list("department", flat=True))
    assert told == {honour.department_id, entry.department_id}
    # The listing struck the honour in the same act, and with it the ground of the flag.
    assert flag.closed_on == entry.starts_on
    assert cross_checks_run(on=entry.starts_on) == {"opened": 0, "closed": 0}


def test_an_honour_that_no_act_told_is_met_by_the_night():
    world, jury = listed()
    world.advance(world.case("decided"), "published")
    entry = world.subject.entries.get()
    an_honour(jury)
    assert cross_checks_run(on=entry.starts_on) == {"opened": 1, "closed": 0}
    assert cross_checks_run(on=entry.starts_on) == {"opened": 0, "closed": 0}
