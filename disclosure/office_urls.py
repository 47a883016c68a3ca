"""Officers' routes of disclosure, below /office/publications/."""

from django.urls import path

from disclosure.views import office

app_name = "publications"
urlpatterns = [
    path("", office.publication_list, name="list"),
    path("due/", office.due_list, name="due"),
    path("due/publish/", office.publish_batch, name="publish-batch"),
    path("records/<uuid:public_id>/publish/", office.publish_record, name="publish-record"),
    path("<uuid:public_id>/", office.publication_detail, name="detail"),
    path("<uuid:public_id>/withdraw/", office.withdraw, name="withdraw"),
    path("<uuid:public_id>/correct/", office.correct, name="correct"),
]
