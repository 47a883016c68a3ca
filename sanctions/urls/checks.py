"""Routes below /office/: checks before an approval, cross-checks, the monthly summary of listings."""

from django.urls import URLPattern, path

from sanctions.views import checks, cross_checks, listing_summary

patterns: list[URLPattern] = [
    path("checks/", checks.check_index, name="check-list"),
    path("checks/new/", checks.check_new, name="check-new"),
    path("checks/<uuid:public_id>/", checks.check_detail, name="check-detail"),
    path("checks/<uuid:public_id>/again/", checks.check_files_retry, name="check-again"),
    path("checks/<uuid:public_id>/result.pdf", checks.check_file, {"kind": "pdf"}, name="check-pdf"),
    path("checks/<uuid:public_id>/result.xlsx", checks.check_file, {"kind": "xlsx"}, name="check-xlsx"),
    path("cross-checks/", cross_checks.cross_check_index, name="cross-check-list"),
    path("cross-checks/<uuid:public_id>/", cross_checks.cross_check_detail, name="cross-check-detail"),
    path("cross-checks/<uuid:public_id>/handle/", cross_checks.cross_check_settle, name="cross-check-handle"),
    path("entries/summary/", listing_summary.summary_page, name="listing-summary"),
    path("entries/summary.<str:table_format>", listing_summary.summary_sheet, name="listing-summary-file"),
]
