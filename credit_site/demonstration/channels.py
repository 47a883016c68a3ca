"""Publication channels: files to 信用中国 week by week with what came back, and a paused push that leaves nowhere."""

import datetime as dt
import io
from functools import partial

from django.core.files.base import ContentFile

from disclosure.models import Channel, ChannelFile
from disclosure.services.channels.answering import acknowledgement_read
from disclosure.services.channels.managing import channel_open, channel_pause, channel_send_now
from disclosure.services.channels.moves import When
from registry import clock
from registry.rules.publicity import REASON_LABEL
from registry.services.imports.writing import write_cells

from .clockwork import Plan
from .office import Office

CODE = "xinyong-zhongguo"
_HEADER = ("文书号", "行政相对人名称", "统一社会信用代码")
_TAKES = {"takes_penalties": True, "takes_permits": True, "with_identities": False}


def channels_plan(office: Office, plan: Plan, today: dt.date) -> None:
    """Open the channels before the year's facts, carry files up every Wednesday and read the answers two days later."""
    begins = today - dt.timedelta(days=366)
    plan.add(begins, lambda on: _open(office, on))
    day = begins + dt.timedelta(days=(2 - begins.weekday()) % 7)
    while day <= today:
        plan.add(day, lambda on: _send(office, on))
        answered = day + dt.timedelta(days=2)
        # The newest files still wait for their answers; of those before, one row was sent back.
        if answered <= today - dt.timedelta(days=4):
            plan.add(answered, partial(_answer, office, refuses=answered > today - dt.timedelta(days=12)))
        day += dt.timedelta(days=7)
    plan.add(today, lambda on: _open_push(office, on, today))


def _open(office: Office, on: dt.date) -> None:
    values = {
        "name": "信用中国（市级归集平台，演示）",
        "named_as": "信用中国网站",
        "counts": True,
        "since_on": on,
        **_TAKES,
    }
    channel_open(
        code=CODE, kind="file", values=values, settings={}, actor=office.officer("admin"), on=on, at=clock.now()
    )


def _open_push(office: Office, on: dt.date, today: dt.date) -> None:
    """A push whose address exists nowhere, paused at once: nothing of the demonstration leaves the machine."""
    values = {
        "name": "省信用信息共享平台（接口，演示）", "named_as": "国家企业信用信息公示系统", "counts": False,
        "since_on": today - dt.timedelta(days=30), **_TAKES,
    }  # fmt: skip
    actor = office.officer("admin")
    channel, _ = channel_open(
        code="sheng-pingtai", kind="push", values=values, settings={"url": "https://channel.invalid/publicity"},
        actor=actor, on=on, at=clock.now(),
    )  # fmt: skip
    channel_pause(channel=channel, is_paused=True, version=channel.version, actor=actor, on=on)


def _send(office: Office, on: dt.date) -> None:
    channel_send_now(channel=Channel.objects.get(code=CODE), actor=office.officer("gongshi"), on=on, now=clock.now)


def _answer(office: Office, on: dt.date, *, refuses: bool) -> None:
    """Read what the platform gives back of this week's files: only the rows that failed."""
    actor = office.officer("gongshi")
    for file in ChannelFile.objects.filter(made_on=on - dt.timedelta(days=2)).select_related("channel", "attachment"):
        failed = file.submissions.order_by("pk")[:1] if refuses and file.kind == "penalty" else []
        rows = [
            [each.sent_number, each.sent_name, each.sent_code, "处罚依据与违法行为类型不一致（演示）"]
            for each in failed
        ]
        stream = io.BytesIO()
        write_cells(stream, header=[*_HEADER, REASON_LABEL], rows=rows, sheet="失败数据")
        name = file.attachment.name.replace(".xlsx", "-失败数据.xlsx")
        acknowledgement_read(
            channel=file.channel, file=file, upload=ContentFile(stream.getvalue(), name=name), actor=actor,
            when=When(on, clock.now(), actor),
        )  # fmt: skip
