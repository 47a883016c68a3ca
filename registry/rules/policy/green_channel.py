"""Whether a pack opens its green channel to a subject on a day, judged alone: a check asks it for many at once."""

import datetime as dt

from .core import out_of_scope
from .facts import History, SubjectFacts
from .judge import Judgement, World, judge
from .schema import Pack
from .standing import listing_state


def green_channel_judgement(pack: Pack, subject: SubjectFacts, history: History, on: dt.date) -> Judgement | None:
    """Judge the pack's condition on `on`, as `evaluate` does; None where the pack has no green channel or does not
    reach the subject."""
    if pack.green_channel is None or out_of_scope(pack, subject, on) is not None:
        return None
    known = history.known_on(on)
    existing = tuple(record for record in known.records if record.exists_on(on))
    in_force = tuple(each for each in known.listings if listing_state(pack, each, existing, on).in_force)
    return judge(pack.green_channel.condition, World(pack, subject, on, existing, in_force, existing, known.documents))
