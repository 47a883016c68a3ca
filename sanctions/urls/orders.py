"""Routes below /office/: list entries, measure orders, joint action as a whole."""

from django.urls import URLPattern, path

from sanctions.views import entries, escalations, joint, orders

patterns: list[URLPattern] = [
    path("entries/", entries.entry_index, name="entry-list"),
    path("entries/<uuid:public_id>/", entries.entry_detail, name="entry-detail"),
    path("entries/<uuid:public_id>/end/", entries.entry_stop, name="entry-end"),
    path("entries/<uuid:public_id>/pause/", entries.entry_hold, name="entry-pause"),
    path("entries/<uuid:public_id>/resume/", entries.entry_go_on, name="entry-resume"),
    path("orders/", orders.order_index, name="order-list"),
    path("orders/receive/", orders.order_take_many, name="order-receive-many"),
    path("orders/<uuid:public_id>/", orders.order_detail, name="order-detail"),
    path("orders/<uuid:public_id>/receive/", orders.order_take, name="order-receive"),
    path("orders/<uuid:public_id>/report/", orders.order_report, name="order-carry-out"),
    path("orders/<uuid:public_id>/refuse/", orders.order_decline, name="order-refuse"),
    path("orders/<uuid:public_id>/files/<uuid:file_id>/", orders.order_file, name="order-file"),
    path("orders/<uuid:public_id>/lift/", orders.order_lift, name="order-confirm-end"),
    path("orders/<uuid:public_id>/effect/", orders.order_effect, name="order-add-effect"),
    path("orders/<uuid:public_id>/stop/", orders.order_stop, name="order-confirm-pause"),
    path("orders/<uuid:public_id>/go-on/", orders.order_go_on, name="order-confirm-resumption"),
    path("orders/in-force/", joint.in_force, name="measures-in-force"),
    path("orders/in-force/sheet/", joint.in_force_sheet, name="measures-in-force-sheet"),
    path("orders/statistics/", joint.statistics, name="joint-statistics"),
    path("orders/statistics/sheet/", joint.statistics_sheet, name="joint-statistics-sheet"),
    path("orders/statistics/asked/", joint.asked, name="joint-asked"),
    path("orders/statistics/asked/sheet/", joint.asked_sheet, name="joint-asked-sheet"),
    path("orders/statistics/reported/", joint.reported, name="joint-reported"),
    path("orders/statistics/reported/sheet/", joint.reported_sheet, name="joint-reported-sheet"),
    path("orders/reports/", joint.report_index, name="joint-report-list"),
    path("orders/reports/<uuid:public_id>/", joint.report_detail, name="joint-report-detail"),
    path("orders/reports/<uuid:public_id>/<slug:kind>/", joint.report_file, name="joint-report-file"),
    path("orders/escalations/", escalations.escalation_index, name="escalation-list"),
    path("orders/escalations/<uuid:public_id>/", escalations.escalation_detail, name="escalation-detail"),
    path("orders/escalations/<uuid:public_id>/explain/", escalations.escalation_say, name="escalation-explain"),
    path("orders/escalations/<uuid:public_id>/urge/", escalations.escalation_press, name="escalation-urge"),
    path("orders/escalations/<uuid:public_id>/close/", escalations.escalation_finish, name="escalation-close"),
]
