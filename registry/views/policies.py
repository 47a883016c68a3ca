"""Policies for officers: what is stored, what runs, what the law lets run, and every rule with its clause."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.forms.policies import PolicyActivateForm, PolicyDeactivateForm
from registry.models import PolicyActivation, PolicyVersion
from registry.rules.policy.mode import activation_check
from registry.selectors import policies as selectors
from registry.selectors.policy_pages import policy_page
from registry.services import authz
from registry.services.policies import policy_activate, policy_deactivate
from registry.views.guards import actor_of, form_attempt, permission, version_of

PAGES = "registry/policies"


@permission("policy.view")
def policy_index(request: HttpRequest) -> HttpResponse:
    """List every stored edition with its state today."""
    return render(request, f"{PAGES}/list.html", {"rows": selectors.policy_rows(clock.today())})


@permission("policy.view")
def policy_detail(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show one edition: the verdict of today's law, then every rule with its clause."""
    today = clock.today()
    version = get_object_or_404(PolicyVersion, pk=version_id)
    pack = selectors.pack_of(version)
    running = selectors.activations_on(today).filter(policy=version).first()
    state, label = selectors.policy_state(version, running, today)
    context = {
        "version": version,
        "pack": pack,
        "policy": policy_page(pack, today),
        "verdict": activation_check(pack, today),
        "last_day": selectors.last_day_in_force(version),
        "running": running,
        "state": state,
        "state_label": label,
        "activations": version.activations.select_related("activated_by").order_by("-starts_on", "-pk"),
        "may_activate": authz.may(actor_of(request), "policy.activate", today),
    }
    return render(request, f"{PAGES}/detail.html", context)


@permission("policy.activate")
def policy_start(request: HttpRequest, version_id: int) -> HttpResponse:
    """Activate an edition; the verdict of today's law stands above the form."""
    today = clock.today()
    version = get_object_or_404(PolicyVersion, pk=version_id)
    pack = selectors.pack_of(version)
    verdict = activation_check(pack, today)
    running = selectors.activations_on(today).filter(policy__pack_id=version.pack_id).first()
    initial = {"mode": verdict.mode, "replaces": running.pk if running else None}
    form = PolicyActivateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            policy_activate(
                version=version, mode=form.cleaned_data["mode"], replaces=form.cleaned_data["replaces"],
                actor=actor_of(request), on=clock.today(),
            )  # fmt: skip

        if form_attempt(request, form, act, done="政策已启用。运行方式和合法性审查结论见下。"):
            return redirect("registry:policy-detail", version.pk)
    context = {"version": version, "form": form, "verdict": verdict, "running": running}
    return render(request, f"{PAGES}/activate.html", context)


@permission("policy.activate")
def policy_stop(request: HttpRequest, activation_id: int) -> HttpResponse:
    """Stop running an edition, after a page that names the consequence."""
    activation = get_object_or_404(PolicyActivation.objects.select_related("policy"), pk=activation_id)
    form = PolicyDeactivateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            policy_deactivate(
                activation=activation, note=form.cleaned_data["note"], actor=actor_of(request), on=clock.today(),
                version=version_of(request),
            )  # fmt: skip

        if form_attempt(request, form, act, done="政策已停用。"):
            return redirect("registry:policy-detail", activation.policy_id)
    return render(request, f"{PAGES}/deactivate.html", {"activation": activation, "form": form})
