from importlib import import_module

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "主体与规则"

    def ready(self) -> None:
        """Name the outbox handlers, connect the receivers; models are loaded only now."""
        for name in ("handlers", "receivers", "api.pushed"):
            import_module(f"registry.{name}")
