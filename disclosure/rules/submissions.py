"""What a publication channel is owed about one record, and how that moves. No database.

A receiver holds a row once it has accepted it; a row that was sent and not answered, or whose sending was tried, may be
held as well. Only what may be held has to be withdrawn.
"""

from dataclasses import dataclass, replace
from typing import Final

REPORT: Final = "report"
WITHDRAWAL: Final = "withdrawal"
MATTERS: Final = {REPORT: "报送", WITHDRAWAL: "撤销"}

OWED: Final = "owed"
SENT: Final = "sent"
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
DEAD: Final = "dead"
DROPPED: Final = "dropped"
STATES: Final = {
    OWED: "待报送",
    SENT: "待回执",
    ACCEPTED: "已接收",
    REFUSED: "已退回",
    DEAD: "推送失败",
    DROPPED: "不再报送",
}
# Who waits for an officer: sent back by the receiver, or tried in vain for days.
STUCK: Final = frozenset({REFUSED, DEAD})

ATTEMPTS_MOST: Final = 36  # with the waits of `registry.rules.webhooks.wait_after` about three days


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one record stands with one channel. `is_held`: the receiver has accepted a row of it and not yet its
    withdrawal; `is_tried`: what is owed now has been on its way at least once."""

    matter: str = REPORT
    state: str = OWED
    is_held: bool = False
    is_tried: bool = False

    @property
    def may_be_held(self) -> bool:
        """Whether the receiver may have a row of the record, as far as can be known here."""
        if self.state == REFUSED and self.matter == REPORT:
            return self.is_held
        return self.is_held or (self.matter == REPORT and (self.state == SENT or self.is_tried))


def withdrawn(standing: Standing) -> Standing:
    """The record is not to be public any more (void, repaired, taken down)."""
    if standing.matter == WITHDRAWAL or standing.state == DROPPED:
        return standing
    if standing.may_be_held:
        return Standing(WITHDRAWAL, OWED, is_held=True)
    return replace(standing, state=DROPPED)


def replaced(standing: Standing) -> Standing:
    """A corrected record under the same number takes this one's place at the receiver; nothing is owed about this one.

    `is_held` then says what its successor begins with.
    """
    return replace(standing, state=DROPPED, is_held=standing.may_be_held)


def owed_again(standing: Standing) -> Standing:
    """The record is to be public again, or an officer sends it once more."""
    if standing.matter == REPORT and standing.state == OWED:
        return standing
    held = standing.may_be_held
    if standing.matter == WITHDRAWAL and standing.state == OWED and not standing.is_tried:
        held = True  # the withdrawal never left
    return Standing(REPORT, OWED, is_held=held)


def sent(standing: Standing) -> Standing:
    """What was owed has gone out."""
    return replace(standing, state=SENT, is_tried=True)


def answered(standing: Standing, *, is_accepted: bool) -> Standing:
    """The receiver has said what became of what was sent; a later word about the same sending replaces an earlier."""
    if not is_accepted:
        held = standing.is_held and not (standing.matter == REPORT and standing.state == ACCEPTED)
        return replace(standing, state=REFUSED, is_held=held)
    return replace(standing, state=ACCEPTED, is_held=standing.matter == REPORT)
