"""The main navigation: which pages an account is offered, by permission."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from registry.rules import access


@dataclass(frozen=True)
class Place:
    """An entry as declared: the URL name that it leads to and the permission that shows it ("" shows it to all).

    `is_root`: its address begins every other one, so only the very page is current.
    """

    label: str
    url_name: str
    permission: str = ""
    is_root: bool = False


@dataclass(frozen=True)
class Link:
    """An entry as shown."""

    label: str
    url: str
    is_current: bool = False


OFFICE = (
    Place("工作台", "workbench", "workbench.view", is_root=True),
    Place("主体", "registry:subject-list", "subject.view"),
    Place("记录", "registry:record-list", "record.view"),
    Place("导入", "registry:import-list", "import.view"),
    Place("待列入提示", "sanctions:candidate-list", "case.view"),
    Place("案件", "sanctions:case-list", "case.view"),
    Place("名单", "sanctions:entry-list", "entry.view"),
    Place("联合惩戒", "sanctions:order-list", "order.view"),
    Place("联合奖惩查询", "sanctions:check-new", "check.ask"),
    Place("查询记录", "sanctions:check-list", "event.view"),
    Place("交叉核查", "sanctions:cross-check-list", "cross-check.view"),
    Place("异议与修复", "requests:list", "request.view"),
    Place("举报", "tips:list", "tip.view"),
    Place("信用承诺", "commitments:list", "commitment.view"),
    Place("红名单", "honours:list", "honour.view"),
    Place("信用等级", "tiers:list", "tier.view"),
    Place("联合激励", "grants:list", "grant.view"),
    Place("随机抽查", "inspections:list", "inspection.view"),
    Place("公示", "publications:list", "publication.view"),
    Place("公示渠道", "publications:channel-list", "channel.view"),
    Place("政策", "registry:policy-list", "policy.view"),
    Place("日历", "registry:calendar", "calendar.view"),
    Place("通知", "registry:notice-list", "notice.view"),
    Place("账号认领", "registry:claim-list", "claim.decide"),
    Place("账号", "registry:account-list", "account.manage"),
    Place("部门", "registry:department-list", "account.manage"),
    Place("接口", "registry:client-list", "client.manage"),
    Place("审计", "registry:event-list", "event.view"),
    Place("后台任务", "registry:job-list", "job.view"),
    Place("保存期限", "registry:retention", "retention.view"),
)

# A subject's own pages.
PORTAL = (
    Place("我的档案", "portal:home", "portal.view", is_root=True),
    Place("信用记录", "portal:records", "portal.view"),
    Place("告知与申辩", "my-cases:list", "portal.view"),
    Place("信用承诺", "my-commitments:list", "portal.view"),
    Place("守信与等级", "my-standing:home", "portal.view"),
    Place("接受的检查", "my-standing:inspections", "portal.view"),
    Place("异议与修复", "my-requests:list", "portal.view"),
    Place("文书与消息", "portal:mailbox", "portal.view"),
    Place("信用报告", "portal:reports", "portal.view"),
    Place("授权", "portal:people", "portal.view"),
)

PUBLIC = (
    Place("查询", "disclosure:home", is_root=True),
    Place("失信名单", "disclosure:lists"),
    Place("守信红名单", "disclosure:honours"),
    Place("信用承诺", "disclosure:commitments"),
    Place("随机抽查", "disclosure:inspections"),
    Place("政策与措施", "disclosure:policies"),
    Place("异议与修复", "disclosure:rights"),
)

ACCOUNT = (
    Place("信箱", "registry:inbox", "workbench.view"),
    Place("我的导出文件", "registry:export-files", "export.own"),
    Place("修改密码", "account_change_password"),
    Place("二次验证", "mfa_index"),
)


def links(
    places: Iterable[Place], *, roles: frozenset[str], path: str, withheld: frozenset[str] = frozenset()
) -> list[Link]:
    """Return the entries that `roles` may open, less those whose permission is `withheld`, in order; the one with the
    longest address before `path` is current.

    A name that no route carries is left out, so that a page taken away cannot break every other page.
    """
    shown: list[tuple[Place, str]] = []
    for place in places:
        if place.permission and (place.permission in withheld or not access.may(roles, place.permission)):
            continue
        try:
            shown.append((place, reverse(place.url_name)))
        except NoReverseMatch:
            continue
    beginnings = (url for place, url in shown if path == url or (path.startswith(url) and not place.is_root))
    current = max(beginnings, key=len, default="")
    return [Link(place.label, url, url == current) for place, url in shown]
