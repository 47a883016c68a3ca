from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "disclosure"
    verbose_name = "信息公示"

    def ready(self) -> None:
        """Connect the receivers and put disclosure's section on the subject's file page."""
        from disclosure import receivers  # noqa: F401  (models are loaded only now)
        from disclosure.views.office import subject_panel
        from registry.views.panels import register_panel

        register_panel("publicity", 60, subject_panel)
