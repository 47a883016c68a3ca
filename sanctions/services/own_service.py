"""The subject receives its notice or decision on its own pages, where it has agreed to electronic service."""

from datetime import date

from django.db import transaction

from registry.base.errors import NotAllowed, RuleRefused, TransitionRefused
from registry.models import Account, Notice, Subject
from registry.selectors.mandates import consent_of
from registry.services import authz
from registry.services.notices import notice_serve
from sanctions.models import Case
from sanctions.selectors.cases import CASE_KIND
from sanctions.services.cases import NOTICE_KIND, case_serve


@transaction.atomic
def own_notice_receive(*, notice_id: int, actor: Account, on: date) -> Notice:
    """Sign for a document on the subject's own page: the day of signing is the day of service.

    For a case's notice the defence period begins. Raises NotAllowed (another subject's), RuleRefused (no consent to
    electronic service), TransitionRefused (served already, nothing to serve).
    """
    authz.require(actor, "portal.file", on=on)
    addressee = Notice.objects.select_related("subject").get(pk=notice_id).subject
    subject_id = (addressee.merged_into_id or addressee.pk) if addressee is not None else None
    if subject_id is None or subject_id != actor.subject_id:
        raise NotAllowed("other-subject", "只能签收送给本单位（本人）的文书。请核对登录的账号。")
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    notice = Notice.objects.get(pk=notice_id)
    if notice.channel != Notice.Channel.PAPER:
        raise TransitionRefused("nothing-to-serve", "这是一般消息，不需要签收。")
    if notice.state == Notice.State.SERVED:
        raise TransitionRefused("already-served", f"该文书已于{notice.served_on}签收，不能重复签收。")
    if consent_of(subject) is None:
        raise RuleRefused(
            "no-consent", "没有确认同意电子送达，该文书以纸质方式送达。同意电子送达的，可以先办理确认再签收。"
        )
    receipt = f"电子送达，{actor.get_full_name()}登录本平台签收"
    case = None
    if notice.object_kind == CASE_KIND and notice.object_id is not None:
        case = Case.objects.filter(pk=notice.object_id).first()
    if notice.kind == NOTICE_KIND and case is not None and case.served_on is None:
        # The subject signs; the entry on the case is the system's, whose officers' rights it does not need.
        case_serve(case_id=case.pk, served_on=on, receipt=receipt, actor=None, on=on)
        notice.refresh_from_db()
    if notice.state != Notice.State.SERVED:
        notice = notice_serve(notice_id=notice.pk, receipt=receipt, served_on=on, actor=actor, on=on)
    return notice
