from django.apps import AppConfig


class SanctionsConfig(AppConfig):
    name = "sanctions"
    verbose_name = "失信惩戒"

    def ready(self) -> None:
        from sanctions import receivers  # noqa: F401  (the app registry must be full before models load)
