"""Persons' roles in organisations over time."""

from datetime import date

from django.db import transaction

from registry.base.errors import Conflict, InvalidInput, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, OrganizationRole, Subject
from registry.rules.names import comparable_name
from registry.services import authz
from registry.services.events import event_record
from registry.services.resolving import subject_resolve
from registry.services.subjects import person_create, subject_lock
from registry.signals import subject_changed

# Held by one person at a time in any organisation.
_SOLE = frozenset({OrganizationRole.Role.LEGAL_REPRESENTATIVE})


@transaction.atomic
def role_begin(
    *, organization_id: int, person_id: int, role: str, starts_on: date | None, actor: Account | None, on: date
) -> OrganizationRole:
    """Register that a person holds a role from `starts_on` (None: since when is not known).

    Raises InvalidInput for the wrong kinds of subject, an unknown role or a day to come; Conflict when the role is
    held already, naming the holder.
    """
    organization = subject_lock(organization_id)
    authz.require(actor, "subject.edit", on=on)
    person = Subject.objects.get(pk=person_id)
    _kinds_require(organization, person)
    if role not in OrganizationRole.Role.values:
        labels = "、".join(OrganizationRole.Role.labels)
        raise InvalidInput("role-unknown", f"职务“{role}”不存在，可选：{labels}。", field="role")
    if starts_on is not None and starts_on > on:
        raise InvalidInput("role-in-future", f"任职日期{starts_on}晚于今天（{on}），请核对。", field="starts_on")
    _holder_refuse(organization, person, role)
    held = OrganizationRole(organization=organization, person=person, role=role, starts_on=starts_on)
    held.save_by(actor, reason="role.begin")
    event_record(
        "role.begun", f"{person.name}任“{organization.name}”{held.get_role_display()}", obj=held,
        subject=organization, actor=actor, on=on, payload={"person": person.pk, "role": role, "starts_on": starts_on},
    )  # fmt: skip
    subject_changed.send(Subject, subject=organization, actor=actor, on=on)
    return held


@transaction.atomic
def role_take(
    *,
    organization_id: int,
    role: str,
    name: str,
    document_type: str,
    document_number: str,
    starts_on: date | None,
    actor: Account | None,
    on: date,
) -> OrganizationRole:
    """Register a role of a person given by name and document: found by number, taken in where nobody has it.

    Without a number the person is taken in anew: a name alone identifies nobody. Raises as `role_begin`.
    """
    organization = subject_lock(organization_id)
    if document_number.strip():
        person = subject_resolve(
            name=name, category=Subject.Category.PERSON, document_type=document_type, document_number=document_number,
            is_synthetic=organization.is_synthetic, actor=actor, on=on,
        ).subject  # fmt: skip
    else:
        person = person_create(name=name, is_synthetic=organization.is_synthetic, actor=actor, on=on)
    return role_begin(
        organization_id=organization_id, person_id=person.pk, role=role, starts_on=starts_on, actor=actor, on=on
    )


@transaction.atomic
def role_end(*, role_id: int, ends_on: date, version: int | None, actor: Account | None, on: date) -> OrganizationRole:
    """Register that a role is no longer held from `ends_on` on (the first day without it)."""
    found = OrganizationRole.objects.get(pk=role_id)
    organization = subject_lock(found.organization_id)
    held = OrganizationRole.objects.select_for_update().get(pk=role_id)
    if held.ends_on is not None:
        raise TransitionRefused("role-ended", f"该任职已于{held.ends_on}结束，不能重复登记离任。")
    authz.require(actor, "subject.edit", on=on)
    version_require(held, version)
    if ends_on > on:
        raise InvalidInput("role-end-in-future", f"离任日期{ends_on}晚于今天（{on}），请核对。", field="ends_on")
    if held.starts_on is not None and ends_on < held.starts_on:
        raise InvalidInput("role-end-early", f"离任日期早于任职日期{held.starts_on}，请核对。", field="ends_on")
    held.ends_on = ends_on
    held.save_by(actor, reason="role.end")
    person = held.person
    event_record(
        "role.ended", f"{person.name}自{ends_on}起不再任“{organization.name}”{held.get_role_display()}", obj=held,
        subject=organization, actor=actor, on=on, payload={"person": person.pk, "role": held.role, "ends_on": ends_on},
    )  # fmt: skip
    subject_changed.send(Subject, subject=organization, actor=actor, on=on)
    return held


@transaction.atomic
def representative_learn(*, organization: Subject, name: str, actor: Account | None, on: date) -> str:
    """Take in the legal representative that a reported row names, where none is known yet.

    Returns a Chinese remark when another one is registered (empty otherwise): one row is no proof of a change.
    """
    holder = (
        OrganizationRole.objects.filter(
            organization=organization, role=OrganizationRole.Role.LEGAL_REPRESENTATIVE, ends_on__isnull=True
        )
        .select_related("person")
        .first()
    )
    if holder is not None:
        if comparable_name(holder.person.name) == comparable_name(name):
            return ""
        return f"登记的法定代表人是{holder.person.name}，与填报的不同，没有改动。如已变更，请在主体档案登记。"
    person = person_create(name=name, is_synthetic=organization.is_synthetic, actor=actor, on=on)
    role_begin(
        organization_id=organization.pk, person_id=person.pk, role=OrganizationRole.Role.LEGAL_REPRESENTATIVE,
        starts_on=None, actor=actor, on=on,
    )  # fmt: skip
    return ""


def _kinds_require(organization: Subject, person: Subject) -> None:
    if organization.is_person:
        raise InvalidInput("not-an-organization", f"“{organization.name}”是自然人，不能登记任职人员。")
    if not person.is_person or person.merged_into_id is not None:
        raise InvalidInput("not-a-person", f"“{person.name}”不是可用的自然人主体，不能任职。", field="person")


def _holder_refuse(organization: Subject, person: Subject, role: str) -> None:
    held = organization.people.filter(role=role, ends_on__isnull=True).select_related("person")
    if role not in _SOLE:
        held = held.filter(person=person)
    holder = held.first()
    if holder is not None:
        raise Conflict(
            "role-held",
            f"现任{holder.get_role_display()}是{holder.person.name}，请先登记其离任，再登记新的任职。",
            field="role",
        )
