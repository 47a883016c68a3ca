"""Disclosure's outbox handlers, named once when the apps are ready."""

from disclosure.services import export_kinds  # noqa: F401 - names its kinds
from disclosure.services.channels import file_drop, owing
from registry.services import outbox

outbox.register(owing.OPENED, owing.opened_handle, once=False)
outbox.register(file_drop.PLACE, file_drop.file_place, once=False)
