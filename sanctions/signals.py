"""Named domain signals of the negative lists. Receivers run in the sender's transaction.

Every signal is sent with `actor` (Account or None) and `on` (the legal day).
"""

from django.dispatch import Signal

entry_opened = Signal()  # entry: in force from entry.starts_on
entry_ended = Signal()  # entry: an early end was decided; entry.ends_on, end_reason, end_note tell
entry_paused = Signal()  # entry, pause
entry_resumed = Signal()  # entry, pause
entry_grounds_changed = Signal()  # entry, basis (EntryBasis): a ground was voided, corrected or judged anew
