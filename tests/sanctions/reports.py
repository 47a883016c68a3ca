"""Tips to test with: a reporter whose name, telephone and address must turn up nowhere."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile

from registry.models import Account, Department, Subject
from sanctions.models import Tip
from sanctions.services import tips
from sanctions.services.tip_identity import Reporter
from sanctions.services.tip_receiving import Filed, TipInput, tip_file
from tests.factories import make_account

NAME, PHONE, ADDRESS = "欧阳举报", "13900001234", "演示县虚构路77号3单元"
REPORTER = Reporter(NAME, PHONE, ADDRESS)
# A text in which the reporter gives himself away in every way that the office foresees.
WORDS = f"夜班停了瓦斯监测。我是欧阳 举报，电话139 0000-1234，住{ADDRESS}，证件号110105194912310021。"
TRACES = (NAME, "欧阳 举报", PHONE, "139 0000-1234", ADDRESS, "110105194912310021")


def a_photo(name: str = f"{NAME}拍摄.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"\x89PNG\r\n\x1a\n" + b"0" * 64)


def file_tip(
    *, on: dt.date, about: str = "演示矿业有限公司", what: str = WORDS, reporter: Reporter = REPORTER,
    files: Sequence[File] = (), **more: Any,
) -> Filed:  # fmt: skip
    content = TipInput(about, what, "10月中旬", "二号井")
    return tip_file(content=content, reporter=reporter, files=files, form_key=more.get("form_key", uuid.uuid4()), on=on)


class Desk:
    """Who works on a tip: a handler, two approvers and a reviewer of one bureau, and the auditor."""

    def __init__(self, department: Department) -> None:
        self.department = department
        self.handler: Account = make_account("handler", department=department)
        self.approver: Account = make_account("approver", department=department)
        self.second: Account = make_account("approver", department=department)
        self.reviewer: Account = make_account("reviewer", department=department)
        self.auditor: Account = make_account("auditor", department=department)

    def accept(self, tip: Tip, on: dt.date) -> Tip:
        return tips.tip_accept(tip_id=tip.pk, handler=self.handler, actor=self.handler, on=on)

    def investigate(self, tip: Tip, on: dt.date) -> Tip:
        return tips.tip_investigate(tip_id=tip.pk, findings="调取监测曲线，停测4小时。", actor=self.handler, on=on)

    def verify(self, tip: Tip, subject: Subject, on: dt.date) -> Tip:
        self.accept(tip, on)
        tips.tip_match(tip_id=tip.pk, subject=subject, actor=self.handler, on=on)
        self.investigate(tip, on)
        return tips.tip_conclude(
            tip_id=tip.pk, outcome="verified", answer="夜班停用监测属实，已责令改正。", actor=self.approver, on=on
        )
