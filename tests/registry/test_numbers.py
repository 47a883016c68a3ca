"""Document numbers: one locked source, gapless, one row a kind, department and year."""

import threading

import pytest
from django.db import connection, transaction

from registry.services.numbers import number_next
from tests.factories import make_department

pytestmark = pytest.mark.django_db


def take(department, kind="notice", year=2026):
    return number_next(kind=kind, prefix="信监告", department=department, year=year)


def test_numbers_count_up_from_one():
    department = make_department()
    assert [take(department), take(department)] == ["信监告〔2026〕0001号", "信监告〔2026〕0002号"]


def test_each_year_starts_anew():
    department = make_department()
    take(department)
    assert take(department, year=2027) == "信监告〔2027〕0001号"


def test_each_kind_and_department_counts_for_itself():
    first, second = make_department(), make_department()
    take(first)
    assert [take(first, kind="decision"), take(second)] == ["信监告〔2026〕0001号"] * 2


def test_a_number_of_an_act_that_failed_is_given_again():
    department = make_department()
    with transaction.atomic():
        take(department)
        transaction.set_rollback(True)
    assert take(department) == "信监告〔2026〕0001号"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_officers_at_once_get_different_numbers_without_gaps(needs_postgres):
    department = make_department()
    together, taken = threading.Barrier(4), []

    def officer():
        try:
            together.wait()
            taken.extend(take(department) for _ in range(10))
        finally:
            connection.close()

    threads = [threading.Thread(target=officer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [f"信监告〔2026〕{number:04d}号" for number in range(1, 41)]
