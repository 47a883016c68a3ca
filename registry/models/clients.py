"""Department systems that call the API, and the answers kept for their repeated requests."""

import uuid

from django.conf import settings
from django.db import models

from registry.base.tracked import Tracked
from registry.models.departments import Account, Department


class ApiClient(Tracked):
    """One department's system. It logs in by its OAuth application and acts as its service account.

    The account belongs to the department, holds the department's role and has no password: nobody logs in with it on
    the pages. `requests_a_minute`: a limit of its own in place of the usual one.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("名称", max_length=100, unique=True)
    department = models.ForeignKey(
        Department, verbose_name="部门", on_delete=models.PROTECT, related_name="api_clients"
    )
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="api_client")
    application = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.PROTECT, related_name="api_client"
    )
    scopes = models.JSONField("权限范围", default=list)
    requests_a_minute = models.PositiveIntegerField("每分钟请求上限", null=True, blank=True)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口客户端"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApiClientUse(models.Model):
    """When a client last called, to within some minutes: overwritten, so beside the client's row versions."""

    client = models.OneToOneField(ApiClient, on_delete=models.PROTECT, related_name="use")
    at = models.DateTimeField("最近使用")

    class Meta:
        verbose_name = verbose_name_plural = "接口使用"


class ApiAnswer(models.Model):
    """The answer to one write, kept under the client's `Idempotency-Key`, so that a repeated request acts once."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="answers", db_index=False)
    key = models.CharField("幂等键", max_length=200)
    request_digest = models.CharField("请求摘要", max_length=64)
    status = models.PositiveSmallIntegerField("状态", default=0)
    body = models.JSONField("答复", default=dict)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "接口答复"
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="one_answer_a_key")]
        indexes = [models.Index(fields=["at"])]
