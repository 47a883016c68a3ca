"""Finding the subject that a reported row means, or taking it in (双公示 files name subjects nobody knows yet)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol, Unpack

from django.db import IntegrityError, transaction

from registry.base.errors import Conflict, InvalidInput
from registry.models import Account, Subject
from registry.rules.categories import category_of
from registry.rules.identifiers import normalize_code
from registry.rules.names import comparable_name
from registry.services import identities
from registry.services.events import event_record
from registry.services.subjects import OrganizationFields, organization_create, person_take_in, subject_lock


class Resolved(NamedTuple):
    """The subject, whether it was taken in just now, and Chinese remarks for the officer."""

    subject: Subject
    created: bool
    warnings: list[str]


class Hand(NamedTuple):
    """Who takes a new subject in, by which right, when."""

    right: str
    actor: Account | None
    on: date


class Directory(Protocol):
    """Where subjects are looked up and taken in: the database one by one, or what was read of it for many rows."""

    def by_code(self, code: str) -> Subject | None:
        """Return who bears the unified code, merged ones too."""

    def by_document(self, digest: str | None) -> Subject | None:
        """Return the person with this document's hash."""

    def survivor(self, subject: Subject) -> Subject:
        """Return the subject that a merged one was merged into."""

    def names_of(self, subject: Subject) -> dict[str, tuple[str, bool]]:
        """Return comparable name → name as written, whether it is a former one."""

    def bearers(self, key: str) -> Iterable[Subject]:
        """Return the organisations that bear or bore the name with this comparable form, merged ones not."""

    def organization(self, name: str, category: str, uscc: str, hand: Hand, fields: OrganizationFields) -> Subject:
        """Take an organisation in. Raises KnownMeanwhile when somebody else took its code in a moment ago."""

    def person(self, name: str, document: identities.SealedDocument, is_synthetic: bool, hand: Hand) -> Subject:
        """Take a person in. Raises KnownMeanwhile."""

    def complete(self, subject: Subject, code: str, hand: Hand) -> Subject:
        """Give a subject that was known by name alone its code."""


class KnownMeanwhile(Exception):
    """Somebody else has taken the subject in since it was looked for."""


class LiveDirectory:
    """The database itself, asked anew each time."""

    def by_code(self, code: str) -> Subject | None:
        return Subject.objects.filter(uscc=code).first()

    def by_document(self, digest: str | None) -> Subject | None:
        return Subject.objects.filter(document_hash=digest).first()

    def survivor(self, subject: Subject) -> Subject:
        found: Subject = Subject.objects.get(merged=subject)
        return found

    def names_of(self, subject: Subject) -> dict[str, tuple[str, bool]]:
        return {each.normalized: (each.name, each.is_former) for each in subject.names.all()}

    def bearers(self, key: str) -> Iterable[Subject]:
        return Subject.objects.filter(
            kind=Subject.Kind.ORGANIZATION, merged_into__isnull=True, names__normalized=key
        ).distinct()

    def organization(self, name: str, category: str, uscc: str, hand: Hand, fields: OrganizationFields) -> Subject:
        try:
            with transaction.atomic():
                return organization_create(name=name, category=category, uscc=uscc, **hand._asdict(), **fields)
        except (IntegrityError, Conflict) as error:
            if not uscc:
                raise
            raise KnownMeanwhile from error

    def person(self, name: str, document: identities.SealedDocument, is_synthetic: bool, hand: Hand) -> Subject:
        try:
            with transaction.atomic():
                return person_take_in(name=name, document=document, is_synthetic=is_synthetic, **hand._asdict())
        except (IntegrityError, Conflict) as error:
            raise KnownMeanwhile from error

    def complete(self, subject: Subject, code: str, hand: Hand) -> Subject:
        subject = subject_lock(subject.pk)
        subject.uscc = code
        subject.save_by(hand.actor, reason="subject.complete")
        event_record(
            "subject.completed", f"按报送数据为“{subject.name}”补登统一社会信用代码{code}", obj=subject,
            subject=subject, actor=hand.actor, on=hand.on, payload={"uscc": code},
        )  # fmt: skip
        return subject


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
    means = Means(name, uscc, category, document_type, document_number, fields)
    return party_find(means, LiveDirectory(), Hand(right, actor, on))


class Means(NamedTuple):
    """What a row says of its party; see `subject_resolve`."""

    name: str
    uscc: str
    category: str
    document_type: str
    document_number: str
    fields: OrganizationFields


def party_find(party: Means, directory: Directory, hand: Hand) -> Resolved:
    """Do what `subject_resolve` does, over a directory and in the caller's transaction."""
    search = _Search(directory, hand)
    if party.category == Subject.Category.PERSON:
        is_synthetic = party.fields.get("is_synthetic", False)
        return search.person(party.name, party.document_type, party.document_number, is_synthetic)
    tidy, told = identities.name_checked(party.name), _told(party.uscc, party.category)
    code = identities.uscc_checked(party.uscc, category=told) or ""
    found = directory.by_code(code) if code else None
    if found is not None:
        return search.by_code(found, tidy)
    if code:
        return search.new_code(tidy, code, told, party.fields)
    return search.by_name(tidy, party.category or Subject.Category.OTHER, party.fields)


def _told(uscc: str, category: str) -> str:
    """The category that the code's prefix tells beats the file's: 92… stands among the legal persons there."""
    told = category_of(normalize_code(uscc))
    return category if told == "other" and category else told


@dataclass(frozen=True, slots=True)
class _Search:
    """The rules by which a row's party is found, over a directory."""

    directory: Directory
    hand: Hand

    def by_code(self, subject: Subject, name: str) -> Resolved:
        if subject.merged_into_id is not None:
            subject = self.directory.survivor(subject)
        known = self.directory.names_of(subject)
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

    def _bearers(self, key: str) -> list[Subject]:
        """Organisations that bear or bore the name, those that bear it now first."""
        return sorted(self.directory.bearers(key), key=lambda each: (comparable_name(each.name) != key, each.pk or 0))

    def new_code(self, name: str, code: str, category: str, fields: OrganizationFields) -> Resolved:
        """A code nobody bears yet: complete the one subject of that name that has none, refuse a clash, else take in."""
        key = comparable_name(name)
        bearers = self._bearers(key)
        present = [each for each in bearers if comparable_name(each.name) == key]
        clash = next((each for each in present if each.uscc), None)
        if clash is not None:
            raise InvalidInput(
                "name-has-other-code",
                f"“{name}”已登记的统一社会信用代码是{clash.uscc}，与填报的{code}不符。请核对证照后更正；确属另一家同名单位的，请先在主体库登记。",
                field="uscc",
            )
        if len(present) == 1:
            subject = self.directory.complete(present[0], code, self.hand)
            return Resolved(subject, False, [f"“{subject.name}”原来没有代码，已补登{code}。"])
        warnings = [f"“{name}”曾是“{each.name}”的名称，现按新的代码另行登记，请核对。" for each in bearers]
        try:
            created = self.directory.organization(name, category, code, self.hand, fields)
        except KnownMeanwhile:
            return self.by_code(Subject.objects.get(uscc=code), name)
        return Resolved(created, True, warnings)

    def by_name(self, name: str, category: str, fields: OrganizationFields) -> Resolved:
        key = comparable_name(name)
        bearers = self._bearers(key)
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
            created = self.directory.organization(name, category, "", self.hand, fields)
            return Resolved(created, True, ["没有统一社会信用代码，已仅按名称登记，请尽快补登代码。"])
        found = choice[0]
        how = "名称" if present else f"曾用名（现名“{found.name}”）"
        return Resolved(found, False, [f"没有统一社会信用代码，已按{how}归到代码为{found.uscc or '空'}的主体。"])

    def person(self, name: str, document_type: str, document_number: str, is_synthetic: bool) -> Resolved:
        tidy = identities.name_checked(name)
        if not document_number.strip():
            raise InvalidInput(
                "document-missing", "自然人必须填写证件类型和证件号码，否则无法区分同名的人。", field="document_number"
            )
        document = identities.document_sealed(document_type, document_number, on=self.hand.on)
        found = self.directory.by_document(document.hash)
        if found is None:
            try:
                return Resolved(self.directory.person(tidy, document, is_synthetic, self.hand), True, [])
            except KnownMeanwhile:
                found = Subject.objects.get(document_hash=document.hash)
        if self.directory.names_of(found).get(comparable_name(tidy)) is None:
            raise InvalidInput(
                "person-name-mismatch",
                f"该证件号码（{found.document_masked}）登记的姓名与填报的“{tidy}”不符，请按证件核对。",
                field="name",
            )
        return Resolved(found, False, [])
