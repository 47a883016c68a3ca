"""How long the county keeps what need not be kept for good: data in `registry/policies/county/retention.yaml`."""

import calendar
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import Field

from registry.rules.county import FOLDER, read_county
from registry.rules.policy.values import Duration, Model, TimedRule

DEFAULT_FILE = FOLDER / "retention.yaml"

IMPORT_CELLS: Final = "import-cells"
CLAIM_CODES: Final = "claim-codes"
CLAIMS: Final = "claims"
OUTBOX: Final = "outbox"
MESSAGES: Final = "messages"
JOB_RUNS: Final = "job-runs"
SIGN_INS: Final = "sign-ins"
EXPORT_FILES: Final = "export-files"
CHECK_LOGS: Final = "check-logs"
TIP_IDENTITIES: Final = "tip-identities"
PERSONS: Final = "persons"

REDACTED_NAME: Final = "（已按保存期限隐去）"
"""What stands for a person's name once it is gone."""


class CountyRetention(Model):
    """A time for each kind, counted from the day on which the thing was over; `grace`: shown as marked before it goes."""

    grace: TimedRule
    import_cells: TimedRule = Field(alias=IMPORT_CELLS)
    claim_codes: TimedRule = Field(alias=CLAIM_CODES)
    claims: TimedRule
    outbox: TimedRule
    messages: TimedRule
    job_runs: TimedRule = Field(alias=JOB_RUNS)
    sign_ins: TimedRule = Field(alias=SIGN_INS)
    export_files: TimedRule = Field(alias=EXPORT_FILES)
    check_logs: TimedRule = Field(alias=CHECK_LOGS)
    tip_identities: TimedRule = Field(alias=TIP_IDENTITIES)
    persons: TimedRule

    def of(self, code: str) -> TimedRule:
        """Return the rule of a kind by its code. Raises KeyError for one that the county does not name."""
        names = {field.alias or name: name for name, field in type(self).model_fields.items()}
        rule: TimedRule = getattr(self, names[code])
        return rule


@lru_cache(maxsize=2)
def county_retention(path: Path = DEFAULT_FILE) -> CountyRetention:
    """Read the county's values. Raises PackError naming file, place and the way out."""
    return read_county(CountyRetention, path)


def over_by(kept: Duration, on: date) -> date:
    """Return the last day on which a thing may have ended for its time to be over on `on`.

    A thing that ended on a day is kept through `kept.last_day(day)` and goes the day after.
    """
    months = on.year * 12 + on.month - 1 - (12 * kept.years + kept.months)
    year, month = divmod(months, 12)
    day = date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))
    day = date.fromordinal(day.toordinal() - kept.days)
    # Months differ in length: step to the exact day.
    while kept.last_day(day) >= on:
        day = date.fromordinal(day.toordinal() - 1)
    while kept.last_day(date.fromordinal(day.toordinal() + 1)) < on:
        day = date.fromordinal(day.toordinal() + 1)
    return day
