"""Officers' routes of random inspections, below /office/inspections/."""

from django.urls import path

from incentives.views import inspection_registers, inspection_steps, inspections

app_name = "inspections"
urlpatterns = [
    path("", inspections.plan_index, name="list"),
    path("years/", inspection_registers.year_index, name="year-list"),
    path("years/edit/", inspection_registers.year_edit, name="year-edit"),
    path("years/<uuid:public_id>/", inspection_registers.year_page, name="year"),
    path("years/<uuid:public_id>/plans/new/", inspections.plan_new, name="plan-new"),
    path("years/<uuid:public_id>/steps/<slug:step>/", inspection_steps.year_step, name="year-step"),
    path("plans/<uuid:public_id>/", inspections.plan_page, name="plan"),
    path("plans/<uuid:public_id>/edit/", inspections.plan_edit, name="plan-edit"),
    path("plans/<uuid:public_id>/estimate/", inspections.plan_estimate, name="plan-estimate"),
    path("plans/<uuid:public_id>/redraw/", inspections.plan_redraw, name="plan-redraw"),
    path("plans/<uuid:public_id>/population/", inspections.plan_population, name="plan-population"),
    path("plans/<uuid:public_id>/publish/", inspections.results_publish, name="results-publish"),
    path("plans/<uuid:public_id>/steps/<slug:step>/", inspection_steps.plan_step, name="plan-step"),
    path("visits/<uuid:public_id>/", inspections.visit_page, name="visit"),
    path("visits/<uuid:public_id>/steps/<slug:step>/", inspection_steps.visit_step, name="visit-step"),
    path("matters/", inspection_registers.matter_index, name="matter-list"),
    path("matters/new/", inspection_registers.matter_new, name="matter-new"),
    path("matters/<uuid:public_id>/end/", inspection_registers.matter_stop, name="matter-end"),
    path("inspectors/", inspection_registers.inspector_index, name="inspector-list"),
    path("inspectors/new/", inspection_registers.inspector_new, name="inspector-new"),
    path("inspectors/<uuid:public_id>/", inspection_registers.inspector_page, name="inspector"),
    path("inspectors/<uuid:public_id>/end/", inspection_registers.inspector_stop, name="inspector-end"),
    path("conflicts/<int:conflict_id>/end/", inspection_registers.conflict_stop, name="conflict-end"),
    path("other/<uuid:public_id>/", inspection_registers.other_new, name="other-new"),
]
