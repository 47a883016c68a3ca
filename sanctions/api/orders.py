"""A department's orders: read, received, answered, lifted, each by the services that its people use."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from registry import clock
from registry.api.describing import (
    CURSOR_PARAMETER,
    KEY_MISSING,
    KEY_PARAMETER,
    LIMIT_PARAMETER,
    described,
    parameter,
)
from registry.api.paging import cursor_make, cursor_read, limit_of
from registry.api.parsing import ApiJSONParser, ApiMultiPartParser
from registry.api.views import ApiView, actor_of, written
from registry.base.errors import InvalidInput
from registry.rules.scopes import ORDERS
from registry.selectors.deadlines import DeadlineView
from sanctions.api import examples
from sanctions.api.wording import subject_ref, term_start
from sanctions.models import MeasureOrder
from sanctions.selectors import orders as selectors
from sanctions.selectors.entries import ONE_DAY
from sanctions.serializers import (
    CarryOutBody,
    CarryOutForm,
    ConfirmEndBody,
    ConfirmPauseBody,
    ConfirmResumptionBody,
    EffectBody,
    EffectForm,
    OrderPage,
    OrderRow,
    RefuseBody,
    StepBody,
)
from sanctions.services.order_pauses import order_confirm_pause, order_confirm_resumption
from sanctions.services.orders import (
    order_add_effect,
    order_carry_out,
    order_confirm_end,
    order_receive,
    order_refuse,
)

_TAG = "联合惩戒任务"
_KIND = "orders"
_MISSING = ("not-found", "没有这个地址或者编号，或者不属于本部门。请核对后重试。")


def order_told(row: selectors.OrderRow) -> dict[str, Any]:
    """Tell one order as it stands today."""
    order = row.order
    return {
        "id": order.public_id, "version": order.version, "state": row.state.code, "state_label": row.state.label,
        "answer": order.state, "answer_label": order.get_state_display(), "owed": row.owed, "owed_label": row.owed_label,
        "measure": order.measure_code, "measure_label": order.measure_label,
        "force": "mandatory" if order.is_mandatory else "recommended", "catalogue": order.catalogue,
        "legal_basis": order.legal_basis, "subject": subject_ref(order.entry.subject),
        "entry": order.entry.public_id, "list_label": order.entry.list_label, "since": order.entry.starts_on,
        "until": order.entry.ends_on - ONE_DAY, "until_basis_on": term_start(order.entry), "dispatched_on": order.dispatched_on,
        "received_on": order.received_on, "answered_on": order.answered_on, "ended_on": order.ending_confirmed_on,
        **_due_told(row.due),
    }  # fmt: skip


def _due_told(due: DeadlineView | None) -> dict[str, Any]:
    """Tell an order's deadline; while its clock stands still nobody knows its day yet."""
    if due is None:
        return {"due_on": None, "due_is_paused": False, "due_basis_on": None, "due_basis": ""}
    return {
        "due_on": None if due.is_paused else due.due_on, "due_is_paused": due.is_paused,
        "due_basis_on": due.deadline.starts_on, "due_basis": due.basis_text,
    }  # fmt: skip


def _order(request: Request, public_id: UUID) -> MeasureOrder:
    found = selectors.orders_visible_to(actor_of(request), clock.today()).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _told(order: MeasureOrder) -> dict[str, Any]:
    return order_told(selectors.order_rows([order], clock.today())[0])


class Orders(ApiView):
    """The department's orders."""

    scope = ORDERS

    @described(
        operation_id="orders_list", tag=_TAG, summary="本部门的任务", scope=ORDERS, answer=OrderPage,
        description="按编号先后排列，可以按队列筛选。", example={"items": [examples.ORDER], "next_cursor": None},
        parameters=[
            parameter("queue", {"type": "string", "enum": list(selectors.QUEUES)},
                      "；".join(f"{code} {label}" for code, label in selectors.QUEUES.items())),
            CURSOR_PARAMETER, LIMIT_PARAMETER,
        ],
        refusals={400: ("queue-unknown", "没有名为“x”的队列。请使用 waiting、answering 等。")},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page of orders in order of id."""
        limit, today = limit_of(request), clock.today()
        after = cursor_read(_KIND, request.query_params.get("cursor", ""))
        queue = request.query_params.get("queue")
        if queue is not None and queue not in selectors.QUEUES:
            raise InvalidInput(
                "queue-unknown", f"没有名为“{queue[:40]}”的队列。可用的有：{'、'.join(selectors.QUEUES)}。",
                field="queue", value=queue[:40],
            )  # fmt: skip
        orders = selectors.orders_visible_to(actor_of(request), today)
        if queue:
            orders = selectors.in_queue(orders, queue, today)
        found = list(orders.filter(pk__gt=after).order_by("pk")[: limit + 1])
        rows = selectors.order_rows(found[:limit], today)
        following = cursor_make(_KIND, rows[-1].order.pk) if len(found) > limit else None
        return Response({"items": [order_told(each) for each in rows], "next_cursor": following})


class Order(ApiView):
    """One order."""

    scope = ORDERS

    @described(
        operation_id="orders_read", tag=_TAG, summary="一项任务", scope=ORDERS, answer=OrderRow,
        description="本部门的一项任务今日的状况。", example=examples.ORDER, refusals={404: _MISSING},
    )  # fmt: skip
    def get(self, request: Request, public_id: UUID) -> Response:
        """Return one order of the department."""
        return Response(_told(_order(request, public_id)))


class _Step(ApiView):
    """One step of an order: the body is checked, the service acts once for the key."""

    scope = ORDERS
    body: type[Serializer[Any]] = StepBody

    def _do(self, request: Request, public_id: UUID, service: Callable[..., MeasureOrder], **more: Any) -> Response:
        if not isinstance(request.data, dict):
            raise InvalidInput("body-malformed", "请求体应为一个 JSON 对象，例如 {}。请更正后重新提交。")
        given = self.body(data=request.data)
        given.is_valid(raise_exception=True)
        fields: dict[str, Any] = {"version": None, **more, **given.validated_data}
        if "upload" in more:
            fields["upload"] = fields.pop("file", None)

        def act() -> tuple[int, dict[str, Any]]:
            order = service(order=_order(request, public_id), actor=actor_of(request), on=clock.today(), **fields)
            return 200, _told(order)

        return written(request, act)


class OrderReceive(_Step):
    """Receive an order."""

    @described(
        operation_id="orders_receive", tag=_TAG, summary="签收", scope=ORDERS, request=StepBody, answer=OrderRow,
        description="签收任务，开始办理。", parameters=[KEY_PARAMETER], asked={}, example=examples.RECEIVED,
        refusals={400: KEY_MISSING, 404: _MISSING, 409: (
            "order-not-received", "任务“18 依法限制参与政府采购活动”现为“已签收”，只有“待签收”的任务可以办理这一步。")},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Take the order for the department."""
        return self._do(request, public_id, order_receive)


class OrderCarryOut(_Step):
    """Report an order as carried out, with a copy of the document where there is one."""

    body = CarryOutForm
    parser_classes = (ApiJSONParser, ApiMultiPartParser)

    @described(
        operation_id="orders_carry_out", tag=_TAG, summary="反馈已落实，可以附文书", scope=ORDERS,
        request={"application/json": CarryOutBody, "multipart/form-data": CarryOutForm},
        answer=OrderRow, parameters=[KEY_PARAMETER], example=examples.CARRIED_OUT,
        description="写明采取了什么措施、实施日期、文书号；有涉及金额、涉及事项数的一并写明。附文书的，改用 multipart/form-data，文件放在 file：PDF、PNG、JPG、DOCX、"
                    "XLSX、XLS、CSV、TXT，按内容识别类型，不得带宏，大小不超过20MB（本系统另有设置的从其设置）；"
                    "设有病毒扫描的，扫描通过后才可以下载。",
        asked={"text": "已取消其政府采购投标资格", "done_on": "2026-04-01", "document_number": "演财采〔2026〕3号"},
        refusals={400: ("done-in-future", "实施日期2026-05-01晚于今日，请填写实际实施的日期。"), 404: _MISSING, 409: (
            "order-not-carried-out", "任务“18 依法限制参与政府采购活动”现为“待签收”，只有“已签收”、“不予采取”的任务可以办理这一步。")},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Report what was done, when, and on which document."""
        return self._do(request, public_id, order_carry_out, upload=None)


class OrderEffect(_Step):
    """Report what a measure brought about since it was reported."""

    body = EffectForm
    parser_classes = (ApiJSONParser, ApiMultiPartParser)

    @described(
        operation_id="orders_add_effect", tag=_TAG, summary="补报成效，可以附文书", scope=ORDERS,
        request={"application/json": EffectBody, "multipart/form-data": EffectForm},
        answer=OrderRow, parameters=[KEY_PARAMETER], example=examples.CARRIED_OUT,
        description="已反馈落实的措施以后又发生的成效（取消的补助、否决的投标、驳回的申请等），涉及金额和涉及事项数至少写一项，"
                    "只写以前没有报过的；统计时相加。文书的要求与反馈已落实相同。",
        asked={"text": "否决其对某某采购项目的投标", "done_on": "2026-05-06", "amount": "1250000.00", "cases": 1},
        refusals={400: ("effect-missing", "请至少填写涉及金额或者涉及事项数中的一项。"), 404: _MISSING, 409: (
            "order-not-effect", "任务“18 依法限制参与政府采购活动”现为“已签收”，只有“已落实”的任务可以办理这一步。")},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Report an effect."""
        return self._do(request, public_id, order_add_effect, upload=None, amount=None, cases=None)


class OrderRefuse(_Step):
    """Say that a measure is not taken."""

    body = RefuseBody

    @described(
        operation_id="orders_refuse", tag=_TAG, summary="反馈不予采取", scope=ORDERS, request=RefuseBody,
        answer=OrderRow, parameters=[KEY_PARAMETER], asked={"reason": "该主体今年没有参加政府采购"},
        description="写明不予采取的理由；以后仍可以采取并反馈。", example=examples.REFUSED,
        refusals={400: ("invalid-input", "reason：该字段是必填项。请更正后重新提交。"), 404: _MISSING, 409: (
            "entry-ended", "演示县某某矿业有限公司已于2029-03-03移出安全生产严重失信主体名单，不得再采取该措施。请确认解除。")},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Refuse with a reason."""
        return self._do(request, public_id, order_refuse)


class OrderConfirmEnd(_Step):
    """Confirm that a measure is lifted."""

    body = ConfirmEndBody

    @described(
        operation_id="orders_confirm_end", tag=_TAG, summary="确认解除", scope=ORDERS, request=ConfirmEndBody,
        answer=OrderRow, parameters=[KEY_PARAMETER], asked={"text": "已恢复其投标资格"}, example=examples.ENDED,
        description="主体移出名单后确认已停止采取措施，任务办结。",
        refusals={400: KEY_MISSING, 404: _MISSING, 409: (
            "ending-not-open", "任务“18 依法限制参与政府采购活动”对应条目仍在列，不需要确认解除。")},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Confirm the end."""
        return self._do(request, public_id, order_confirm_end)


class OrderConfirmPause(_Step):
    """Confirm that a measure stands still."""

    body = ConfirmPauseBody

    @described(
        operation_id="orders_confirm_pause", tag=_TAG, summary="确认暂停", scope=ORDERS, request=ConfirmPauseBody,
        answer=OrderRow, parameters=[KEY_PARAMETER], asked={"text": "已停止限制其投标"}, example=examples.PAUSED,
        description="措施暂停后（队列 stopping），已经采取措施的部门确认已停止采取。暂停自即日起生效，不以确认为条件。",
        refusals={400: KEY_MISSING, 404: _MISSING, 409: (
            "pause-not-open", "任务“18 依法限制参与政府采购活动”没有待确认的暂停：措施没有暂停、已经确认，或者已经恢复。")},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Confirm the stop."""
        return self._do(request, public_id, order_confirm_pause)


class OrderConfirmResumption(_Step):
    """Confirm that a measure is applied again."""

    body = ConfirmResumptionBody

    @described(
        operation_id="orders_confirm_resumption", tag=_TAG, summary="确认恢复", scope=ORDERS,
        request=ConfirmResumptionBody, answer=OrderRow, parameters=[KEY_PARAMETER],
        asked={"text": "自即日起恢复限制其投标"}, example=examples.RESUMED,
        description="暂停结束后（队列 resuming），停止过措施的部门确认已恢复采取。",
        refusals={400: KEY_MISSING, 404: _MISSING, 409: (
            "resumption-not-open", "任务“18 依法限制参与政府采购活动”没有待确认的恢复：措施没有暂停过、仍在暂停、已经确认，"
                                   "或者该主体已移出名单。")},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Confirm that the department goes on."""
        return self._do(request, public_id, order_confirm_resumption)
