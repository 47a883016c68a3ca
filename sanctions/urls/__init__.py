"""Routes of the negative lists, below /office/; one module a topic."""

from sanctions.urls import cases, orders

app_name = "sanctions"
urlpatterns = [*cases.patterns, *orders.patterns]
