"""Pages by cursor: opaque to the client, a place in a stable order to us."""

import base64
import binascii
import json

from rest_framework.request import Request

from registry.base.errors import InvalidInput

LIMIT = 100
LIMIT_MOST = 500
_LARGEST = 2**63 - 1


def cursor_make(kind: str, place: int) -> str:
    """Return the cursor of a place in the order `kind`."""
    return base64.urlsafe_b64encode(json.dumps([kind, place]).encode()).decode().rstrip("=")


def cursor_read(kind: str, text: str, *, field: str = "cursor") -> int:
    """Return the place that a cursor names; 0 for an empty one, which is the beginning.

    Raises InvalidInput for what this order never gave out.
    """
    if not text:
        return 0
    try:
        given = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        given = None
    if (
        isinstance(given, list) and len(given) == 2 and given[0] == kind
        and type(given[1]) is int and 0 <= given[1] <= _LARGEST
    ):  # fmt: skip
        return given[1]
    raise InvalidInput(
        "cursor-unknown",
        f"{field}“{text[:60]}”不是本接口给出的游标。请原样使用上一页答复中的游标，或者去掉它从头读取。",
        field=field,
        value=text[:60],
    )


def limit_of(request: Request) -> int:
    """Return how many rows a page shall hold. Raises InvalidInput."""
    text = request.query_params.get("limit", str(LIMIT))
    if text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LIMIT_MOST:
        return int(text)
    raise InvalidInput(
        "limit-out-of-range", f"limit“{text[:20]}”不可用，应为1至{LIMIT_MOST}的整数。", field="limit", value=text[:20]
    )
