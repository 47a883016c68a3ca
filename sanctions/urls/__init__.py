"""Routes of the negative lists, below /office/; one module a topic."""

from sanctions.urls import cases, checks, orders, trials

app_name = "sanctions"
urlpatterns = [*cases.patterns, *checks.patterns, *orders.patterns, *trials.patterns]
