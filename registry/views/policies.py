"""Policies for officers: what is stored, what runs, what the law lets run, and every rule with its clause."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.forms.policies import PolicyDeactivateForm
from registry.models import PolicyActivation, PolicyVersion
from registry.rules.policy.mode import activation_check
from registry.selectors import policies as selectors
from registry.selectors.policy_adoption import proposals_pending
from registry.selectors.policy_pages import policy_page
from registry.services import authz
from registry.services.policies import policy_deactivate
from registry.views.guards import actor_of, form_attempt, permission, version_of

PAGES = "registry/policies"


@permission("policy.view")
def policy_index(request: HttpRequest) -> HttpResponse:
    """List every stored edition with its state today, and the proposals that wait."""
    today, actor = clock.today(), actor_of(request)
    context = {
        "rows": selectors.policy_rows(today),
        "pending": proposals_pending(),
        "may_draft": authz.may(actor, "policy.draft", today),
    }
    return render(request, f"{PAGES}/list.html", context)


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
        "may_propose": authz.may(actor_of(request), "policy.propose", today),
        "may_stop": authz.may(actor_of(request), "policy.stop", today),
        "may_draft": authz.may(actor_of(request), "policy.draft", today),
        "pending": proposals_pending().filter(pack_id=version.pack_id).first(),
    }
    return render(request, f"{PAGES}/detail.html", context)


@permission("policy.stop")
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

        if form_attempt(request, form, act, done="政策已停用，并已在公开页公告。"):
            return redirect("registry:policy-detail", activation.policy_id)
    return render(request, f"{PAGES}/deactivate.html", {"activation": activation, "form": form})
