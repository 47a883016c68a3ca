"""Typed values back into the cells of the national template, for reports upward."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from registry.rules.publicity.draft import RowError
from registry.rules.publicity.layout import Kind
from registry.rules.publicity.masked import masked_error
from registry.rules.publicity.rows import check_row
from registry.rules.publicity.values import LicenceRow, Party, PartyKind, PenaltyRow

_TEN_THOUSAND = Decimal(10_000)


def to_cells(values: LicenceRow | PenaltyRow) -> list[str]:
    """Return a row's cells in the national order as text: ISO dates, 万元 amounts, kinds joined by
    semicolons.

    The representative's identity document is left out: the column is optional and its content personal data.
    """
    return _licence_cells(values) if isinstance(values, LicenceRow) else _penalty_cells(values)


def kind_of(values: LicenceRow | PenaltyRow) -> Kind:
    """Return the sheet that a row belongs to."""
    return Kind.LICENCE if isinstance(values, LicenceRow) else Kind.PENALTY


def export_faults(values: LicenceRow | PenaltyRow, on: dt.date, *, with_identity: bool) -> tuple[RowError, ...]:
    """Return why whoever takes the row in on the day `on` would refuse it, without identity numbers; empty: nobody would.

    `with_identity` False: a person's number was left out on purpose, and that column is no fault.
    """
    kind, is_person = kind_of(values), values.party.kind is PartyKind.PERSON
    errors = check_row(kind, to_cells(values), on).errors
    if is_person and not with_identity:
        errors = tuple(error for error in errors if not error.column.endswith("_XDR_ZJHM"))
    return tuple(masked_error(error, is_person=is_person) for error in errors)


def ten_thousands(yuan: Decimal | None) -> str:
    """Return an amount in yuan as 万元 without trailing zeros: 2000 yuan is 0.2; empty for None."""
    if yuan is None:
        return ""
    text = f"{yuan / _TEN_THOUSAND:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _party_cells(party: Party) -> list[str]:
    return [
        party.name,
        party.kind.label,
        party.uscc,
        party.registration_number,
        party.organization_code,
        party.tax_number,
        party.institution_number,
        party.social_number,
        party.representative,
        "",
        "",
        party.identity_type,
        party.identity_number,
    ]


def _licence_cells(row: LicenceRow) -> list[str]:
    return [
        *_party_cells(row.party),
        row.document_name,
        row.number,
        row.licence_kind,
        row.certificate_name,
        row.certificate_number,
        row.content,
        *_dates(row.decided_on, row.valid_from, row.valid_until),
        row.authority,
        row.authority_code,
        row.status,
        row.source,
        row.source_code,
        row.remark,
    ]


def _penalty_cells(row: PenaltyRow) -> list[str]:
    return [
        *_party_cells(row.party),
        row.number,
        row.violation_type,
        row.facts,
        row.basis,
        ";".join(row.kinds),
        row.content,
        ten_thousands(row.fine),
        ten_thousands(row.confiscated),
        row.licence,
        *_dates(row.decided_on, row.valid_until, row.published_until),
        row.authority,
        row.authority_code,
        row.source,
        row.source_code,
        row.remark,
    ]


def _dates(*days: dt.date | None) -> Sequence[str]:
    return [day.isoformat() if day else "" for day in days]
