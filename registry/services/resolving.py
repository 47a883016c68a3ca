"""Finding the subject that a reported row means, or taking it in (双公示 files name subjects nobody knows yet)."""

from datetime import date
from typing import NamedTuple, Unpack

from django.db import IntegrityError, transaction

from registry.base.errors import Conflict, InvalidInput
from registry.models import Account, Subject
from registry.rules.categories import category_of
from registry.rules.identifiers import normalize_code
from registry.rules.names import comparable_name
from registry.services import identities
from registry.services.events import event_record
from registry.services.subjects import OrganizationFields, organization_create, person_create, subject_lock


class Resolved(NamedTuple):
    """The subject, whether it was taken in just now, and Chinese remarks for the officer."""

    subject: Subject
    created: bool
    warnings: list[str]


class _Hand(NamedTuple):
    """Who takes a new subject in, by which right, when."""

    right: str
    actor: Account | None
    on: date


@transaction.atomic
def subject_resolve(
    *,
    name: str,
    uscc: str = "",
    category: str = "",
    document_type: str = identities.IDENTITY_CARD,
    document_number: str = "",
    right: str = "subject.edit",
    actor: Account | None,
    on: date,
    **fields: Unpack[OrganizationFields],
) -> Resolved:
    """Return the subject that a row means. `category` "person" for 自然人; else empty lets the code tell. `right`: what
    the actor must hold to take a new one in.

    Organisations: by code; without a code, by exact present or former name. A code whose name differs from every name
    of its subject is refused (the national platform's error 1001), so that no record lands on the wrong one. Persons:
    by document number. Raises InvalidInput with the field at fault, NotAllowed.
    """
    if category == Subject.Category.PERSON:
        return _person(name, document_type, document_number, fields.get("is_synthetic", False), _Hand(right, actor, on))
    tidy = identities.name_checked(name)
    code = identities.uscc_checked(uscc, category=_told(uscc, category)) or ""
    found = Subject.objects.filter(uscc=code).first() if code else None
    if found is not None:
        return _by_code(found, tidy)
    bearers = _bearers(tidy)
    hand = _Hand(right, actor, on)
    if code:
        return _new_code(bearers, tidy, code, _told(code, category), hand, fields)
    return _by_name(bearers, tidy, category or Subject.Category.OTHER, hand, fields)


def _told(uscc: str, category: str) -> str:
    """The category that the code's prefix tells beats the file's: 92… stands among the legal persons there."""
    told = category_of(normalize_code(uscc))
    return category if told == "other" and category else told


def _names_of(subject: Subject) -> dict[str, tuple[str, bool]]:
    return {each.normalized: (each.name, each.is_former) for each in subject.names.all()}


def _by_code(subject: Subject, name: str) -> Resolved:
    if subject.merged_into_id is not None:
        subject = Subject.objects.get(pk=subject.merged_into_id)
    known = _names_of(subject)
    match = known.get(comparable_name(name))
    if match is None:
        former = "、".join(each for each, is_former in known.values() if is_former) or "无"
        raise InvalidInput(
            "subject-name-mismatch",
            f"代码{subject.uscc}登记的名称是“{subject.name}”（曾用名：{former}），与填报的“{name}”不符"
            "（1001 未查询到主体或查询到的主体信息不匹配）。企业已更名的，请先在主体档案登记更名；代码或名称填错的，请更正后重报。",
            field="name",
        )
    warnings = [f"“{name}”是“{subject.name}”的曾用名，已按统一社会信用代码归到该主体。"] if match[1] else []
    return Resolved(subject, False, warnings)


def _bearers(name: str) -> list[Subject]:
    """Organisations that bear or bore the name, those that bear it now first."""
    found = Subject.objects.filter(
        kind=Subject.Kind.ORGANIZATION, merged_into__isnull=True, names__normalized=comparable_name(name)
    ).distinct()
    key = comparable_name(name)
    return sorted(found, key=lambda each: (comparable_name(each.name) != key, each.pk))


def _new_code(
    bearers: list[Subject], name: str, code: str, category: str, hand: _Hand, fields: OrganizationFields
) -> Resolved:
    """A code nobody bears yet: complete the one subject of that name that has none, refuse a clash, else take in."""
    key = comparable_name(name)
    present = [each for each in bearers if comparable_name(each.name) == key]
    clash = next((each for each in present if each.uscc), None)
    if clash is not None:
        raise InvalidInput(
            "name-has-other-code",
            f"“{name}”已登记的统一社会信用代码是{clash.uscc}，与填报的{code}不符。请核对证照后更正；确属另一家同名单位的，请先在主体库登记。",
            field="uscc",
        )
    if len(present) == 1:
        return _complete(present[0], code, hand.actor, hand.on)
    warnings = [f"“{name}”曾是“{each.name}”的名称，现按新的代码另行登记，请核对。" for each in bearers]
    try:
        with transaction.atomic():
            created = organization_create(name=name, category=category, uscc=code, **hand._asdict(), **fields)
    except (IntegrityError, Conflict):
        return _by_code(Subject.objects.get(uscc=code), name)  # another import took it in a moment ago
    return Resolved(created, True, warnings)


def _complete(subject: Subject, code: str, actor: Account | None, on: date) -> Resolved:
    subject = subject_lock(subject.pk)
    subject.uscc = code
    subject.save_by(actor, reason="subject.complete")
    text = f"按报送数据为“{subject.name}”补登统一社会信用代码{code}"
    event_record("subject.completed", text, obj=subject, subject=subject, actor=actor, on=on, payload={"uscc": code})
    return Resolved(subject, False, [f"“{subject.name}”原来没有代码，已补登{code}。"])


def _by_name(bearers: list[Subject], name: str, category: str, hand: _Hand, fields: OrganizationFields) -> Resolved:
    key = comparable_name(name)
    present = [each for each in bearers if comparable_name(each.name) == key]
    choice = present or bearers
    if len(choice) > 1:
        codes = "、".join(each.uscc or f"{each.name}（无代码）" for each in choice)
        raise InvalidInput(
            "name-ambiguous",
            f"有{len(choice)}个主体用过名称“{name}”（{codes}），请填写统一社会信用代码。",
            field="uscc",
        )
    if not choice:
        created = organization_create(name=name, category=category, **hand._asdict(), **fields)
        return Resolved(created, True, ["没有统一社会信用代码，已仅按名称登记，请尽快补登代码。"])
    found = choice[0]
    how = "名称" if present else f"曾用名（现名“{found.name}”）"
    return Resolved(found, False, [f"没有统一社会信用代码，已按{how}归到代码为{found.uscc or '空'}的主体。"])


def _person(name: str, document_type: str, document_number: str, is_synthetic: bool, hand: _Hand) -> Resolved:
    tidy = identities.name_checked(name)
    if not document_number.strip():
        raise InvalidInput(
            "document-missing", "自然人必须填写证件类型和证件号码，否则无法区分同名的人。", field="document_number"
        )
    document = identities.document_sealed(document_type, document_number, on=hand.on)
    found = Subject.objects.filter(document_hash=document.hash).first()
    if found is None:
        try:
            with transaction.atomic():
                created = person_create(
                    name=tidy, document_type=document_type, document_number=document_number,
                    is_synthetic=is_synthetic, **hand._asdict(),
                )  # fmt: skip
        except (IntegrityError, Conflict):
            found = Subject.objects.get(document_hash=document.hash)
        else:
            return Resolved(created, True, [])
    match = _names_of(found).get(comparable_name(tidy))
    if match is None:
        raise InvalidInput(
            "person-name-mismatch",
            f"该证件号码（{found.document_masked}）登记的姓名与填报的“{tidy}”不符，请按证件核对。",
            field="name",
        )
    return Resolved(found, False, [])
