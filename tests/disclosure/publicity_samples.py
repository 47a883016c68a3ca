"""What the addresses of dual publicity point at (see tests/access_samples.py)."""

from collections.abc import Callable
from typing import Any

from disclosure.models import (
    Acknowledgement,
    Channel,
    ChannelFile,
    MissingDecision,
    MonthlyFile,
    SpotCheck,
    Submission,
)
from disclosure.services.monthly import monthly_files_make
from registry import clock
from registry.services.evidence import attachment_keep_own
from tests.disclosure.channel_samples import make_channel
from tests.factories import make_account


def make_spot_check(department: Any, actor: Any, *, kind: str = "penalty", **fields: Any) -> SpotCheck:
    given = {"source": "演示局门户网站", "file_name": "清单.xlsx", "total": 1, "absent": 1, "made_on": clock.today()}
    return SpotCheck.objects.create(kind=kind, department=department, made_by=actor, **given | fields)


def make_missing(check: SpotCheck, *, number: str = "演示罚〔2026〕901号", **fields: Any) -> MissingDecision:
    given = {"line": 2, "number_normalized": number, "decided_on": clock.today(), "kind": check.kind,
             "department": check.department}  # fmt: skip
    return MissingDecision(check_made=check, number=number, **given | fields).save_by(None, reason="test")


def _check(world: Any) -> SpotCheck:

    return make_spot_check(world.department, make_account("handler"))


def _channel(world: Any) -> Channel:
    return Channel.objects.first() or make_channel()


def _submission(world: Any) -> Submission:
    given = {"owed_on": clock.today(), "available_at": clock.now()}
    return Submission.objects.get_or_create(channel=_channel(world), record=world.record, defaults=given)[0]


def _channel_file(world: Any) -> ChannelFile:
    kept = attachment_keep_own(content=b"PK", name="演示.xlsx", media_type="application/zip", actor=None)
    return ChannelFile.objects.create(
        channel=_channel(world), number=ChannelFile.objects.count() + 1, kind="penalty", matter="report", attachment=kept,
        rows=1, made_on=clock.today(), made_at=clock.now(),
    )  # fmt: skip


def _acknowledgement(world: Any) -> Acknowledgement:
    return Acknowledgement.objects.create(
        channel=_channel(world), name="回执.xlsx", sha256=f"{Acknowledgement.objects.count():064}", read_on=clock.today(),
        read_at=clock.now(),
    )  # fmt: skip


SAMPLES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "publications:monthly-file": lambda world: {"public_id": _monthly(world)},
    "publications:spot-detail": lambda world: {"public_id": _check(world).public_id},
    "publications:channel-new": lambda world: {"kind": "push"},
    "publications:channel-detail": lambda world: {"public_id": _channel(world).public_id},
    "publications:channel-edit": lambda world: {"public_id": _channel(world).public_id},
    "publications:channel-step": lambda world: {"public_id": _channel(world).public_id, "step": "pause"},
    "publications:channel-send": lambda world: {"public_id": _channel(world).public_id},
    "publications:channel-files": lambda world: {"public_id": _channel(world).public_id},
    "publications:channel-file": lambda world: {"public_id": _channel_file(world).public_id},
    "publications:acknowledgement": lambda world: {"public_id": _acknowledgement(world).public_id},
    "publications:submission-detail": lambda world: {"public_id": _submission(world).public_id},
    "publications:submission-resend": lambda world: {"public_id": _submission(world).public_id},
    "publications:missing-settle": lambda world: {"missing_id": make_missing(_check(world)).pk},
}


def _monthly(world: Any) -> Any:
    _ = world.department
    monthly_files_make(on=clock.today())
    return MonthlyFile.objects.first().public_id
