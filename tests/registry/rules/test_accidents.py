"""Grades of accidents: every edge of the table in 国务院令第493号 art. 3."""

from decimal import Decimal

import pytest

from registry.rules.accidents import Grade, grade


@pytest.mark.parametrize(
    ("deaths", "injured", "loss", "expected"),
    [
        (30, 0, 0, Grade.EXTRAORDINARY),
        (29, 0, 0, Grade.MAJOR),
        (10, 0, 0, Grade.MAJOR),
        (9, 0, 0, Grade.LARGER),
        (3, 0, 0, Grade.LARGER),
        (2, 0, 0, Grade.ORDINARY),
        (0, 0, 0, Grade.ORDINARY),
        (0, 100, 0, Grade.EXTRAORDINARY),
        (0, 99, 0, Grade.MAJOR),
        (0, 50, 0, Grade.MAJOR),
        (0, 49, 0, Grade.LARGER),
        (0, 10, 0, Grade.LARGER),
        (0, 9, 0, Grade.ORDINARY),
        (0, 0, 100_000_000, Grade.EXTRAORDINARY),
        (0, 0, Decimal("99999999.99"), Grade.MAJOR),
        (0, 0, 50_000_000, Grade.MAJOR),
        (0, 0, Decimal("49999999.99"), Grade.LARGER),
        (0, 0, 10_000_000, Grade.LARGER),
        (0, 0, Decimal("9999999.99"), Grade.ORDINARY),
        (1, 60, 0, Grade.MAJOR),
        (4, 5, 120_000_000, Grade.EXTRAORDINARY),
    ],
)
def test_gravest_of_the_three_numbers_decides_the_grade(
    deaths: int, injured: int, loss: Decimal | int, expected: Grade
) -> None:
    assert grade(deaths, injured, loss) is expected


def test_grades_are_ordered() -> None:
    assert Grade.ORDINARY < Grade.LARGER < Grade.MAJOR < Grade.EXTRAORDINARY


def test_negative_number_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"重伤人数.*-1"):
        grade(0, -1, 0)


def test_grade_has_its_chinese_name() -> None:
    assert grade(3, 0, 0).label == "较大事故"
