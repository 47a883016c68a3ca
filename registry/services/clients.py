"""Department systems: opened and shut by an administrator, each with a service account of its department."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import get_access_token_model, get_application_model
from oauth2_provider.scopes import BaseScopes

from registry.base.errors import Conflict, InvalidInput
from registry.base.tracked import version_require
from registry.models import Account, ApiClient, ApiClientUse, Department, RoleGrant
from registry.rules import access
from registry.rules.scopes import SCOPE_LABELS, unknown_scopes
from registry.services import authz
from registry.services.events import event_record
from registry.services.webhooks import webhook_close

USE_EVERY: Final = timedelta(minutes=5)
REQUESTS_MOST: Final = 60_000


@dataclass(frozen=True)
class ClientKeys:
    """A client with its secret, which is shown this once: only a digest of it is stored."""

    client: ApiClient
    secret: str


class ClientScopes(BaseScopes):
    """Tells the OAuth library which scopes exist and which a client may ask for; a shut client none at all."""

    def get_all_scopes(self) -> dict[str, str]:
        return dict(SCOPE_LABELS)

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        client = ApiClient.objects.filter(application=application, is_active=True).first()
        return list(client.scopes) if client is not None else []

    def get_default_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return self.get_available_scopes(application, request)


@transaction.atomic
def client_open(
    *, name: str, department: Department, scopes: Sequence[str], requests_a_minute: int | None = None, secret: str = "",
    client_id: str = "", actor: Account | None, on: date,
) -> ClientKeys:  # fmt: skip
    """Open a client for `department`'s system, with a service account that holds the department's role from `on`.

    `client_id` and `secret` are made unless given (a demonstration prints fixed ones). The OAuth application knows the
    client credentials grant alone. Raises NotAllowed, InvalidInput (no or unknown scope), Conflict (name taken).
    """
    authz.require(actor, "client.manage", on=on)
    _check(name, department, scopes)
    secret = secret or generate_client_secret()
    account = Account(
        username=f"api-{department.code}-{ApiClient.objects.count() + 1}", display_name=name[:60], department=department
    )
    account.set_unusable_password()
    account.save()
    RoleGrant(account=account, role=access.DEPARTMENT, starts_on=on, granted_by=actor).save_by(
        actor, reason="client.open"
    )
    application_model = get_application_model()
    application = application_model(
        name=name, client_type=application_model.CLIENT_CONFIDENTIAL, client_secret=secret,
        authorization_grant_type=application_model.GRANT_CLIENT_CREDENTIALS,
    )  # fmt: skip
    application.client_id = client_id or application.client_id
    application.save()
    client = ApiClient(
        name=name, department=department, account=account, application=application, scopes=list(scopes),
        requests_a_minute=requests_a_minute,
    )  # fmt: skip
    client.save_by(actor, reason="client.open")
    event_record(
        "client.opened", f"开通{department.name}的接口客户端“{name}”", obj=client, actor=actor, on=on,
        payload={"scopes": list(scopes), "account": account.pk, "client_id": application.client_id},
    )  # fmt: skip
    return ClientKeys(client, secret)


def _check(name: str, department: Department, scopes: Sequence[str]) -> None:
    _check_scopes(scopes)
    if not department.is_active:
        raise InvalidInput(
            "department-closed", f"{department.name}已停用，不能开通接口。请选择在用的部门。", field="department"
        )
    if ApiClient.objects.filter(name=name).exists():
        raise Conflict("client-name-taken", f"已有名为“{name}”的接口客户端，请换一个名称。", field="name")


def _check_scopes(scopes: Sequence[str]) -> None:
    unknown = unknown_scopes(list(scopes))
    if unknown or not scopes:
        raise InvalidInput(
            "scope-unknown",
            f"权限范围{'、'.join(unknown) or '为空'}，不能开通。可用的有：{'、'.join(SCOPE_LABELS)}。",
            field="scopes",
        )


def _locked(client: ApiClient) -> ApiClient:
    # Not the key: what a client has (answers, webhooks) may be written meanwhile.
    rows = ApiClient.objects.select_for_update(of=("self",), no_key=True).select_related("account", "application")
    client = rows.get(pk=client.pk)
    if not client.is_active:
        raise Conflict("client-closed", f"接口客户端“{client.name}”已经停用，不能再办理。需要的请另行开通。")
    return client


@transaction.atomic
def client_change(
    *, client: ApiClient, scopes: Sequence[str], requests_a_minute: int | None, actor: Account | None, on: date,
    version: int | None = None,
) -> ApiClient:  # fmt: skip
    """Set what a client may do and how often, at once: a scope taken away is gone from its tokens, too.

    `requests_a_minute`: None for the usual limit. Raises NotAllowed, Conflict, InvalidInput.
    """
    authz.require(actor, "client.manage", on=on)
    client = _locked(client)
    version_require(client, version)
    _check_scopes(scopes)
    if requests_a_minute is not None and not 1 <= requests_a_minute <= REQUESTS_MOST:
        raise InvalidInput(
            "rate-out-of-range", f"每分钟请求上限{requests_a_minute}不可用，请填写1至{REQUESTS_MOST}，或者留空。",
            field="requests_a_minute",
        )  # fmt: skip
    before = {"scopes": client.scopes, "requests_a_minute": client.requests_a_minute}
    client.scopes, client.requests_a_minute = list(scopes), requests_a_minute
    client.save_by(actor, reason="client.change")
    event_record(
        "client.changed", f"调整接口客户端“{client.name}”的权限范围：{'、'.join(scopes)}"[:500], obj=client, actor=actor, on=on,
        payload={"before": before, "scopes": list(scopes), "requests_a_minute": requests_a_minute},
    )  # fmt: skip
    return client


@transaction.atomic
def client_rotate(*, client: ApiClient, actor: Account | None, on: date, version: int | None = None) -> ClientKeys:
    """Give a client a new secret; the old one and every token got with it stop at once. Raises NotAllowed, Conflict."""
    authz.require(actor, "client.manage", on=on)
    client = _locked(client)
    version_require(client, version)
    secret = generate_client_secret()
    client.application.client_secret = secret
    client.application.save(update_fields=["client_secret"])
    get_access_token_model().objects.filter(application=client.application_id).delete()
    client.save_by(actor, reason="client.rotate")
    event_record("client.rotated", f"更换接口客户端“{client.name}”的密钥", obj=client, actor=actor, on=on)
    return ClientKeys(client, secret)


def client_use_mark(client: ApiClient, *, at: datetime) -> None:
    """Note that a client called; written at most every `USE_EVERY`, so it may be called with every request."""
    use: ApiClientUse | None = getattr(client, "use", None)
    if use is None or abs(at - use.at) >= USE_EVERY:
        ApiClientUse.objects.update_or_create(client=client, defaults={"at": at})


@transaction.atomic
def client_close(*, client: ApiClient, reason: str, actor: Account | None, on: date, at: datetime) -> ApiClient:
    """Shut a client at once: its tokens are deleted, none are given any more, its webhooks end. Raises NotAllowed,
    Conflict."""
    authz.require(actor, "client.manage", on=on)
    client = _locked(client)
    for webhook in client.webhooks.filter(closed_on__isnull=True):
        webhook_close(webhook=webhook, reason="客户端停用", actor=actor, on=on, at=at)
    client.is_active = False
    client.save_by(actor, reason="client.close")
    client.account.is_active = False
    client.account.save(update_fields=["is_active"])
    client.application.client_secret = generate_client_secret()  # nobody is told it
    client.application.save(update_fields=["client_secret"])
    get_access_token_model().objects.filter(application=client.application_id).delete()
    event_record(
        "client.closed", f"停用接口客户端“{client.name}”：{reason}", obj=client, actor=actor, on=on,
        payload={"reason": reason},
    )  # fmt: skip
    return client
