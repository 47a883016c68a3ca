"""Checks before an approval, and where a subject stood on a day."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from registry import clock
from registry.api.authentication import caller_of
from registry.api.describing import described, parameter
from registry.api.views import ApiView, actor_of, day_of
from registry.base.errors import InvalidInput
from registry.rules.scopes import CHECK
from sanctions.api import examples
from sanctions.api.wording import checked_told, entry_told, subject_ref
from sanctions.rules.checking import Asked
from sanctions.selectors.standing_on import EntryOn
from sanctions.selectors.subject_days import KINDS, SubjectDay
from sanctions.serializers import CheckAnswer, CheckQuestion, StandingAnswer, TimelineAnswer
from sanctions.services.checks import subjects_check
from sanctions.services.standing_checks import days_check, standing_check

_TAG = "核查"


class Checks(ApiView):
    """Check one subject or up to a thousand."""

    scope = CHECK

    @described(
        operation_id="check", tag=_TAG, summary="办理前核查（一个或者一批）", scope=CHECK,
        request=CheckQuestion, answer=CheckAnswer, asked=examples.QUESTION, example=examples.CHECK,
        description="核查一至一千个主体今日是否在列、该事项适用哪些措施，以及守信主体在该事项可以享受的激励、是否符合绿色通道和"
                    "容缺受理条件、信用等级对监督检查的影响。信用等级只决定抽查比例和检查频次，不是限制办理事项的依据。每次核查留存核查人、用途、时间和回执编号。"
                    "代码有误、没有登记、曾用名、已合并、重名、代码与名称不符，都在各自的答复中写明，不影响其他主体。"
                    "本部门可以查询的是公开的名单，和向本部门派发过任务的条目。",
        refusals={400: ("matter-unknown", "没有代码为“x”的事项。可用的事项见事项清单（/api/v1/catalogues/matters）。")},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Answer, in the order asked."""
        body = _object(request.data)
        receipt = subjects_check(
            asked=_asked(body.get("subjects")), matter=_text(body, "matter"), purpose=_text(body, "purpose"),
            actor=actor_of(request), client=caller_of(request).client, on=clock.today(), at=clock.now(),
        )  # fmt: skip
        log = receipt.log
        items = [
            checked_told(each, receipt.enjoyed.get(pk, ()), receipt.graded.get(pk))
            for each in receipt.answers
            for pk in (each.subject.pk if each.subject is not None else 0,)
        ]
        return Response(
            {"receipt": log.receipt, "on": log.on, "matter": log.matter, "matter_label": receipt.matter_label,
             "asked": log.asked, "listed": log.listed, "items": items}
        )  # fmt: skip


def _object(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise InvalidInput("body-malformed", '请求体应为一个 JSON 对象，例如 {"matter": …, "subjects": […]}。')
    return data


def _text(body: dict[str, Any], name: str, path: str = "") -> str:
    """Return a text of the body, "" where it is missing. `path`: what the fault is named by, before the name. Raises
    InvalidInput for anything but text, and for a null character, which no database takes."""
    value = body.get(name, "")
    if not isinstance(value, str) or "\0" in value:
        raise InvalidInput(
            "text-malformed", f"{path}{name}应为文字（加引号）。请更正后重新提交。", field=f"{path}{name}"
        )
    return value


def _asked(rows: Any) -> list[Asked]:
    if not isinstance(rows, list):
        raise InvalidInput(
            "subjects-malformed",
            "subjects 应为数组，每项写明 code、name 或者两者。请更正后重新提交。",
            field="subjects",
        )
    asked = []
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            raise InvalidInput(
                "subjects-malformed",
                f"第{place + 1}个主体应为对象，写明 code、name 或者两者。",
                field=f"subjects.{place}",
            )
        path = f"subjects.{place}."
        asked.append(Asked(_text(row, "code", path), _text(row, "name", path)))
    return asked


class Standing(ApiView):
    """Where one subject stood on a day."""

    scope = CHECK

    @described(
        operation_id="subject_standing", tag=_TAG, summary="某主体在某一日的状况", scope=CHECK,
        answer=StandingAnswer, example=examples.STANDING,
        description="按统一社会信用代码查询某一日在列的名单和当日生效的措施。默认今日、按现在已知的情况；"
                    "给出 known_at 的，按那一日结束时已知的情况答复。同样留存用途。",
        parameters=[
            parameter("purpose", str, "核查用途，留存备查", required=True),
            parameter("on", OpenApiTypes.DATE, "哪一日，默认今日"),
            parameter("known_at", OpenApiTypes.DATE, "按哪一日结束时已知的情况，默认现在"),
        ],
        refusals={400: ("purpose-missing", "请写明核查用途（1至200字）。"),
                  404: ("subject-unknown", "没有代码为“91139999MA0000007T”的主体。请核对代码。")},
    )  # fmt: skip
    def get(self, request: Request, code: str) -> Response:
        """Answer for the organisation with the unified code `code`."""
        today = clock.today()
        on = day_of(request, "on", today)
        known_at = day_of(request, "known_at", today) if request.query_params.get("known_at") else None
        found = standing_check(
            code=code, purpose=request.query_params.get("purpose", ""), day=on, known_at=known_at,
            actor=actor_of(request), client=caller_of(request).client, on=today, at=clock.now(),
        )  # fmt: skip
        return Response(
            {"receipt": found.log.receipt, "on": on, "known_at": known_at, "is_expected": on > today,
             "subject": subject_ref(found.subject), "sentence": found.sentence, "entries": [_entry(each) for each in found.entries]}
        )  # fmt: skip


def _entry(each: EntryOn) -> dict[str, Any]:
    told = entry_told(each.entry, is_paused=each.state.code == "paused")
    return told | {"measures": [label for label, _ in each.measures]}


class Timeline(ApiView):
    """What happened to one subject by a day."""

    scope = CHECK

    @described(
        operation_id="subject_timeline", tag=_TAG, summary="某主体截至某一日的经过", scope=CHECK,
        answer=TimelineAnswer, example=examples.TIMELINE,
        description="按统一社会信用代码查询截至某一日的经过，最近的在前：该日在列的公开名单和向本部门派发过任务的条目"
                    "（列入、暂停、恢复、异议、移出），本部门的任务，本部门作出的决定。与本部门无关、已经移出名单的条目不再告知。"
                    "由期限推算的日期写明起算日（basis_on）；晚于今日的（is_expected）为没有新情况时的推算。同样留存用途。",
        parameters=[
            parameter("purpose", str, "核查用途，留存备查", required=True),
            parameter("on", OpenApiTypes.DATE, "截至哪一日，默认今日"),
        ],
        refusals={400: ("purpose-missing", "请写明核查用途（1至200字）。"),
                  404: ("subject-unknown", "没有代码为“91139999MA0000007T”的主体。请核对代码。")},
    )  # fmt: skip
    def get(self, request: Request, code: str) -> Response:
        """Answer for the organisation with the unified code `code`."""
        today = clock.today()
        until = day_of(request, "on", today)
        found = days_check(
            code=code, purpose=request.query_params.get("purpose", ""), until=until, actor=actor_of(request),
            client=caller_of(request).client, on=today, at=clock.now(),
        )  # fmt: skip
        items = [_day_told(each, is_expected=each.on > today) for each in found.days]
        return Response(
            {"receipt": found.log.receipt, "on": until, "subject": subject_ref(found.subject), "items": items}
        )


def _day_told(each: SubjectDay, *, is_expected: bool) -> dict[str, Any]:
    return {
        "on": each.on, "kind": each.kind, "kind_label": KINDS[each.kind], "text": each.text, "policy": each.policy,
        "clause": each.clause, "basis_on": each.basis_on, "is_expected": is_expected, "entry": each.entry,
        "order": each.order, "record": each.record,
    }  # fmt: skip
