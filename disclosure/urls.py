"""Public routes."""

from django.urls import path

from disclosure.views import policies, public, search

app_name = "disclosure"
urlpatterns = [
    path("", public.home, name="home"),
    path("search/", search.search, name="search"),
    path("person/", search.person, name="person"),
    path("subjects/<uuid:public_id>/", public.subject, name="subject"),
    path("publications/<uuid:public_id>/", public.publication, name="publication"),
    path("lists/", public.lists, name="lists"),
    path("records/", public.records, name="records"),
    path("policies/", policies.policies, name="policies"),
    path("policies/<str:pack_id>/", policies.policy, name="policy"),
    path("measures/", policies.measures, name="measures"),
    path("rights/", public.rights, name="rights"),
]
