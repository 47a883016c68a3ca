"""Files of a case."""

from datetime import date

from django.core.files.base import File
from django.db import transaction

from registry.base.errors import Conflict, InvalidInput
from registry.models import Account
from registry.services.evidence import attachment_store
from sanctions.models import CaseEvidence
from sanctions.services.case_steps import step_begin, step_finish


@transaction.atomic
def case_evidence_add(
    *, case_id: int, upload: File, label: str, actor: Account | None, on: date, version: int | None = None
) -> CaseEvidence:
    """Put a file into the case, with a word on what it proves; while the case is undecided.

    Raises TransitionRefused, NotAllowed (not the handler), Conflict (the same bytes are there, stale form),
    InvalidInput for the file or the missing label.
    """
    begun = step_begin(case_id, "add-evidence", actor=actor, on=on, version=version)
    if not label.strip():
        raise InvalidInput("label-missing", "请填写材料说明，例如“现场检查笔录”。", field="label")
    attachment = attachment_store(upload=upload, actor=actor)
    same = begun.case.evidence.filter(attachment__sha256=attachment.sha256).first()
    if same is not None:
        raise Conflict(
            "evidence-doubled", f"内容相同的文件已作为“{same.label}”在本案材料中，无需重复上传。", field="file"
        )
    evidence = CaseEvidence(case=begun.case, attachment=attachment, label=label.strip()[:100])
    evidence.save_by(actor, reason="case.add-evidence")
    step_finish(
        begun, f"补充案件材料：{evidence.label}", payload={"sha256": attachment.sha256, "name": attachment.name}
    )
    return evidence
