"""What comes in: JSON of a bearable size and texts that a database takes; files beside fields where a view takes them."""

import json
from collections.abc import Mapping
from typing import IO, Any, Final, NoReturn

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

from registry.base.errors import InvalidInput

_CHUNK: Final = 64 * 1024


class BodyTooLarge(APIException):
    """The body is beyond what the view takes (413)."""

    status_code = 413


class ApiJSONParser(BaseParser):
    """JSON up to the view's `body_most` bytes (DATA_UPLOAD_MAX_MEMORY_SIZE unless it says more). Texts with a null
    character or half a surrogate pair, which no database takes, are refused.

    Not the framework's own parser: for that one the framework reads the body itself, by one limit for all views.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return what the body says. Raises BodyTooLarge, InvalidInput that says where it cannot be read."""
        context = parser_context or {}
        most = getattr(context.get("view"), "body_most", None) or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        request = context.get("request")
        size = request.META.get("CONTENT_LENGTH") if request is not None else None
        if size and size.isdigit() and int(size) > most:
            _read_away(stream)
            raise BodyTooLarge
        try:
            found = json.loads(stream.read().decode(), parse_constant=_refuse_constant)
            texts_check(found)
        except UnicodeDecodeError as error:
            raise _unreadable(f"第{error.start + 1}个字节不是 UTF-8 编码") from error
        except json.JSONDecodeError as error:
            raise _unreadable(f"第{error.lineno}行第{error.colno}个字符处不是合法的 JSON") from error
        except (ValueError, RecursionError) as error:
            raise ParseError from error
        return found


def _read_away(stream: IO[Any]) -> None:
    """Read what a client still sends, as far as the largest body goes: most look at the answer only after that."""
    left: int = settings.IMPORT_MAX_BYTES
    while left > 0 and (chunk := stream.read(min(left, _CHUNK))):
        left -= len(chunk)


def _unreadable(where: str) -> InvalidInput:
    return InvalidInput("request-malformed", f"请求体无法读取：{where}。请更正后重新提交。")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(text)  # NaN and the infinities are no JSON


class ApiMultiPartParser(MultiPartParser):
    """Fields and files; the file's size is the evidence rules' to judge."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        found = super().parse(stream, media_type, parser_context)
        texts_check({name: found.data.getlist(name) for name in found.data})
        return found


def texts_check(value: Any, path: str = "") -> None:
    """Raise InvalidInput naming the first text that no database takes."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= each <= "\udfff" for each in value):
            raise InvalidInput(
                "text-malformed", f"{path or '请求体'}中含有无法保存的字符（空字符或者不成对的代理字符）。请去掉后重新提交。",
                field=path,
            )  # fmt: skip
    elif isinstance(value, dict):
        for name, each in value.items():
            texts_check(name, path)
            texts_check(each, f"{path}.{name}".strip("."))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            texts_check(each, f"{path}.{place}".strip("."))
