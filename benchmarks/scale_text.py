"""The words and tables of the section on scale: what the parts of scale.py found, beside the goals."""

from typing import Any

Found = dict[str, list[Any]]
_MET = {True: "met", False: "**not met**"}


def section(found: Found, machine: str) -> str:
    """Return the section in Markdown, of the parts that were measured."""
    tables = {
        "workdays": _workdays, "sweep": _sweep, "search": _search, "draw": _draw, "night": _night, "pages": _pages,
    }  # fmt: skip
    parts = [table(found[name]) for name, table in tables.items() if name in found]
    return "\n\n".join([f"Written by `benchmarks/scale.py`. {machine}", *parts])


def _workdays(found: list[Any]) -> str:
    row = found[0]
    return (
        "### Adding 7 working days\n\n"
        f"{row['product']:.2f} µs; chinesecalendar asked day by day: {row['baseline']:.0f} µs, "
        f"{row['baseline'] / row['product']:.0f} times as long. Equal on each of the {row['days']:,} days of 2004–2026. "
        f"Goal 2 µs: {_MET[row['product'] <= 2]}."
    )


def _sweep(found: list[Any]) -> str:
    lines = [
        "### The sweep of a day\n",
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
        "### Public search\n",
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
        "### Drawing inspections with exact quotas\n\n"
        f"{row['drawn']:,} of {row['members']:,}: {whole:.2f} s with reading them, in one SQL statement {row['sql']:.2f} s "
        f"({whole / row['sql']:.1f} times); the same list {row['runs']} times and in SQL. Goal 10 s: {_MET[whole <= 10]}."
    )


def _night(found: list[Any]) -> str:
    sizes = [f"{row['subjects']:,}" for row in found]
    lines = [
        "### A night's whole schedule\n",
        "Every job once, with its run row, on the night after the city's first; one subject in a thousand changed in "
        "between. *First*: the same job the night before, on the new city.\n",
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
    lines.append("| together | " + " | ".join(_s(each) for each in totals) + f" | {totals[-1] / totals[0]:.1f} | | |")
    return "\n".join(lines)


def _pages(found: list[Any]) -> str:
    row = found[0]
    lines = [
        "### Pages\n", f"Whole answers at {row['subjects']:,} subjects. *Scans*: large tables read from end to end.\n",
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


__all__ = ["section"]
