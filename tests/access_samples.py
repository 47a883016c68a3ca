"""What the addresses of tests/access_table.py point at: one function a kind of object, called only when needed.

`SAMPLES[url_name]` gives the keyword arguments of an address. Objects are made inside the `World`'s department, so
that row rules (a department sees its own) do not hide them from the roles that may.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from registry import clock
from registry.models import Account, Department, Finding, OrganizationRole, Record, Subject
from registry.services.evidence import attachment_store
from registry.services.notices import notice_queue
from sanctions.models import MeasureOrder, OrderFeedback
from tests.disclosure import county
from tests.factories import make_account, make_department, make_record, make_subject
from tests.registry.imports.files import previewed_batch
from tests.sanctions import listing
from tests.sanctions.case_world import CaseWorld


@dataclass
class World:
    """The smallest county: one department and subject, one account for each role; further objects on demand."""

    department: Department = field(default_factory=make_department)
    subject: Subject = field(default_factory=make_subject)

    @cached_property
    def accounts(self) -> dict[str, Account]:
        officers = ("handler", "reviewer", "approver", "publisher", "department", "auditor", "administrator")
        accounts = {role: make_account(role, department=self.department) for role in officers}
        return accounts | {"subject": make_account("subject", subject=self.subject)}

    @cached_property
    def record(self) -> Record:
        return make_record(self.subject, department=self.department)


def with_second_factor(world: World) -> dict[str, Any]:
    """Give every account an authenticator and recovery codes, which these pages show or take away."""
    for account in world.accounts.values():
        TOTP.activate(account, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(account)
    return {}


def an_account(world: World) -> dict[str, Any]:
    return {"account_id": world.accounts["handler"].pk}


def a_grant(world: World) -> dict[str, Any]:
    return {"grant_id": world.accounts["handler"].grants.get().pk}


def a_notice(world: World) -> dict[str, Any]:
    notice = notice_queue("test", title="演示通知", body="演示", at=timezone.now(), subject=world.subject)
    return {"notice_id": notice.pk}


def a_publication(world: World) -> dict[str, Any]:
    return {"public_id": county.make_publication(world.record).public_id}


def a_policy(world: World) -> dict[str, Any]:
    county.activate("test-dual")
    return {"pack_id": "test-dual"}


def a_policy_version(world: World) -> dict[str, Any]:
    return {"version_id": listing.load_policy("mem-2023-11").pk}


def an_activation(world: World) -> dict[str, Any]:
    return {"activation_id": listing.run_policy("mem-2023-11", on=clock.today()).pk}


def case_world(world: World) -> CaseWorld:
    return CaseWorld(opened=clock.today(), office=world.department, subject=world.subject)


def a_candidate(world: World) -> dict[str, Any]:
    return {"pk": case_world(world).candidate().pk}


def a_case(world: World) -> dict[str, Any]:
    return {"public_id": case_world(world).case().public_id}


def an_entry(world: World) -> dict[str, Any]:
    """A public entry, which departments see too."""
    entry = listing.make_entry("mem-2023-11", "blacklist", on=clock.today(), subject=world.subject)
    return {"public_id": entry.public_id}


def an_order(world: World) -> dict[str, Any]:
    entry = listing.make_entry("mem-2023-11", "blacklist", on=clock.today(), subject=world.subject)
    return {"public_id": listing.make_order(entry, world.department, on=clock.today()).public_id}


def an_order_file(world: World) -> dict[str, Any]:
    """A file that the department attached to its answer."""
    order = MeasureOrder.objects.get(public_id=an_order(world)["public_id"])
    upload = SimpleUploadedFile("落实材料.txt", "演示文件".encode())
    attachment = attachment_store(upload=upload, actor=world.accounts["department"])
    OrderFeedback.objects.create(
        order=order, kind="carried-out", account=world.accounts["department"], on=clock.today(), attachment=attachment
    )
    return {"public_id": order.public_id, "file_id": attachment.public_id}


def a_subject(world: World) -> dict[str, Any]:
    return {"public_id": world.subject.public_id}


def a_record(world: World) -> dict[str, Any]:
    return {"public_id": world.record.public_id}


def a_role(world: World) -> dict[str, Any]:
    person = make_subject(kind="person")
    role = OrganizationRole(organization=world.subject, person=person, role="legal-representative")
    return {"role_id": role.save_by(None, reason="test").pk}


def a_finding(world: World) -> dict[str, Any]:
    finding = Finding(record=world.record, code="egregious", reason="演示", found_on=timezone.localdate())
    return {"finding_id": finding.save_by(None, reason="test").pk}


def a_file(world: World) -> dict[str, Any]:
    upload = SimpleUploadedFile("演示.txt", "演示文件".encode())
    return {"public_id": attachment_store(upload=upload, actor=world.accounts["handler"]).public_id}


def an_import(world: World) -> dict[str, Any]:
    return {"public_id": previewed_batch(world.department, world.accounts["handler"]).public_id}


Builder = Callable[[World], dict[str, Any]]

SAMPLES: dict[str, Builder] = {
    # --- registry: subjects, records, evidence
    "registry:subject-detail": a_subject,
    "registry:subject-edit": a_subject,
    "registry:subject-rename": a_subject,
    "registry:former-name-new": a_subject,
    "registry:subject-merge": a_subject,
    "registry:subject-history": a_subject,
    "registry:role-new": a_subject,
    "registry:role-end": a_role,
    "registry:record-new": lambda world: {"public_id": world.subject.public_id, "kind": "penalty"},
    "registry:record-detail": a_record,
    "registry:record-history": a_record,
    "registry:record-edit": a_record,
    "registry:record-confirm": a_record,
    "registry:record-void": a_record,
    "registry:record-correct": a_record,
    "registry:record-classify": a_record,
    "registry:finding-new": a_record,
    "registry:finding-remove": a_finding,
    "registry:record-mark": a_record,
    "registry:dispute-end": a_record,
    "registry:evidence-new": a_record,
    "registry:attachment-download": a_file,
    # --- registry: imports
    "registry:import-detail": an_import,
    "registry:import-start": an_import,
    "registry:import-cancel": an_import,
    "registry:import-failed": an_import,
    # --- registry: administration
    "registry:account-detail": an_account,
    "registry:account-change": an_account,
    "registry:account-close": an_account,
    "registry:account-reopen": an_account,
    "registry:password-reset": an_account,
    "registry:second-factor-remove": an_account,
    "registry:role-revoke": a_grant,
    "registry:department-change": lambda world: {"department_id": world.department.pk},
    "registry:notice-detail": a_notice,
    "registry:notice-resend": a_notice,
    # --- registry: policies
    "registry:policy-detail": a_policy_version,
    "registry:policy-activate": a_policy_version,
    "registry:policy-deactivate": an_activation,
    # --- sanctions: candidates and cases
    "sanctions:candidate-detail": a_candidate,
    "sanctions:candidate-open": a_candidate,
    "sanctions:candidate-dismiss": a_candidate,
    "sanctions:case-detail": a_case,
    "sanctions:case-step": lambda world: a_case(world) | {"step": "evidence"},
    # --- sanctions: entries and orders
    "sanctions:entry-detail": an_entry,
    "sanctions:entry-end": an_entry,
    "sanctions:entry-pause": an_entry,
    "sanctions:entry-resume": an_entry,
    "sanctions:order-detail": an_order,
    "sanctions:order-file": an_order_file,
    "sanctions:order-receive": an_order,
    "sanctions:order-carry-out": an_order,
    "sanctions:order-refuse": an_order,
    "sanctions:order-confirm-end": an_order,
    # --- disclosure
    "publications:detail": a_publication,
    "publications:withdraw": a_publication,
    "publications:correct": a_publication,
    "publications:publish-record": lambda world: {"public_id": world.record.public_id},
    "disclosure:subject": lambda world: {"public_id": world.subject.public_id},
    "disclosure:publication": a_publication,
    "disclosure:policy": a_policy,
    # --- the entrance
    "mfa_deactivate_totp": with_second_factor,
    "mfa_view_recovery_codes": with_second_factor,
    "mfa_download_recovery_codes": with_second_factor,
    "account_confirm_email": lambda world: {"key": "x"},
    "account_reset_password_from_key": lambda world: {"uidb36": "1", "key": "x"},
}
