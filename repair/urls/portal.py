"""A subject's own requests, below /my/requests/."""

from django.urls import path

from repair.views import portal

app_name = "my-requests"
urlpatterns = [
    path("", portal.request_index, name="list"),
    path("repair/", portal.repair_overview, name="repair"),
    path("repair/<slug:target>/<uuid:public_id>/<slug:kind>/", portal.repair_new, name="apply"),
    path("object/<slug:target>/<uuid:public_id>/", portal.objection_new, name="object"),
    path("objections/<uuid:public_id>/complain/", portal.complaint_new, name="complain"),
    path("repairs/<uuid:public_id>/undo/", portal.undo_statement, name="undo-statement"),
    path("<slug:family>/<uuid:public_id>/", portal.request_page, name="detail"),
    path("<slug:family>/<uuid:public_id>/answer/", portal.request_answer, name="answer"),
    path("<slug:family>/<uuid:public_id>/withdraw/", portal.request_withdraw, name="withdraw"),
    path("<slug:family>/<uuid:public_id>/files/<uuid:file_id>/", portal.request_file, name="file"),
]
