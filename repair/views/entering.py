"""What officers enter: requests on paper, others' repair decisions, outcomes of reviews, the pool of experts."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from registry import clock
from registry.forms.records import correction_form, record_initial
from registry.models import Record
from registry.services import authz
from registry.views.guards import actor_of, attempt, form_attempt, permission, version_of
from repair.forms.office import ExpertForm, MirrorForm, RegisterForm, ReviewForm
from repair.models import Expert
from repair.selectors.lists import AnyRequest, family_of
from repair.services.experts import expert_add, expert_retire
from repair.services.objections import objection_file
from repair.services.repair_undoing import Origin, repair_mirror
from repair.services.repairs import Paper, repair_file
from repair.services.reviews import Ruling, review_enter
from repair.views.office import PAGES, subject_or_404, targets_of


@permission("request.register")
def register(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take in an objection or an application that came on paper."""
    subject = subject_or_404(public_id)
    targets = targets_of(subject)
    form = RegisterForm(request.POST or None, request.FILES or None, targets=targets)
    made: list[AnyRequest] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def act() -> None:
            if given["kind"] == "objection":
                made.append(
                    objection_file(
                        subject_id=subject.pk, statement=given["statement"], uploads=form.uploads(),
                        new_facts=given["new_facts"], actor=actor_of(request), on=clock.today(), **form.chosen(),
                    )
                )  # fmt: skip
                return
            papers = [Paper("commitment" if "承诺" in each.label else "other", each.file) for each in form.uploads()]
            made.append(
                repair_file(
                    subject_id=subject.pk, statement=given["statement"], kind=given["kind"], papers=papers,
                    actor=actor_of(request), on=clock.today(), **form.chosen(),
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="已登记。"):
            return redirect("requests:detail", family_of(made[0]), made[0].public_id)
    words = {
        "heading": "登记窗口提交的申请",
        "consequence": "登记后与在线提交的同样办理，期限自今日起算；异议涉及的信息立即标注“有异议”。",
        "submit": "登记",
    }
    context = {"form": form, "subject": subject, "is_empty": not targets, **words}
    return render(request, f"{PAGES}/enter.html", context, status=422 if form.errors else 200)


@permission("request.decide")
def mirror(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Enter another authority's repair decision."""
    subject = subject_or_404(public_id)
    targets = targets_of(subject)
    form = MirrorForm(request.POST or None, request.FILES or None, targets=targets)
    made: list[AnyRequest] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def act() -> None:
            origin = Origin(given["authority"], given["number"], given["decided_on"], given["file"])
            made.append(
                repair_mirror(
                    subject_id=subject.pk, origin=origin, actor=actor_of(request), on=clock.today(), **form.chosen()
                )
            )

        if form_attempt(request, form, act, done="已同步执行。"):
            return redirect("requests:detail", "repairs", made[0].public_id)
    words = {
        "heading": "登记其他机关的修复决定",
        "consequence": "本县立即停止公示和惩戒措施，各部门收到解除任务。只用于其他部门认定的信息；本部门认定的按修复程序办理。",
        "submit": "同步执行",
    }
    context = {"form": form, "subject": subject, "is_empty": not targets, "danger": True, **words}
    return render(request, f"{PAGES}/enter.html", context, status=422 if form.errors else 200)


@permission("request.decide")
def review_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Enter the outcome of a reconsideration or a suit."""
    subject = subject_or_404(public_id)
    department = actor_of(request).department
    targets = targets_of(subject, department=department)
    form = ReviewForm(request.POST or None, request.FILES or None, targets=targets)
    wanted = _changed_record(request, form)
    correction = correction_form(wanted.kind, request.POST, prefix="right") if wanted is not None else None
    is_asked = correction is not None and "right-title" in request.POST
    if wanted is not None and not is_asked:
        # The first answer: show the record's own form with its content as it is.
        correction = correction_form(
            wanted.kind, prefix="right", initial={**record_initial(wanted), "reason": form.cleaned_data["note"]}
        )
    elif request.method == "POST" and form.is_valid() and (correction is None or correction.is_valid()):
        given = form.cleaned_data

        def act() -> None:
            ruling = Ruling(
                given["kind"], given["authority"], given["number"], given["decided_on"], given["outcome"],
                given["note"], given["file"],
            )  # fmt: skip
            review_enter(
                subject_id=subject.pk, ruling=ruling, actor=actor_of(request), on=clock.today(),
                ends_on=given["ends_on"], content=correction.content() if correction is not None else None,
                **form.chosen(),
            )  # fmt: skip

        if form_attempt(request, form, act, done="已登记并执行。"):
            return redirect("registry:subject-detail", subject.public_id)
    words = {
        "heading": "登记复议、诉讼结果",
        "consequence": "结果为撤销的，记录作废或者列入撤销，公示撤下并发布更正公告；变更的按变更后的内容执行。此操作不能撤回。",
        "submit": "登记并执行",
    }
    context = {"form": form, "subject": subject, "is_empty": not targets, "correction": correction, "danger": True,
               **words}  # fmt: skip
    return render(request, f"{PAGES}/enter.html", context, status=422 if form.errors else 200)


def _changed_record(request: HttpRequest, form: ReviewForm) -> Record | None:
    """Return the record that a valid answer says was changed: its right content is asked for then."""
    if request.method != "POST" or not form.is_valid() or form.cleaned_data["outcome"] != "changed":
        return None
    key = form.chosen().get("record_id")
    return Record.objects.get(pk=key) if key is not None else None


@permission("request.view")
def expert_index(request: HttpRequest) -> HttpResponse:
    """Show the pool of experts."""
    may = authz.may(actor_of(request), "request.decide", clock.today())
    found = Expert.objects.select_related("department").order_by("ends_on", "pk")
    return render(request, f"{PAGES}/experts.html", {"experts": found, "may_change": may})


@permission("request.decide")
def expert_new(request: HttpRequest) -> HttpResponse:
    """Put an expert into the pool."""
    form = ExpertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def act() -> None:
            department = given["department"].pk if given["department"] else None
            expert_add(
                name=given["name"], field=given["field"], department_id=department, actor=actor_of(request),
                on=clock.today(),
            )  # fmt: skip

        if form_attempt(request, form, act, done="专家已入库。"):
            return redirect("requests:expert-list")
    return render(request, f"{PAGES}/expert.html", {"form": form}, status=422 if form.errors else 200)


@permission("request.decide")
@require_POST
def expert_out(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an expert out of the pool."""
    expert = get_object_or_404(Expert, public_id=public_id)

    def act() -> None:
        expert_retire(expert_id=expert.pk, actor=actor_of(request), on=clock.today(), version=version_of(request))

    attempt(request, act, done="专家已出库，已经抽取的不受影响。")
    return redirect("requests:expert-list")
