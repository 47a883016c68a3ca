"""Departments and accounts: who acts."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from registry.base.tracked import Tracked
from registry.rules import access


class Department(Tracked):
    """An office, bureau or authority above that takes part in credit supervision."""

    class Kind(models.TextChoices):
        CREDIT_OFFICE = "credit-office", "信用监管办公室"
        BUREAU = "bureau", "县级部门"
        UPPER = "upper", "上级机关"
        JOINT_CONFERENCE = "joint-conference", "联席会议办公室"

    code = models.SlugField("部门代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=200, unique=True)
    short_name = models.CharField("简称", max_length=40)
    kind = models.CharField("类型", max_length=20, choices=Kind.choices, default=Kind.BUREAU)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    contact = models.CharField("联系方式", max_length=200, blank=True, help_text="公示页上告诉当事人向谁提出异议。")
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "部门"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Account(AbstractUser):
    """A person's login. What it may do stands in its role grants, not in Django's groups."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField("姓名", max_length=60)
    department = models.ForeignKey(
        Department, verbose_name="部门", null=True, blank=True, on_delete=models.PROTECT, related_name="accounts"
    )
    subject = models.ForeignKey(
        "registry.Subject", verbose_name="信用主体", null=True, blank=True, on_delete=models.PROTECT,
        related_name="accounts",
    )  # fmt: skip
    is_password_temporary = models.BooleanField("密码为临时密码", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name or self.username

    def get_short_name(self) -> str:
        return self.display_name or self.username


class RoleGrant(Tracked):
    """A role held by an account during `[starts_on, ends_on)`; empty when revoked on the day it was granted."""

    account = models.ForeignKey(Account, verbose_name="账号", on_delete=models.PROTECT, related_name="grants")
    role = models.CharField("角色", max_length=20, choices=list(access.ROLE_LABELS.items()))
    starts_on = models.DateField("自")
    ends_on = models.DateField("止（不含）", null=True, blank=True)
    granted_by = models.ForeignKey(
        Account, verbose_name="授予人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "角色授予"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role"], condition=models.Q(ends_on__isnull=True), name="one_open_grant_a_role"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="grant_period_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.get_role_display()}"
