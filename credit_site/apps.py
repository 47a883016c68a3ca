from django.apps import AppConfig


class CreditSiteConfig(AppConfig):
    name = "credit_site"
    verbose_name = "平台"
