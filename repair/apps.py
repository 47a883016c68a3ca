from django.apps import AppConfig


class RepairConfig(AppConfig):
    name = "repair"
    verbose_name = "信用修复"

    def ready(self) -> None:
        """Connect the receivers and put the requests' section on the subject's file page."""
        from registry.views.panels import register_panel
        from repair import receivers  # noqa: F401  (models are loaded only now)
        from repair.views.subject_panel import requests_panel

        register_panel("requests", 40, requests_panel)
