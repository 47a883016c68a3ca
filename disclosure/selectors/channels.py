"""Publication channels: which take a record, what each is owed, what waits for an officer, what packs name."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from disclosure.models import Acknowledgement, Channel, ChannelFile, Submission, SubmissionStep
from disclosure.rules.publicity import DEADLINE_CODE
from disclosure.rules.submissions import ACCEPTED, DEAD, OWED, REFUSED, REPORT, SENT, STUCK
from registry.models import Deadline, Record
from registry.selectors.policies import packs_active
from registry.selectors.remembered import remembered

RECORD_KIND: Final = Record._meta.label_lower
FAULTY: Final = Q(state=OWED) & ~Q(fault="")
# What the table of a channel can be asked for: key of the address, its label.
SHOWN: Final = {
    "all": "全部",
    "owed": "待报送",
    "faulty": "无法报送",
    "sent": "待回执",
    "accepted": "已接收",
    "refused": "已退回",
    "dead": "推送失败",
    "late": "逾期未报送",
    "stuck": "退回、失败、无法报送",
}


def channels_open() -> list[Channel]:
    """Return the channels that are in use, paused ones too: what they are owed waits."""
    return remembered("channels-open", lambda: list(Channel.objects.filter(closed_on__isnull=True)))


def channels_taking(record: Record) -> list[Channel]:
    """Return the channels in use to which a penalty or permit goes, by its kind and day of decision."""
    return [each for each in channels_open() if goes_to(each, record)]


def goes_to(channel: Channel, record: Record) -> bool:
    """Whether a channel in use takes the record, by its kind and day of decision."""
    day = record.decided_on
    return day is not None and channel.since_on <= day and takes(channel, record.kind)


def takes(channel: Channel, kind: str) -> bool:
    """Whether the channel takes records of the kind."""
    return channel.takes_penalties if kind == Record.Kind.PENALTY else channel.takes_permits


def records_unowed(channel: Channel) -> QuerySet[Record]:
    """Return the confirmed penalties and permits that the channel takes and is not owed yet; not what is exempt."""
    kinds = [kind for kind in (Record.Kind.PENALTY, Record.Kind.PERMIT) if takes(channel, kind)]
    found = Record.objects.filter(
        kind__in=kinds, state=Record.State.CONFIRMED, decided_on__gte=channel.since_on, publicity_exemption__isnull=True
    )
    return found.exclude(Exists(Submission.objects.filter(channel=channel, record=OuterRef("pk"))))


def with_due(found: QuerySet[Submission]) -> QuerySet[Any]:
    """Add `due_on`, the day by which the record had to be reported and public; None without a time limit."""
    limits = Deadline.objects.filter(object_kind=RECORD_KIND, object_id=OuterRef("record"), code=DEADLINE_CODE)
    return found.annotate(due_on=Subquery(limits.order_by("-pk").values("due_on")[:1]))


def _shown(on: date) -> dict[str, Q]:
    unsent = Q(state__in=(OWED, DEAD), matter=REPORT, first_sent_on__isnull=True)
    return {
        "all": Q(pk__isnull=False),
        "owed": Q(state=OWED),
        "faulty": FAULTY,
        "sent": Q(state=SENT),
        "accepted": Q(state=ACCEPTED),
        "refused": Q(state=REFUSED),
        "dead": Q(state=DEAD),
        "late": unsent & Q(due_on__lt=on),
        "stuck": Q(state__in=STUCK) | FAULTY,
    }


def submissions_shown(
    *, on: date, channel: Channel | None = None, shown: str = "all", kind: str = "", text: str = ""
) -> QuerySet[Any]:
    """Return the submissions that fit, with `due_on`, the latest decision first. Raises KeyError for another `shown`."""
    found = with_due(Submission.objects.all()).filter(_shown(on)[shown])
    if channel is not None:
        found = found.filter(channel=channel)
    if kind in (Record.Kind.PENALTY, Record.Kind.PERMIT):
        found = found.filter(record__kind=kind)
    if text.strip():
        found = found.filter(Q(record__number__contains=text.strip()) | Q(record__subject__name__contains=text.strip()))
    related = ("channel", "record__subject", "record__department", "file__attachment")
    return found.select_related(*related).order_by("-record__decided_on", "-pk")


def channel_counts(*, on: date) -> dict[int, dict[str, int]]:
    """Return for each channel how many submissions each of `SHOWN` has. One statement."""
    counts = {f"n_{name}": Count("pk", filter=condition) for name, condition in _shown(on).items()}
    found = with_due(Submission.objects.all()).order_by().values("channel").annotate(**counts)
    return {row["channel"]: {name: row[f"n_{name}"] for name in SHOWN} for row in found}


def channels_waiting() -> list[tuple[str, str, int]]:
    """Return (code of the channel, state, how many) of what is not settled in the channels in use."""
    found = Submission.objects.filter(state__in=(OWED, SENT, REFUSED, DEAD), channel__closed_on__isnull=True)
    counted = found.order_by().values_list("channel__code", "state").annotate(number=Count("pk"))
    return list(counted.order_by("channel__code", "state"))


def stuck_submissions() -> QuerySet[Submission]:
    """Return what waits for an officer: sent back, tried in vain, or not fit to be sent as it is."""
    return Submission.objects.filter(Q(state__in=STUCK) | FAULTY, channel__closed_on__isnull=True)


def record_submissions(record: Record) -> QuerySet[Submission]:
    """Return where a record stands in every channel."""
    found = Submission.objects.filter(record=record).select_related("channel", "file__attachment")
    return found.order_by("channel", "pk")


def submission_steps(submission: Submission) -> QuerySet[SubmissionStep]:
    """Return everything that happened to a submission, oldest first."""
    return submission.steps.select_related("file__attachment", "actor")


def files_of(channel: Channel) -> QuerySet[ChannelFile]:
    """Return the channel's files, the newest first, with how many of their rows still wait for an answer."""
    waiting = Count("submissions", filter=Q(submissions__state=SENT))
    return channel.files.select_related("attachment", "made_by").annotate(waiting=waiting).order_by("-pk")


def acknowledgements_of(channel: Channel) -> QuerySet[Acknowledgement]:
    """Return what came back, the newest first."""
    return channel.acknowledgements.select_related("file__attachment", "read_by")


@dataclass(frozen=True)
class NamedChannel:
    """A channel that policies in use name, and whether one of ours stands for it."""

    name: str
    policies: tuple[str, ...]
    is_served: bool


def channels_named(*, on: date) -> list[NamedChannel]:
    """Return the channels that the policies in use name, in their order."""
    named: dict[str, list[str]] = {}
    for active in packs_active(on):
        for name in active.pack.publication.channels:
            named.setdefault(name, []).append(active.pack.head.title)
    served = set(Channel.objects.filter(closed_on__isnull=True).values_list("named_as", flat=True))
    return [NamedChannel(name, tuple(titles), name in served) for name, titles in named.items()]
