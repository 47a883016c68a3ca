"""The registers of random inspections: matters (抽查事项清单), inspectors (检查人员名录) and their conflicts (回避)."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from incentives.models import InspectionMatter, Inspector, InspectorConflict
from incentives.services.inspection_steps import department_require, own_department
from registry.base.errors import Conflict, InvalidInput, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Subject
from registry.rules.sectors import SECTORS
from registry.services import authz
from registry.services.events import event_record

RIGHT = "inspection.staff"


@transaction.atomic
def matter_add(
    *, label: str, content: str, basis: str, way: str, actor: Account | None, on: date
) -> InspectionMatter:  # fmt: skip
    """Put a matter on the list of the actor's department from `on`. Raises NotAllowed, InvalidInput, Conflict."""
    authz.require(actor, RIGHT, on=on)
    department = own_department(actor)
    for value, field, words in (
        (label, "label", "抽查事项"),
        (content, "content", "检查内容"),
        (basis, "basis", "法律依据"),
    ):
        if not value.strip():
            raise InvalidInput(f"{field}-missing", f"请填写{words}；没有依据的事项不能抽查。", field=field)
    if InspectionMatter.objects.on(on).filter(department=department, label=label.strip()).exists():
        raise Conflict("matter-known", f"“{label.strip()}”已在{department.short_name}的清单之中。", field="label")
    matter = InspectionMatter(
        department=department, label=label.strip()[:120], content=content.strip()[:500], basis=basis.strip()[:300],
        way=way, starts_on=on,
    )  # fmt: skip
    matter.save_by(actor, reason="inspection-matter.add")
    event_record("inspection-matter.added", f"抽查事项清单增加“{matter}”", obj=matter, actor=actor, on=on)
    return matter


@transaction.atomic
def matter_end(*, matter_id: int, actor: Account | None, on: date, version: int | None = None) -> InspectionMatter:
    """Take a matter off the list from `on`; plans made before keep it."""
    matter = InspectionMatter.objects.select_for_update(of=("self",)).select_related("department").get(pk=matter_id)
    if matter.ends_on is not None:
        raise TransitionRefused("matter-ended", f"“{matter}”已于{matter.ends_on}退出清单。")
    authz.require(actor, RIGHT, on=on)
    department_require(actor, matter.department)
    version_require(matter, version)
    matter.ends_on = on
    matter.save_by(actor, reason="inspection-matter.end")
    event_record("inspection-matter.ended", f"抽查事项清单移出“{matter}”", obj=matter, actor=actor, on=on)
    return matter


@transaction.atomic
def inspector_add(
    *, name: str, certificate: str, qualifications: Sequence[str] = (), starts_on: date, ends_on: date | None,
    actor: Account | None, on: date,
) -> Inspector:  # fmt: skip
    """Put an inspector of the actor's department into the register; the certificate holds during `[starts_on, ends_on)`.

    Raises NotAllowed, InvalidInput, Conflict when the certificate is registered.
    """
    authz.require(actor, RIGHT, on=on)
    department = own_department(actor)
    if not name.strip() or not certificate.strip():
        field = "name" if not name.strip() else "certificate"
        raise InvalidInput(f"{field}-missing", "请填写姓名和执法证号；没有执法证的人员不能检查。", field=field)
    if ends_on is not None and ends_on <= starts_on:
        raise InvalidInput("term-wrong", f"执法证的终止日{ends_on}须晚于起始日{starts_on}，请核对。", field="ends_on")
    if set(qualifications) - SECTORS.keys():
        raise InvalidInput("qualification-unknown", "请从列表中选择专业领域。", field="qualifications")
    if Inspector.objects.filter(certificate=certificate.strip()).exists():
        raise Conflict("certificate-known", f"执法证号{certificate.strip()}已经登记，请核对。", field="certificate")
    inspector = Inspector(
        department=department, name=name.strip()[:60], certificate=certificate.strip()[:40],
        qualifications=list(qualifications), starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    inspector.save_by(actor, reason="inspector.add")
    event_record("inspector.added", f"检查人员名录增加{inspector}", obj=inspector, actor=actor, on=on)
    return inspector


@transaction.atomic
def inspector_end(*, inspector_id: int, actor: Account | None, on: date, version: int | None = None) -> Inspector:
    """Take an inspector out of the register from `on`; draws already made stay as they are."""
    inspector = _locked(inspector_id)
    if inspector.ends_on is not None and inspector.ends_on <= on:
        raise TransitionRefused("inspector-ended", f"{inspector}已于{inspector.ends_on}退出名录。")
    _require(inspector, actor, on)
    version_require(inspector, version)
    inspector.ends_on = max(on, inspector.starts_on)
    inspector.save_by(actor, reason="inspector.end")
    event_record("inspector.ended", f"检查人员名录移出{inspector}", obj=inspector, actor=actor, on=on)
    return inspector


@transaction.atomic
def conflict_add(
    *, inspector_id: int, subject_id: int, kind: str, note: str, actor: Account | None, on: date
) -> InspectorConflict:
    """Register that an inspector must not inspect a subject (行政处罚法 art. 43). Raises NotAllowed, Conflict."""
    inspector = _locked(inspector_id)
    _require(inspector, actor, on)
    subject = Subject.objects.get(pk=subject_id)
    if InspectorConflict.objects.on(on).filter(inspector=inspector, subject=subject).exists():
        raise Conflict("conflict-known", f"{inspector}与“{subject.name}”的回避情形已经登记。", field="subject")
    if kind not in InspectorConflict.Kind.values:
        raise InvalidInput("kind-unknown", "请从列表中选择回避情形。", field="kind")
    row = InspectorConflict(inspector=inspector, subject=subject, kind=kind, note=note.strip()[:300], starts_on=on)
    row.save_by(actor, reason="inspector.conflict")
    event_record(
        "inspector.conflict-added", f"登记回避：{inspector}与“{subject.name}”，{row.get_kind_display()}", obj=inspector,
        actor=actor, on=on, payload={"subject": subject.pk, "kind": kind},
    )  # fmt: skip
    return row


@transaction.atomic
def conflict_end(*, conflict_id: int, actor: Account | None, on: date) -> InspectorConflict:
    """End a conflict that exists no longer, from `on`."""
    inspector_id = InspectorConflict.objects.values_list("inspector_id", flat=True).get(pk=conflict_id)
    inspector = _locked(inspector_id)
    row = InspectorConflict.objects.select_for_update(of=("self",)).select_related("subject").get(pk=conflict_id)
    if row.ends_on is not None:
        raise TransitionRefused("conflict-ended", f"该回避情形已于{row.ends_on}终止。")
    _require(inspector, actor, on)
    row.ends_on = on
    row.save_by(actor, reason="inspector.conflict-end")
    event_record(
        "inspector.conflict-ended", f"终止回避：{inspector}与“{row.subject.name}”", obj=inspector, actor=actor, on=on
    )
    return row


def _locked(inspector_id: int) -> Inspector:
    found: Inspector = (
        Inspector.objects.select_for_update(of=("self",)).select_related("department").get(pk=inspector_id)
    )
    return found


def _require(inspector: Inspector, actor: Account | None, on: date) -> None:
    authz.require(actor, RIGHT, on=on)
    department_require(actor, inspector.department)
