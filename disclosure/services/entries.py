"""Publishing list entries: opened with the entry in its own transaction, and following its dates."""

from datetime import date

from django.db import transaction

from disclosure.models import Publication
from disclosure.selectors.snapshots import entry_grounds, entry_repair, entry_snapshot, public_name, reasons_redacted
from registry.models import Account
from registry.rules.names import comparable_document_number
from registry.services.events import event_record
from sanctions.models import ListEntry
from sanctions.selectors.basis import EntryBasis

OBJECT_KIND = ListEntry._meta.label_lower


@transaction.atomic
def entry_publish(*, entry: ListEntry, actor: Account | None, on: date) -> Publication | None:
    """Publish an entry that has taken force; None for one that is not public. Once an entry: a second call changes nothing.

    The caller (the service that opened the entry) has locked the subject and checked the right.
    """
    if not entry.is_public:
        return None
    existing = publication_of_entry(entry)
    if existing is not None:
        return existing
    name = public_name(entry.subject)
    publication = Publication(
        kind=Publication.Kind.ENTRY,
        subject=entry.subject,
        object_kind=OBJECT_KIND,
        object_id=entry.pk,
        department=entry.department,
        title=f"{name}：{entry.list_label}",
        list_label=entry.list_label,
        number_normalized=comparable_document_number(entry.case.decision_number),
        snapshot=entry_snapshot(entry, on=on),
        decided_on=entry.decided_on,
        published_on=entry.published_on or on,
        visible_from=max(entry.published_on or on, entry.starts_on),
        visible_until=max(entry.ends_on, entry.published_on or on, entry.starts_on),
    ).save_by(actor, reason="publication.open")
    event_record(
        "publication.opened", f"公示{entry.list_label}，至{publication.last_day}止", obj=publication,
        subject=entry.subject, actor=actor, on=on,
        payload={"entry": entry.pk, "visible_from": publication.visible_from, "last_day": publication.last_day},
    )  # fmt: skip
    return publication


@transaction.atomic
def entry_publication_follow(*, entry: ListEntry, actor: Account | None, on: date) -> Publication | None:
    """Bring an entry's publication to the entry's dates after it was ended early, paused or resumed.

    An early end takes it down on that day, or today when that day has passed; a longer term keeps it up longer.
    Visibility stays a test of dates, so an end decided for a later day needs nothing on that day.
    """
    publication = publication_of_entry(entry)
    if publication is None:
        return None
    # One taken down by hand follows too: put back up by a correction, it must not outlast its entry.
    publication.visible_until = max(entry.ends_on, publication.visible_from)
    gone_on = max(entry.ends_on, on)
    is_up = publication.withdrawn_on is None or publication.withdrawn_on > gone_on
    ended = entry.end_reason != ListEntry.EndReason.TERM and is_up
    if ended:
        publication.withdrawn_on = gone_on
        publication.withdraw_reason = f"名单条目终止：{entry.get_end_reason_display()}"
    else:
        publication.snapshot = {**publication.snapshot, "repair": entry_repair(entry)}
    publication.save_by(actor, reason="publication.follow")
    text = (
        f"自{publication.withdrawn_on}起撤下公示（{publication.withdraw_reason}）"
        if ended
        else f"公示期随名单条目调整，至{publication.last_day}止"
    )
    event_record(
        "publication.withdrawn" if ended else "publication.followed", text, obj=publication, subject=entry.subject,
        actor=actor, on=on, payload={"entry": entry.pk, "visible_until": publication.visible_until},
    )  # fmt: skip
    return publication


@transaction.atomic
def entry_publication_reground(
    *, entry: ListEntry, basis: EntryBasis, actor: Account | None, on: date
) -> Publication | None:
    """Take withdrawn records out of what an entry's publication shows.

    Where the entry stands on what is left, the reasons are worded from that. Where it does not, the publication comes
    down until officers have decided about the entry; put back up only once the entry stands again.
    """
    publication = publication_of_entry(entry)
    if publication is None or not publication.is_visible(on):
        return publication
    reasons = reasons_redacted(entry, basis.sentences) if basis.stands else publication.snapshot.get("reasons", [])
    publication.snapshot = {**publication.snapshot, "grounds": entry_grounds(entry), "reasons": reasons}
    if basis.is_lost:
        publication.withdrawn_on, publication.withdraw_reason = on, "列入所依据的记录已作废，核查期间停止公示"
    publication.save_by(actor, reason="publication.reground")
    event_record(
        "publication.withdrawn" if basis.is_lost else "publication.followed",
        f"撤下公示：{publication.withdraw_reason}" if basis.is_lost else "公示的依据随记录的变更调整",
        obj=publication, subject=entry.subject, actor=actor, on=on,
        payload={"entry": entry.pk, "stands": basis.stands},
    )  # fmt: skip
    return publication


def publication_of_entry(entry: ListEntry) -> Publication | None:
    """Return the entry's publication, locked; None when it has none."""
    found = Publication.objects.select_for_update().filter(object_kind=OBJECT_KIND, object_id=entry.pk)
    return found.first()
