"""A subject's own routes of commitments, below /my/commitments/."""

from django.urls import path

from incentives.views import portal

app_name = "my-commitments"
urlpatterns = [
    path("", portal.commitment_index, name="list"),
    path("new/<slug:pack_id>/<slug:code>/", portal.commitment_new, name="new"),
    path("<uuid:public_id>/", portal.commitment_page, name="detail"),
    path("<uuid:public_id>/sign/", portal.commitment_sign_page, name="sign"),
    path("<uuid:public_id>/obligations/<int:place>/", portal.obligation_page, name="hand-in"),
    path("<uuid:public_id>/statement/", portal.statement_page, name="statement"),
    path("<uuid:public_id>/files/<uuid:file_id>/", portal.commitment_file, name="file"),
]
