"""What goes out: JSON as the framework writes it, made by orjson, which a batch feels."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
_other = JSONEncoder().default


class ApiJSONRenderer(JSONRenderer):
    """The same bytes as the framework's own renderer but for the notation of very small numbers; `Accept: application/json; indent=4` is left to that one."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the content as UTF-8."""
        if data is None:
            return b""
        if self.get_indent(accepted_media_type or "", dict(renderer_context or {})) is not None:
            return super().render(data, accepted_media_type, renderer_context)
        content = orjson.dumps(data, default=_other, option=_OPTIONS)
        # JavaScript takes these two for the end of a line; inside JSON they can only lie in texts.
        return content.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
