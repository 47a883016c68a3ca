"""Shapes of the API's questions and answers about lists, checks and orders. Answers are plain dicts and are not run
through these; the bodies of orders' steps are."""

from typing import Any

from rest_framework import serializers

from sanctions.models import EntryChange, MeasureOrder
from sanctions.rules.checking import ASKED_MOST, CODE_MOST, NAME_MOST, OUTCOMES
from sanctions.selectors.orders import OWED
from sanctions.selectors.subject_days import KINDS

_OUTCOME_HELP = "；".join(f"{code} {label}" for code, label in OUTCOMES.items())


class AskedSubject(serializers.Serializer[Any]):
    """One subject asked about."""

    code = serializers.CharField(
        required=False, allow_blank=True, max_length=CODE_MOST,
        help_text="统一社会信用代码、工商注册号或者组织机构代码；自然人为公民身份号码，须同时给出姓名",
    )  # fmt: skip
    name = serializers.CharField(
        required=False, allow_blank=True, max_length=NAME_MOST, help_text="完整名称（现名或者曾用名）、姓名"
    )


class CheckQuestion(serializers.Serializer[Any]):
    """A check of one or many subjects."""

    matter = serializers.CharField(max_length=60, help_text="办理的事项代码，见 /catalogues/matters")
    purpose = serializers.CharField(max_length=200, help_text="核查用途，留存备查")
    subjects = serializers.ListField(
        child=AskedSubject(), min_length=1, max_length=ASKED_MOST, help_text=f"主体，最多{ASKED_MOST}个"
    )


class SubjectRef(serializers.Serializer[Any]):
    """The subject that an answer is about."""

    id = serializers.UUIDField(help_text="主体编号")
    kind = serializers.ChoiceField(choices=["organization", "person"], help_text="organization 组织；person 自然人")
    name = serializers.CharField(help_text="现名；自然人只显示姓")
    code = serializers.CharField(help_text="统一社会信用代码；自然人为空", allow_blank=True)


class CheckMeasure(serializers.Serializer[Any]):
    """A measure that attaches to the matter."""

    catalogue = serializers.CharField(help_text="清单（政策代码）")
    code = serializers.CharField(help_text="措施编号")
    label = serializers.CharField(help_text="措施")  # type: ignore[assignment]
    force = serializers.ChoiceField(choices=["mandatory", "recommended"], help_text="强制性或者推荐性")
    legal_basis = serializers.ListField(child=serializers.CharField(), help_text="法律依据")
    clause = serializers.CharField(help_text="条款")
    departments = serializers.ListField(child=serializers.CharField(), help_text="实施部门（清单中的名称）")


class CheckIncentive(serializers.Serializer[Any]):
    """An incentive that attaches to the matter."""

    code = serializers.CharField(help_text="编号")
    label = serializers.CharField(help_text="激励措施")  # type: ignore[assignment]
    clause = serializers.CharField(help_text="条款")


class EntryFacts(serializers.Serializer[Any]):
    """A list entry."""

    id = serializers.UUIDField(help_text="条目编号")
    list = serializers.CharField(help_text="名单代码")
    label = serializers.CharField(help_text="名单名称")  # type: ignore[assignment]
    policy = serializers.CharField(help_text="政策代码")
    policy_title = serializers.CharField(help_text="政策标题")
    clause = serializers.CharField(help_text="列入依据的条款")
    department = serializers.CharField(help_text="认定部门")
    since = serializers.DateField(help_text="在列起始日")
    until = serializers.DateField(help_text="最后在列日（含当日）；尚未生效即终止的为起始日前一日")
    until_basis_on = serializers.DateField(
        allow_null=True, help_text="最后在列日由期限推算的，从哪一日起算；提前移出的为空"
    )
    is_disputed = serializers.BooleanField(help_text="对该列入的异议正在处理")
    is_paused = serializers.BooleanField(help_text="措施暂停，暂停期间不得采取")


class CheckEntry(EntryFacts):
    """A list entry in force, and what attaches to the matter."""

    measures = CheckMeasure(many=True, help_text="适用于该事项的措施；暂停期间为空")
    incentives = CheckIncentive(many=True, help_text="适用于该事项的激励措施（守信名单）")


class CheckEnjoyed(serializers.Serializer[Any]):
    """Something that good standing brings in the matter."""

    kind = serializers.ChoiceField(
        choices=["incentive", "green-channel"], help_text="incentive 激励；green-channel 绿色通道"
    )
    code = serializers.CharField(help_text="编号")
    label = serializers.CharField(help_text="激励措施、绿色通道")  # type: ignore[assignment]
    basis = serializers.CharField(help_text="依据的文件和条款")
    why = serializers.CharField(help_text="凭哪一份名单，或者符合哪一项条件")
    until = serializers.DateField(
        allow_null=True, help_text="按期限可享受的最后一日（含当日）；没有期限的为空，每次核查重新判断"
    )
    missing_papers = serializers.BooleanField(help_text="可以容缺受理")


class CheckTier(serializers.Serializer[Any]):
    """A supervision tier and what follows from it."""

    code = serializers.CharField(allow_blank=True, help_text="等级代码；正在重新评定的为空")
    label = serializers.CharField(help_text="等级")  # type: ignore[assignment]
    is_pending = serializers.BooleanField(help_text="待评定或者正在重新评定，不产生影响")
    since = serializers.DateField(allow_null=True, help_text="自哪一日起；正在重新评定的为空")
    effect = serializers.CharField(allow_blank=True, help_text="对监督检查的影响；不是限制办理事项的依据")
    basis = serializers.CharField(allow_blank=True, help_text="依据的文件和条款")


class CheckAnswerRow(serializers.Serializer[Any]):
    """The answer about one subject asked."""

    asked = AskedSubject(help_text="所问（证件号码遮盖）")
    outcome = serializers.ChoiceField(choices=list(OUTCOMES), help_text=_OUTCOME_HELP)
    sentence = serializers.CharField(help_text="结论")
    is_listed = serializers.BooleanField(help_text="是否在列")
    subject = SubjectRef(allow_null=True, help_text="主体；没有查到的为空")
    entries = CheckEntry(many=True, help_text="在列的名单")
    green_channel = serializers.BooleanField(help_text="今日在该事项符合绿色通道条件")
    missing_papers = serializers.BooleanField(help_text="今日在该事项可以容缺受理")
    enjoys = CheckEnjoyed(many=True, help_text="守信主体在该事项可以享受的激励和绿色通道")
    tier = CheckTier(allow_null=True, help_text="信用等级；没有评定的为空")


class CheckAnswer(serializers.Serializer[Any]):
    """The answers in the order asked, with the receipt."""

    receipt = serializers.CharField(help_text="回执编号，可附卷备查")
    on = serializers.DateField(help_text="核查日")
    matter = serializers.CharField(help_text="事项代码")
    matter_label = serializers.CharField(help_text="事项")
    asked = serializers.IntegerField(help_text="核查数")
    listed = serializers.IntegerField(help_text="在列的主体数")
    items = CheckAnswerRow(many=True, help_text="逐个答复，次序与请求相同")


class EntryRow(EntryFacts):
    """A public entry with its subject."""

    subject = SubjectRef(help_text="主体")


class EntryPage(serializers.Serializer[Any]):
    """A page of the public entries in force."""

    on = serializers.DateField(help_text="基准日")
    items = EntryRow(many=True, help_text="条目")
    next_cursor = serializers.CharField(help_text="下一页；没有下一页的为空", allow_null=True)
    changes_cursor = serializers.CharField(help_text="第一页时取下，读完各页后从这里继续读变化")


class ChangeRow(serializers.Serializer[Any]):
    """One change of an entry."""

    number = serializers.IntegerField(help_text="次序号，递增，不重复")
    kind = serializers.ChoiceField(
        choices=EntryChange.Kind.values,
        help_text="；".join(f"{code} {label}" for code, label in EntryChange.Kind.choices),
    )
    at = serializers.DateTimeField(help_text="发生时间")
    tombstone = serializers.BooleanField(help_text="条目已不在列或者不再公开，应当从本地名单中删除")
    entry_id = serializers.UUIDField(help_text="条目编号")
    entry = EntryRow(allow_null=True, help_text="条目现在的状况；已不在列的为空")


class ChangeFeedPage(serializers.Serializer[Any]):
    """Changes behind a cursor."""

    on = serializers.DateField(help_text="基准日")
    items = ChangeRow(many=True, help_text="变化，按次序号")
    cursor = serializers.CharField(help_text="下次从这里继续（changed_since）")
    has_more = serializers.BooleanField(help_text="后面是否还有，有则立即继续读")


class StandingEntry(EntryFacts):
    """An entry that was in force on the day asked."""

    measures = serializers.ListField(child=serializers.CharField(), help_text="当日生效的联合惩戒措施")


class StandingAnswer(serializers.Serializer[Any]):
    """Where a subject stood on a day."""

    receipt = serializers.CharField(help_text="回执编号")
    on = serializers.DateField(help_text="所问的日期；各起止日期均以该日为基准")
    known_at = serializers.DateField(help_text="按哪一日当时已知的情况；空为按现在已知", allow_null=True)
    subject = SubjectRef(help_text="主体")
    is_expected = serializers.BooleanField(help_text="所问的日期晚于今日：没有新情况时的推算")
    sentence = serializers.CharField(help_text="结论")
    entries = StandingEntry(many=True, help_text="当日在列的名单")


class TimelineRow(serializers.Serializer[Any]):
    """One thing that happened to a subject."""

    on = serializers.DateField(help_text="日期")
    kind = serializers.ChoiceField(
        choices=list(KINDS), help_text="；".join(f"{code} {label}" for code, label in KINDS.items())
    )
    kind_label = serializers.CharField(help_text="种类")
    text = serializers.CharField(help_text="说明")
    policy = serializers.CharField(help_text="政策或者清单代码", allow_blank=True)
    clause = serializers.CharField(help_text="条款或者措施编号", allow_blank=True)
    basis_on = serializers.DateField(help_text="由期限推算的，从哪一日起算", allow_null=True)
    is_expected = serializers.BooleanField(help_text="晚于今日，没有新情况时的推算")
    entry = serializers.UUIDField(help_text="条目编号", allow_null=True)
    order = serializers.UUIDField(help_text="任务编号", allow_null=True)
    record = serializers.UUIDField(help_text="记录编号", allow_null=True)


class TimelineAnswer(serializers.Serializer[Any]):
    """What happened to a subject by a day."""

    receipt = serializers.CharField(help_text="回执编号")
    on = serializers.DateField(help_text="截至日期")
    subject = SubjectRef(help_text="主体")
    items = TimelineRow(many=True, help_text="经过，最近的在前")


class SubjectRecordRow(serializers.Serializer[Any]):
    """A record as it stood on the day asked."""

    id = serializers.UUIDField(help_text="记录编号")
    kind = serializers.CharField(help_text="种类代码")
    kind_label = serializers.CharField(help_text="种类")
    number = serializers.CharField(allow_blank=True, help_text="文书号")
    title = serializers.CharField(help_text="事由")
    state = serializers.CharField(help_text="该日的状况代码：confirmed、repaired、voided")
    state_label = serializers.CharField(help_text="该日的状况")
    occurred_on = serializers.DateField(allow_null=True, help_text="发生日期")
    decided_on = serializers.DateField(help_text="决定日期")
    corrected_on = serializers.DateField(allow_null=True, help_text="改正日期")
    fulfilled_on = serializers.DateField(allow_null=True, help_text="履行完毕日期")
    disputed_on = serializers.DateField(allow_null=True, help_text="提出异议日期")
    repaired_on = serializers.DateField(allow_null=True, help_text="修复日期")
    voided_on = serializers.DateField(allow_null=True, help_text="作废日期")


class SubjectRecordPage(serializers.Serializer[Any]):
    """A page of records of one's own department."""

    receipt = serializers.CharField(help_text="回执编号")
    on = serializers.DateField(help_text="截至日期；状况和各日期均以该日为基准")
    subject = SubjectRef(help_text="主体")
    items = SubjectRecordRow(many=True, help_text="记录，按登记先后")
    next_cursor = serializers.CharField(help_text="下一页；没有下一页的为空", allow_null=True)


class OrderRow(serializers.Serializer[Any]):
    """An order of one's own department."""

    id = serializers.UUIDField(help_text="任务编号")
    version = serializers.IntegerField(help_text="版本；办理时带上可以防止覆盖他人的办理")
    state = serializers.ChoiceField(
        choices=["dispatched", "received", "carried-out", "refused", "paused", "ending", "closed"],
        help_text="措施今日的状况：dispatched 待签收；received 已签收；carried-out 执行中；refused 不予采取；"
                  "paused 暂停执行；ending 解除待确认；closed 已解除",
    )  # fmt: skip
    state_label = serializers.CharField(help_text="措施今日的状况")
    answer = serializers.ChoiceField(
        choices=MeasureOrder.State.values,
        help_text="本部门已经办到哪一步（暂停、移出不改变它）：" + "；".join(f"{code} {label}" for code, label in MeasureOrder.State.choices),
    )  # fmt: skip
    answer_label = serializers.CharField(help_text="本部门已经办到哪一步")
    owed = serializers.ChoiceField(
        choices=list(OWED), allow_blank=True,
        help_text="今日待办的一步（answer 为反馈已落实或者不予采取）；没有待办的为空："
                  + "；".join(f"{code} {label}" for code, label in OWED.items()),
    )  # fmt: skip
    owed_label = serializers.CharField(help_text="今日待办的一步", allow_blank=True)
    measure = serializers.CharField(help_text="措施编号")
    measure_label = serializers.CharField(help_text="措施")
    force = serializers.ChoiceField(choices=["mandatory", "recommended"], help_text="强制性或者推荐性")
    catalogue = serializers.CharField(help_text="清单（政策代码）")
    legal_basis = serializers.ListField(child=serializers.CharField(), help_text="法律依据")
    subject = SubjectRef(help_text="主体")
    entry = serializers.UUIDField(help_text="条目编号")
    list_label = serializers.CharField(help_text="名单")
    since = serializers.DateField(help_text="在列起始日")
    until = serializers.DateField(help_text="最后在列日（含当日）")
    until_basis_on = serializers.DateField(
        allow_null=True, help_text="最后在列日由期限推算的，从哪一日起算；提前移出的为空"
    )
    dispatched_on = serializers.DateField(help_text="派发日期")
    received_on = serializers.DateField(help_text="签收日期", allow_null=True)
    answered_on = serializers.DateField(help_text="反馈日期", allow_null=True)
    ended_on = serializers.DateField(help_text="解除确认日期", allow_null=True)
    due_on = serializers.DateField(help_text="办理期限；没有期限的、期限中止的为空", allow_null=True)
    due_is_paused = serializers.BooleanField(help_text="期限中止（措施暂停期间不计入），恢复后顺延")
    due_basis_on = serializers.DateField(help_text="办理期限从哪一日起算", allow_null=True)
    due_basis = serializers.CharField(help_text="办理期限的依据和天数", allow_blank=True)


class OrderPage(serializers.Serializer[Any]):
    """A page of orders."""

    items = OrderRow(many=True, help_text="任务")
    next_cursor = serializers.CharField(help_text="下一页；没有下一页的为空", allow_null=True)


class StepBody(serializers.Serializer[Any]):
    """What every step may carry."""

    version = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1, help_text="读到的版本")


class CarryOutBody(StepBody):
    """What was done."""

    text = serializers.CharField(max_length=2000, help_text="采取了什么措施")
    done_on = serializers.DateField(help_text="实施日期，须在该主体在列且未暂停期间")
    document_number = serializers.CharField(
        required=False, default="", max_length=128, allow_blank=True, help_text="文书号"
    )
    amount = serializers.DecimalField(
        required=False, max_digits=16, decimal_places=2, min_value=0, help_text="涉及金额（元），只填这一次新发生的"
    )
    cases = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="涉及事项（件），只填这一次新发生的"
    )


class CarryOutForm(CarryOutBody):
    """What was done, with a copy of the document."""

    file = serializers.FileField(required=False, help_text="文书的副本")


class EffectBody(CarryOutBody):
    """What a reported measure brought about since: an amount, cases, or both."""

    text = serializers.CharField(max_length=2000, help_text="成效，例如驳回了哪一项申请")
    done_on = serializers.DateField(help_text="发生日期，须在该主体在列且未暂停期间")


class EffectForm(EffectBody):
    """What a reported measure brought about since, with a copy of the document."""

    file = serializers.FileField(required=False, help_text="文书的副本")


class RefuseBody(StepBody):
    """Why the measure is not taken."""

    reason = serializers.CharField(max_length=2000, help_text="不予采取的理由")


class ConfirmEndBody(StepBody):
    """That the measure is lifted."""

    text = serializers.CharField(required=False, default="", max_length=2000, allow_blank=True, help_text="说明")


class ConfirmPauseBody(StepBody):
    """That the measure stands still."""

    text = serializers.CharField(required=False, default="", max_length=2000, allow_blank=True, help_text="说明")


class ConfirmResumptionBody(ConfirmPauseBody):
    """That the measure is applied again."""
