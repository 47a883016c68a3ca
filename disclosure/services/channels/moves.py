"""Writing down how submissions move: the row and, beside it, the step with its legal day and instant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from disclosure.models import Channel, ChannelFile, Submission, SubmissionStep
from disclosure.rules.submissions import OWED, REPORT, Standing, answered, sent, withdrawn
from disclosure.selectors.channel_rows import Composed
from registry.models import Account

_BATCH = 200
_STANDING = ("matter", "state", "is_held")
_OWED = (*_STANDING, "revision", "owed_on", "attempts", "available_at", "lease_token", "reason", "fault", "withdraw_reason")  # fmt: skip
_SENT = (
    *_STANDING, "first_sent_on", "first_sent_at", "sent_on", "sent_at", "answered_on", "answered_at", "file", "sent_number",
    "sent_code", "sent_name", "fault", "reason", "attempts", "lease_token", "leased_until",
)  # fmt: skip
_ANSWERED = (*_STANDING, "answered_on", "answered_at", "accepted_on", "reason", "attempts", "lease_token", "leased_until")  # fmt: skip


@dataclass(frozen=True)
class When:
    """The legal day and the instant of a move, and who made it (None: the system)."""

    on: date
    at: datetime
    actor: Account | None = None


def move(
    submission: Submission, standing: Standing, when: When, *, reason: str = "", file: ChannelFile | None = None
) -> SubmissionStep:
    """Bring a submission to `standing`, in memory; return the step to be written with it."""
    submission.matter, submission.state, submission.is_held = standing.matter, standing.state, standing.is_held
    return SubmissionStep(
        submission=submission, matter=standing.matter, state=standing.state, on=when.on, at=when.at,
        reason=reason[:500], file=file, actor=when.actor,
    )  # fmt: skip


def owe(submission: Submission, standing: Standing, when: When, *, reason: str = "") -> SubmissionStep:
    """Owe a submission anew, or drop it, in memory. One that is on its way now goes only when that has ended."""
    step = move(submission, standing, when, reason=reason)
    submission.attempts, submission.lease_token, submission.fault = 0, None, ""
    if standing.state == OWED:
        submission.revision += 1
        submission.owed_on = when.on
        submission.reason = ""
        submission.available_at = max(when.at, submission.leased_until or when.at)
    return step


def owed_write(submissions: Sequence[Submission], steps: Iterable[SubmissionStep]) -> None:
    """Write what `owe` changed."""
    _write(submissions, _OWED, steps)


def sent_write(composed: Sequence[Composed], when: When, *, file: ChannelFile | None = None) -> None:
    """Note that rows have gone out: the first time is the day of reporting."""
    steps = []
    for each in composed:
        submission = each.submission
        steps.append(move(submission, sent(submission.standing), when, file=file))
        if submission.matter == REPORT and submission.first_sent_on is None:
            submission.first_sent_on, submission.first_sent_at = when.on, when.at
        submission.sent_on, submission.sent_at, submission.file = when.on, when.at, file
        submission.answered_on = submission.answered_at = None
        submission.sent_number, submission.sent_code, submission.sent_name = each.number, each.code, each.name
        submission.fault = submission.reason = ""
        submission.attempts = max(submission.attempts, 1)
        submission.lease_token = submission.leased_until = None
    _write([each.submission for each in composed], _SENT, steps)


def answer(submission: Submission, when: When, *, is_accepted: bool, reason: str = "") -> SubmissionStep:
    """Take what the receiver said, in memory."""
    said = "" if is_accepted else (reason or "渠道没有写明原因")
    step = move(submission, answered(submission.standing, is_accepted=is_accepted), when, reason=said)
    submission.answered_on, submission.answered_at, submission.reason = when.on, when.at, said[:500]
    if submission.matter == REPORT:
        submission.accepted_on = when.on if is_accepted else None
    submission.lease_token = submission.leased_until = None
    return step


def answered_write(submissions: Sequence[Submission], steps: Iterable[SubmissionStep]) -> None:
    """Write what `answer` changed."""
    _write(submissions, _ANSWERED, steps)


def held_back_write(composed: Sequence[Composed], when: When) -> dict[str, int]:
    """Note why rows stay here: a fault that an officer mends, or that they need not be sent any more.

    With a fault, what the caller has set of attempts and the next time is written too.
    """
    faulty, dropped, steps = [], [], []
    for each in composed:
        submission = each.submission
        submission.lease_token = submission.leased_until = None
        if each.exempt:
            submission.withdraw_reason = "依规定不再公示"
            steps.append(owe(submission, withdrawn(submission.standing), when, reason=each.exempt))
            dropped.append(submission)
        else:
            submission.fault = each.fault
            faulty.append(submission)
    _write(dropped, (*_OWED, "leased_until"), steps)
    _write(faulty, ("fault", "attempts", "available_at", "lease_token", "leased_until"), ())
    return {"held": len(faulty), "dropped": len(dropped)}


def _write(submissions: Sequence[Submission], fields: Sequence[str], steps: Iterable[SubmissionStep]) -> None:
    if submissions:
        Submission.objects.bulk_update(submissions, list(fields), batch_size=_BATCH)
    SubmissionStep.objects.bulk_create(steps, batch_size=500)


def owed_rows(channel: Channel, **wanted: Any) -> Any:
    """Return what a channel is owed, the longest first."""
    return Submission.objects.filter(channel=channel, state=OWED, **wanted).order_by("owed_on", "pk")
