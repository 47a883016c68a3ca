"""Public routes."""

from django.urls import path

from disclosure.views import commitments, honours, inspections, notes, open_data, policies, public, search, tips

app_name = "disclosure"
urlpatterns = [
    path("", public.home, name="home"),
    path("search/", search.search, name="search"),
    path("person/", search.person, name="person"),
    path("subjects/<uuid:public_id>/", public.subject, name="subject"),
    path("publications/<uuid:public_id>/", public.publication, name="publication"),
    path("lists/", public.lists, name="lists"),
    path("open-data/", open_data.open_data, name="open-data"),
    path("open-data/<str:name>", open_data.open_data_file, name="open-data-file"),
    path("records/", public.records, name="records"),
    path("policies/", policies.policies, name="policies"),
    path("policies/<str:pack_id>/", policies.policy, name="policy"),
    path("policies/catalogues/lists/", policies.list_catalogue, name="list-catalogue"),
    path("measures/", policies.measures, name="measures"),
    path("policies/catalogues/matters/", policies.matters, name="matters"),
    path("policies/catalogues/<slug:catalogue>.<slug:kind>", policies.catalogue_file, name="catalogue-file"),
    path("report/", tips.tip_new, name="tip-new"),
    path("report/progress/", tips.tip_progress_page, name="tip-progress"),
    path("report/progress/answer/", tips.tip_answer_page, name="tip-answer"),
    path("commitments/", commitments.commitments, name="commitments"),
    path("commitments/<uuid:public_id>/", commitments.commitment, name="commitment"),
    path("honours/", honours.honours, name="honours"),
    path("honours/<uuid:public_id>/", honours.honour, name="honour"),
    path("inspections/", inspections.inspections, name="inspections"),
    path("inspections/matters/", inspections.inspection_matters, name="inspection-matters"),
    path("inspections/<uuid:public_id>/", inspections.inspection_plan, name="inspection-plan"),
    path("notes/", notes.note_index, name="notes"),
    path("rights/", public.rights, name="rights"),
]
