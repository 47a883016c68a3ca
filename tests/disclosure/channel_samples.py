"""Builders for tests of publication channels: a channel, decisions that the national sheet takes, answers that come back."""

import datetime as dt
import io

from django.core.files.base import ContentFile
from django.utils import timezone

from disclosure.models import Channel, ChannelHealth, Submission
from disclosure.selectors.channel_rows import Composed
from disclosure.services.channels.moves import When, answer, answered_write, sent_write
from registry.base.personal_data import text_seal
from registry.models import PenaltyDetail, PermitDetail, Record
from registry.rules.publicity import Kind, national_header
from registry.rules.synthetic import make_uscc
from registry.services.imports.writing import write_cells
from registry.signals import record_changed, record_confirmed
from tests.factories import make_record, make_subject

LONG_AGO = dt.date(2018, 7, 25)
AUTHORITY = make_uscc("1", "1", "370323", 901)
SECRET = "chsec_test"


def make_channel(code="xinyong", *, kind="file", **fields):
    given = {"name": f"演示渠道{code}", "since_on": LONG_AGO, "opened_on": LONG_AGO, "secret_sealed": text_seal(SECRET)}
    channel = Channel(code=code, kind=kind, **given | fields).save_by(None, reason="test")
    ChannelHealth.objects.create(channel=channel)
    return channel


def noon(day):
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def penalty(*, on, subject=None, **fields):
    """A penalty that the national sheet takes, just confirmed on the day `on`."""
    procedure, fine = fields.pop("procedure", "ordinary"), fields.pop("fine", 20_000)
    record = make_record(
        subject or make_subject(), **{"decided_on": on, "facts": "经查，未取得许可从事生产。"} | fields
    )
    PenaltyDetail(
        record=record, procedure=procedure, violation_type="未取得许可从事生产", basis="《安全生产法》第六十条",
        kinds=["罚款"], content=f"罚款{fine}元", fine=fine, valid_until=record.decided_on + dt.timedelta(days=365),
        representative="张某某", authority=record.department.name, authority_code=AUTHORITY, source=record.department.name,
        source_code=AUTHORITY,
    ).save_by(None, reason="test")  # fmt: skip
    return confirmed(record, on=on)


def permit(*, on, subject=None, **fields):
    """A permit that the national sheet takes, just confirmed on the day `on`."""
    record = make_record(subject or make_subject(), kind="permit", **{"decided_on": on} | fields)
    PermitDetail(
        record=record, document_name="准予许可决定书", permit_kind="普通", content="准予生产", valid_from=on,
        valid_until=on + dt.timedelta(days=1000), representative="张某某", authority=record.department.name,
        authority_code=AUTHORITY, status="1", source=record.department.name, source_code=AUTHORITY,
    ).save_by(None, reason="test")  # fmt: skip
    return confirmed(record, on=on)


def confirmed(record, *, on):
    """Tell disclosure that the record has become a fact, as the registry's services do."""
    if record.state == Record.State.CONFIRMED:
        record_confirmed.send(sender=Record, record=record, actor=None, on=on)
    return record


def voided(record, *, on, reason="决定已撤销"):
    record.state, record.voided_on, record.void_reason = Record.State.VOIDED, on, reason
    record.save_by(None, reason="test")
    record_changed.send(sender=Record, record=record, change="voided", actor=None, on=on)
    return record


def corrected(record, *, on, number=None, make=penalty, **fields):
    """Replace a record by a correction as `record_correct` does: the old one void first, then the new one a fact."""
    record.state, record.voided_on, record.void_reason = Record.State.VOIDED, on, "更正"
    record.save_by(None, reason="test")
    new = make(
        on=on, subject=record.subject, department=record.department, decided_on=record.decided_on, corrects=record,
        number=number or record.number, state="draft", **fields,
    )  # fmt: skip
    new.state = Record.State.CONFIRMED
    new.save_by(None, reason="test")
    record_changed.send(sender=Record, record=record, change="voided", actor=None, on=on)
    return confirmed(new, on=on)


def reported(record, *, on, answered="accepted", channel=None):
    """Let every channel of the record send it on the day `on`; `answered`: accepted, refused or None."""
    when = When(on, noon(on))
    found = Submission.objects.filter(record=record)
    for submission in found.filter(channel=channel) if channel is not None else found:
        sent_write([Composed(submission, ("sent",), record.number_normalized, record.subject.uscc or "")], when)
        if answered is not None:
            step = answer(submission, when, is_accepted=answered == "accepted", reason="演示退回")
            answered_write([submission], [step])


def state_of(record, channel=None):
    """Return (matter, state) of the record in its one channel, or in the channel given."""
    found = Submission.objects.filter(record=record)
    each = found.get(channel=channel) if channel is not None else found.get()
    return each.matter, each.state


def returned(rows, *, kind=Kind.PENALTY, name="回执.xlsx", header=("处理结果", "失败原因"), withdrawal=False):
    """A file as a platform gives it back. `rows`: (record or (number, name, code), *what stands under `header`)."""
    codes, labels = national_header(kind)
    places = {code: place for place, code in enumerate(codes)}
    prefix = "CF" if kind is Kind.PENALTY else "XK"
    lines = []
    for about, *said in rows:
        number, party, code = (
            about if isinstance(about, tuple) else (about.number, about.subject.name, about.subject.uscc)
        )
        line = [""] * len(labels)
        line[places[f"{prefix}_WSH"]], line[places[f"{prefix}_XDR_MC"]] = number, party
        line[places[f"{prefix}_XDR_SHXYM"]] = code or ""
        lines.append([*line, *(["已作废"] if withdrawal else []), *said])
    stream = io.BytesIO()
    write_cells(stream, header=[*labels, *(["撤销原因"] if withdrawal else []), *header], rows=lines, sheet="回执")
    return ContentFile(stream.getvalue(), name=name)
