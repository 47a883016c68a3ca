"""Routes of the registry, below /office/; one module a topic."""

from registry.urls import administration, imports, mandates, policies, subjects

app_name = "registry"
urlpatterns = [
    *subjects.patterns,
    *imports.patterns,
    *policies.patterns,
    *mandates.patterns,
    *administration.patterns,
]
