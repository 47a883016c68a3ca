"""Routes of the registry, below /office/; one module a topic."""

from registry.urls import administration, imports, policies, subjects

app_name = "registry"
urlpatterns = [*subjects.patterns, *imports.patterns, *policies.patterns, *administration.patterns]
