"""Who takes part in a request: the subject's own account, and officers of the department that decided."""

from dataclasses import dataclass

from registry.models import Account, Department, Subject
from tests.factories import make_account, make_department, make_subject


@dataclass(frozen=True)
class People:
    """A subject with its account, and two officers of one department."""

    subject: Subject
    own: Account
    department: Department
    handler: Account
    approver: Account


def make_people(*, subject: Subject | None = None, department: Department | None = None) -> People:
    subject = subject or make_subject()
    department = department or make_department()
    return People(
        subject,
        make_account("subject", subject=subject),
        department,
        make_account("handler", department=department),
        make_account("approver", department=department),
    )
