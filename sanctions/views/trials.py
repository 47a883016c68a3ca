"""Trials on pages: begun, watched without JavaScript, read as a table and as a sheet."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from registry import clock
from registry.models import PolicyDraft, PolicyVersion
from registry.selectors.policy_drafts import draft_list
from registry.services import authz
from registry.views.export_files import REFRESH_SECONDS, export_answer
from registry.views.guards import actor_of, attempt, form_attempt, permission
from registry.views.paging import page_of
from sanctions.forms.trials import TrialFilterForm, TrialForm
from sanctions.models import Trial
from sanctions.selectors.trials import TrialCounts, trial_counts, trial_list, trial_rows
from sanctions.services.export_kinds import TRIAL, trial_given
from sanctions.services.trials import trial_cancel, trial_resume, trial_start

PAGES = "sanctions/trials"
EDITION, DRAFT = "e", "d"


@permission("trial.view")
def trial_index(request: HttpRequest) -> HttpResponse:
    """List the trials, newest first."""
    return render(request, f"{PAGES}/list.html", {"page": page_of(request, trial_list()), **_rights(request)})


@permission("trial.run")
def trial_new(request: HttpRequest) -> HttpResponse:
    """Choose a draft or an edition and a day, and begin."""
    form = TrialForm(request.POST or None, packs=_packs(), initial={"pack": _asked(request), "day": clock.today()})
    if request.method == "POST" and form.is_valid():
        made: list[Trial] = []

        def act() -> None:
            made.append(
                trial_start(
                    pack=_pack(form.cleaned_data["pack"]), day=form.cleaned_data["day"], actor=actor_of(request),
                    on=clock.today(),
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="已开始试算。可以离开本页，完成后会通知您。"):
            return redirect("sanctions:trial-detail", made[0].public_id)
    return render(request, f"{PAGES}/new.html", {"form": form}, status=422 if form.errors else 200)


def _packs() -> list[tuple[str, str]]:
    drafts = draft_list().filter(state=PolicyDraft.State.OPEN)
    editions = PolicyVersion.objects.defer("text").order_by("pack_id", "-loaded_at", "-pk")
    return [
        *((f"{DRAFT}{each.pk}", f"草案：{each.title}（{each.pack_id}）") for each in drafts),
        *((f"{EDITION}{each.pk}", f"{each.title}（{each.content_hash[:8]}）") for each in editions),
    ]


def _asked(request: HttpRequest) -> str:
    """Return the choice that the address names: `?draft=<public id>` or `?edition=<id>`."""
    for draft in draft_list():
        if str(draft.public_id) == request.GET.get("draft"):
            return f"{DRAFT}{draft.pk}"
    return f"{EDITION}{request.GET.get('edition', '')}"


def _pack(choice: str) -> PolicyDraft | PolicyVersion:
    if choice[0] == DRAFT:
        return get_object_or_404(PolicyDraft, pk=choice[1:])
    return get_object_or_404(PolicyVersion, pk=choice[1:])


@permission("trial.view")
def trial_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a trial: its progress while it runs, then who would come on, go off or change level, and why."""
    trial = _trial(public_id)
    context: dict[str, Any] = {"trial": trial, **_rights(request)}
    if trial.state == Trial.State.RUNNING:
        return render(request, f"{PAGES}/progress.html", {**context, "refresh_seconds": REFRESH_SECONDS})
    counts = trial_counts(trial)
    form = _filter(request, counts)
    query = request.GET.copy()
    query.pop("page", None)
    context |= {
        "counts": counts,
        "form": form,
        "page": page_of(request, trial_rows(trial, **form.given())),
        "query": query.urlencode(),
        "may_propose": authz.may(actor_of(request), "policy.propose", clock.today()),
    }
    return render(request, f"{PAGES}/result.html", context)


@permission("trial.run")
@require_POST
def trial_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Cancel a running or stopped trial."""
    trial = _trial(public_id)
    attempt(
        request,
        lambda: trial_cancel(trial_id=trial.pk, actor=actor_of(request), on=clock.today()),
        done="已取消试算，已有的结果保留。",
    )
    return redirect("sanctions:trial-detail", public_id)


@permission("trial.run")
@require_POST
def trial_go_on(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let a stopped trial go on."""
    trial = _trial(public_id)
    attempt(
        request,
        lambda: trial_resume(trial_id=trial.pk, actor=actor_of(request), on=clock.today()),
        done="已继续试算。",
    )
    return redirect("sanctions:trial-detail", public_id)


@permission("trial.view")
def trial_sheet(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Download the rows, filtered as on the page, as xlsx."""
    trial = _trial(public_id)
    chosen = _filter(request, trial_counts(trial)).given()
    return export_answer(request, TRIAL, trial_given(trial, **chosen))


def _filter(request: HttpRequest, counts: TrialCounts) -> TrialFilterForm:
    departments = [department for department, _ in counts.departments]
    return TrialFilterForm(request.GET, lists=counts.lists, departments=departments)


def _trial(public_id: UUID) -> Trial:
    return get_object_or_404(trial_list(), public_id=public_id)


def _rights(request: HttpRequest) -> dict[str, bool]:
    return {"may_run": authz.may(actor_of(request), "trial.run", clock.today())}
