from importlib import import_module

from django.apps import AppConfig


class CreditSiteConfig(AppConfig):
    name = "credit_site"
    verbose_name = "平台"

    def ready(self) -> None:
        """Register the system checks."""
        import_module("credit_site.checks")
