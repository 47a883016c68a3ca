"""The timeline and the runs of jobs, for auditors and administrators."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from registry import clock
from registry.forms.audit import EventFilterForm, JobFilterForm
from registry.rules.access import may
from registry.rules.jobs import JOBS, VERIFY, counts_text, job_label
from registry.selectors.events import event_list, seal_state
from registry.selectors.jobs import (
    deliveries_waiting,
    duration,
    job_states,
    outbox_counts,
    outbox_oldest,
    run_list,
    worker_beats,
)
from registry.services import authz
from registry.services.job_requests import job_ask
from registry.services.verifying import WITHIN_DAYS
from registry.views.guards import actor_of, attempt, permission
from registry.views.paging import page_of

PAGES = "registry/administration"
SILENT_AFTER = timedelta(minutes=1)


@permission("event.view")
def event_index(request: HttpRequest) -> HttpResponse:
    """List events by content, person, kind and days, with the state of the seals."""
    form = EventFilterForm(request.GET)
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    context = {
        "form": form, "page": page_of(request, event_list(**chosen)), "seal": seal_state(), "verify_job": VERIFY,
        "within_days": WITHIN_DAYS,
    }  # fmt: skip
    return render(request, f"{PAGES}/events.html", context)


@permission("job.view")
def job_index(request: HttpRequest) -> HttpResponse:
    """Show the workers, the queue, every job with its last run and next time, and past runs."""
    now, beats = clock.now(), list(worker_beats())
    form = JobFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = page_of(request, run_list(**chosen))
    roles = authz.roles_on(actor_of(request), clock.today())
    permissions = frozenset(job.permission for job in JOBS.values() if may(roles, job.permission))
    states = job_states(permissions=permissions, now=now)
    for run in [*page, *(state.last for state in states if state.last is not None)]:
        run.label, run.summary, run.seconds = job_label(run.name), counts_text(run.counts), duration(run)
    context = {
        "form": form, "page": page, "beats": beats, "outbox": outbox_counts(), "states": states,
        "oldest": outbox_oldest(now), "deliveries": deliveries_waiting(), "now": now,
        "beats_silent": [beat.name for beat in beats if now - beat.at > SILENT_AFTER],
    }  # fmt: skip
    return render(request, f"{PAGES}/jobs.html", context)


@permission("job.view")
@require_POST
def job_request(request: HttpRequest) -> HttpResponse:
    """Ask for a run; which role may ask for which job, the service decides."""
    name = request.POST.get("name", "")

    def act() -> None:
        job_ask(name=name, actor=actor_of(request), on=clock.today(), at=clock.now())

    attempt(request, act, done=f"已安排运行“{job_label(name)}”，稍候刷新本页查看结果。")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "registry:job-list")
