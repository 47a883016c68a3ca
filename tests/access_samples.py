"""What the addresses of tests/access_table.py point at: one function a kind of object, called only when needed.

`SAMPLES[url_name]` gives the keyword arguments of an address. Objects are made inside the `World`'s department, so
that row rules (a department sees its own) do not hide them from the roles that may.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from incentives.models import Commitment
from incentives.services.commitments import Wanted, commitment_draft
from incentives.services.promises import promise_record
from registry import clock
from registry.models import Account, Department, Finding, OrganizationRole, Record, Subject
from registry.services.evidence import attachment_store
from registry.services.notices import notice_queue
from registry.services.policy_adoption import adoption_propose
from registry.services.policy_drafts import draft_from_edition
from registry.services.retention import hold_set
from repair.models import Objection
from repair.services.experts import expert_add
from repair.services.objections import Upload, objection_file
from sanctions.models import Case, MeasureOrder, OrderFeedback
from sanctions.services.cases import case_serve
from sanctions.services.trials import trial_start
from tests.api import access_samples as api_samples
from tests.credit_site import samples
from tests.disclosure import county, publicity_samples
from tests.factories import make_account, make_department, make_record, make_subject
from tests.incentives import access_samples as honour_samples
from tests.incentives import inspection_samples
from tests.incentives.promising import COUNTY, PROMISE, VOLUNTARY, on_paper
from tests.registry.imports.files import previewed_batch
from tests.registry.long_exports import an_export
from tests.repair import request_samples
from tests.sanctions import check_samples, joint, listing, reports
from tests.sanctions.case_world import CaseWorld, activate


@dataclass
class World:
    """The smallest county: one department and subject, one account for each role; further objects on demand."""

    department: Department = field(default_factory=lambda: make_department(kind="credit-office"))
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


def a_hold(world: World) -> dict[str, Any]:
    auditor = world.accounts["auditor"]
    hold = hold_set(kind="outbox", subject=None, reason="演示", actor=auditor, on=clock.today())
    return {"hold_id": hold.pk}


def a_publication(world: World) -> dict[str, Any]:
    return {"public_id": county.make_publication(world.record).public_id}


def a_policy(world: World) -> dict[str, Any]:
    county.activate("test-dual")
    return {"pack_id": "test-dual"}


def a_policy_version(world: World) -> dict[str, Any]:
    return {"version_id": listing.load_policy("mem-2023-11").pk}


def an_activation(world: World) -> dict[str, Any]:
    return {"activation_id": listing.run_policy("mem-2023-11", on=clock.today()).pk}


def a_draft(world: World) -> dict[str, Any]:
    draft = draft_from_edition(
        edition=listing.load_policy("nanning-urban"), title="试调", actor=world.accounts["reviewer"], on=clock.today()
    )
    return {"public_id": draft.public_id}


def a_trial(world: World) -> dict[str, Any]:
    edition, actor = listing.load_policy("nanning-urban"), world.accounts["reviewer"]
    return {"public_id": trial_start(pack=edition, day=clock.today(), actor=actor, on=clock.today()).public_id}


def a_proposal(world: World) -> dict[str, Any]:
    proposal = adoption_propose(
        edition=listing.load_policy("mem-2023-11"), mode="binding", starts_on=clock.today(), reason="演示",
        actor=world.accounts["reviewer"], on=clock.today(),
    )  # fmt: skip
    return {"public_id": proposal.public_id}


def a_promise(world: World) -> Commitment:
    """A promise of one missing paper, signed on paper."""
    activate(COUNTY, clock.today())
    return promise_record(
        subject_id=world.subject.pk, key=PROMISE, matter="演示许可", missing=["验收报告"], accepted_on=clock.today(),
        paper=on_paper(clock.today()), actor=world.accounts["handler"], on=clock.today(),
    )  # fmt: skip


def a_draft_commitment(world: World) -> dict[str, Any]:
    activate(COUNTY, clock.today())
    commitment = commitment_draft(
        subject_id=world.subject.pk, key=VOLUNTARY, wanted=Wanted(), actor=world.accounts["handler"], on=clock.today()
    )
    return {"public_id": commitment.public_id}


def a_public_commitment(world: World) -> dict[str, Any]:
    activate(COUNTY, clock.today())
    commitment = commitment_draft(
        subject_id=world.subject.pk, key=VOLUNTARY, wanted=Wanted(), paper=on_paper(clock.today()),
        actor=world.accounts["handler"], on=clock.today(),
    )  # fmt: skip
    return {"public_id": commitment.public_id}


def a_commitment_kind(world: World) -> dict[str, Any]:
    activate(COUNTY, clock.today())
    return {"pack_id": COUNTY, "code": "voluntary-publicity"}


def a_commitment(world: World) -> dict[str, Any]:
    return {"public_id": a_promise(world).public_id}


def a_commitment_file(world: World) -> dict[str, Any]:
    commitment = a_promise(world)
    return {"public_id": commitment.public_id, "file_id": commitment.signature.copy.public_id}


def case_world(world: World) -> CaseWorld:
    return CaseWorld(opened=clock.today(), office=world.department, subject=world.subject)


def case_world_serve(case: Case) -> Case:
    """Serve the case's notice today."""
    return case_serve(case_id=case.pk, served_on=clock.today(), receipt="直接送达", actor=None, on=clock.today())


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


def an_order_in_force(world: World) -> dict[str, Any]:
    """Makes the department one that holds a task; the address itself names nothing."""
    an_order(world)
    return {}


def an_escalation(world: World) -> dict[str, Any]:
    order = MeasureOrder.objects.get(public_id=an_order(world)["public_id"])
    return {"public_id": joint.make_escalation(order, on=clock.today()).public_id}


def a_joint_report(world: World) -> dict[str, Any]:
    return {"public_id": joint.make_report(world.department, on=clock.today()).public_id}


def an_objection(world: World) -> dict[str, Any]:
    return {"family": "objections", "public_id": filed_objection(world).public_id}


def an_objection_file(world: World) -> dict[str, Any]:
    objection = filed_objection(world)
    return {
        "family": "objections", "public_id": objection.public_id,
        "file_id": objection.files.get().attachment.public_id,
    }  # fmt: skip


def filed_objection(world: World) -> Objection:
    upload = SimpleUploadedFile("说明.txt", "演示文件".encode())
    return objection_file(
        subject_id=world.subject.pk, statement="演示", record_id=world.record.pk, uploads=[Upload(upload, "说明")],
        actor=world.accounts["subject"], on=clock.today(),
    )  # fmt: skip


def an_expert(world: World) -> dict[str, Any]:
    expert = expert_add(
        name="演示专家", field="安全工程", department_id=None, actor=world.accounts["approver"], on=clock.today()
    )
    return {"public_id": expert.public_id}


def a_subject(world: World) -> dict[str, Any]:
    return {"public_id": world.subject.public_id}


def a_record(world: World) -> dict[str, Any]:
    return {"public_id": world.record.public_id}


def a_role(world: World) -> dict[str, Any]:
    person = make_subject(kind="person")
    role = OrganizationRole(organization=world.subject, person=person, role="legal-representative")
    return {"role_id": role.save_by(None, reason="test").pk}


def a_claim(world: World) -> dict[str, Any]:
    return {"public_id": samples.make_claim(world.subject).public_id}


def a_mandate(world: World) -> dict[str, Any]:
    return {"public_id": samples.make_mandate(world.subject, world.accounts["subject"]).public_id}


def a_delivered_notice(world: World) -> dict[str, Any]:
    return {"notice_id": samples.make_notice(world.subject).pk}


def an_own_document(world: World) -> dict[str, Any]:
    return {"public_id": samples.make_document(world.subject, world.department).attachment.public_id}


def a_credit_report(world: World) -> dict[str, Any]:
    document = samples.make_document(world.subject, world.department, kind="credit-report")
    return {"code": document.attachment.public_id}


def a_told_case(world: World) -> dict[str, Any]:
    """A case whose notice was given and served."""
    case = case_world(world).case("noticed")
    return {"public_id": case_world_serve(case).public_id}


def a_finding(world: World) -> dict[str, Any]:
    finding = Finding(record=world.record, code="egregious", reason="演示", found_on=timezone.localdate())
    return {"finding_id": finding.save_by(None, reason="test").pk}


def a_file(world: World) -> dict[str, Any]:
    upload = SimpleUploadedFile("演示.txt", "演示文件".encode())
    return {"public_id": attachment_store(upload=upload, actor=world.accounts["handler"]).public_id}


def an_import(world: World) -> dict[str, Any]:
    return {"public_id": previewed_batch(world.department, world.accounts["handler"]).public_id}


def a_tip(world: World) -> dict[str, Any]:
    make_department(kind="credit-office")
    return {
        "public_id": reports.file_tip(
            on=clock.today(), about=world.subject.name, files=[reports.a_photo()]
        ).tip.public_id
    }


Builder = Callable[[World], dict[str, Any]]

SAMPLES: dict[str, Builder] = {
    # --- requests
    "requests:expert-retire": an_expert,
    "requests:register": a_subject,
    "requests:mirror": a_subject,
    "requests:review-new": a_subject,
    "requests:notice-make": a_record,
    "requests:correct": lambda world: {"public_id": filed_objection(world).public_id},
    "requests:detail": an_objection,
    "requests:step": lambda world: an_objection(world) | {"step": "accept"},
    "my-requests:apply": lambda world: {"target": "record", "public_id": world.record.public_id, "kind": "repair"},
    "my-requests:object": lambda world: {"target": "record", "public_id": world.record.public_id},
    "my-requests:complain": lambda world: {"public_id": filed_objection(world).public_id},
    "my-requests:detail": an_objection,
    "my-requests:answer": an_objection,
    "my-requests:withdraw": an_objection,
    "my-requests:undo-statement": request_samples.an_application,
    "my-requests:file": an_objection_file,
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
    # --- registry: claims and mandates
    "registry:claim-detail": a_claim,
    "registry:claim-refuse": a_claim,
    "registry:claim-letter": a_claim,
    "registry:subject-mandates": a_subject,
    "registry:claim-code-issue": a_subject,
    "registry:mandate-end": a_mandate,
    # --- a subject's own pages
    "portal:record": a_record,
    "portal:entry": an_entry,
    "portal:message": a_delivered_notice,
    "portal:message-sign": a_delivered_notice,
    "portal:document-file": an_own_document,
    "portal:agent-end": a_mandate,
    "report-verify": a_credit_report,
    "my-cases:detail": a_told_case,
    "my-cases:defend": a_told_case,
    "my-cases:waive": a_told_case,
    # --- registry: imports
    "registry:import-detail": an_import,
    "registry:import-start": an_import,
    "registry:import-cancel": an_import,
    "registry:export-file": lambda world: an_export(world.accounts["handler"]),
    "registry:export-fetch": lambda world: an_export(world.accounts["handler"]),
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
    "registry:retention-lift": a_hold,
    # --- registry: policies
    "registry:policy-detail": a_policy_version,
    "registry:policy-propose": a_policy_version,
    "registry:proposal-detail": a_proposal,
    "registry:proposal-confirm": a_proposal,
    "registry:proposal-reject": a_proposal,
    "registry:draft-propose": a_draft,
    "registry:draft-detail": a_draft,
    "registry:draft-text": a_draft,
    "registry:draft-values": a_draft,
    "registry:draft-discard": a_draft,
    "registry:policy-deactivate": an_activation,
    # --- sanctions: trials of policies
    "sanctions:trial-detail": a_trial,
    "sanctions:trial-cancel": a_trial,
    "sanctions:trial-resume": a_trial,
    "sanctions:trial-file": a_trial,
    # --- sanctions: candidates and cases
    "sanctions:candidate-detail": a_candidate,
    "sanctions:candidate-open": a_candidate,
    "sanctions:candidate-dismiss": a_candidate,
    "sanctions:case-detail": a_case,
    "sanctions:subject-standing": a_subject,
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
    "sanctions:order-confirm-pause": an_order,
    "sanctions:order-confirm-resumption": an_order,
    "sanctions:order-add-effect": an_order,
    "sanctions:measures-in-force-sheet": an_order_in_force,
    "sanctions:joint-report-detail": a_joint_report,
    "sanctions:joint-report-file": lambda world: a_joint_report(world) | {"kind": "paper"},
    "sanctions:escalation-detail": an_escalation,
    "sanctions:escalation-explain": an_escalation,
    "sanctions:escalation-urge": an_escalation,
    "sanctions:escalation-close": an_escalation,
    # --- sanctions: tips
    "tips:detail": a_tip,
    "tips:file": lambda world: a_tip(world) | {"place": 1},
    "tips:step": lambda world: a_tip(world) | {"step": "accept"},
    "tips:identity": a_tip,
    # --- incentives: the red list, tiers
    **honour_samples.SAMPLES,
    **api_samples.SAMPLES,
    **check_samples.SAMPLES,
    # --- incentives: commitments
    "commitments:new": a_subject,
    "commitments:promise-new": a_subject,
    "commitments:detail": a_commitment,
    "commitments:paper": a_commitment,
    "commitments:file": a_commitment_file,
    "commitments:step": lambda world: a_commitment(world) | {"step": "fulfil"},
    "commitments:obligation-step": lambda world: a_commitment(world) | {"place": 1, "step": "accept"},
    "my-commitments:new": a_commitment_kind,
    "my-commitments:detail": a_commitment,
    "my-commitments:sign": a_draft_commitment,
    "my-commitments:hand-in": lambda world: a_commitment(world) | {"place": 1},
    "my-commitments:statement": a_commitment,
    "my-commitments:file": a_commitment_file,
    "disclosure:commitment": a_public_commitment,
    # --- incentives: random inspections
    **inspection_samples.SAMPLES,
    # --- disclosure
    **publicity_samples.SAMPLES,
    "publications:detail": a_publication,
    "publications:withdraw": a_publication,
    "publications:correct": a_publication,
    "publications:publish-record": lambda world: {"public_id": world.record.public_id},
    "disclosure:subject": lambda world: {"public_id": world.subject.public_id},
    "disclosure:publication": a_publication,
    "disclosure:policy": a_policy,
    "disclosure:catalogue-file": lambda world: {"catalogue": "measures", "kind": "csv"},
    # --- the API
    "api:calendar": lambda world: {"year": 2026},
    "api:standing": lambda world: {"code": "91370323MA0000000X"},
    "api:timeline": lambda world: {"code": "91370323MA0000000X"},
    **{
        f"api:{name}": lambda world: {"public_id": UUID(int=1)}
        for name in ("publicity-upload", "publicity-rows", "record-upload", "record-rows")
    },
    "api:order": an_order,
    "api:order-receive": an_order,
    "api:order-carry-out": an_order,
    "api:order-refuse": an_order,
    "api:order-confirm-end": an_order,
    "api:policy": lambda world: {"pack_id": "mem-2023-11"},
    # --- the entrance
    "mfa_deactivate_totp": with_second_factor,
    "mfa_view_recovery_codes": with_second_factor,
    "mfa_download_recovery_codes": with_second_factor,
    "account_confirm_email": lambda world: {"key": "x"},
    "account_reset_password_from_key": lambda world: {"uidb36": "1", "key": "x"},
}
