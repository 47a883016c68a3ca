"""Routes of the negative lists, below /office/; one module a topic."""

from sanctions.urls import cases, orders, trials

app_name = "sanctions"
urlpatterns = [*cases.patterns, *orders.patterns, *trials.patterns]
