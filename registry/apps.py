from importlib import import_module

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "主体与规则"

    def ready(self) -> None:
        """Name the outbox handlers; models are loaded only now."""
        import_module("registry.handlers")
