"""How django-import-export is told to take the sheet in: as its admin does, and in bulk."""

from typing import Any

from import_export import resources
from simple_history.utils import bulk_create_with_history

from .models import PeerPenalty

_COLUMNS = tuple(field.name for field in PeerPenalty._meta.concrete_fields if field.name != "id")


class AdminResource(resources.ModelResource):
    """The defaults: each row looked up, compared, saved with its version."""

    class Meta:
        model = PeerPenalty
        fields = _COLUMNS
        import_id_fields = ("CF_WSH", "CF_XDR_MC")
        skip_unchanged = True
        report_skipped = True


class BulkResource(resources.ModelResource):
    """Its fastest: written in bulk, without differences. No versions are written by it."""

    class Meta:
        model = PeerPenalty
        fields = _COLUMNS
        import_id_fields = ("CF_WSH", "CF_XDR_MC")
        use_bulk = True
        skip_diff = True
        batch_size = 1_000
        force_init_instance = True


class VersionsResource(BulkResource):
    """The same, with each row's version, written in bulk by what django-simple-history offers for it."""

    def bulk_create(self, *args: Any, batch_size: int | None = None, **kwargs: Any) -> None:
        """Write what a batch holds."""
        bulk_create_with_history(self.create_instances, PeerPenalty, batch_size=batch_size)
        self.create_instances.clear()
