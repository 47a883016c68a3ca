"""Days written by an officer, one day or one range a line, as copied from a holiday notice."""

import datetime as dt
import re

MAX_RANGE_DAYS = 31

_DAY = re.compile(r"^(?:(\d{4})\s*[-年/.]\s*)?(\d{1,2})\s*[-月/.]\s*(\d{1,2})\s*日?$")
_RANGE = re.compile(r"\s*(?:至|到|—+|–|~|～|\s-\s)\s*")
_BARE_DAY = re.compile(r"^(\d{1,2})\s*日$")
_NOTE = re.compile(r"[（(].*?[)）]")


def days_parse(text: str, *, year: int) -> list[dt.date]:
    """Return the days that `text` names, in order, without repeats. A day without its year belongs to `year`.

    A line is `2027-01-01`, `1月1日`, or a range `1月1日至3日`, `2026-12-31 至 2027-01-02`; remarks in brackets are
    passed over. Raises ValueError, in Chinese and naming the line, for anything else.
    """
    found: dict[dt.date, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        plain = _NOTE.sub("", line).strip(" \t,，;；、。")
        if plain:
            found.update(dict.fromkeys(_line_days(plain, year=year, where=f"第{number}行“{line.strip()}”")))
    return list(found)


def _line_days(line: str, *, year: int, where: str) -> list[dt.date]:
    ends = _RANGE.split(line)
    if len(ends) > 2:
        raise ValueError(f"{where}不止一个起止范围，请一行写一个范围。")
    first = _day(ends[0], year=year, where=where)
    if len(ends) == 1:
        return [first]
    bare = _BARE_DAY.match(ends[1])
    last = _day(f"{first.month}月{bare[1]}日" if bare else ends[1], year=first.year, where=where)
    length = (last - first).days + 1
    if length < 1:
        raise ValueError(f"{where}的截止日早于起始日，请核对。")
    if length > MAX_RANGE_DAYS:
        raise ValueError(f"{where}超过{MAX_RANGE_DAYS}天，不像一次放假，请核对。")
    return [first + dt.timedelta(days=offset) for offset in range(length)]


def _day(text: str, *, year: int, where: str) -> dt.date:
    match = _DAY.match(text)
    if not match:
        raise ValueError(f"{where}看不懂，请写成“1月1日”“2027-01-01”或“1月1日至3日”。")
    try:
        return dt.date(int(match[1] or year), int(match[2]), int(match[3]))
    except ValueError as error:
        raise ValueError(f"{where}不是日历上有的日期，请核对。") from error
