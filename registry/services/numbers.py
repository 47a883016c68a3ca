"""Document numbers from one locked source."""

from django.db import transaction

from registry.models import Department, NumberSequence


@transaction.atomic
def number_next(*, kind: str, prefix: str, department: Department, year: int) -> str:
    """Return the next number, e.g. `信监告〔2026〕0007号`; gapless per kind, department and year, since the counter's
    row stays locked until the surrounding transaction ends. `prefix` is the office's word before the year."""
    NumberSequence.objects.get_or_create(kind=kind, department=department, year=year)
    sequence = NumberSequence.objects.select_for_update().get(kind=kind, department=department, year=year)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return f"{prefix}〔{year}〕{sequence.last:04d}号"
