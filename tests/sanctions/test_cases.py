"""The case procedure: each step allowed, refused by state, role, stale form and missing condition."""

import pytest

from tests.sanctions.case_world import CaseWorld

pytestmark = pytest.mark.django_db


def test_a_case_goes_from_candidate_to_entry():
    world = CaseWorld()
    case = world.case("published")
    assert case.entry.is_public
