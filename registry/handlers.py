"""The registry's outbox handlers, named once when the apps are ready."""

from registry.services import export_files, job_requests, notices, outbox, retention_kinds, scanning
from registry.services.imports import export_kinds  # noqa: F401 - names its kinds
from registry.services.imports import running as imports

outbox.register(notices.TOPIC, notices.notice_deliver, given_up=notices.notice_give_up)
outbox.register(notices.BATCH_TOPIC, notices.notices_deliver, given_up=notices.notices_give_up)
outbox.register(job_requests.TOPIC, job_requests.job_carry_out, once=False)
outbox.register(scanning.TOPIC, scanning.attachment_scan, once=False)
outbox.register(retention_kinds.TOPIC, retention_kinds.attachment_bytes_remove, once=False)
outbox.register(imports.TOPIC, imports.import_run, once=False, given_up=imports.import_give_up)
outbox.register(export_files.TOPIC, export_files.export_run, once=False, given_up=export_files.export_give_up)
