"""The red list before officers and departments: the list, one honour, putting somebody forward, files."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from incentives.forms.honours import HonourFilterForm, NominationForm, RedListForm
from incentives.models import Honour
from incentives.rules import honours as rules
from incentives.selectors import honours as selectors
from incentives.selectors.grants import grant_rows, grants_visible_to
from incentives.selectors.honour_checks import RedList, honour_check, red_list_kept, red_list_of, red_lists_on
from incentives.services.honours import Nomination, honour_nominate
from registry import clock
from registry.models import Subject
from registry.rules import access
from registry.rules.policy.head import SubjectKind
from registry.selectors.subjects import subjects_visible_to
from registry.services import authz
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.paging import page_of

PAGES = "incentives/honours"


def honour_or_404(request: HttpRequest, public_id: UUID) -> Honour:
    """Return an honour that the account may see; any other answers 404."""
    visible = selectors.honours_visible_to(actor_of(request), clock.today())
    found: Honour = get_object_or_404(selectors.with_files(visible), public_id=public_id)
    return found


def sees_records(request: HttpRequest) -> bool:
    """Whether the account may see what was checked: records and persons are for officers."""
    return authz.may(actor_of(request), "record.view", clock.today())


def is_party(request: HttpRequest, honour: Honour) -> bool:
    """Whether the account sees more than the public does: an officer, or of the department that put it forward."""
    return sees_records(request) or actor_of(request).department_id == honour.nominator_department_id


@permission("honour.view")
def honour_index(request: HttpRequest) -> HttpResponse:
    """List honours and nominations by state, document and words."""
    today = clock.today()
    form = HonourFilterForm(request.GET or {"state": "open"}, packs=selectors.list_choices())
    chosen = form.cleaned_data if form.is_valid() else {}
    filters = selectors.HonourFilters(
        text=chosen.get("q") or "", state=chosen.get("state") or "open", pack_id=chosen.get("pack") or ""
    )
    page = page_of(request, selectors.honour_list(actor_of(request), filters, today))
    context = {"form": form, "page": page, "rows": selectors.honour_rows(page, today)}
    return render(request, f"{PAGES}/list.html", context)


@permission("honour.view")
def honour_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one honour: where it stands, what was checked and what the check says today, objections, what may be done."""
    honour, today, actor = honour_or_404(request, public_id), clock.today(), actor_of(request)
    is_officer, party = sees_records(request), is_party(request, honour)
    red_list = red_list_kept(honour, today) if is_officer else None
    is_live = honour.state in rules.OPEN or (honour.ends_on is not None and honour.ends_on > today)
    context = {
        "honour": honour,
        "row": selectors.honour_row(honour, today),
        "steps": [step for step in rules.next_steps(honour.state) if may_take(request, honour, step.name)],
        "check": honour_check(honour.subject, red_list, today) if red_list is not None and is_live else None,
        "kept": (honour.decision_check or honour.review_check) if is_officer else None,
        "objections": selectors.objections_of(honour) if is_officer else [],
        "may_answer": honour.state == rules.PUBLICISED and may_take(request, honour, "answer"),
        "may_nominate": authz.may(actor, "honour.nominate", today),
        "grants": grant_rows(grants_visible_to(actor, today).filter(honour=honour), today),
        "events": selectors.honour_events(honour) if party else [],
        "is_officer": is_officer,
        "is_party": party,
    }
    return render(request, f"{PAGES}/detail.html", context)


def may_take(request: HttpRequest, honour: Honour, name: str) -> bool:
    """Whether a step's button is shown to the account; the service decides."""
    actor, step = actor_of(request), rules.STEPS[name]
    departments = {honour.department_id} | ({honour.nominator_department_id} if name == "withdraw" else set())
    if name == "end" and (honour.ends_on is None or honour.ends_on <= clock.today()):
        return False
    return actor.department_id in departments and authz.may(actor, step.permission, clock.today())


@permission("honour.view")
@require_GET
def honour_file(request: HttpRequest, public_id: UUID, file_id: UUID) -> HttpResponseBase:
    """Send a paper of an honour, logged; the public's share of the page has none."""
    honour = honour_or_404(request, public_id)
    found = selectors.files_of(honour) if is_party(request, honour) else selectors.files_of(honour).none()
    attachment = get_object_or_404(found, public_id=file_id)
    attachment_download_log(
        attachment=attachment, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="honour.view",
    )  # fmt: skip
    return file_response(attachment)


@permission("honour.nominate")
def honour_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose the red list, see what the check says, put the subject forward. The choice stays in the address."""
    actor, today = actor_of(request), clock.today()
    subject = get_object_or_404(subjects_visible_to(actor, today), public_id=public_id)
    kind: SubjectKind = "person" if subject.is_person else "organization"
    lists = red_lists_on(today, kind=kind)
    red_list = red_list_of(request.GET.get("list", ""), kind=kind, on=today) or (lists[0] if len(lists) == 1 else None)
    if red_list is None:
        context = {"subject": subject, "lists": lists, "choose": RedListForm(lists=lists)}
        return render(request, f"{PAGES}/choose.html", context)
    own = None if access.HANDLER in authz.roles_on(actor, today) else actor.department
    form = NominationForm(
        request.POST or None,
        request.FILES or None,
        red_list=red_list,
        departments=selectors.deciding_departments(today),
        own=own,
    )
    if request.method == "POST" and form.is_valid():
        made: list[Honour] = []
        if form_attempt(
            request, form, lambda: made.append(_nominate(request, subject, red_list, form)), done="已提名。"
        ):
            return redirect("honours:detail", made[0].public_id)
    context = {
        "subject": subject,
        "form": form,
        "red_list": red_list,
        "check": honour_check(subject, red_list, today) if sees_records(request) else None,
    }
    return render(request, f"{PAGES}/new.html", context, status=422 if form.errors else 200)


def _nominate(request: HttpRequest, subject: Subject, red_list: RedList, form: NominationForm) -> Honour:
    data = form.cleaned_data
    files = [data["file"]] if data["file"] else []
    return honour_nominate(
        subject_id=subject.pk, key=red_list.key, department_id=data["department"].pk,
        nomination=Nomination(data["nominator"], data["grounds"], data.get("kind", ""), files),
        actor=actor_of(request), on=clock.today(),
    )  # fmt: skip
