"""Who acts for the subject: its managers and agents."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from registry import clock
from registry.base.errors import DomainError
from registry.forms.mandates import AgentEndForm, AgentForm
from registry.selectors.mandates import is_manager, mandates_of
from registry.services.mandates import agent_add, mandate_end
from registry.views.guards import actor_of, form_attempt, permission, subject_of

PAGES = "credit_site/portal"


@permission("portal.view")
def people(request: HttpRequest) -> HttpResponse:
    """List who acts for the subject, until when."""
    context = {
        "mandates": mandates_of(subject_of(request)),
        "may_manage": is_manager(actor_of(request), clock.today()),
    }
    return render(request, f"{PAGES}/people.html", context)


@permission("portal.file")
def agent_new(request: HttpRequest) -> HttpResponse:
    """Let a manager give an agent an account until a day."""
    subject_of(request)
    form = AgentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            try:
                agent_add(actor=actor_of(request), on=clock.today(), **form.cleaned_data)
            except DomainError as refusal:
                refusal.field = "letter" if refusal.field == "file" else refusal.field
                raise

        if form_attempt(request, form, act, done="已授权代理人，请把用户名和临时密码告诉本人。"):
            return redirect("portal:people")
    return render(request, f"{PAGES}/agent_new.html", {"form": form})


@permission("portal.file")
def agent_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, then end an agent's mandate."""
    mandate = mandates_of(subject_of(request)).filter(public_id=public_id).first()
    if mandate is None:
        raise Http404("没有这项授权。")
    form = AgentEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            mandate_end(mandate_id=mandate.pk, actor=actor_of(request), on=clock.today(), **form.cleaned_data)

        if form_attempt(request, form, act, done="授权已终止，该账号今天起不能再查看任何内容。"):
            return redirect("portal:people")
    return render(request, f"{PAGES}/agent_end.html", {"mandate": mandate, "form": form})
