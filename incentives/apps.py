from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    name = "incentives"
    verbose_name = "守信激励"

    def ready(self) -> None:
        from incentives import receivers  # noqa: F401  (the app registry must be full before models load)
        from incentives.selectors.clashes import honours_held
        from incentives.selectors.grants import incentives_for
        from incentives.selectors.tier_effects import tiers_graded
        from incentives.selectors.tier_trials import TIERS_TRIED
        from incentives.services import tier_files  # noqa: F401  (names its kind of file)
        from incentives.views.honour_panel import honours_panel
        from incentives.views.inspection_panel import inspections_panel
        from incentives.views.subject_panel import commitments_panel
        from incentives.views.tier_panel import tier_panel
        from registry.views.panels import register_panel
        from sanctions.selectors.enjoying import register_enjoyed, register_grading
        from sanctions.selectors.good_standing import register_good_standing
        from sanctions.selectors.trial_sources import register_trial_source

        register_good_standing("honours", honours_held)
        register_enjoyed("honours", incentives_for)
        register_grading("tiers", tiers_graded)
        register_trial_source("tiers", TIERS_TRIED)
        register_panel("tier", 46, tier_panel)
        register_panel("honours", 45, honours_panel)
        register_panel("commitments", 50, commitments_panel)
        register_panel("inspections", 55, inspections_panel)
