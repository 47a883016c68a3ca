"""Named domain signals: how a lower app lets higher ones act. Receivers run in the sender's transaction.

Every signal is sent with `actor` (Account or None) and `on` (the legal day).
"""

from django.dispatch import Signal

record_confirmed = Signal()  # record: it has just become a fact
records_confirmed = Signal()  # records: many at once; who hears of one must hear of these, in few statements
record_changed = (
    Signal()
)  # record, change: "classified" | "finding" | "voided" | "corrected" | "fulfilled" | "disputed" | "repaired"
subject_changed = Signal()  # subject: sectors, risk, names or people differ
calendar_changed = Signal()  # open deadlines are reckoned; who keeps due days elsewhere reckons its own
subject_merging = Signal()  # loser, winner: refuse by raising a DomainError, or move your own rows over
