"""Accounts: opened, closed and given roles by an administrator, who works no cases (三员分立)."""

from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from registry.base.errors import Conflict, InvalidInput, RuleRefused
from registry.models import Account, ApiClient, Department, RoleGrant, Subject
from registry.rules import access
from registry.services import authz
from registry.services.events import event_record

ONE_DAY = timedelta(days=1)


@transaction.atomic
def account_open(
    *,
    username: str,
    display_name: str,
    password: str,
    department: Department | None,
    subject: Subject | None,
    actor: Account | None,
    on: date,
) -> Account:
    """Open an account without roles; its password is temporary and must be changed at the first login.

    It belongs to a department or to a listed subject, not to both. Raises NotAllowed, InvalidInput (name taken,
    weak password, no or two owners).
    """
    authz.require(actor, "account.manage", on=on)
    if (department is None) == (subject is None):
        raise InvalidInput(
            "account-owner", "账号须属于一个部门或一个信用主体，二者选一，不能都选或都不选。", field="department"
        )
    if Account.objects.filter(username__iexact=username).exists():
        raise InvalidInput("username-taken", f"用户名“{username}”已被使用，请换一个。", field="username")
    account = Account(
        username=username, display_name=display_name, department=department, subject=subject, is_password_temporary=True
    )
    _password_set(account, password)
    account.save()
    owner = department.name if department is not None else str(subject)
    event_record(
        "account.opened",
        f"开立账号{account}（{username}），属于{owner}",
        obj=account,
        actor=actor,
        on=on,
        subject=subject,
    )
    return account


@transaction.atomic
def account_change(
    *, account_id: int, display_name: str, department: Department | None, actor: Account | None, on: date
) -> Account:
    """Correct an account's name, or move it to another department. Roles stay. Raises NotAllowed, InvalidInput."""
    account = _locked(account_id, actor, on)
    _not_service(account)
    if account.subject_id is None and department is None:
        raise InvalidInput("account-owner", "工作人员的账号须属于一个部门。", field="department")
    before = {"display_name": account.display_name, "department": account.department_id}
    account.display_name = display_name
    if account.subject_id is None:
        account.department = department
    account.save(update_fields=["display_name", "department"])
    after = {"display_name": account.display_name, "department": account.department_id}
    event_record(
        "account.changed", f"修改账号{account}的姓名或部门", obj=account, actor=actor, on=on,
        payload={"before": before, "after": after},
    )  # fmt: skip
    return account


@transaction.atomic
def account_close(*, account_id: int, reason: str, actor: Account | None, on: date) -> Account:
    """Shut an account at once and end its roles; its acts stay on the timeline. Raises NotAllowed, RuleRefused."""
    account = _locked(account_id, actor, on)
    _not_own(account, actor)
    if not account.is_active:
        raise Conflict("account-closed", f"账号{account}已经停用，不必重复停用。")
    _not_last_administrator(account, on)
    for grant in _open_grants(account, on):
        _grant_end(grant, actor, on)
    account.is_active = False
    account.save(update_fields=["is_active"])
    event_record(
        "account.closed", f"停用账号{account}：{reason}", obj=account, actor=actor, on=on, payload={"reason": reason}
    )
    return account


@transaction.atomic
def account_reopen(*, account_id: int, actor: Account | None, on: date) -> Account:
    """Open a shut account again, without roles: they are granted anew. Raises NotAllowed, Conflict."""
    account = _locked(account_id, actor, on)
    _not_service(account)
    if account.is_active:
        raise Conflict("account-open", f"账号{account}正在使用，不必重新启用。")
    account.is_active = True
    account.save(update_fields=["is_active"])
    event_record("account.reopened", f"重新启用账号{account}", obj=account, actor=actor, on=on)
    return account


@transaction.atomic
def password_reset(*, account_id: int, password: str, actor: Account | None, on: date) -> Account:
    """Set a temporary password, to be changed at the next login; open sessions end. Raises NotAllowed, InvalidInput."""
    account = _locked(account_id, actor, on)
    _not_service(account)
    _not_own(account, actor)
    _password_set(account, password)
    account.is_password_temporary = True
    account.save(update_fields=["password", "is_password_temporary"])
    event_record("account.password-reset", f"重置账号{account}的密码", obj=account, actor=actor, on=on)
    return account


@transaction.atomic
def password_change(*, account: Account, password: str, on: date) -> None:
    """Set the password that the person chose (already checked by the form); a temporary one ends with it."""
    account.set_password(password)
    account.is_password_temporary = False
    account.save(update_fields=["password", "is_password_temporary"])
    event_record("account.password-changed", f"{account}修改了密码", obj=account, actor=account, on=on)


@transaction.atomic
def second_factor_remove(*, account_id: int, actor: Account | None, on: date) -> Account:
    """Take an account's authenticator and recovery codes away (a lost phone); it enrols anew. Raises NotAllowed."""
    account = _locked(account_id, actor, on)
    _not_own(account, actor)
    Authenticator.objects.filter(user=account).delete()
    event_record("account.second-factor-removed", f"解除账号{account}的二次验证", obj=account, actor=actor, on=on)
    return account


@transaction.atomic
def role_grant(*, account_id: int, role: str, last_on: date | None, actor: Account | None, on: date) -> RoleGrant:
    """Grant a role from `on`, through `last_on` when given.

    Raises NotAllowed, InvalidInput (no such role, past day), Conflict (held already), RuleRefused (closed account,
    three-person rule, a subject's account asks for an officer's role or the reverse).
    """
    account = _locked(account_id, actor, on)
    _not_service(account)
    _not_own(account, actor)
    if role not in access.ROLE_LABELS:
        raise InvalidInput("role-unknown", f"没有“{role}”这个角色，请从列表中选择。", field="role")
    if last_on is not None and last_on < on:
        raise InvalidInput("grant-in-the-past", f"截止日{last_on}早于今天，请改为今天或以后。", field="last_on")
    held = frozenset(_open_grants(account, on).values_list("role", flat=True))
    _grant_check(account, role, held)
    grant = RoleGrant(
        account=account, role=role, starts_on=on, ends_on=last_on + ONE_DAY if last_on else None, granted_by=actor
    ).save_by(actor, reason="role.grant")
    event_record(
        "role.granted", f"授予{account}角色：{access.ROLE_LABELS[role]}", obj=account, actor=actor, on=on,
        payload={"role": role, "last_on": last_on},
    )  # fmt: skip
    return grant


@transaction.atomic
def role_revoke(*, grant_id: int, actor: Account | None, on: date) -> RoleGrant:
    """End a role at once. Raises NotAllowed, Conflict (ended already), RuleRefused (the last administrator)."""
    account = _locked(RoleGrant.objects.values_list("account_id", flat=True).get(pk=grant_id), actor, on)
    _not_own(account, actor)
    grant = RoleGrant.objects.select_for_update().get(pk=grant_id)
    if grant.ends_on is not None and grant.ends_on <= on:
        raise Conflict("grant-ended", f"{account}的“{grant.get_role_display()}”角色已于此前终止。")
    if grant.role == access.ADMINISTRATOR:
        _not_last_administrator(account, on)
    _grant_end(grant, actor, on)
    event_record(
        "role.revoked", f"收回{account}的角色：{grant.get_role_display()}", obj=account, actor=actor, on=on,
        payload={"role": grant.role},
    )  # fmt: skip
    return grant


def _locked(account_id: int, actor: Account | None, on: date) -> Account:
    """Ask for the right, then lock the account: an account has no state on which the right depends. The lock leaves the
    key free, for whoever acts at the same time writes it into the history of his own act.
    """
    authz.require(actor, "account.manage", on=on)
    return Account.objects.select_for_update(no_key=True).get(pk=account_id)


def _password_set(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise InvalidInput("password-weak", "".join(error.messages), field="password") from error
    account.set_password(password)


def _open_grants(account: Account, on: date) -> models.QuerySet[RoleGrant]:
    return account.grants.select_for_update().filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))


def _grant_end(grant: RoleGrant, actor: Account | None, on: date) -> None:
    grant.ends_on = max(on, grant.starts_on)
    grant.save_by(actor, reason="role.revoke")


def _grant_check(account: Account, role: str, held: frozenset[str]) -> None:
    """Raise when `account` may not take `role` beside the roles `held` now or later."""
    label = access.ROLE_LABELS[role]
    if not account.is_active:
        raise RuleRefused("account-closed", f"账号{account}已停用，请先重新启用，再授予角色。")
    if role in held:
        raise Conflict("role-held", f"{account}已有“{label}”角色，不必重复授予。", field="role")
    if (role == access.SUBJECT) != (account.subject_id is not None):
        raise RuleRefused(
            "role-owner",
            f"“{label}”角色与账号不符：信用主体的账号只能有“信用主体”角色，部门的账号不能有。",
            field="role",
        )
    clash = access.clashes(held | {role})
    if clash:
        pair = "”和“".join(access.ROLE_LABELS[item] for item in sorted(clash[0]))
        raise RuleRefused(
            "roles-clash",
            f"按照三员分立的要求，同一人不能兼有“{pair}”角色。请先收回原有角色，或者另开账号给其他人。",
            field="role",
        )


def _not_own(account: Account, actor: Account | None) -> None:
    if actor is not None and actor.pk == account.pk:
        raise RuleRefused("own-account", "不能管理自己的账号，请由另一名系统管理员办理。")


def _not_service(account: Account) -> None:
    if ApiClient.objects.filter(account=account).exists():
        raise RuleRefused(
            "service-account",
            f"{account}是接口客户端的服务账号，只随客户端开通和停用，没有密码，不能登录或者改属其他部门。",
        )


def _not_last_administrator(account: Account, on: date) -> None:
    """Raise when nobody would be left to manage accounts. The grants are locked, in one order: two who shut each other
    queue here.
    """
    grants = (
        RoleGrant.objects.select_for_update(of=("self",))
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), role=access.ADMINISTRATOR, account__is_active=True)
        .order_by("pk")
    )
    if {grant.account_id for grant in grants} == {account.pk}:
        raise RuleRefused("last-administrator", "这是最后一名系统管理员，收回后将无人能够管理账号。请先授予另一人。")
