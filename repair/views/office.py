"""Officers' pages of requests: one list by due day, one request with all that its decision needs, batch acceptance."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from registry import clock
from registry.base.errors import DomainError
from registry.models import Record, Subject
from registry.selectors.deadlines import object_deadlines
from registry.services import authz
from registry.views.guards import actor_of, attempt, permission
from registry.views.paging import page_of
from repair.forms.office import RequestFilterForm
from repair.models import Objection, RepairApplication, Review
from repair.rules.drawing import redraw
from repair.rules.lifecycle import next_steps, step_label
from repair.selectors.governing import cited_basis, governing_of
from repair.selectors.lists import (
    MODELS,
    AnyRequest,
    RequestFilters,
    RequestRow,
    request_documents,
    request_events,
    request_list,
    request_of,
    request_row,
    request_rows,
)
from repair.selectors.overview import grounds_of_matter, way_of
from repair.services.documents import repair_notice_make
from repair.services.extensions import extension_days
from repair.services.objections import objection_accept
from repair.services.repair_decisions import standing_of
from repair.services.repairs import repair_accept
from sanctions.models import ListEntry

PAGES = "repair/office"


@dataclass(frozen=True)
class StepLink:
    """A step as the page offers it; `why_not` says why it is not this person's, empty when it is."""

    name: str
    label: str
    why_not: str


def request_or_404(family: str, public_id: UUID) -> AnyRequest:
    """Return the request of an address, else answer 404."""
    found = request_of(family, public_id) if family in MODELS else None
    if found is None:
        raise Http404
    return found


@permission("request.view")
def request_index(request: HttpRequest) -> HttpResponse:
    """List objections, complaints, repairs and removals, the earliest due first."""
    on = clock.today()
    form = RequestFilterForm(request.GET or {"state": "open"})
    chosen = dict(form.cleaned_data) if form.is_valid() else {}
    state = chosen.get("state") or "open"
    chosen["state"] = "" if state == "all" else state
    page = page_of(request, request_list(actor_of(request), on, RequestFilters(**chosen)))
    context = {
        "form": form,
        "page": page,
        "rows": request_rows(page, on),
        "may_accept": authz.may(actor_of(request), "request.accept", on),
        "may_decide": authz.may(actor_of(request), "request.decide", on),
    }
    return render(request, f"{PAGES}/list.html", context)


@permission("request.view")
def request_page(request: HttpRequest, family: str, public_id: UUID) -> HttpResponse:
    """Show one request with facts, governing rule, verdict, files, clock and history: enough to decide on."""
    found, on = request_or_404(family, public_id), clock.today()
    governing = governing_of(found)
    way = None
    if isinstance(found, RepairApplication) and not found.is_mirrored:
        way = way_of(found.kind, standing_of(found, on), found.record, found.entry, on)
    context = {
        "row": request_row(found),
        "found": found,
        "family": family,
        "basis": cited_basis(found),
        "rule": governing.objection if governing is not None else None,
        "way": way,
        "grounds": _grounds(found),
        "resting": _entries_resting(found),
        "deadlines": object_deadlines(found._meta.label_lower, found.pk, on),
        "files": found.files.select_related("attachment").order_by("pk"),
        "documents": request_documents(found),
        "events": request_events(found),
        "steps": _steps(request, found),
        "redrawn": _redrawn(found),
        "earlier": _earlier(found),
        "reviews": Review.objects.filter(record=found.record_id, entry=found.entry_id),
    }
    return render(request, f"{PAGES}/detail.html", context)


def _grounds(found: AnyRequest) -> list[Record]:
    ids = [each.pk for each in grounds_of_matter(found.record, found.entry)]
    rows = Record.objects.filter(pk__in=ids).select_related("department", "penalty", "accident")
    return list(rows.prefetch_related("evidence__attachment").order_by("decided_on", "pk"))


def _entries_resting(found: AnyRequest) -> list[ListEntry]:
    if found.entry is not None:
        return [found.entry]
    rows = ListEntry.objects.filter(grounds__record=found.record_id).select_related("policy", "subject")
    return list(rows.prefetch_related("pauses").order_by("-starts_on"))


def _earlier(found: AnyRequest) -> list[RequestRow]:
    """Return the other requests about the same record or entry."""
    rows = []
    for model in MODELS.values():
        same = model.objects.filter(subject=found.subject_id, record=found.record_id, entry=found.entry_id)
        if isinstance(found, model):
            same = same.exclude(pk=found.pk)
        rows += [request_row(each) for each in same.select_related("department")]
    return rows


def _redrawn(found: AnyRequest) -> str:
    """Say whether repeating the draw of a complaint's experts gives the same; empty where none were drawn."""
    if not isinstance(found, Objection) or not found.draw:
        return ""
    again = redraw(found.draw)
    same = again is not None and [each.code for each in again] == [each["code"] for each in found.experts]
    return "按记录的种子和名册重新抽取，结果一致。" if same else "按记录的种子和名册重新抽取，结果不一致，请核查。"


def _steps(request: HttpRequest, found: AnyRequest) -> list[StepLink]:
    actor, on = actor_of(request), clock.today()
    links = []
    for step in next_steps(found.state, is_repair=isinstance(found, RepairApplication)):
        if isinstance(found, RepairApplication) and _is_undo_idle(step.name, found):
            continue
        if step.name == "extend" and (found.extended_on is not None or not extension_days(found, on=on)):
            continue
        # What comes on paper is registered by who registers requests.
        code = "request.register" if step.permission == "portal.file" else step.permission
        label = step_label(step.name, found.kind_code)
        label = f"{label}（窗口代办）" if step.permission == "portal.file" else label
        why = ""
        if not authz.may(actor, code, on):
            why = "不属于您的角色"
        elif actor.department_id != found.department_id:
            why = f"由{found.department.name}办理"
        elif step.name in ("grant", "refuse") and actor.pk == found.accepted_by_id:
            why = "受理人不能作出决定"
        elif step.name == "undo" and actor.pk == found.undo_noticed_by_id:  # type: ignore[union-attr]
            why = "告知人不能作出决定"
        links.append(StepLink(step.name, label, why))
    is_complaint = isinstance(found, Objection) and found.level == Objection.Level.COMPLAINT
    if is_complaint and found.is_open and not found.draw:  # type: ignore[union-attr]
        why = "" if authz.may(actor, "request.accept", on) else "不属于您的角色"
        links.insert(0, StepLink("draw", "随机抽取专家", why))
    return links


def _is_undo_idle(name: str, found: RepairApplication) -> bool:
    """Whether a step of taking a repair back is not the next one: the notice comes first, and only once."""
    if not name.startswith("undo"):
        return False
    return found.undone_on is not None or (name == "undo-notice") == found.is_undo_noticed


@permission("request.accept")
@require_POST
def accept_many(request: HttpRequest) -> HttpResponse:
    """Accept each chosen request on its own; each is told what came of it."""
    results = []
    for value in dict.fromkeys(request.POST.getlist("chosen")):
        family, _, text = value.partition(":")
        found = _chosen(family, text)
        if found is not None:
            results.append((request_row(found), *_accept_one(request, found)))
    return render(request, f"{PAGES}/accepted.html", {"results": results})


def _chosen(family: str, text: str) -> AnyRequest | None:
    try:
        return request_of(family, UUID(text)) if family in MODELS else None
    except ValueError:
        return None


def _accept_one(request: HttpRequest, found: AnyRequest) -> tuple[bool, str]:
    actor, on = actor_of(request), clock.today()
    try:
        if isinstance(found, Objection):
            done: AnyRequest = objection_accept(objection_id=found.pk, actor=actor, on=on, version=found.version)
        else:
            done = repair_accept(application_id=found.pk, actor=actor, on=on, version=found.version)
    except DomainError as refusal:
        return False, refusal.message
    return True, f"已受理，承诺于{done.promised_on}前办结" if done.promised_on else "已受理"


@permission("request.accept")
@require_POST
def notice_make(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make the notice of repair that is served with a penalty."""
    record = Record.objects.filter(public_id=public_id).select_related("subject").first()
    if record is None:
        raise Http404

    def act() -> None:
        repair_notice_make(record_id=record.pk, actor=actor_of(request), on=clock.today())

    attempt(request, act, done="信用修复告知书已制作，请与处罚决定书一并送达。")
    return redirect("registry:subject-detail", record.subject.public_id)


def subject_or_404(public_id: UUID) -> Subject:
    """Return a subject that has not been merged away, else answer 404."""
    subject = Subject.objects.filter(public_id=public_id, merged_into__isnull=True).first()
    if subject is None:
        raise Http404
    return subject


def targets_of(subject: Subject, **only: Any) -> list[tuple[str, str]]:
    """Return the records and entries of a subject as choices."""
    records = Record.objects.filter(subject=subject, state__in=[Record.State.CONFIRMED, Record.State.REPAIRED])
    entries = ListEntry.objects.filter(subject=subject)
    found = [(f"entry:{each.pk}", f"名单：{each.list_label}（{each.starts_on}起，{each.department.short_name}）")
             for each in entries.select_related("department").filter(**only)]  # fmt: skip
    found += [(f"record:{each.pk}", f"{each}（{each.title}，{each.department.short_name}）")
              for each in records.select_related("department").filter(**only)]  # fmt: skip
    return found
