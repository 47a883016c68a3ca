"""Assembly: settings, URLs, Celery, the officers' workbench shell."""

from credit_site.celery import app as celery_app

__all__ = ["celery_app"]
