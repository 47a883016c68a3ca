"""What comes in: JSON of a bearable size and texts that a database takes; files beside fields where a view takes them."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser, MultiPartParser

from registry.base.errors import InvalidInput


class BodyTooLarge(APIException):
    """The body is beyond what the view takes (413)."""

    status_code = 413


class ApiJSONParser(JSONParser):
    """JSON up to the view's `body_most` bytes (DATA_UPLOAD_MAX_MEMORY_SIZE unless it says more). Texts with a null
    character or half a surrogate pair, which no database takes, are refused."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        context = parser_context or {}
        most = getattr(context.get("view"), "body_most", None) or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        request = context.get("request")
        size = request.META.get("CONTENT_LENGTH") if request is not None else None
        if size and size.isdigit() and int(size) > most:
            raise BodyTooLarge
        try:
            found = super().parse(stream, media_type, context)
            texts_check(found)
        except RecursionError as error:
            raise ParseError from error
        return found


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
