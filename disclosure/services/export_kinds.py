"""What of dual publicity can be taken as a file, asked in plain values, so that a job can ask it too."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from disclosure.models import Channel
from disclosure.selectors.channels import submissions_shown
from disclosure.selectors.publicity_figures import Span, decided_in, decisions_shown
from disclosure.services.publicity_files import decisions_file, month_file, submissions_file
from registry.models import Account
from registry.services import authz
from registry.services.export_files import Given, Kind, register_export, rows_up_to
from registry.services.made_files import MadeFile

MONTH, DECISIONS, SUBMISSIONS = "publicity-month", "publicity-decisions", "submissions"


def span_given(span: Span, **more: str) -> dict[str, Any]:
    """Return the wish for a span's form (`site`) or rows (`shown`, `kind`), as things stand when it is asked for."""
    return {
        "first": span.first.isoformat(), "last": span.last.isoformat(), "department": span.department, **more
    }  # fmt: skip


def _span(given: Given, on: date) -> Span:
    return Span(date.fromisoformat(given["first"]), date.fromisoformat(given["last"]), on, given["department"])


def _require(given: Given, actor: Account, on: date) -> None:
    authz.require(actor, "publication.view", on=on)


def _month_count(given: Given, on: date, most: int) -> int:
    # Every decision of the month is looked at, though not each becomes a row.
    return rows_up_to(decided_in(_span(given, on)), most)


def _month_make(given: Given, actor: Account, on: date) -> MadeFile:
    return month_file(span=_span(given, on), site=given["site"], actor=actor, on=on)


def _decisions_count(given: Given, on: date, most: int) -> int:
    return rows_up_to(decisions_shown(_span(given, on), shown=given["shown"], kind=given["kind"]), most)


def _decisions_make(given: Given, actor: Account, on: date) -> MadeFile:
    return decisions_file(span=_span(given, on), shown=given["shown"], kind=given["kind"], actor=actor, on=on)


def submissions_given(*, channel: Channel | None, shown: str, kind: str, text: str) -> dict[str, Any]:
    """Return the wish for what became of records in the channels, filtered as `submissions_shown` takes it."""
    return {"channel": channel and channel.pk, "shown": shown, "kind": kind, "text": text}


def _submissions(given: Given, on: date) -> QuerySet[Any]:
    channel = None if given["channel"] is None else Channel.objects.get(pk=given["channel"])
    return submissions_shown(on=on, channel=channel, shown=given["shown"], kind=given["kind"], text=given["text"])


def _submissions_count(given: Given, on: date, most: int) -> int:
    return rows_up_to(_submissions(given, on), most)


def _submissions_make(given: Given, actor: Account, on: date) -> MadeFile:
    return submissions_file(found=_submissions(given, on), actor=actor, on=on)


for _kind in (
    Kind(MONTH, "双公示月报", _require, _month_count, _month_make),
    Kind(DECISIONS, "双公示明细", _require, _decisions_count, _decisions_make),
    Kind(SUBMISSIONS, "公示渠道报送情况", _require, _submissions_count, _submissions_make),
):
    register_export(_kind)
