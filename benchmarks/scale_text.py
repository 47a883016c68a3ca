"""The words and tables of what the parts of scale.py found, beside the goals: a section of docs/performance.md each."""

from typing import Any

_MET = {True: "met", False: "**not met**"}


def section(part: str, found: list[Any], machine: str) -> tuple[str, str, str]:
    """Return the section of one part: its mark, its title, and its text in Markdown. `found`: a row a size."""
    mark, title, table = _SECTIONS[part]
    subjects = f" on `city.py`'s city of {found[-1]['subjects']:,} subjects" if "subjects" in found[-1] else ""
    return mark, title, f"Written by `benchmarks/{part}.py`{subjects}. {machine}\n\n{table(found)}"


def _workdays(found: list[Any]) -> str:
    row = found[0]
    return (
        f"{row['product']:.2f} µs; chinesecalendar asked day by day: {row['baseline']:.0f} µs, "
        f"{row['baseline'] / row['product']:.0f} times as long. Equal on each of the {row['days']:,} days of 2004–2026. "
        f"Goal 2 µs: {_MET[row['product'] <= 2]}."
    )


def _sweep(found: list[Any]) -> str:
    lines = [
        f"{found[0]['due']:,} deadlines that fall due and {found[0]['due']:,} entries that end with two measures each, "
        "with all that is written: notices, keys, events, history, feeds, new deadlines. Beside it the same rows read by "
        "index, as rows of a cursor and as objects of the ORM.\n",
        "| subjects | work | sweep | cursor | ratio | ORM | ratio |", "|---:|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for row in found:
        for label, work, key in (("reminders", "remind", "deadlines"), ("endings", "end", "entries")):
            plain, objects = row[f"read_{key}"], row[f"objects_{key}"]
            lines.append(
                f"| {row['subjects']:,} | {label} | {_ms(row[work])} | {_ms(plain)} | {row[work] / plain:.1f} | "
                f"{_ms(objects)} | {row[work] / objects:.1f} |"
            )
    whole = [row["remind"] + row["end"] for row in found]
    growth = whole[-1] / whole[0] - 1
    last = found[-1]
    ratio = whole[-1] / (last["read_deadlines"] + last["read_entries"])
    objects_ratio = whole[-1] / (last["objects_deadlines"] + last["objects_entries"])
    lines.append(
        f"\nBoth together at {last['subjects']:,}: {ratio:.1f} times the cursor's SELECT, {objects_ratio:.1f} times the "
        f"ORM's. Goal 10 times the SELECT: {_MET[ratio <= 10]} by the cursor, {_MET[objects_ratio <= 10]} by the ORM. From "
        f"{found[0]['subjects']:,} to {last['subjects']:,} subjects {growth:+.0%}; goal within 20 %: {_MET[abs(growth) <= 0.2]}."
    )
    return "\n".join(lines)


def _search(found: list[Any]) -> str:
    row = found[0]
    lines = [
        f"Over {row['names']:,} names, half of the fragments misses; every answer compared with every name. *Search* and "
        "*SearchFilter* are two DRF views over the same table and the same fragments, with the same serializer, fields and "
        "fifty rows, called alike: one over the product's selector, one over DRF's SearchFilter, whose pages count all that fit. *Page* is what the public "
        "gets for all fragments, with middleware, template, and the lists, penalties and permits of all that were found.\n",
        "| characters | search | SearchFilter | ratio | search, all: median | p95 | page | page p95 | brute force, names only |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    lines += [
        f"| {each['length']} | {_ms(each['search'])} | {_ms(each['naive'])} | {each['naive'] / each['search']:.0f} | "
        f"{_ms(each['search_all'])} | {_ms(each['search_p95'])} | {_ms(each['median'])} | {_ms(each['p95'])} | "
        f"{_ms(each['brute'])} |"
        for each in row["rows"]
    ]
    compared = sum(each["compared"] for each in row["rows"])
    worst = max(each["p95"] for each in row["rows"])
    naive, search, page = (sum(each[key] for each in row["rows"]) for key in ("naive", "search", "median"))
    lines.append(
        f"\n{compared} answers compared, none false. All lengths together the search is {naive / search:.0f} times as fast as "
        f"SearchFilter, goal 50: {_MET[naive / search >= 50]}; the whole page, which answers more, {naive / page:.0f} times. "
        f"Largest p95 of the page {_ms(worst)}, goal 60 ms: {_MET[worst <= 0.06]}. Results are compared with brute force on "
        "SQLite and PostgreSQL in the tests too (`tests/registry/test_search.py`)."
    )
    return "\n".join(lines)


def _draw(found: list[Any]) -> str:
    row = found[0]
    whole = row["read"] + row["draw"]
    return (
        f"{row['drawn']:,} of {row['members']:,}: {whole:.2f} s with reading them, in one SQL statement {row['sql']:.2f} s "
        f"({whole / row['sql']:.1f} times); the same list {row['runs']} times and in SQL. Goal 10 s: {_MET[whole <= 10]}."
    )


def _night(found: list[Any]) -> str:
    sizes = [f"{row['subjects']:,}" for row in found]
    lines = [
        "Every job once, with its run row, on the night after the city's first; one subject in a thousand changed in "
        f"between. *First*: the same job the night before, on the new city of {sizes[-1]} subjects. Growth: from the first size "
        "to the last. Counts of the last.\n",
        "| job | " + " | ".join(sizes) + " | growth | first | counts |",
        "|---|" + "---:|" * (len(sizes) + 2) + "---|",
    ]
    for index, job in enumerate(found[-1]["jobs"]):
        seconds = [row["jobs"][index]["seconds"] for row in found]
        counts = ", ".join(f"{name} {count:,}" for name, count in job["counts"].items())
        lines.append(
            f"| `{job['job']}` | " + " | ".join(_s(each) for each in seconds)
            + f" | {seconds[-1] / max(seconds[0], 1e-4):.1f} | {_s(job['first'])} | {counts or '–'} |"
        )  # fmt: skip
    totals = [sum(job["seconds"] for job in row["jobs"]) for row in found]
    first = sum(job["first"] for job in found[-1]["jobs"])
    lines.append(
        "| together | " + " | ".join(_s(each) for each in totals) + f" | {totals[-1] / totals[0]:.1f} | {_s(first)} | |"
    )
    return "\n".join(lines)


def _pages(found: list[Any]) -> str:
    row = found[0]
    lines = [
        f"Whole answers at {row['subjects']:,} subjects. *Scans*: large tables read from end to end.\n",
        "| page | median | longest | statements | scans |", "|---|---:|---:|---:|---|",
    ]  # fmt: skip
    lines += [
        f"| {each['page']} | {_ms(each['median'])} | {_ms(each['most'])} | {each['statements']} | "
        f"{', '.join(f'`{scan}`' for scan in each['scans']) or '–'} |"
        for each in row["rows"]
    ]
    return "\n".join(lines)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f} ms"


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"


_SECTIONS = {
    "workdays": ("workdays", "Adding 7 working days", _workdays),
    "sweep": ("sweep", "The sweep of a day", _sweep),
    "night": ("night", "A night's whole schedule", _night),
    "search": ("search", "Public search", _search),
    "draw": ("draw", "Drawing inspections with exact quotas", _draw),
    "pages": ("pages", "Pages", _pages),
}

__all__ = ["section"]
