"""A subject's own pages, below /my/. What it asks for lies in the apps that decide on it."""

from django.urls import path

from credit_site.views import portal, portal_mail, portal_people, portal_report

app_name = "portal"
urlpatterns = [
    path("", portal.home, name="home"),
    path("records/", portal.record_index, name="records"),
    path("records/<uuid:public_id>/", portal.record_page, name="record"),
    path("lists/<uuid:public_id>/", portal.entry_page, name="entry"),
    path("mail/", portal_mail.mailbox, name="mailbox"),
    path("mail/<int:notice_id>/", portal_mail.message, name="message"),
    path("mail/<int:notice_id>/sign/", portal_mail.message_sign, name="message-sign"),
    path("files/<uuid:public_id>/", portal_mail.file, name="document-file"),
    path("consent/", portal_mail.consent, name="consent"),
    path("consent/withdraw/", portal_mail.consent_withdraw, name="consent-withdraw"),
    path("people/", portal_people.people, name="people"),
    path("people/new/", portal_people.agent_new, name="agent-new"),
    path("people/<uuid:public_id>/end/", portal_people.agent_stop, name="agent-end"),
    path("report/", portal_report.reports, name="reports"),
    path("report/new/", portal_report.report_new, name="report-new"),
]
