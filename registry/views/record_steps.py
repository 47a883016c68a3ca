"""The steps of a record: confirm, correct, void, classify, find, mark. Each page names what the step brings about."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.forms.records import (
    ClassifyForm,
    FindingForm,
    MarkForm,
    VoidForm,
    correction_form,
    record_initial,
)
from registry.forms.versioned import ReasonForm, VersionedForm
from registry.models import Finding, Record
from registry.selectors.classification import classification_choices, valid_findings
from registry.services import classifying, record_marks, records
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.records import PAGES, record_of

_MARKS: dict[str, tuple[Callable[..., Record], str]] = {
    "corrected": (record_marks.record_mark_corrected, "corrected_on"),
    "fulfilled": (record_marks.record_mark_fulfilled, "fulfilled_on"),
    "disputed": (record_marks.record_dispute, "disputed_on"),
}


def _step(
    request: HttpRequest, record: Record, form: forms.Form, act: Callable[[dict[str, Any]], Any], *, done: str,
    **page: Any,
) -> HttpResponse:  # fmt: skip
    """Serve a step's own page: GET shows it, POST calls one service and goes back to the record."""
    if request.method == "POST" and form.is_valid():
        common = {"actor": actor_of(request), "on": clock.today()}
        if form_attempt(request, form, lambda: act({**form.cleaned_data, **common}), done=done):
            return redirect("registry:record-detail", record.public_id)
    template = page.pop("template", "step.html")
    return render(request, f"{PAGES}/{template}", {"form": form, "record": record, **page})


@permission("record.confirm")
def record_confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm a draft."""
    record = record_of(request, public_id)
    consequence = "确认后，这条记录成为正式的信用记录：参加名单评价，行政处罚和行政许可自决定之日起7个工作日内公示。此后不能修改，只能更正或作废。"
    return _step(
        request, record, VersionedForm(request.POST or None, row=record),
        lambda given: records.record_confirm(record_id=record.pk, **given),
        done="记录已确认。", heading="确认记录", submit="确认记录", consequence=consequence,
    )  # fmt: skip


@permission("record.view")
def record_void(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Void a record; the service asks for the right that its state needs."""
    record = record_of(request, public_id)
    consequence = (
        "作废后，这条记录不再参加任何评价，已公示的撤下，以它为依据的名单认定需要重新评价。记录本身保留备查，不能恢复。"
    )
    return _step(
        request, record, VoidForm(request.POST or None, row=record),
        lambda given: records.record_void(record_id=record.pk, **given),
        done="记录已作废。", heading="作废记录", submit="作废", danger=True, consequence=consequence,
    )  # fmt: skip


@permission("record.correct")
def record_correct(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Correct a confirmed record: the form shows it as it is, the right content makes a new one."""
    record = record_of(request, public_id)
    form = correction_form(record.kind, request.POST or None, row=record, initial=record_initial(record))

    def act(given: dict[str, Any]) -> None:
        records.record_correct(
            record_id=record.pk, department_id=given["department"].pk, content=form.content(), reason=given["reason"],
            version=given["version"], actor=given["actor"], on=given["on"],
        )  # fmt: skip

    consequence = "原记录作废并保留，本页内容成为新的正式记录，证据、归类和情节认定一并转过去，名单评价随之重做。"
    return _step(
        request, record, form, act, done="更正已办理，新记录已生效。",
        heading="更正记录", submit="更正", consequence=consequence,
    )  # fmt: skip


@permission("record.classify")
def record_classify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose the clauses that the conduct falls under."""
    record = record_of(request, public_id)
    packs = classification_choices(record, clock.today())
    held = {f"{item.pack_id}|{item.code}" for item in record.items.all()}
    choices = [(item.value, item.label) for pack in packs for item in pack.items]
    kept = sorted(held - {value for value, _ in choices})
    choices += [(value, value) for value in kept]
    form = ClassifyForm(request.POST or None, row=record, choices=choices)
    chosen = set(request.POST.getlist("items")) if request.method == "POST" else held

    def act(given: dict[str, Any]) -> None:
        items = [classifying.ItemCode(*value.split("|", 1)) for value in given.pop("items")]
        classifying.record_classify(record_id=record.pk, items=items, **given)

    return _step(
        request, record, form, act, done="归类已保存，名单评价已按新的归类重做。", heading="归类",
        template="classify.html", packs=packs, chosen=chosen, kept=kept,
    )  # fmt: skip


@permission("record.classify")
def finding_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Establish a circumstance about a record."""
    record = record_of(request, public_id)
    findings = valid_findings(clock.today())
    form = FindingForm(request.POST or None, row=record, findings=findings)
    consequence = "情节认定会影响名单评价，写入主体的时间线，当事人有权要求说明理由。"
    if not findings:
        consequence = "现行启用的政策没有要求任何情节认定，目前不需要办理。"
    return _step(
        request, record, form, lambda given: classifying.finding_add(record_id=record.pk, **given),
        done="情节认定已保存。", heading="情节认定", submit="认定", consequence=consequence,
    )  # fmt: skip


@permission("record.classify")
def finding_remove(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Take a finding back."""
    finding = get_object_or_404(Finding.objects.select_related("record"), pk=finding_id)
    record = record_of(request, finding.record.public_id)

    def act(given: dict[str, Any]) -> None:
        given.pop("version")
        classifying.finding_remove(finding_id=finding.pk, **given)

    return _step(
        request, record, ReasonForm(request.POST or None), act, done="情节认定已撤销。", heading="撤销情节认定",
        submit="撤销认定", danger=True, consequence="撤销后名单评价随之重做；原认定和撤销理由保留在时间线上。",
    )  # fmt: skip


@permission("record.confirm")
def record_mark(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note that the conduct was corrected, the penalty fulfilled, or the record disputed."""
    record = record_of(request, public_id)

    def act(given: dict[str, Any]) -> None:
        service, field = _MARKS[given.pop("mark")]
        service(record_id=record.pk, **{field: given.pop("day")}, **given)

    return _step(
        request, record, MarkForm(request.POST or None, row=record), act, done="情况已登记。", heading="登记后续情况",
        submit="登记", consequence="改正、履行日期用于信用修复；异议标记会随公示一起显示，直到处理完毕。",
    )  # fmt: skip


@permission("record.confirm")
def dispute_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take the mark of dispute off."""
    record = record_of(request, public_id)
    return _step(
        request, record, ReasonForm(request.POST or None, row=record),
        lambda given: record_marks.record_dispute_end(record_id=record.pk, **given),
        done="异议标记已撤除。", heading="撤除异议标记", submit="撤除", consequence="异议处理完毕后撤除标记，理由写入时间线。",
    )  # fmt: skip
