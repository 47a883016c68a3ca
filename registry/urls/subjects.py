"""Routes below /office/: subjects, records, evidence."""

from django.urls import URLPattern, path

from registry.views import evidence, people, record_steps, records, subjects

patterns: list[URLPattern] = [
    path("subjects/", subjects.subject_index, name="subject-list"),
    path("subjects/new/organization/", subjects.organization_new, name="organization-new"),
    path("subjects/new/person/", subjects.person_new, name="person-new"),
    path("subjects/<uuid:public_id>/", subjects.subject_detail, name="subject-detail"),
    path("subjects/<uuid:public_id>/edit/", subjects.subject_edit, name="subject-edit"),
    path("subjects/<uuid:public_id>/rename/", subjects.subject_rename, name="subject-rename"),
    path("subjects/<uuid:public_id>/former-names/", subjects.former_name_new, name="former-name-new"),
    path("subjects/<uuid:public_id>/merge/", subjects.subject_merge, name="subject-merge"),
    path("subjects/<uuid:public_id>/history/", subjects.subject_history, name="subject-history"),
    path("subjects/<uuid:public_id>/people/", people.role_new, name="role-new"),
    path("subjects/people/<int:role_id>/end/", people.role_end, name="role-end"),
    path("subjects/<uuid:public_id>/records/new/<slug:kind>/", records.record_new, name="record-new"),
    path("records/", records.record_index, name="record-list"),
    path("records/<uuid:public_id>/", records.record_page, name="record-detail"),
    path("records/<uuid:public_id>/history/", records.record_history, name="record-history"),
    path("records/<uuid:public_id>/edit/", records.record_edit, name="record-edit"),
    path("records/<uuid:public_id>/confirm/", record_steps.record_confirm, name="record-confirm"),
    path("records/<uuid:public_id>/void/", record_steps.record_void, name="record-void"),
    path("records/<uuid:public_id>/correct/", record_steps.record_correct, name="record-correct"),
    path("records/<uuid:public_id>/classify/", record_steps.record_classify, name="record-classify"),
    path("records/<uuid:public_id>/findings/", record_steps.finding_new, name="finding-new"),
    path("records/findings/<int:finding_id>/remove/", record_steps.finding_remove, name="finding-remove"),
    path("records/<uuid:public_id>/marks/", record_steps.record_mark, name="record-mark"),
    path("records/<uuid:public_id>/dispute-end/", record_steps.dispute_end, name="dispute-end"),
    path("records/<uuid:public_id>/evidence/", evidence.evidence_new, name="evidence-new"),
    path("attachments/<uuid:public_id>/", evidence.attachment_download, name="attachment-download"),
]
