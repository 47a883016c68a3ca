"""Named domain signals of the negative lists. Receivers run in the sender's transaction.

Every signal is sent with `actor` (Account or None) and `on` (the legal day).
"""

from django.dispatch import Signal

entry_opened = Signal()  # entry: in force from entry.starts_on
entry_ended = Signal()  # entry: an early end was decided; entry.ends_on, end_reason, end_note tell
entry_paused = Signal()  # entry, pause
entry_resumed = Signal()  # entry, pause
entry_disputed = Signal()  # entry: entry.disputed_on was set or taken off
entry_restored = Signal()  # entry: an end by repair was taken back; in force again until entry.ends_on
entry_grounds_changed = Signal()  # entry, basis (EntryBasis): a ground was voided, corrected or judged anew
