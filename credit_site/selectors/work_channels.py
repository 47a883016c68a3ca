"""Rows of the queue about publication channels: what was sent back or cannot be sent."""

from datetime import date
from typing import Any

from django.urls import reverse

from credit_site.selectors.queues import SUBMISSION
from credit_site.selectors.work_item import Key, WorkItem
from disclosure.rules.publicity import DEADLINE_CODE
from disclosure.rules.submissions import DEAD, REFUSED
from disclosure.selectors.channels import RECORD_KIND, stuck_submissions
from registry.models import Deadline
from registry.selectors.deadlines import DeadlineView, deadline_views


def submission_items(ids: list[int], on: date) -> dict[Key, WorkItem]:
    """Return the rows of submissions that wait for an officer; the step is told on the submission's own page."""
    related = ("channel", "record__subject", "record__department")
    found = list(stuck_submissions().filter(pk__in=ids).select_related(*related)) if ids else []
    limits = Deadline.objects.filter(
        object_kind=RECORD_KIND, object_id__in=[each.record_id for each in found], code=DEADLINE_CODE
    )
    dues = {view.deadline.object_id: view for view in deadline_views(limits.order_by("pk"), on)} if found else {}
    return {(SUBMISSION, each.pk): _submission(each, dues.get(each.record_id)) for each in found}


def _submission(submission: Any, due: DeadlineView | None) -> WorkItem:
    record = submission.record
    url = reverse("publications:submission-detail", args=[submission.public_id])
    step = {REFUSED: "更正记录，或者重新报送", DEAD: "与接收平台核对后重新报送"}.get(
        submission.state, "更正记录，使之符合模板"
    )
    return WorkItem(
        kind="公示渠道",
        number=record.number or record.title,
        url=url,
        subject=record.subject.name,
        detail=f"{submission.channel.name}{submission.label}：{submission.fault or submission.reason}"[:120],
        step=step,
        step_url=url,
        step_who="",
        holder=record.department.short_name,
        needs="publication.view",
        due=due,
    )
