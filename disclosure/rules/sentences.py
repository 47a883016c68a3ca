"""What the public reads first: one sentence that says whether a subject is listed, where, since when, until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Standing:
    """A public entry in force. `last_day` is inclusive, None when it has no end."""

    list_label: str
    since: date
    last_day: date | None
    is_disputed: bool = False


def day_text(day: date) -> str:
    """Return a date as people write it: 2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"


def standing_clause(standing: Standing) -> str:
    """Say one standing, without the name and the full stop."""
    until = f"至{day_text(standing.last_day)}止" if standing.last_day else "未定终止日期"
    disputed = "（有异议正在核查）" if standing.is_disputed else ""
    return f"自{day_text(standing.since)}起列入{standing.list_label}，{until}{disputed}"


def standing_sentence(name: str, standings: Sequence[Standing]) -> str:
    """Say whether `name` is on a public list: every list with its first and last day, earliest first; or on none."""
    if not standings:
        return f"{name}：未被列入任何公开的失信名单。"
    ordered = sorted(standings, key=lambda standing: (standing.since, standing.list_label))
    return f"{name}：{'；'.join(standing_clause(standing) for standing in ordered)}。"


def others_sentence(*, penalties: int, permits: int) -> str:
    """Say what else is public about a subject, empty when nothing is."""
    parts = [f"行政处罚{penalties}件"] if penalties else []
    parts += [f"行政许可{permits}件"] if permits else []
    return f"正在公示：{'、'.join(parts)}。" if parts else ""
