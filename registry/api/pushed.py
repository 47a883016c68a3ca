"""What is pushed about a department's own records: the department knows the document; it is told how it stands."""

from datetime import date
from typing import Any

from registry.models import ApiClient, Record, WebhookEvent
from registry.rules.masking import mask_person
from registry.services.webhook_sending import register_composer


def record_pushed(event: WebhookEvent, client: ApiClient, on: date) -> dict[str, Any] | None:
    """Tell how a record stands now; None for one that is secret or another department's."""
    record = Record.objects.select_related("subject").filter(pk=event.object_id).first()
    if record is None or record.is_secret or record.department_id != client.department_id:
        return None
    subject = record.subject
    return {
        "id": record.public_id, "kind": record.kind, "number": record.number, "decided_on": record.decided_on,
        "state": record.state, "state_label": record.get_state_display(),
        "is_disputed": record.disputed_on is not None, "repaired_on": record.repaired_on,
        "fulfilled_on": record.fulfilled_on, "voided_on": record.voided_on,
        "subject": {
            "id": subject.public_id, "kind": subject.kind, "code": subject.uscc or "",
            "name": mask_person(subject.name) if subject.is_person else subject.name,
        },
    }  # fmt: skip


register_composer("record", record_pushed)
