from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "disclosure"
    verbose_name = "信息公示"

    def ready(self) -> None:
        """Connect handlers and receivers, name the kinds of channels, put disclosure's sections on the pages of the subject
        and the record."""
        from disclosure import handlers, receivers  # noqa: F401  (models are loaded only now)
        from disclosure.services.channels import file_drop, push  # noqa: F401  (a kind of channel is one module here)
        from disclosure.views.channels import record_panel
        from disclosure.views.office import subject_panel
        from registry.views.panels import register_panel, register_record_panel

        register_panel("publicity", 60, subject_panel)
        register_record_panel("channels", 10, record_panel)
