"""Taking personal data out of what is about to be published."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from registry.rules.masking import mask_person, mask_text


def text_redact(text: str, person_names: Iterable[str] = ()) -> str:
    """Return free text without identity and mobile numbers and with the given persons' names masked (张三 → 张*).

    Longer names first, so that 张三丰 is not left half standing where 张三 is known too. Names not given stay: the
    writer of a decision keeps strangers' names out of what is published.
    """
    for name in sorted({name.strip() for name in person_names if len(name.strip()) > 1}, key=len, reverse=True):
        text = text.replace(name, mask_person(name))
    return mask_text(text)


def pairs_redact(pairs: Iterable[tuple[str, str]], person_names: Sequence[str]) -> list[list[str]]:
    """Redact label–value pairs and leave out empty values."""
    return [[label, text_redact(value, person_names)] for label, value in pairs if value]


def yuan_text(amount: Decimal | None) -> str:
    """Return a sum in yuan for reading: 12,000元, 0.50元; empty for none."""
    if amount is None or amount == 0:
        return ""
    whole = amount == amount.to_integral_value()
    return f"{amount:,.0f}元" if whole else f"{amount:,.2f}元"
