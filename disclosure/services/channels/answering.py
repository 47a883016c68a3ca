"""Acknowledgement files: read back row by row by document number and party, once a file."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.files.base import ContentFile, File
from django.db import transaction

from disclosure.models import Acknowledgement, Channel, ChannelFile, Submission, SubmissionStep
from disclosure.rules.acknowledgements import Answer, Sheet, SheetRefused, answers_of, is_header
from disclosure.rules.submissions import ACCEPTED, REFUSED, REPORT, SENT, WITHDRAWAL
from disclosure.services.channels.moves import When, answer, answered_write
from registry.base.errors import Conflict, InvalidInput
from registry.models import Account
from registry.rules.names import comparable_name
from registry.services import authz
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.imports.reading import open_table

FILE_MOST: Final = 20 * 1024 * 1024
NOTES_MOST: Final = 200
_CHUNK = 500
_ANSWERABLE = (SENT, ACCEPTED, REFUSED)
_OUR_NUMBER = re.compile(r"-\d{8}-(\d{4,9})-", re.ASCII)


@dataclass
class _Reading:
    """What a sheet comes to: each submission's last answer, and the rows that fit nothing."""

    answers: dict[int, Answer] = field(default_factory=dict)
    superseded: int = 0
    unknown: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def acknowledgement_read(
    *, channel: Channel, file: ChannelFile | None, upload: File, actor: Account | None, when: When
) -> Acknowledgement:
    """Read what a channel says about the rows of a file; return what it came to.

    `file` None: found by our number in the name, else the rows are looked for among all that were sent. Of a sheet that
    names only failures the rest of its file counts as accepted, where every failure was found. An answer about an older
    sending changes nothing. Raises NotAllowed, InvalidInput (field `file`), Conflict (the same file was read before).
    """
    authz.require(actor, "channel.send", on=when.on)
    content, name = _content(upload)
    digest = hashlib.sha256(content).hexdigest()
    channel = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    file = file or _file_named(channel, name)
    before = channel.acknowledgements.filter(sha256=digest, file=file, error="").first()
    if before is not None:
        raise Conflict(
            "acknowledgement-read",
            f"内容相同的回执已于{before.read_on}读入（{before.name}），不必重复读入。是另一个报送文件的回执的，请选定那个文件。",
            field="file",
        )
    sheet = _sheet(content, name)
    submissions = _candidates(channel, file, sheet)
    reading = _matched(sheet, submissions, file)
    counts = _apply(reading, sheet, submissions, file, when)
    kept = attachment_store(upload=ContentFile(content, name=name), actor=actor, most_bytes=FILE_MOST)
    acknowledgement = Acknowledgement.objects.create(
        channel=channel, file=file, attachment=kept, name=name, sha256=digest, rows=len(sheet.answers),
        superseded=reading.superseded, unknown=len(reading.unknown), notes=reading.unknown[:NOTES_MOST], read_on=when.on,
        read_at=when.at, read_by=actor, **counts,
    )  # fmt: skip
    event_record(
        "channel.acknowledged",
        f"读入渠道“{channel}”的回执{name}：接收{counts['accepted']}条，退回{counts['refused']}条，对不上{len(reading.unknown)}条",
        obj=acknowledgement, actor=actor, on=when.on, payload={"channel": channel.code, "sha256": digest, **counts},
    )  # fmt: skip
    return acknowledgement


def _content(upload: File) -> tuple[bytes, str]:
    name = (upload.name or "回执").rpartition("/")[2][:200]
    if upload.size > FILE_MOST:
        raise InvalidInput(
            "file-too-large", f"文件“{name}”超过{FILE_MOST // 1024 // 1024}MB。请拆分后分次读入。", field="file"
        )
    return upload.read(), name


def _sheet(content: bytes, name: str) -> Sheet:
    table = open_table(content, name, is_header=is_header)
    try:
        return answers_of(table.header, table.rows)
    except SheetRefused as refusal:
        raise InvalidInput("acknowledgement-refused", str(refusal), field="file") from refusal


def _file_named(channel: Channel, name: str) -> ChannelFile | None:
    """Return our file whose number the acknowledgement's name repeats, None where it names none."""
    found = _OUR_NUMBER.search(name)
    if found is None or not name.startswith(channel.code):
        return None
    return channel.files.filter(number=int(found.group(1))).first()


def _candidates(channel: Channel, file: ChannelFile | None, sheet: Sheet) -> list[Submission]:
    """Return, locked, what the sheet may be about: the rows of its file, and every row sent under one of its numbers."""
    ids = set(file.submissions.values_list("pk", flat=True)) if file is not None else set()
    numbers = sorted({each.number_normalized for each in sheet.answers})
    for start in range(0, len(numbers), _CHUNK):
        found = Submission.objects.filter(channel=channel, sent_number__in=numbers[start : start + _CHUNK])
        ids.update(found.values_list("pk", flat=True))
    locked: list[Submission] = []
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        part = Submission.objects.select_for_update(of=("self",)).filter(pk__in=ordered[start : start + _CHUNK])
        locked += part.select_related("record").order_by("pk")
    return locked


def _matched(sheet: Sheet, submissions: Iterable[Submission], file: ChannelFile | None) -> _Reading:
    by_number: dict[str, list[Submission]] = defaultdict(list)
    for submission in submissions:
        by_number[submission.sent_number].append(submission)
    reading = _Reading()
    for each in sheet.answers:
        same = [other for other in by_number[each.number_normalized] if _is_about(each, other)]
        fit = [other for other in same if _may_answer(other, sheet, file)]
        if len(fit) == 1:
            reading.answers[fit[0].pk] = each
        elif same and not fit:
            reading.superseded += 1
        else:
            why = "有多条报送与本行相符" if fit else "没有报送过这一文书号和当事人"
            reading.unknown.append({"line": each.line, "number": each.number, "why": why})
    return reading


def _is_about(said: Answer, submission: Submission) -> bool:
    """Whether the row bears the party under which the submission was sent: by its code, else by its name."""
    if said.kind and said.kind != submission.record.kind:
        return False
    if said.code and submission.sent_code:
        return said.code == submission.sent_code
    return bool(said.name_normalized) and said.name_normalized == comparable_name(submission.sent_name)


def _may_answer(submission: Submission, sheet: Sheet, file: ChannelFile | None) -> bool:
    if submission.state not in _ANSWERABLE:
        return False
    if file is not None:
        return submission.file_id == file.pk
    return submission.matter == (WITHDRAWAL if sheet.is_withdrawal else REPORT)


def _apply(
    reading: _Reading, sheet: Sheet, submissions: Sequence[Submission], file: ChannelFile | None, when: When
) -> dict[str, int]:
    takes_rest = sheet.is_failures and file is not None and not reading.unknown
    changed: list[Submission] = []
    steps: list[SubmissionStep] = []
    counts = {"accepted": 0, "refused": 0}
    for submission in submissions:
        said = reading.answers.get(submission.pk)
        is_rest = takes_rest and submission.state == SENT and submission.file_id == (file.pk if file else None)
        if said is None and not is_rest:
            continue
        is_accepted = said is None or said.is_accepted
        steps.append(answer(submission, when, is_accepted=is_accepted, reason=said.reason if said else ""))
        changed.append(submission)
        counts["accepted" if is_accepted else "refused"] += 1
    answered_write(changed, steps)
    return counts


def acknowledgement_fail(*, channel: Channel, name: str, content: bytes, error: str, when: When) -> Acknowledgement:
    """Keep that a file found in the inbox could not be read, and why."""
    return Acknowledgement.objects.create(
        channel=channel, name=name[:200], sha256=hashlib.sha256(content).hexdigest(), error=error[:500],
        read_on=when.on, read_at=when.at,
    )  # fmt: skip
