"""Routes below /office/: list entries and measure orders."""

from django.urls import URLPattern, path

from sanctions.views import entries, orders

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
]
