"""A pack as officers and the public read it: every section with clauses, and what today's law does not let be done."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from registry.models import PolicyVersion
from registry.rules.policy.mode import measure_check
from registry.rules.policy.schema import Pack
from registry.rules.policy.sections import sections_of
from registry.rules.policy.showing import Row, Section, Table


@dataclass(frozen=True)
class PolicyPage:
    """A whole pack, section by section. `assumptions`: the rows that the office assumed."""

    sections: tuple[Section, ...]
    assumptions: tuple[Row, ...]


def policy_page(pack: Pack, on: date) -> PolicyPage:
    """Word a pack as it stands on the day `on` (which measures may be ordered depends on the law of the day)."""
    verdicts = ((measure, measure_check(pack, measure, on)) for measure in pack.measures)
    refused = {f"measures.{measure.code}": verdict.reason for measure, verdict in verdicts if not verdict.allowed}
    sections = tuple(_warned(section, refused) for section in sections_of(pack, _titles()))
    return PolicyPage(sections, tuple(row for section in sections for row in section.rows() if row.reason))


def _titles() -> dict[str, str]:
    """Return the title of the newest stored edition of every pack."""
    return dict(PolicyVersion.objects.order_by("loaded_at", "pk").values_list("pack_id", "title"))


def _warned(section: Section, refused: Mapping[str, str]) -> Section:
    if section.name != "measures":
        return section
    return replace(section, tables=tuple(_table(table, refused) for table in section.tables))


def _table(table: Table, refused: Mapping[str, str]) -> Table:
    rows = (replace(row, warning=refused[row.path]) if row.path in refused else row for row in table.rows)
    return replace(table, rows=tuple(rows))
