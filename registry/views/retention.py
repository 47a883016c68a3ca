"""What has outlived its time: what would go and why, what is marked, what is held back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from registry import clock
from registry.forms.retention import HoldForm
from registry.models import RetentionHold, RetentionTally
from registry.rules.access import may
from registry.rules.retention import county_retention
from registry.selectors.retention import COUNTED_MOST, kinds, retention_overview
from registry.services import authz
from registry.services.retention import hold_lift, hold_set
from registry.views.guards import actor_of, attempt, form_attempt, permission
from registry.views.paging import page_of

PAGES = "registry/administration"


@permission("retention.view")
def retention_page(request: HttpRequest) -> HttpResponse:
    """Show each kind with its time, what would go today, and the holds. Nothing is changed by looking."""
    today = clock.today()
    labels = {each.code: each.label for each in kinds()}
    tallies = list(RetentionTally.objects.all()[:30])
    holds = page_of(request, RetentionHold.objects.select_related("subject", "set_by"))
    for row in [*tallies, *holds]:
        row.label = labels.get(row.kind, row.kind)
    context = {
        "rows": retention_overview(today), "grace": county_retention().grace, "holds": holds, "page": holds,
        "tallies": tallies, "most": COUNTED_MOST, "today": today,
        "may_run": may(authz.roles_on(actor_of(request), today), "job.run"),
    }  # fmt: skip
    return render(request, f"{PAGES}/retention.html", context)


@permission("retention.hold")
def hold_new(request: HttpRequest) -> HttpResponse:
    """Hold back a kind, or everything about a subject."""
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            hold_set(actor=actor_of(request), on=clock.today(), **form.cleaned_data)

        if form_attempt(request, form, act, done="已封存，解除之前不会删除或者隐去。"):
            return redirect("registry:retention")
    return render(request, f"{PAGES}/retention_hold.html", {"form": form})


@permission("retention.hold")
@require_POST
def hold_end(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Lift a hold."""
    hold = get_object_or_404(RetentionHold, pk=hold_id)

    def act() -> None:
        hold_lift(hold_id=hold.pk, actor=actor_of(request), on=clock.today())

    attempt(request, act, done="封存已解除。期限已满的，下一次运行时先列出，再按期办理。")
    return redirect("registry:retention")
