"""The county's departments, accounts and active policies."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from registry import clock
from registry.models import Account, Department, OutboxMessage, PolicyVersion, RoleGrant
from registry.rules import access
from registry.rules.scopes import SCOPE_LABELS
from registry.rules.synthetic import FICTIONAL_DIVISION, make_uscc
from registry.services import job_requests
from registry.services.clients import client_open
from registry.services.policies import packs_load
from registry.services.policy_adoption import adoption_confirm, adoption_propose

from .wording import COUNTY

PASSWORD = "demonstration-2026"  # noqa: S105 - printed at every start of the demonstration, valid nowhere else
KIND = Department.Kind

DEPARTMENTS = (
    ("emergency", "应急管理局", "应急局", KIND.BUREAU),
    ("credit-office", "信用监管办公室", "信用办", KIND.CREDIT_OFFICE),
    ("development", "发展和改革局", "发改局", KIND.BUREAU),
    ("finance", "财政局", "财政局", KIND.BUREAU),
    ("market", "市场监督管理局", "市监局", KIND.BUREAU),
    ("natural-resources", "自然资源局", "自然资源局", KIND.BUREAU),
    ("ecology", "生态环境局", "环境局", KIND.BUREAU),
    ("housing", "住房和城乡建设局", "住建局", KIND.BUREAU),
    ("human-resources", "人力资源和社会保障局", "人社局", KIND.BUREAU),
    ("science", "科学技术局", "科技局", KIND.BUREAU),
    ("tax", "税务局", "税务局", KIND.BUREAU),
    ("peoples-bank", "人民银行营业管理部", "人民银行", KIND.BUREAU),
    ("civilization", "文明办公室", "文明办", KIND.BUREAU),
    ("state-assets", "国有资产服务中心", "国资中心", KIND.BUREAU),
    ("financial-supervision", "金融监管支局", "金融监管", KIND.BUREAU),
    ("urban-management", "城市管理局", "城管局", KIND.BUREAU),
    ("upper", "上级信用主管部门", "上级", KIND.UPPER),
    ("joint-conference", "信用联席会议办公室", "联席办", KIND.JOINT_CONFERENCE),
)

# username, name shown, department, roles, what to try
ACCOUNTS = (
    ("jingban", "演示经办甲", "emergency", (access.HANDLER,), "录入记录、导入双公示文件、立案取证"),
    ("jingban2", "演示经办乙", "emergency", (access.HANDLER,), "领办待认领的案件"),
    ("shenhe", "演示审核甲", "emergency", (access.REVIEWER,), "初审案件、起草和提出启用政策"),
    ("shenhe2", "演示审核乙", "emergency", (access.REVIEWER,), "第二名审核人员"),
    ("shenpi", "演示审批甲", "emergency", (access.APPROVER,), "作出认定、确认启用政策"),
    ("shenpi2", "演示审批乙", "emergency", (access.APPROVER,), "第二名审批人员"),
    ("gongshi", "演示公示员", "emergency", (access.PUBLISHER,), "公布认定决定、双公示"),
    ("shijian", "演示市监专员", "market", (access.DEPARTMENT,), "签收、反馈联合惩戒任务"),
    ("zhujian", "演示住建专员", "housing", (access.DEPARTMENT,), "签收、反馈联合惩戒任务"),
    ("caizheng", "演示财政专员", "finance", (access.DEPARTMENT,), "签收、反馈联合惩戒任务"),
    (
        "lianxi",
        "演示联席办专员",
        "joint-conference",
        (access.DEPARTMENT,),
        "督办逾期的联合惩戒任务，查看统计和月度反馈报告",
    ),
    ("shenji", "演示审计员", "credit-office", (access.AUDITOR,), "查看留痕、核验封存"),
    ("admin", "演示管理员", "credit-office", (access.ADMINISTRATOR,), "账号、角色、日历、任务"),
)
_ANSWERING = {username for username, _, _, roles, _ in ACCOUNTS if access.DEPARTMENT in roles}
# A department's system to try the API with: client id, secret, name, department.
SANDBOX = ("demonstration-market", "demonstration-secret-2026", "演示沙箱（市监审批系统）", "market")
SUBJECT_ACCOUNT = ("qiye", "演示企业用户", "登录后查看本企业的公开档案")

# pack, mode asked for; what a pack's authority does not carry becomes internal by itself
POLICIES = (
    ("mem-2023-11", "binding"),
    ("memo-2016-1001", "binding"),
    ("ndrc-2018-424", "binding"),
    ("nanning-urban", "internal"),
    ("mohurd-urban-2018", "internal"),
)


@dataclass(frozen=True, slots=True)
class Office:
    """Who acts in the demonstration."""

    departments: dict[str, Department]
    accounts: dict[str, Account]
    answering: dict[int | None, Account]  # by department: who takes its orders

    @property
    def bureau(self) -> Department:
        return self.departments["emergency"]

    def officer(self, username: str) -> Account:
        return self.accounts[username]


def office_open(on: dt.date) -> Office:
    """Make the departments and accounts. Roles run from `on`."""
    departments = {}
    for serial, (code, name, short, kind) in enumerate(DEPARTMENTS, start=1):
        department = Department(
            code=code, uscc=make_uscc("1", "1", FICTIONAL_DIVISION, 900 + serial), name=f"{COUNTY}{name}（演示）",
            short_name=short, kind=kind,
            contact=f"{COUNTY}演示路1号（演示地址），电话000-0000000",
        )  # fmt: skip
        departments[code] = department.save_by(None, reason="demonstration")
    # All have the same password: worked out once, as a good hash takes its time.
    password = make_password(PASSWORD)
    accounts = {}
    for username, name, code, roles, _ in ACCOUNTS:
        account = Account.objects.create(
            username=username, password=password, display_name=name, department=departments[code]
        )
        for role in roles:
            RoleGrant(account=account, role=role, starts_on=on).save_by(None, reason="demonstration")
        accounts[username] = account
    answering = {account.department_id: account for account in accounts.values() if account.username in _ANSWERING}
    for department in departments.values():
        if department.kind == KIND.BUREAU and department.pk not in answering:
            account = Account.objects.create(
                username=department.code, password=password, display_name=f"演示{department.short_name}专员",
                department=department,
            )  # fmt: skip
            RoleGrant(account=account, role=access.DEPARTMENT, starts_on=on).save_by(None, reason="demonstration")
            answering[department.pk] = account
    client_id, secret, name, code = SANDBOX
    client_open(
        name=name, department=departments[code], scopes=list(SCOPE_LABELS), client_id=client_id, secret=secret,
        actor=None, on=on,
    )  # fmt: skip
    return Office(departments, accounts, answering)


def policies_open(office: Office, on: dt.date) -> None:
    """Load the packs and let the office run those that its demonstration needs."""
    packs_load(at=clock.now())
    for pack_id, mode in POLICIES:
        version = PolicyVersion.objects.filter(pack_id=pack_id).order_by("-loaded_at", "-id")[0]
        proposal = adoption_propose(
            edition=version,
            mode=mode,
            starts_on=on,
            reason="演示：本县执行该文件。",
            actor=office.officer("shenhe"),
            on=on,
        )
        adoption_confirm(proposal_id=proposal.pk, note="", actor=office.officer("shenpi"), on=on)
    # Nobody is there to be evaluated yet; records are evaluated as they come.
    OutboxMessage.objects.filter(topic=job_requests.TOPIC).update(done_at=clock.now())
