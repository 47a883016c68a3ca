"""Public entries for systems that keep a copy: all that stand, and what changed since."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from registry import clock
from registry.api.describing import CURSOR_PARAMETER, LIMIT_PARAMETER, described, parameter
from registry.api.paging import cursor_make, cursor_read, limit_of
from registry.api.views import ApiView
from registry.rules.scopes import LISTS_READ
from sanctions.api import examples
from sanctions.api.wording import entry_told, subject_ref
from sanctions.models import ListEntry
from sanctions.selectors.changes import changes_after, entries_public, last_position
from sanctions.serializers import ChangeFeedPage, EntryPage
from sanctions.services.changes import changes_number

_TAG = "公开名单"
_ENTRIES, _CHANGES = "entries", "changes"
_BAD_CURSOR = ("cursor-unknown", "cursor“x”不是本接口给出的游标。请原样使用上一页答复中的游标，或者去掉它从头读取。")


def _row(entry: ListEntry) -> dict[str, Any]:
    told = entry_told(entry, is_paused=entry.paused_now)  # type: ignore[attr-defined]
    return told | {"subject": subject_ref(entry.subject)}


class Entries(ApiView):
    """The public entries in force."""

    scope = LISTS_READ

    @described(
        operation_id="entries_list", tag=_TAG, summary="今日在列的公开条目", scope=LISTS_READ, answer=EntryPage,
        description="第一次取全量时使用：先记下第一页的 changes_cursor，逐页读完，再从该游标继续读变化，"
                    "读取期间的变化不会遗漏。条目到期日（until）次日起不再在列，不必等待变化。",
        parameters=[CURSOR_PARAMETER, LIMIT_PARAMETER], example=examples.ENTRIES, refusals={400: _BAD_CURSOR},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page of entries in order of id."""
        limit, today = limit_of(request), clock.today()
        after = cursor_read(_ENTRIES, request.query_params.get("cursor", ""))
        changes_number()
        position = last_position()  # before the entries are read: what comes between is told twice rather than never
        found = list(entries_public(today).defer("policy__text").filter(pk__gt=after)[: limit + 1])
        rows = found[:limit]
        following = cursor_make(_ENTRIES, rows[-1].pk) if len(found) > limit else None
        return Response(
            {"on": today, "items": [_row(each) for each in rows], "next_cursor": following,
             "changes_cursor": cursor_make(_CHANGES, position)}
        )  # fmt: skip


class Changes(ApiView):
    """What changed on the public lists."""

    scope = LISTS_READ

    @described(
        operation_id="entries_changes", tag=_TAG, summary="公开条目的变化", scope=LISTS_READ, answer=ChangeFeedPage,
        description="从 changed_since 之后按次序号读取变化；空为从头。每个变化只给出一次，不遗漏，"
                    "其中 entry 是条目现在的状况；tombstone 为真的已不在列，entry 为空，应当按 entry_id 从本地名单中删除。"
                    "没有变化时 items 为空，下次仍用返回的 cursor。",
        parameters=[parameter("changed_since", str, "上次答复中的 cursor；空为从头"), LIMIT_PARAMETER],
        example=examples.CHANGES, refusals={400: _BAD_CURSOR},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page of changes."""
        limit, today = limit_of(request), clock.today()
        after = cursor_read(_CHANGES, request.query_params.get("changed_since", ""), field="changed_since")
        changes_number()
        page = changes_after(after, limit=limit, on=today)
        items = []
        for each in page.rows:
            entry = page.entries[each.entry_id]
            gone = not entry.is_public or entry.ends_on <= today
            # What is off the list is not told again: a copy needs only to know which entry to forget.
            items.append(
                {"number": each.position, "kind": each.kind, "at": each.at, "tombstone": gone,
                 "entry_id": entry.public_id, "entry": None if gone else _row(entry)}
            )  # fmt: skip
        return Response(
            {"on": today, "items": items, "cursor": cursor_make(_CHANGES, page.last), "has_more": page.has_more}
        )
