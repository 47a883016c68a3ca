"""Grades of work-safety accidents (生产安全事故报告和调查处理条例, 国务院令第493号, art. 3).

In that table 以上 includes the number itself and 以下 does not. One number is enough to reach a grade.
"""

from decimal import Decimal
from enum import IntEnum


class Grade(IntEnum):
    """The four grades, ordered from the least grave to the gravest."""

    ORDINARY = 1
    LARGER = 2
    MAJOR = 3
    EXTRAORDINARY = 4

    @property
    def label(self) -> str:
        """The grade's Chinese name in the regulation."""
        return _LABELS[self]

    @property
    def code(self) -> str:
        """The grade's lower-case English code, as used in policy packs: ordinary, larger, major,
        extraordinary.
        """
        return self.name.lower()


_LABELS = {
    Grade.ORDINARY: "一般事故",
    Grade.LARGER: "较大事故",
    Grade.MAJOR: "重大事故",
    Grade.EXTRAORDINARY: "特别重大事故",
}

# Grade, then the least deaths, serious injuries (acute industrial poisoning included) and direct loss in
# yuan.
LEAST = (
    (Grade.EXTRAORDINARY, 30, 100, 100_000_000),
    (Grade.MAJOR, 10, 50, 50_000_000),
    (Grade.LARGER, 3, 10, 10_000_000),
)


def grade(deaths: int = 0, injured: int = 0, loss_yuan: Decimal | int = 0) -> Grade:
    """Return the grade of an accident: deaths, serious injuries, direct economic loss in yuan (not 万元).

    Raises ValueError for a negative number. Basis: 国务院令第493号 art. 3.
    """
    for name, number in (("死亡人数", deaths), ("重伤人数", injured), ("直接经济损失", loss_yuan)):
        if number < 0:
            raise ValueError(f"{name}不能为负数：{number}，请填写零或正数。")
    for reached, least_deaths, least_injured, least_loss in LEAST:
        if deaths >= least_deaths or injured >= least_injured or loss_yuan >= least_loss:
            return reached
    return Grade.ORDINARY
