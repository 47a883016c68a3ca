"""The negative lists' kinds of things that are kept for a while, and what keeps a person's data here."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from registry.rules.retention import CHECK_LOGS, TIP_IDENTITIES
from registry.selectors.retention import Kind, register_kind
from registry.services.retention_kinds import attachments_remove, register_person_obstacle
from sanctions.models import Case, CaseEvidence, CheckLog, CheckSheet, ListEntry, Tip, TipFile, TipIdentity
from sanctions.rules import lifecycle
from sanctions.rules import tips as tip_rules


def identities_due(last: date) -> QuerySet[TipIdentity]:
    """Identities whose tip was answered by `last`, with no reward owed or paid later."""
    closed = Q(tip__state__in=[tip_rules.DECLINED, tip_rules.TOLD], tip__told_on__lte=last)
    owed = Q(tip__reward__in=[tip_rules.PROPOSED, tip_rules.GRANTED]) | Q(tip__reward_paid_on__gt=last)
    there = ~Q(name_sealed="") | ~Q(phone_sealed="") | ~Q(address_sealed="") | ~Q(words_sealed="")
    return TipIdentity.objects.filter(closed, there).exclude(owed)


def identities_clear(ids: Sequence[int], on: date) -> int:
    """Empty who reported, and remove the files handed in, which may tell it; the tip itself and who looked stay."""
    TipIdentity.objects.filter(pk__in=ids).update(name_sealed="", phone_sealed="", address_sealed="", words_sealed="")
    kept = CaseEvidence.objects.values("attachment")
    files = (
        TipFile.objects.filter(tip__identity__in=ids).exclude(attachment__in=kept).values_list("attachment", flat=True)
    )
    attachments_remove(list(files))
    return len(ids)


def checks_due(last: date) -> QuerySet[CheckLog]:
    """Questions asked by `last`."""
    return CheckLog.objects.filter(at__lte=timezone.make_aware(datetime.combine(last, time.max)))


def checks_clear(ids: Sequence[int], on: date) -> int:
    """Delete them with their stamped results and the files of those."""
    sheets = CheckSheet.objects.filter(log__in=ids)
    attachments_remove([pk for pair in sheets.values_list("pdf", "xlsx") for pk in pair])
    sheets.delete()
    CheckLog.objects.filter(pk__in=ids).delete()
    return len(ids)


def _listed(last: date) -> QuerySet[Any]:
    return ListEntry.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last)).values("subject_id")


def _in_a_case(last: date) -> QuerySet[Any]:
    return Case.objects.filter(state__in=lifecycle.UNDECIDED).values("subject_id")


def _reported(last: date) -> QuerySet[Any]:
    return Tip.objects.filter(subject__isnull=False).exclude(told_on__lte=last).values("subject_id")


register_person_obstacle(_listed)
register_person_obstacle(_reported)
register_person_obstacle(_in_a_case)
for _kind in (
    Kind(CHECK_LOGS, "联合奖惩查询记录", "删除，连同盖章结果文件", checks_due, checks_clear, True),
    Kind(TIP_IDENTITIES, "举报人身份", "清空身份信息，删除举报材料；举报内容、结论和查看记录保留",
         identities_due, identities_clear, True, "tip__subject"),
):  # fmt: skip
    register_kind(_kind)
