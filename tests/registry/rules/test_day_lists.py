"""Days as officers copy them from a holiday notice."""

import datetime as dt

import pytest

from registry.rules.day_lists import days_parse

D = dt.date


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2027-01-01", [D(2027, 1, 1)]),
        ("1月1日", [D(2027, 1, 1)]),
        ("2027年1月1日", [D(2027, 1, 1)]),
        ("2027/1/1", [D(2027, 1, 1)]),
        ("1月1日至3日", [D(2027, 1, 1), D(2027, 1, 2), D(2027, 1, 3)]),
        ("1月31日至2月1日", [D(2027, 1, 31), D(2027, 2, 1)]),
        ("1月1日（星期五）至3日（星期日）", [D(2027, 1, 1), D(2027, 1, 2), D(2027, 1, 3)]),
        ("2026-12-31 至 2027-01-01", [D(2026, 12, 31), D(2027, 1, 1)]),
        ("2027-02-05 ~ 2027-02-06", [D(2027, 2, 5), D(2027, 2, 6)]),
        ("1月1日、", [D(2027, 1, 1)]),
        ("\n 1月1日 \n\n1月2日\n1月1日", [D(2027, 1, 1), D(2027, 1, 2)]),
        ("", []),
    ],
)
def test_days_and_ranges_are_read(text, days):
    assert days_parse(text, year=2027) == days


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("元旦", "第1行“元旦”看不懂"),
        ("1月1日\n2月30日", "第2行“2月30日”不是日历上有的日期"),
        ("1月3日至1日", "截止日早于起始日"),
        ("1月1日至3月1日", "超过31天"),
        ("1月1日至2日至3日", "不止一个起止范围"),
        ("13月1日", "不是日历上有的日期"),
    ],
)
def test_an_unreadable_line_is_named(text, said):
    with pytest.raises(ValueError, match=said):
        days_parse(text, year=2027)


def test_a_range_of_31_days_is_still_read():
    assert len(days_parse("1月1日至31日", year=2027)) == 31
