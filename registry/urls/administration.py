"""Routes below /office/: accounts, departments, departments' systems, calendar, notices, timeline, jobs."""

from django.urls import URLPattern, path

from registry.views import accounts, audit, calendar, clients, departments, notices, retention, webhooks

patterns: list[URLPattern] = [
    path("accounts/", accounts.account_index, name="account-list"),
    path("accounts/new/", accounts.account_new, name="account-new"),
    path("accounts/<int:account_id>/", accounts.account_detail, name="account-detail"),
    path("accounts/<int:account_id>/change/", accounts.account_change, name="account-change"),
    path("accounts/<int:account_id>/close/", accounts.account_close, name="account-close"),
    path("accounts/<int:account_id>/reopen/", accounts.account_reopen, name="account-reopen"),
    path("accounts/<int:account_id>/password/", accounts.password_reset, name="password-reset"),
    path("accounts/<int:account_id>/second-factor/", accounts.second_factor_remove, name="second-factor-remove"),
    path("grants/<int:grant_id>/revoke/", accounts.role_revoke, name="role-revoke"),
    path("departments/", departments.department_index, name="department-list"),
    path("departments/new/", departments.department_new, name="department-new"),
    path("departments/<int:department_id>/change/", departments.department_change, name="department-change"),
    path("clients/", clients.client_index, name="client-list"),
    path("clients/new/", clients.client_new, name="client-new"),
    path("clients/<uuid:public_id>/", clients.client_detail, name="client-detail"),
    path("clients/<uuid:public_id>/change/", clients.client_change, name="client-change"),
    path("clients/<uuid:public_id>/secret/", clients.client_rotate, name="client-rotate"),
    path("clients/<uuid:public_id>/close/", clients.client_close, name="client-close"),
    path("clients/<uuid:public_id>/webhooks/new/", webhooks.webhook_new, name="webhook-new"),
    path("clients/webhooks/dead/", webhooks.dead_index, name="webhook-dead"),
    path("clients/webhooks/<uuid:public_id>/", webhooks.webhook_detail, name="webhook-detail"),
    path("clients/webhooks/<uuid:public_id>/<slug:step>/", webhooks.webhook_step, name="webhook-step"),
    path("calendar/", calendar.calendar_page, name="calendar"),
    path("calendar/day/", calendar.calendar_day, name="calendar-day"),
    path("calendar/load/", calendar.calendar_load, name="calendar-load"),
    path("notices/", notices.notice_index, name="notice-list"),
    path("notices/<int:notice_id>/", notices.notice_detail, name="notice-detail"),
    path("notices/<int:notice_id>/resend/", notices.notice_send_again, name="notice-resend"),
    path("inbox/", notices.inbox, name="inbox"),
    path("events/", audit.event_index, name="event-list"),
    path("jobs/", audit.job_index, name="job-list"),
    path("jobs/ask/", audit.job_request, name="job-ask"),
    path("retention/", retention.retention_page, name="retention"),
    path("retention/holds/new/", retention.hold_new, name="retention-hold"),
    path("retention/holds/<int:hold_id>/lift/", retention.hold_end, name="retention-lift"),
]
