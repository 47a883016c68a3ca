"""Spot checks: a list of decisions found elsewhere is held against what was reported (瞒报)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.files import File
from django.db import transaction

from disclosure.models import MissingDecision, SpotCheck
from disclosure.rules.spot_lists import Found, ListRefused, decisions_of, is_header
from registry.base.errors import InvalidInput
from registry.base.tracked import version_require
from registry.models import Account, Department, Record
from registry.services import authz
from registry.services.events import event_record
from registry.services.imports.reading import open_table
from registry.services.notices import notice_queue

FILE_MOST = 8 * 1024 * 1024
_CHUNK = 500


@transaction.atomic
def spot_check_make(
    *, kind: str, department: Department, source: str, upload: File, actor: Account, on: date, at: datetime
) -> SpotCheck:
    """Hold the uploaded list against the records of `department`; keep what is missing and tell the department.

    A record counts as reported in whatever state, void ones excepted; numbers are compared in their comparable form.
    What an earlier check found is counted again and kept once. Raises NotAllowed, InvalidInput (field `file`).
    """
    authz.require(actor, "publicity.check", on=on)
    name = upload.name or "清单"
    found = _read(upload, name, on)
    known = _numbers_reported(found, kind, department)
    absent = [each for each in found if each.number_normalized not in known]
    check = SpotCheck.objects.create(
        kind=kind, department=department, source=source.strip(), file_name=name[:200], total=len(found),
        absent=len(absent), made_by=actor, made_on=on,
    )  # fmt: skip
    before = _numbers_missing(kind, department)
    new = [each for each in absent if each.number_normalized not in before]
    for each in new:
        MissingDecision(
            check_made=check, line=each.line, number=each.number, number_normalized=each.number_normalized,
            decided_on=each.decided_on, kind=kind, department=department,
        ).save_by(actor, reason="publicity.missing")  # fmt: skip
    event_record(
        "publicity.checked", f"{check}：清单{check.total}条，未报{check.absent}条，新发现{len(new)}条", obj=check,
        actor=actor, on=on, payload={"total": check.total, "absent": check.absent, "new": len(new)},
    )  # fmt: skip
    if new:
        notice_queue(
            "publicity.missing",
            title=f"{check.get_kind_display()}信息未上报核实通知",
            body=(
                f"{department.name}：{check.source}中有{len(new)}条{check.get_kind_display()}决定没有上报，例如"
                f"{'、'.join(each.number for each in new[:5])}。请核实原因，应当上报的立即补报。"
            ),
            at=at,
            obj=check,
            department=department,
        )
    return check


def _read(upload: File, name: str, on: date) -> Sequence[Found]:
    if upload.size > FILE_MOST:
        raise InvalidInput(
            "file-too-large",
            f"文件“{name}”超过{FILE_MOST // 1024 // 1024}MB。请只保留文书号和决定日期两列后重新上传。",
            field="file",
        )
    table = open_table(upload.read(), name, is_header=is_header)
    try:
        return decisions_of(table.header, table.rows, on=on)
    except ListRefused as refusal:
        raise InvalidInput("spot-list-refused", str(refusal), field="file") from refusal


def _numbers_reported(found: Sequence[Found], kind: str, department: Department) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(found), _CHUNK):
        numbers = [each.number_normalized for each in found[start : start + _CHUNK]]
        records = Record.objects.filter(number_normalized__in=numbers, kind=kind, department=department)
        known.update(records.exclude(state=Record.State.VOIDED).values_list("number_normalized", flat=True))
    return known


def _numbers_missing(kind: str, department: Department) -> set[str]:
    # Two checks of one department at once: the second waits for the department's row and sees the first one's finds.
    Department.objects.select_for_update().get(pk=department.pk)
    found = MissingDecision.objects.filter(kind=kind, department=department)
    return set(found.values_list("number_normalized", flat=True))


@transaction.atomic
def missing_settle(
    *, missing_id: int, verdict: str, why: str, version: int | None, actor: Account, on: date
) -> MissingDecision:
    """Say what was found out about a decision that nobody reported; a later finding replaces an earlier one.

    Raises NotAllowed, Conflict (stale version), InvalidInput (no such verdict, no reason).
    """
    missing: MissingDecision = MissingDecision.objects.select_for_update().get(pk=missing_id)
    authz.require(actor, "publicity.check", on=on)
    version_require(missing, version)
    if verdict not in (MissingDecision.Verdict.CONCEALED, MissingDecision.Verdict.NOT_DUE):
        raise InvalidInput(
            "verdict-unknown", f"核实结论“{verdict}”不存在，请选择应报未报或者不属于应报。", field="verdict"
        )
    if not why.strip():
        raise InvalidInput("why-missing", "核实结论须写明未报原因，请填写后再提交。", field="why")
    missing.verdict, missing.why = verdict, why.strip()
    missing.settled_by, missing.settled_on = actor, on
    missing.save_by(actor, reason="publicity.settle")
    event_record(
        "publicity.settled", f"{missing}核实为{missing.get_verdict_display()}：{missing.why}", obj=missing, actor=actor,
        on=on, payload={"verdict": verdict},
    )  # fmt: skip
    return missing
