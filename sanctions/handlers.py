"""The negative lists' outbox handlers, named once when the apps are ready."""

from registry.services import outbox
from sanctions.services import (
    check_sheets,
    export_kinds,  # noqa: F401 - names its kinds
    joint_reports,
    retention_kinds,  # noqa: F401 - names its kinds
    trials,
)

outbox.register(trials.TOPIC, trials.trial_run, once=False, given_up=trials.trial_give_up)
outbox.register(
    check_sheets.TOPIC, check_sheets.check_files_make, once=False, given_up=check_sheets.check_files_give_up
)
outbox.register(joint_reports.TOPIC, joint_reports.joint_report_run)
