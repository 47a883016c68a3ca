"""Who may do what: roles, permissions, and the pairs of roles that one person may not hold (三员分立)."""

from typing import Final

HANDLER: Final = "handler"
REVIEWER: Final = "reviewer"
APPROVER: Final = "approver"
PUBLISHER: Final = "publisher"
DEPARTMENT: Final = "department"
SUBJECT: Final = "subject"
AUDITOR: Final = "auditor"
ADMINISTRATOR: Final = "administrator"

ROLE_LABELS: Final = {
    HANDLER: "经办",
    REVIEWER: "审核",
    APPROVER: "审批",
    PUBLISHER: "公示",
    DEPARTMENT: "协同部门",
    SUBJECT: "信用主体",
    AUDITOR: "审计员",
    ADMINISTRATOR: "系统管理员",
}

OFFICERS: Final = frozenset({HANDLER, REVIEWER, APPROVER, PUBLISHER})
WATCHERS: Final = OFFICERS | {AUDITOR}

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    "workbench.view": OFFICERS | {DEPARTMENT, AUDITOR, ADMINISTRATOR},
    "subject.view": WATCHERS | {DEPARTMENT},
    "subject.edit": frozenset({HANDLER}),
    "subject.merge": frozenset({APPROVER}),
    "subject.identity": frozenset({HANDLER, REVIEWER}),
    "record.view": WATCHERS,
    "record.create": frozenset({HANDLER}),
    "record.confirm": frozenset({HANDLER, REVIEWER}),
    "record.report": frozenset({DEPARTMENT}),
    "record.classify": frozenset({HANDLER, REVIEWER}),
    "record.correct": frozenset({REVIEWER, APPROVER}),
    "record.void": frozenset({APPROVER}),
    "evidence.add": frozenset({HANDLER, REVIEWER}),
    "evidence.download": WATCHERS,
    "import.run": frozenset({HANDLER}),
    "import.view": WATCHERS,
    "export.run": frozenset({HANDLER, PUBLISHER, AUDITOR}),
    "export.own": WATCHERS | {DEPARTMENT},
    "candidate.dismiss": frozenset({REVIEWER, APPROVER}),
    "case.view": WATCHERS,
    "case.open": frozenset({HANDLER}),
    "case.handle": frozenset({HANDLER}),
    "case.review": frozenset({REVIEWER}),
    "case.assign": frozenset({REVIEWER, APPROVER}),
    "case.drop": frozenset({REVIEWER, APPROVER}),
    "case.decide": frozenset({APPROVER}),
    "case.publish": frozenset({PUBLISHER}),
    "entry.view": WATCHERS | {DEPARTMENT},
    "entry.end": frozenset({APPROVER}),
    "entry.pause": frozenset({REVIEWER, APPROVER}),
    "check.ask": OFFICERS | {DEPARTMENT},
    "check.view": WATCHERS | {DEPARTMENT},
    "cross-check.view": WATCHERS,
    "cross-check.handle": frozenset({HANDLER, REVIEWER}),
    "order.view": WATCHERS | {DEPARTMENT},
    "order.answer": frozenset({DEPARTMENT}),
    "escalation.view": WATCHERS | {DEPARTMENT},
    "escalation.explain": frozenset({DEPARTMENT}),
    # A department only as the joint-conference office, which the service asks; nobody about their own department.
    "escalation.handle": frozenset({REVIEWER, APPROVER, DEPARTMENT}),
    "joint-report.view": WATCHERS | {DEPARTMENT},
    "joint-report.make": frozenset({HANDLER, REVIEWER, APPROVER}),
    "publication.view": WATCHERS,
    "publication.publish": frozenset({PUBLISHER}),
    "publication.withdraw": frozenset({APPROVER, PUBLISHER}),
    "publicity.check": frozenset({HANDLER, REVIEWER}),
    "channel.view": WATCHERS | {ADMINISTRATOR},
    "channel.manage": frozenset({ADMINISTRATOR}),
    "channel.send": frozenset({HANDLER, PUBLISHER}),
    "policy.view": WATCHERS | {ADMINISTRATOR},
    "policy.draft": frozenset({REVIEWER, APPROVER}),
    "policy.propose": frozenset({REVIEWER, APPROVER}),
    "policy.confirm": frozenset({APPROVER}),
    "policy.stop": frozenset({APPROVER}),
    "trial.view": WATCHERS,
    "trial.run": frozenset({REVIEWER, APPROVER}),
    "calendar.view": WATCHERS | {ADMINISTRATOR},
    "calendar.edit": frozenset({ADMINISTRATOR}),
    "account.manage": frozenset({ADMINISTRATOR}),
    "client.manage": frozenset({ADMINISTRATOR}),
    "event.view": frozenset({AUDITOR}),
    "job.view": frozenset({AUDITOR, ADMINISTRATOR}),
    "job.run": frozenset({ADMINISTRATOR}),
    "retention.view": frozenset({AUDITOR, ADMINISTRATOR}),
    "retention.hold": frozenset({AUDITOR, ADMINISTRATOR}),
    "notice.view": WATCHERS,
    "notice.resend": frozenset({HANDLER, PUBLISHER}),
    "request.view": WATCHERS,
    "request.register": frozenset({HANDLER}),
    "request.accept": frozenset({HANDLER, REVIEWER}),
    "request.decide": frozenset({APPROVER}),
    "commitment.view": WATCHERS,
    "commitment.take": frozenset({HANDLER}),
    "commitment.check": frozenset({HANDLER, REVIEWER}),
    "commitment.breach": frozenset({APPROVER}),
    "honour.view": WATCHERS | {DEPARTMENT},
    "honour.nominate": frozenset({HANDLER, DEPARTMENT}),
    "honour.review": frozenset({REVIEWER}),
    "honour.object": frozenset({HANDLER, REVIEWER}),
    "honour.decide": frozenset({APPROVER}),
    "tier.view": WATCHERS,
    "tier.answer": frozenset({HANDLER, REVIEWER}),
    "grant.view": WATCHERS | {DEPARTMENT},
    "grant.answer": frozenset({DEPARTMENT}),
    "inspection.view": WATCHERS | {DEPARTMENT},
    "inspection.population": WATCHERS,
    "inspection.staff": frozenset({HANDLER, REVIEWER, DEPARTMENT}),
    "inspection.plan": frozenset({HANDLER}),
    "inspection.approve": frozenset({APPROVER}),
    "inspection.draw": frozenset({HANDLER, REVIEWER}),
    "inspection.replace": frozenset({REVIEWER}),
    "inspection.record": frozenset({HANDLER}),
    "inspection.publish": frozenset({PUBLISHER}),
    "claim.decide": frozenset({HANDLER, REVIEWER}),
    "tip.view": frozenset({HANDLER, REVIEWER, APPROVER, AUDITOR}),
    "tip.handle": frozenset({HANDLER}),
    "tip.decide": frozenset({APPROVER}),
    "tip.identity": frozenset({REVIEWER, APPROVER}),
    "portal.view": frozenset({SUBJECT}),
    "portal.file": frozenset({SUBJECT}),
}

# Carried only by officers of the credit office, or of a department that the site names for it: who opens an account of
# an enterprise opens its whole file, not one bureau's part.
OFFICE_ONLY: Final = frozenset({"claim.decide"})

# Who administers accounts neither works cases nor audits; who audits does nothing else (三员分立).
INCOMPATIBLE: Final = tuple(
    frozenset({watch, role})
    for watch in (ADMINISTRATOR, AUDITOR)
    for role in (HANDLER, REVIEWER, APPROVER, PUBLISHER, DEPARTMENT, ADMINISTRATOR, AUDITOR, SUBJECT)
    if role != watch
)


def may(roles: frozenset[str], permission: str) -> bool:
    """Whether any of `roles` carries `permission`. Raises KeyError for a permission that does not exist."""
    return not roles.isdisjoint(PERMISSIONS[permission])


def roles_labels(permission: str) -> str:
    """Return the Chinese labels of the roles that carry `permission`, for refusals."""
    return "、".join(label for role, label in ROLE_LABELS.items() if role in PERMISSIONS[permission])


def clashes(roles: frozenset[str]) -> list[frozenset[str]]:
    """Return the pairs in `roles` that one person may not hold together."""
    return sorted({pair for pair in INCOMPATIBLE if pair <= roles}, key=sorted)
