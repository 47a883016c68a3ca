"""A builder for long exports: a file as the job leaves it."""

import json
from typing import Any

from registry import clock
from registry.base.personal_data import text_seal
from registry.models import Account, ExportFile
from registry.services.export_files import export_run


def an_export(actor: Account) -> dict[str, Any]:
    """Make a file of the account's by the job, of however few rows; return the arguments of its address."""
    wish = {"tier": "", "missing": "", "industry": "", "name": ""}
    export = ExportFile.objects.create(
        kind="tiers", label="信用等级", given_sealed=text_seal(json.dumps(wish)), account=actor,
        department=actor.department, asked_at=clock.now(), asked_on=clock.today(),
    )  # fmt: skip
    export_run({"export": export.pk}, clock.now())
    return {"public_id": export.public_id}
