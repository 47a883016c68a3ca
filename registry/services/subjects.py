"""Subjects: taken in, changed, renamed, found again for an import. Merging duplicates is in `merging`."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import transaction

from registry import clock
from registry.base.bulk import parts, row_new, tracked_add
from registry.base.errors import Conflict, InvalidInput, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Subject, SubjectName
from registry.rules.names import comparable_name
from registry.services import authz, identities
from registry.services.events import event_make, event_record, events_add
from registry.services.names import name_grams_rebuild, names_grams_new
from registry.signals import subject_changed

_ASKED = 5_000  # ids a query: below the most parameters of a statement on SQLite


class OrganizationFields(TypedDict, total=False):
    """What may be said about an organisation besides name, category and code."""

    registration_number: str
    organization_code: str
    tax_number: str
    institution_number: str
    social_number: str
    industry: str
    sectors: list[str]
    risk: str
    standardisation: int | None
    address: str
    division_code: str
    is_synthetic: bool


class ChangeFields(OrganizationFields, total=False):
    """What `subject_update` changes. The name is not among them: see `subject_rename`."""

    category: str
    uscc: str
    status: str
    document_type: str
    document_number: str
    born_on: date | None


@transaction.atomic
def organization_create(
    *, name: str, category: str, uscc: str = "", right: str = "subject.edit", actor: Account | None, on: date,
    **fields: Unpack[OrganizationFields],
) -> Subject:  # fmt: skip
    """Take an organisation in. Without a code its name must be borne by no other one without a code.

    `right`: what the actor must hold; who reports a record about a new subject needs only the right to report. Raises
    InvalidInput naming the field and, for codes, the wrong position; Conflict naming the subject that has the code
    already; NotAllowed.
    """
    authz.require(actor, right, on=on)
    subject = organization_new(name=name, category=category, uscc=uscc, **fields)
    identities.uscc_taken_refuse(subject.uscc)
    if subject.uscc is None:
        _nameless_twin_refuse(subject.name)
    return _take_in(subject, actor=actor, on=on)


def organization_new(*, name: str, category: str, uscc: str = "", **fields: Unpack[OrganizationFields]) -> Subject:
    """Return an organisation as it is taken in, checked and not yet written; whether it is known is not asked."""
    tidy = identities.name_checked(name)
    _category_require(category)
    code = identities.uscc_checked(uscc, category=category)
    values: dict[str, Any] = {**fields}
    values["organization_code"] = identities.organization_code_checked(values.get("organization_code", ""))
    return row_new(Subject, kind=Subject.Kind.ORGANIZATION, category=category, name=tidy, uscc=code, **values)


@transaction.atomic
def person_create(
    *,
    name: str,
    document_type: str = identities.IDENTITY_CARD,
    document_number: str = "",
    born_on: date | None = None,
    is_synthetic: bool = False,
    right: str = "subject.edit",
    actor: Account | None,
    on: date,
) -> Subject:
    """Take a person in. The document number is kept sealed, hashed and masked, never plain.

    With an identity card the birth date is read from it. `right` as in `organization_create`. Raises InvalidInput,
    Conflict, NotAllowed.
    """
    authz.require(actor, right, on=on)
    document = identities.document_sealed(document_type, document_number, on=on)
    return person_take_in(
        name=name, document=document, born_on=born_on, is_synthetic=is_synthetic, right=right, actor=actor, on=on
    )


@transaction.atomic
def person_take_in(
    *, name: str, document: identities.SealedDocument, born_on: date | None = None, is_synthetic: bool = False,
    right: str = "subject.edit", actor: Account | None, on: date,
) -> Subject:  # fmt: skip
    """Take a person in whose document number was checked and sealed before; else as `person_create`."""
    authz.require(actor, right, on=on)
    identities.document_taken_refuse(document.hash)
    subject = person_new(name=name, document=document, born_on=born_on, is_synthetic=is_synthetic, on=on)
    return _take_in(subject, actor=actor, on=on)


def person_new(
    *, name: str, document: identities.SealedDocument, born_on: date | None = None, is_synthetic: bool, on: date
) -> Subject:
    """Return a person as it is taken in, checked and not yet written; whether the person is known is not asked."""
    return row_new(
        Subject,
        kind=Subject.Kind.PERSON,
        category=Subject.Category.PERSON,
        name=identities.name_checked(name),
        born_on=_birth_day(document, born_on, on),
        document_type=document.type if document.hash else "",
        document_sealed=document.sealed,
        document_hash=document.hash,
        document_masked=document.masked,
        is_synthetic=is_synthetic,
    )


@transaction.atomic
def subject_update(
    *, subject_id: int, version: int | None, actor: Account | None, on: date, **changes: Unpack[ChangeFields]
) -> Subject:
    """Change what is registered about a subject. Raises Conflict for a stale form, and as the creating services."""
    subject = subject_lock(subject_id)
    authz.require(actor, "subject.edit", on=on)
    version_require(subject, version)
    values: dict[str, Any] = _checked_changes(subject, {**changes}, on)
    differing = sorted(name for name, value in values.items() if getattr(subject, name) != value)
    if not differing:
        return subject
    for name in differing:
        setattr(subject, name, values[name])
    subject.save_by(actor, reason="subject.update")
    labels = [str(field.verbose_name) for field in Subject._meta.fields if field.name in set(differing) - _UNSPOKEN]
    event_record(
        "subject.updated", f"修改主体“{subject.name}”的{'、'.join(labels)}", obj=subject, subject=subject,
        actor=actor, on=on, payload={"fields": differing},
    )  # fmt: skip
    subject_changed.send(Subject, subject=subject, actor=actor, on=on)
    return subject


@transaction.atomic
def subject_rename(
    *, subject_id: int, name: str, changed_on: date, version: int | None, actor: Account | None, on: date
) -> SubjectName:
    """Register that the subject bears another name from `changed_on`; the present one becomes a former name."""
    subject = subject_lock(subject_id)
    authz.require(actor, "subject.edit", on=on)
    version_require(subject, version)
    tidy = identities.name_checked(name)
    present = subject.names.select_for_update().get(ends_on__isnull=True)
    if comparable_name(tidy) == present.normalized:
        raise InvalidInput("name-same", f"新名称与现名称“{present.name}”相同，没有更名。", field="name")
    if changed_on > on:
        raise InvalidInput("changed-in-future", f"更名日期{changed_on}晚于今天（{on}），请核对。", field="changed_on")
    if present.starts_on is not None and changed_on <= present.starts_on:
        raise InvalidInput(
            "changed-too-early", f"现名称自{present.starts_on}起使用，更名日期须晚于这一天。", field="changed_on"
        )
    present.ends_on = changed_on
    present.save_by(actor, reason="subject.rename")
    new = _name_add(subject, tidy, starts_on=changed_on, ends_on=None, actor=actor)
    former, subject.name = subject.name, tidy
    subject.save_by(actor, reason="subject.rename")
    event_record(
        "subject.renamed", f"“{former}”自{changed_on}起更名为“{tidy}”", obj=subject, subject=subject, actor=actor,
        on=on, payload={"former": former, "name": tidy, "changed_on": changed_on},
    )  # fmt: skip
    subject_changed.send(Subject, subject=subject, actor=actor, on=on)
    return new


@transaction.atomic
def former_name_add(
    *,
    subject_id: int,
    name: str,
    starts_on: date | None = None,
    ends_on: date,
    actor: Account | None,
    on: date,
) -> SubjectName:
    """Register a name borne in the past, until the day before `ends_on`, so that the subject is found by it."""
    subject = subject_lock(subject_id)
    authz.require(actor, "subject.edit", on=on)
    tidy = identities.name_checked(name)
    if ends_on > on or (starts_on is not None and starts_on >= ends_on):
        raise InvalidInput("former-name-dates", "曾用名的停用日期不能晚于今天，且须晚于启用日期。", field="ends_on")
    if subject.names.filter(normalized=comparable_name(tidy)).exists():
        raise Conflict("name-known", f"“{tidy}”已登记为该主体的名称，无需重复登记。", field="name")
    former = _name_add(subject, tidy, starts_on=starts_on, ends_on=ends_on, actor=actor)
    event_record(
        "subject.former-name-added", f"为主体“{subject.name}”补登曾用名“{tidy}”", obj=subject, subject=subject,
        actor=actor, on=on, payload={"name": tidy, "ends_on": ends_on},
    )  # fmt: skip
    subject_changed.send(Subject, subject=subject, actor=actor, on=on)
    return former


def subject_lock(subject_id: int) -> Subject:
    """Lock a subject's row, the first lock of every service about it.

    Raises Subject.DoesNotExist; TransitionRefused when it was merged into another one.
    """
    subject = Subject.objects.select_for_update(of=("self",)).select_related("merged_into").get(pk=subject_id)
    subject_merged_refuse(subject)
    return subject


def subjects_lock(subject_ids: Collection[int]) -> list[Subject]:
    """Lock many subjects' rows in order of id and return them; merged ones are not refused."""
    found = Subject.objects.select_for_update()
    return [each for part in parts(sorted(subject_ids), _ASKED) for each in found.filter(pk__in=part).order_by("pk")]


def subject_merged_refuse(subject: Subject) -> None:
    """Raise TransitionRefused when the subject was merged into another one."""
    if subject.merged_into is not None:
        raise TransitionRefused(
            "subject-merged",
            f"主体“{subject.name}”已合并到“{subject.merged_into.name}”，不能再办理。请到合并后的主体办理。",
            subject=str(subject.merged_into.public_id),
        )


# Field names whose change is told by another field's label.
_UNSPOKEN = frozenset({"document_sealed", "document_hash"})
_ORGANIZATION_ONLY = frozenset({*OrganizationFields.__annotations__, "uscc", "category"}) - {"is_synthetic", "address"}
_PERSON_ONLY = frozenset({"document_type", "document_number", "born_on"})


def _checked_changes(subject: Subject, changes: dict[str, Any], on: date) -> dict[str, Any]:
    wrong = sorted(changes.keys() & (_ORGANIZATION_ONLY if subject.is_person else _PERSON_ONLY))
    if wrong:
        raise InvalidInput("field-of-other-kind", f"{subject.get_kind_display()}没有这些内容：{'、'.join(wrong)}。")
    if subject.is_person:
        return _checked_person_changes(subject, changes, on)
    category = changes.get("category", subject.category)
    _category_require(category)
    if {"uscc", "category"} & changes.keys():
        changes["uscc"] = identities.uscc_checked(changes.get("uscc", subject.uscc or ""), category=category)
        identities.uscc_taken_refuse(changes["uscc"], except_pk=subject.pk)
    if "organization_code" in changes:
        changes["organization_code"] = identities.organization_code_checked(changes["organization_code"])
    return changes


def _checked_person_changes(subject: Subject, changes: dict[str, Any], on: date) -> dict[str, Any]:
    number = changes.pop("document_number", "")
    kind = changes.pop("document_type", subject.document_type)
    if number:
        document = identities.document_sealed(kind, number, on=on)
        identities.document_taken_refuse(document.hash, except_pk=subject.pk)
        changes["born_on"] = _birth_day(document, changes.get("born_on"), on)
        changes |= {
            "document_type": document.type,
            "document_sealed": document.sealed,
            "document_hash": document.hash,
            "document_masked": document.masked,
        }
    return changes


def _birth_day(document: identities.SealedDocument, given: date | None, on: date) -> date | None:
    if document.born_on is not None and given is not None and document.born_on != given:
        raise InvalidInput("birth-day-differs", "出生日期与身份证号码中的不一致，请核对；可以不填。", field="born_on")
    if given is not None and given > on:
        raise InvalidInput("birth-day-in-future", f"出生日期{given}晚于今天（{on}），请核对。", field="born_on")
    return document.born_on or given


def _category_require(category: str) -> None:
    organizations = [each for each in Subject.Category.values if each != Subject.Category.PERSON]
    if category not in organizations:
        labels = "、".join(Subject.Category(each).label for each in organizations)
        raise InvalidInput("category-unknown", f"类别“{category}”不适用于组织，可选：{labels}。", field="category")


def _nameless_twin_refuse(name: str) -> None:
    twin = (
        Subject.objects.filter(
            kind=Subject.Kind.ORGANIZATION, uscc__isnull=True, merged_into__isnull=True,
            names__normalized=comparable_name(name), names__ends_on__isnull=True,
        ).first()
    )  # fmt: skip
    if twin is not None:
        raise Conflict(
            "name-taken",
            f"已有同名且没有统一社会信用代码的主体“{twin.name}”。请填写代码以便区分，或直接使用该主体。",
            field="name",
            subject=str(twin.public_id),
        )


def _take_in(subject: Subject, *, actor: Account | None, on: date) -> Subject:
    subject.save_by(actor, reason="subject.create")
    _name_add(subject, subject.name, starts_on=None, ends_on=None, actor=actor)
    event_record(**_taken_in(subject), actor=actor, on=on)
    return subject


def subjects_take_in(subjects: Sequence[Subject], *, actor: Account | None, on: date) -> None:
    """Write subjects made by `organization_new` and `person_new`, with names, search index and events, in few
    statements. Raises IntegrityError when somebody else has taken one of them in meanwhile.
    """
    # In one order, so that two who take the same ones in wait for each other instead of blocking.
    ordered = sorted(subjects, key=lambda each: (each.uscc or "", each.document_hash or ""))
    tracked_add(ordered, actor=actor, reason="subject.create")
    names = [_name_new(each, each.name, starts_on=None, ends_on=None) for each in ordered]
    tracked_add(names, actor=actor, reason="subject.name")
    names_grams_new(names)
    at = clock.now()
    events_add([event_make(**_taken_in(each), actor=actor, on=on, at=at) for each in ordered])


def _taken_in(subject: Subject) -> dict[str, Any]:
    return {
        "name": "subject.created", "text": f"登记{subject.get_kind_display()}“{subject.name}”", "obj": subject,
        "subject": subject, "payload": {"category": str(subject.category), "uscc": subject.uscc},
    }  # fmt: skip


def _name_add(
    subject: Subject, name: str, *, starts_on: date | None, ends_on: date | None, actor: Account | None
) -> SubjectName:
    added = _name_new(subject, name, starts_on=starts_on, ends_on=ends_on).save_by(actor, reason="subject.name")
    name_grams_rebuild(added)
    return added


def _name_new(subject: Subject, name: str, *, starts_on: date | None, ends_on: date | None) -> SubjectName:
    new = row_new(SubjectName, name=name, normalized=comparable_name(name), starts_on=starts_on, ends_on=ends_on)
    new.subject = subject
    return new
