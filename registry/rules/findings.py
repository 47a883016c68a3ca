"""Findings: circumstances that only an officer can establish, and that entry conditions of packs ask for."""

from typing import Final

FINDINGS: Final = {
    "serious-violation": "严重违法违规",
    "egregious": "性质恶劣",
    "especially-serious": "情节特别严重",
    "ignored-notice": "不理会告知或不参加约谈",
}
