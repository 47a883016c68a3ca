"""Routes below /office/: imports, the export in the national layout, and long exports of every kind."""

from django.urls import URLPattern, path

from registry.rules.publicity import Kind
from registry.views import export_files, exports, imports

patterns: list[URLPattern] = [
    path("imports/", imports.import_index, name="import-list"),
    path("imports/new/", imports.import_new, name="import-new"),
    path("imports/sample/", imports.import_sample, name="import-sample"),
    path("imports/template/penalty/", imports.import_template, {"kind": Kind.PENALTY}, name="import-template-penalty"),
    path("imports/template/licence/", imports.import_template, {"kind": Kind.LICENCE}, name="import-template-licence"),
    path("imports/<uuid:public_id>/", imports.import_detail, name="import-detail"),
    path("imports/<uuid:public_id>/start/", imports.import_run_start, name="import-start"),
    path("imports/<uuid:public_id>/cancel/", imports.import_run_cancel, name="import-cancel"),
    path("imports/<uuid:public_id>/failed/", imports.import_failed_rows, name="import-failed"),
    path("exports/", exports.export_new, name="export"),
    path("exports/files/", export_files.export_list, name="export-files"),
    path("exports/files/<uuid:public_id>/", export_files.export_detail, name="export-file"),
    path("exports/files/<uuid:public_id>/file/", export_files.export_fetch, name="export-fetch"),
]
