"""Routes of the API, version 1. What a route asks for lies in the app that owns it."""

from django.urls import path

from credit_site.api.token import TokenView
from disclosure import api as catalogues
from registry.api import reference, uploads, webhooks
from sanctions.api import checks, entries, orders
from sanctions.api import records as subject_records

app_name = "api"
urlpatterns = [
    path("token", TokenView.as_view(), name="token"),
    path("departments", reference.Departments.as_view(), name="departments"),
    path("calendar/<int:year>", reference.Calendar.as_view(), name="calendar"),
    path("policies", catalogues.Policies.as_view(), name="policies"),
    path("policies/<str:pack_id>", catalogues.Policy.as_view(), name="policy"),
    path("catalogues/lists", catalogues.Lists.as_view(), name="catalogue-lists"),
    path("catalogues/measures", catalogues.Measures.as_view(), name="catalogue-measures"),
    path("catalogues/matters", catalogues.Matters.as_view(), name="catalogue-matters"),
    path("check", checks.Checks.as_view(), name="check"),
    path("subjects/<str:code>/standing", checks.Standing.as_view(), name="standing"),
    path("subjects/<str:code>/timeline", checks.Timeline.as_view(), name="timeline"),
    path("subjects/<str:code>/records", subject_records.SubjectRecords.as_view(), name="subject-records"),
    path("entries", entries.Entries.as_view(), name="entries"),
    path("entries/changes", entries.Changes.as_view(), name="changes"),
    path("publicity/penalties", uploads.Penalties.as_view(), name="publicity-penalties"),
    path("publicity/permits", uploads.Permits.as_view(), name="publicity-permits"),
    path("publicity/uploads", uploads.PublicityUploads.as_view(), name="publicity-uploads"),
    path("publicity/uploads/<uuid:public_id>", uploads.PublicityUploadStatus.as_view(), name="publicity-upload"),
    path("publicity/uploads/<uuid:public_id>/rows", uploads.PublicityUploadRows.as_view(), name="publicity-rows"),
    path("records", uploads.Records.as_view(), name="records"),
    path("records/uploads", uploads.RecordUploads.as_view(), name="record-uploads"),
    path("records/uploads/<uuid:public_id>", uploads.RecordUploadStatus.as_view(), name="record-upload"),
    path("records/uploads/<uuid:public_id>/rows", uploads.RecordUploadRows.as_view(), name="record-rows"),
    path("orders", orders.Orders.as_view(), name="orders"),
    path("orders/<uuid:public_id>", orders.Order.as_view(), name="order"),
    path("orders/<uuid:public_id>/receive", orders.OrderReceive.as_view(), name="order-receive"),
    path("orders/<uuid:public_id>/carry-out", orders.OrderCarryOut.as_view(), name="order-carry-out"),
    path("orders/<uuid:public_id>/refuse", orders.OrderRefuse.as_view(), name="order-refuse"),
    path("orders/<uuid:public_id>/effects", orders.OrderEffect.as_view(), name="order-effects"),
    path("orders/<uuid:public_id>/confirm-end", orders.OrderConfirmEnd.as_view(), name="order-confirm-end"),
    path("orders/<uuid:public_id>/confirm-pause", orders.OrderConfirmPause.as_view(), name="order-confirm-pause"),
    path(
        "orders/<uuid:public_id>/confirm-resumption",
        orders.OrderConfirmResumption.as_view(),
        name="order-confirm-resumption",
    ),
    path("webhooks", webhooks.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<uuid:public_id>", webhooks.OneWebhook.as_view(), name="webhook"),
    path("webhooks/<uuid:public_id>/pause", webhooks.WebhookPause.as_view(), name="webhook-pause"),
    path("webhooks/<uuid:public_id>/resume", webhooks.WebhookResume.as_view(), name="webhook-resume"),
    path("webhooks/<uuid:public_id>/secret", webhooks.WebhookSecret.as_view(), name="webhook-secret"),
    path("webhooks/<uuid:public_id>/replay", webhooks.WebhookReplay.as_view(), name="webhook-replay"),
]
