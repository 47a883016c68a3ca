"""How django-import-export is told to take the sheet in: as its admin does, and in bulk."""

from import_export import resources

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
