"""Import of the national files: log, upload, preview, progress, result; files to download."""

import io
from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from registry import clock
from registry.forms.imports import ImportFilterForm, ImportForm
from registry.models import ImportBatch, ImportRow
from registry.rules.access import may
from registry.rules.publicity import Kind
from registry.selectors.import_rows import layout_of, row_shown
from registry.selectors.imports import batches_visible_to, counts_of, import_list, import_rows, same_file_before
from registry.selectors.rights import roles_on
from registry.services.imports.export_kinds import FAILED, failed_given
from registry.services.imports.preview import import_preview
from registry.services.imports.running import import_cancel, import_start
from registry.services.imports.samples import sample_write
from registry.services.imports.writing import CONTENT_TYPES, write_template
from registry.views.export_files import REFRESH_SECONDS, export_answer, file_response
from registry.views.guards import actor_of, attempt, form_attempt, permission
from registry.views.paging import page_of

PAGES = "registry/imports"
_GOOD_SHOWN = 10
# Which rows a finished batch shows under which tab.
_TABS = {
    "refused": [ImportRow.State.REFUSED],
    "imported": [ImportRow.State.IMPORTED],
    "same": [ImportRow.State.SAME],
    "waiting": [ImportRow.State.WAITING],
}


@permission("import.view")
def import_index(request: HttpRequest) -> HttpResponse:
    """List the imports, newest first."""
    form = ImportFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = page_of(request, import_list(account=actor_of(request), on=clock.today(), **chosen))
    counts = counts_of(batch.pk for batch in page)
    for batch in page:
        batch.counts = counts[batch.pk]
    return render(request, f"{PAGES}/list.html", {"form": form, "page": page, **_rights(request)})


@permission("import.run")
def import_new(request: HttpRequest) -> HttpResponse:
    """Upload a file and go to its preview."""
    initial = {"department": actor_of(request).department_id}
    form = ImportForm(request.POST or None, request.FILES or None, initial=initial)
    made: list[ImportBatch] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            made.append(
                import_preview(
                    upload=form.cleaned_data["file"], department=form.cleaned_data["department"],
                    kind=form.cleaned_data["kind"], actor=actor_of(request), on=clock.today(),
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="文件已上传并逐行检查，请核对后开始导入。"):
            return redirect("registry:import-detail", made[0].public_id)
    return render(request, f"{PAGES}/new.html", {"form": form})


@permission("import.view")
def import_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a batch as it stands: preview, progress or result."""
    batch = _batch(request, public_id)
    counts = counts_of([batch.pk])[batch.pk]
    context: dict[str, Any] = {"batch": batch, "counts": counts, "before": same_file_before(batch), **_rights(request)}
    if batch.state == ImportBatch.State.RUNNING:
        return render(request, f"{PAGES}/progress.html", {**context, "refresh_seconds": REFRESH_SECONDS})
    if batch.state == ImportBatch.State.PREVIEWED:
        context |= _preview(request, batch)
        return render(request, f"{PAGES}/preview.html", context)
    tab = request.GET.get("tab", "refused" if counts.refused else "imported")
    states = _TABS.get(tab, _TABS["refused"])
    context |= {
        "tab": tab,
        "page": _page(request, batch, *states),
        "last": "原因与办法" if tab == "refused" else "说明",
    }
    return render(request, f"{PAGES}/result.html", context)


@permission("import.run")
@require_POST
def import_run_start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Start a previewed file, or go on with a stopped one."""
    batch = _batch(request, public_id)
    attempt(
        request,
        lambda: import_start(batch_id=batch.pk, actor=actor_of(request), on=clock.today()),
        done="已开始导入。可以离开本页，完成后会通知您。",
    )
    return redirect("registry:import-detail", public_id)


@permission("import.run")
@require_POST
def import_run_cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a previewed or stopped file up."""
    batch = _batch(request, public_id)
    attempt(
        request,
        lambda: import_cancel(batch_id=batch.pk, actor=actor_of(request), on=clock.today()),
        done="已取消，没有再导入任何行。",
    )
    return redirect("registry:import-detail", public_id)


@permission("import.run")
def import_failed_rows(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Download the rows that failed, in the file's own layout with a column of reasons."""
    return export_answer(request, FAILED, failed_given(_batch(request, public_id)))


@permission("import.run")
def import_template(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    """Download an empty sheet in the national layout."""
    stream = io.BytesIO()
    write_template(stream, kind=kind)
    stream.seek(0)
    name = f"双公示模板-{kind.label}.xlsx"
    return file_response(stream, name, CONTENT_TYPES["xlsx"])


@permission("import.run")
def import_sample(request: HttpRequest) -> HttpResponseBase:
    """Download a made-up file to try the import with."""
    stream = io.BytesIO()
    sample_write(stream, department=actor_of(request).department, on=clock.today())
    stream.seek(0)
    name = "双公示示例-行政处罚（虚构）.xlsx"
    return file_response(stream, name, CONTENT_TYPES["xlsx"])


def _batch(request: HttpRequest, public_id: UUID) -> ImportBatch:
    visible = batches_visible_to(actor_of(request), clock.today())
    return get_object_or_404(
        visible.select_related("attachment", "department", "uploaded_by", "started_by"), public_id=public_id
    )


def _rights(request: HttpRequest) -> dict[str, bool]:
    roles = roles_on(actor_of(request), clock.today())
    return {"may_run": may(roles, "import.run"), "may_export": may(roles, "export.run")}


def _preview(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    layout = layout_of(batch)
    good = import_rows(batch, ImportRow.State.WAITING)
    return {
        "page": _page(request, batch, ImportRow.State.REFUSED),
        "good": [row_shown(row, layout) for row in good[:_GOOD_SHOWN]],
        "warned": [row_shown(row, layout) for row in good.exclude(warnings=[])[:_GOOD_SHOWN]],
        "layout": layout,
    }


def _page(request: HttpRequest, batch: ImportBatch, *states: str) -> Page[Any]:
    page = page_of(request, import_rows(batch, *states))
    layout = layout_of(batch)
    page.object_list = [row_shown(row, layout) for row in page.object_list]
    return page
