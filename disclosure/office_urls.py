"""Officers' routes of disclosure, below /office/publications/."""

from django.urls import path

from disclosure.views import channels, monthly, office, publicity

app_name = "publications"
urlpatterns = [
    path("", office.publication_list, name="list"),
    path("due/", office.due_list, name="due"),
    path("due/publish/", office.publish_batch, name="publish-batch"),
    path("figures/", publicity.figures, name="figures"),
    path("figures/sheet/", publicity.figures_sheet, name="figures-sheet"),
    path("figures/months/", publicity.figures_months, name="figures-months"),
    path("figures/rows/", publicity.figures_rows, name="figures-rows"),
    path("figures/rows/sheet/", publicity.figures_rows_sheet, name="figures-rows-sheet"),
    path("monthly/", monthly.monthly_list, name="monthly"),
    path("monthly/<uuid:public_id>/", monthly.monthly_file, name="monthly-file"),
    path("spot-checks/", publicity.spot_list, name="spot-list"),
    path("spot-checks/<uuid:public_id>/", publicity.spot_detail, name="spot-detail"),
    path("spot-checks/missing/<int:missing_id>/", publicity.missing_settle, name="missing-settle"),
    path("channels/", channels.channel_list, name="channel-list"),
    path("channels/new/<slug:kind>/", channels.channel_new, name="channel-new"),
    path("channels/<uuid:public_id>/", channels.channel_detail, name="channel-detail"),
    path("channels/<uuid:public_id>/edit/", channels.channel_edit, name="channel-edit"),
    path("channels/<uuid:public_id>/steps/<slug:step>/", channels.channel_step, name="channel-step"),
    path("channels/<uuid:public_id>/send/", channels.channel_send, name="channel-send"),
    path("channels/<uuid:public_id>/files/", channels.channel_files, name="channel-files"),
    path("channels/files/<uuid:public_id>/", channels.file_download, name="channel-file"),
    path("channels/acknowledgements/<uuid:public_id>/", channels.acknowledgement_detail, name="acknowledgement"),
    path("channels/submissions/", channels.submission_list, name="submission-list"),
    path("channels/submissions/sheet/", channels.submission_sheet, name="submission-sheet"),
    path("channels/submissions/<uuid:public_id>/", channels.submission_detail, name="submission-detail"),
    path("channels/submissions/<uuid:public_id>/resend/", channels.submission_again, name="submission-resend"),
    path("records/<uuid:public_id>/publish/", office.publish_record, name="publish-record"),
    path("<uuid:public_id>/", office.publication_detail, name="detail"),
    path("<uuid:public_id>/withdraw/", office.withdraw, name="withdraw"),
    path("<uuid:public_id>/correct/", office.correct, name="correct"),
]
