"""Who may open which page: one row for every URL name, written by hand from the office's division of work.

PUBLIC: anybody. LOGIN: anybody signed in. CLOSED: nobody (404): a page of a library that this site does without.
Else the roles that may; everybody else signed in gets 403, the anonymous are sent to the login. Rows of API pages
that answer the anonymous with 401/403 instead of the login page go into `API` as well.
A name missing here fails tests/credit_site/test_access.py. Objects for the addresses: tests/access_samples.py.
"""

PUBLIC = "public"
LOGIN = "login"
CLOSED = "closed"

OFFICERS = frozenset({"handler", "reviewer", "approver", "publisher"})
WATCHERS = OFFICERS | {"auditor"}
ALL_ROLES = OFFICERS | {"department", "subject", "auditor", "administrator"}


def only(*roles: str) -> frozenset[str]:
    assert set(roles) <= ALL_ROLES, roles
    return frozenset(roles)


API: frozenset[str] = frozenset()

ACCESS: dict[str, str | frozenset[str]] = {
    # --- probes
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    # --- the entrance
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_change_password": LOGIN,
    "account_reauthenticate": LOGIN,
    "account_signup": CLOSED,
    "account_inactive": CLOSED,
    "account_email": CLOSED,
    "account_email_verification_sent": CLOSED,
    "account_confirm_email": CLOSED,
    "account_set_password": CLOSED,
    "account_reset_password": CLOSED,
    "account_reset_password_done": CLOSED,
    "account_reset_password_from_key": CLOSED,
    "account_reset_password_from_key_done": CLOSED,
    "account_confirm_login_code": CLOSED,
    "mfa_index": LOGIN,
    "mfa_authenticate": LOGIN,  # or halfway through the login: tests/credit_site/test_entrance.py
    "mfa_reauthenticate": LOGIN,
    "mfa_activate_totp": LOGIN,
    "mfa_deactivate_totp": LOGIN,
    "mfa_view_recovery_codes": LOGIN,
    "mfa_generate_recovery_codes": LOGIN,
    "mfa_download_recovery_codes": LOGIN,
    # --- the workbench
    "workbench": WATCHERS | only("department", "administrator"),
    # --- registry: subjects, records, evidence
    "registry:subject-list": WATCHERS | only("department"),
    "registry:organization-new": only("handler"),
    "registry:person-new": only("handler"),
    "registry:subject-detail": WATCHERS | only("department"),
    "registry:subject-edit": only("handler"),
    "registry:subject-rename": only("handler"),
    "registry:former-name-new": only("handler"),
    "registry:subject-merge": only("approver"),
    "registry:subject-history": WATCHERS | only("department"),
    "registry:role-new": only("handler"),
    "registry:role-end": only("handler"),
    "registry:record-new": only("handler"),
    "registry:record-list": WATCHERS,
    "registry:record-detail": WATCHERS,
    "registry:record-history": WATCHERS,
    "registry:record-edit": only("handler"),
    "registry:record-confirm": only("handler", "reviewer"),
    "registry:record-void": WATCHERS,  # the page only; the service asks by the record's state
    "registry:record-correct": only("reviewer", "approver"),
    "registry:record-classify": only("handler", "reviewer"),
    "registry:finding-new": only("handler", "reviewer"),
    "registry:finding-remove": only("handler", "reviewer"),
    "registry:record-mark": only("handler", "reviewer"),
    "registry:dispute-end": only("handler", "reviewer"),
    "registry:evidence-new": only("handler", "reviewer"),
    "registry:attachment-download": WATCHERS,
    # --- registry: imports
    "registry:import-list": WATCHERS,
    "registry:import-new": only("handler"),
    "registry:import-sample": only("handler"),
    "registry:import-template-penalty": only("handler"),
    "registry:import-template-licence": only("handler"),
    "registry:import-detail": WATCHERS,
    "registry:import-start": only("handler"),
    "registry:import-cancel": only("handler"),
    "registry:import-failed": only("handler"),
    "registry:export": only("handler", "publisher", "auditor"),
    # --- registry: policies
    "registry:policy-list": WATCHERS | only("administrator"),
    "registry:policy-detail": WATCHERS | only("administrator"),
    "registry:policy-activate": only("approver"),
    "registry:policy-deactivate": only("approver"),
    # --- registry: administration
    "registry:account-list": only("administrator"),
    "registry:account-new": only("administrator"),
    "registry:account-detail": only("administrator"),
    "registry:account-change": only("administrator"),
    "registry:account-close": only("administrator"),
    "registry:account-reopen": only("administrator"),
    "registry:password-reset": only("administrator"),
    "registry:second-factor-remove": only("administrator"),
    "registry:role-revoke": only("administrator"),
    "registry:department-list": only("administrator"),
    "registry:department-new": only("administrator"),
    "registry:department-change": only("administrator"),
    "registry:calendar": WATCHERS | only("administrator"),
    "registry:calendar-day": only("administrator"),
    "registry:calendar-load": only("administrator"),
    "registry:notice-list": WATCHERS,
    "registry:notice-detail": WATCHERS,
    "registry:notice-resend": only("handler", "publisher"),
    "registry:inbox": WATCHERS | only("department", "administrator"),
    "registry:event-list": only("auditor"),
    "registry:job-list": only("auditor", "administrator"),
    "registry:job-ask": only("auditor", "administrator"),
    # --- sanctions: candidates and cases
    "sanctions:candidate-list": WATCHERS,
    "sanctions:candidate-detail": WATCHERS,
    "sanctions:candidate-open": only("handler"),
    "sanctions:candidate-dismiss": only("reviewer", "approver"),
    "sanctions:case-list": WATCHERS,
    "sanctions:case-detail": WATCHERS,
    "sanctions:case-step": WATCHERS,
    # --- sanctions: entries and orders
    "sanctions:entry-list": WATCHERS | only("department"),
    "sanctions:entry-detail": WATCHERS | only("department"),
    "sanctions:entry-end": only("approver"),
    "sanctions:entry-pause": only("reviewer", "approver"),
    "sanctions:entry-resume": only("reviewer", "approver"),
    "sanctions:order-list": WATCHERS | only("department"),
    "sanctions:order-detail": WATCHERS | only("department"),
    "sanctions:order-file": WATCHERS | only("department"),  # the files of one's own order
    "sanctions:order-receive": only("department"),
    "sanctions:order-receive-many": only("department"),
    "sanctions:order-carry-out": only("department"),
    "sanctions:order-refuse": only("department"),
    "sanctions:order-confirm-end": only("department"),
    # --- disclosure: officers
    "publications:list": WATCHERS,
    "publications:due": WATCHERS,
    "publications:detail": WATCHERS,
    "publications:publish-batch": only("publisher"),
    "publications:publish-record": only("publisher"),
    "publications:correct": only("publisher"),
    "publications:withdraw": only("publisher", "approver"),
    # --- disclosure: the public
    "disclosure:home": PUBLIC,
    "disclosure:search": PUBLIC,
    "disclosure:person": PUBLIC,
    "disclosure:subject": PUBLIC,
    "disclosure:publication": PUBLIC,
    "disclosure:lists": PUBLIC,
    "disclosure:records": PUBLIC,
    "disclosure:policies": PUBLIC,
    "disclosure:policy": PUBLIC,
    "disclosure:measures": PUBLIC,
    "disclosure:rights": PUBLIC,
}
