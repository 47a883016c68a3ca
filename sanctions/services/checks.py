"""Checks before an approval: answered and noted in one transaction, so that no answer leaves without its note."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from registry.base.errors import InvalidInput
from registry.models import Account, ApiClient
from registry.selectors.matters import matters_on
from registry.selectors.remembered import answers_remembered
from registry.services import authz
from sanctions.models import CheckLog
from sanctions.rules.checking import ASKED_MOST, CODE_MOST, NAME_MOST, Asked
from sanctions.selectors.checks import Checked, subjects_checked
from sanctions.selectors.enjoying import Enjoyed, Graded, enjoyed_by, graded_on

PURPOSE_MOST = 200


@dataclass(frozen=True)
class CheckReceipt:
    """The note of a check and its answers in the order asked; by subject what its good standing brings in the matter,
    and its tier."""

    log: CheckLog
    matter_label: str
    answers: Sequence[Checked]
    enjoyed: Mapping[int, Sequence[Enjoyed]]
    graded: Mapping[int, Graded]


@transaction.atomic
def subjects_check(
    *, asked: Sequence[Asked], matter: str, purpose: str, actor: Account, client: ApiClient | None, on: date,
    at: datetime,
) -> CheckReceipt:  # fmt: skip
    """Answer where each subject stands on `on` and what attaches to the matter; note who asked, when and why.

    Raises InvalidInput (none or more than 1,000 asked, neither code nor name, unknown matter, no purpose), NotAllowed.
    """
    with answers_remembered():
        authz.require(actor, "entry.view", on=on)
        matters = matters_on(on)
        _check_question(asked, matter, matters, purpose)
        label = matters[matter]
        answers = subjects_checked(asked, matter=matter, matter_label=label, account=actor, on=on)
        found = {each.subject.pk: bool(each.entries) for each in answers if each.subject is not None}
        enjoyed, graded = enjoyed_by(list(found), on, matter), graded_on(list(found), on)
    log = check_note(
        matter=matter, purpose=purpose, actor=actor, client=client, on=on, at=at, asked=len(asked), found=found
    )
    return CheckReceipt(log, label, answers, enjoyed, graded)


def check_note(
    *, matter: str, purpose: str, actor: Account, client: ApiClient | None, on: date, at: datetime, asked: int,
    found: dict[int, bool],
) -> CheckLog:  # fmt: skip
    """Note one question with its receipt number. `found`: ids of the subjects found, and whether each is listed.

    The number begins with the office's day of the question. Raises InvalidInput without a purpose.
    """
    if not purpose.strip() or len(purpose) > PURPOSE_MOST:
        given = f"收到{len(purpose)}字。" if purpose.strip() else ""
        raise InvalidInput(
            "purpose-missing",
            f"请写明核查用途（1至{PURPOSE_MOST}字），例如“某某项目投标资格审查”。{given}核查用途和核查人留存备查。",
            field="purpose",
        )
    return CheckLog.objects.create(
        receipt=f"HC{timezone.localdate(at):%Y%m%d}-{secrets.token_hex(6).upper()}", account=actor, client=client,
        department_id=actor.department_id, matter=matter, purpose=purpose.strip(), on=on, at=at, asked=asked,
        found=len(found), listed=sum(found.values()), subjects=sorted(found),
    )  # fmt: skip


def _check_question(asked: Sequence[Asked], matter: str, matters: dict[str, str], purpose: str) -> None:
    if not 1 <= len(asked) <= ASKED_MOST:
        raise InvalidInput(
            "subjects-out-of-range",
            f"一次可以核查1至{ASKED_MOST}个主体，收到{len(asked)}个。请分批核查。",
            field="subjects",
            value=len(asked),
        )
    for place, each in enumerate(asked):
        if not each.code.strip() and not each.name.strip():
            raise InvalidInput(
                "subject-empty", f"第{place + 1}个主体既没有代码也没有名称。请至少填写一项。", field=f"subjects.{place}"
            )
        if len(each.code) > CODE_MOST or len(each.name) > NAME_MOST:
            raise InvalidInput(
                "subject-too-long",
                f"第{place + 1}个主体的代码超过{CODE_MOST}字或者名称超过{NAME_MOST}字。请核对。",
                field=f"subjects.{place}",
            )
    if matter not in matters:
        raise InvalidInput(
            "matter-unknown",
            f"没有代码为“{matter[:60]}”的事项。可用的事项见事项清单（/api/v1/catalogues/matters）。",
            field="matter",
            value=matter[:60],
        )
