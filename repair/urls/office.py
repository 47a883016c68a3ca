"""Officers' pages of objections, complaints, repairs and removals, below /office/requests/."""

from django.urls import path

from repair.views import entering, office, steps

app_name = "requests"
urlpatterns = [
    path("", office.request_index, name="list"),
    path("accept/", office.accept_many, name="accept-many"),
    path("experts/", entering.expert_index, name="expert-list"),
    path("experts/new/", entering.expert_new, name="expert-new"),
    path("experts/<uuid:public_id>/retire/", entering.expert_out, name="expert-retire"),
    path("register/<uuid:public_id>/", entering.register, name="register"),
    path("mirror/<uuid:public_id>/", entering.mirror, name="mirror"),
    path("reviews/new/<uuid:public_id>/", entering.review_new, name="review-new"),
    path("repair-notice/<uuid:public_id>/", office.notice_make, name="notice-make"),
    path("objections/<uuid:public_id>/correct/", steps.objection_correct, name="correct"),
    path("<slug:family>/<uuid:public_id>/", office.request_page, name="detail"),
    path("<slug:family>/<uuid:public_id>/steps/<slug:step>/", steps.request_step, name="step"),
]
