"""Named domain signals of requests. Receivers run in the sender's transaction, with `actor` and `on`."""

from django.dispatch import Signal

objection_filed = Signal()  # objection: what it is about is disputed from now on
objection_closed = Signal()  # objection: refused, declined or withdrawn; nothing is disputed any more
# request (Objection or Review), record, done (PutRight), department: what was wrong has been put right
wrong_put_right = Signal()
repair_granted = Signal()  # application: its record or entry is repaired from application.effective_on
repair_undone = Signal()  # application: false papers were found; what it ended is back
