"""Named domain signals of good standing. Receivers run in the sender's transaction.

Every signal is sent with `actor` (Account or None) and `on` (the legal day).
"""

from django.dispatch import Signal

honour_recognised = Signal()  # honour: in force from honour.starts_on
honour_ended = Signal()  # honour: an early end was decided; honour.ends_on, end_reason, end_note tell
honour_restored = Signal()  # honour: the fact that ended it has fallen; in force again until honour.ends_on
