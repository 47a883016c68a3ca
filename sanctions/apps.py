from django.apps import AppConfig


class SanctionsConfig(AppConfig):
    name = "sanctions"
    verbose_name = "失信惩戒"

    def ready(self) -> None:
        from registry.views.panels import register_panel
        from sanctions import handlers, receivers  # noqa: F401  (the app registry must be full before models load)
        from sanctions.api import pushed  # noqa: F401
        from sanctions.views.entries import entries_panel
        from sanctions.views.standing import standing_panel
        from sanctions.views.subject_panel import cases_panel, cross_checks_panel, deeds_panel

        register_panel("cases", 20, cases_panel)
        register_panel("entries", 10, entries_panel)
        register_panel("cross-checks", 12, cross_checks_panel)
        register_panel("deeds", 15, deeds_panel)
        register_panel("standing", 30, standing_panel)
