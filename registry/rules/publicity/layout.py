"""The national 双公示 template of 2018: its columns in order, for licences (28) and penalties (30).

Basis: 发改办财金〔2018〕424号 with the data standard that goes with it. The lengths are not in the public
text; they are the usual ones and marked `length_assumed`.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Kind(StrEnum):
    """Which of the two sheets."""

    LICENCE = "licence"
    PENALTY = "penalty"

    @property
    def label(self) -> str:
        """The sheet's Chinese name."""
        return "行政许可" if self is Kind.LICENCE else "行政处罚"


class Required(Enum):
    """When a column must be filled."""

    ALWAYS = "必填"
    ORGANIZATION = "相对人为法人及非法人组织、个体工商户时必填"
    PERSON = "相对人为自然人时必填"
    FINE = "处罚类别含罚款时必填"
    CONFISCATION = "处罚类别含没收时必填"
    REVOCATION = "处罚类别含暂扣或吊销许可证件时必填"
    NEVER = "选填"


class Form(Enum):
    """What a cell holds."""

    TEXT = "文本"
    CODE = "代码"
    DATE = "日期"
    MONEY = "金额（万元）"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: national code, Chinese label, when mandatory, longest text in characters, other
    spellings.
    """

    code: str
    label: str
    required: Required = Required.NEVER
    max_length: int = 200
    form: Form = Form.TEXT
    aliases: tuple[str, ...] = ()
    length_assumed: bool = True


_ALWAYS, _ORGANIZATION, _PERSON = Required.ALWAYS, Required.ORGANIZATION, Required.PERSON


def _party_columns(prefix: str) -> tuple[Column, ...]:
    """Return the 13 columns about the party (行政相对人), the same in both sheets but for the prefix."""
    party = f"{prefix}_XDR_"
    return (*_party_codes(party), *_party_people(prefix, party))


def _party_codes(party: str) -> tuple[Column, ...]:
    return (
        Column(f"{party}MC", "行政相对人名称", _ALWAYS, 200),
        Column(f"{party}LB", "行政相对人类别", _ALWAYS, 16),
        Column(
            f"{party}SHXYM",
            "统一社会信用代码",
            _ORGANIZATION,
            18,
            Form.CODE,
            ("行政相对人代码_1(统一社会信用代码)", "行政相对人统一社会信用代码"),
            length_assumed=False,
        ),
        Column(
            f"{party}GSZC",
            "工商注册号",
            max_length=50,
            form=Form.CODE,
            aliases=("行政相对人代码_2(工商注册号)", "工商登记码"),
        ),
        Column(
            f"{party}ZZJG", "组织机构代码", max_length=50, form=Form.CODE, aliases=("行政相对人代码_3(组织机构代码)",)
        ),
        Column(f"{party}SWDJ", "税务登记号", max_length=50, form=Form.CODE, aliases=("行政相对人代码_4(税务登记号)",)),
        Column(
            f"{party}SYDW",
            "事业单位证书号",
            max_length=50,
            form=Form.CODE,
            aliases=("行政相对人代码_5(事业单位证书号)",),
        ),
        Column(
            f"{party}SHZZ",
            "社会组织登记证号",
            max_length=50,
            form=Form.CODE,
            aliases=("行政相对人代码_6(社会组织登记证号)",),
        ),
    )


def _party_people(prefix: str, party: str) -> tuple[Column, ...]:
    return (
        Column(f"{prefix}_FRDB", "法定代表人", _ORGANIZATION, 50, aliases=("法定代表人姓名",)),
        Column(f"{prefix}_FR_ZJLX", "法定代表人证件类型", max_length=64),
        Column(
            f"{prefix}_FR_ZJHM",
            "法定代表人证件号码",
            max_length=64,
            form=Form.CODE,
            aliases=(f"{prefix}_FR_SFZH", "法定代表人身份证号", "法定代表人身份证号码"),
        ),
        Column(f"{party}ZJLX", "证件类型", _PERSON, 64, aliases=("自然人证件类型", "行政相对人证件类型")),
        Column(f"{party}ZJHM", "证件号码", _PERSON, 64, Form.CODE, ("自然人证件号码", "行政相对人证件号码")),
    )


_LICENCE = (
    *_party_columns("XK"),
    Column("XK_XKWS", "许可文书名称", _ALWAYS, 200, aliases=("行政许可决定文书名称", "行政许可文书名称")),
    Column("XK_WSH", "许可文书号", _ALWAYS, 64, Form.CODE, ("行政许可决定文书号", "行政许可文书号")),
    Column("XK_XKLB", "许可类别", _ALWAYS, 40, aliases=("行政许可类别",)),
    Column("XK_XKZS", "许可证书名称", max_length=200),
    Column("XK_XKBH", "许可编号", max_length=128, form=Form.CODE, aliases=("许可证书编号",)),
    Column("XK_NR", "许可内容", _ALWAYS, 4000),
    Column("XK_JDRQ", "许可决定日期", _ALWAYS, form=Form.DATE),
    Column("XK_YXQZ", "有效期自", _ALWAYS, form=Form.DATE),
    Column("XK_YXQZI", "有效期至", _ALWAYS, form=Form.DATE),
    Column("XK_XKJG", "许可机关", _ALWAYS, 200),
    Column("XK_XKJGDM", "许可机关统一社会信用代码", _ALWAYS, 18, Form.CODE, ("许可机关代码",), length_assumed=False),
    Column("XK_ZT", "当前状态", _ALWAYS, 10, Form.CODE),
    Column("XK_LYDW", "数据来源单位", _ALWAYS, 200),
    Column(
        "XK_LYDWDM", "数据来源单位统一社会信用代码", _ALWAYS, 18, Form.CODE, ("数据来源单位代码",), length_assumed=False
    ),
    Column("BZ", "备注", max_length=512),
)

_PENALTY = (
    *_party_columns("CF"),
    Column("CF_WSH", "行政处罚决定书文号", _ALWAYS, 128, Form.CODE, ("行政处罚决定文书号", "处罚决定书文号")),
    Column("CF_WFXW", "违法行为类型", _ALWAYS, 2000),
    Column("CF_SY", "违法事实", _ALWAYS, 5000),
    Column("CF_YJ", "处罚依据", _ALWAYS, 2048),
    Column("CF_CFLB", "处罚类别", _ALWAYS, 200),
    Column("CF_NR", "处罚内容", _ALWAYS, 4000),
    Column("CF_NR_FK", "罚款金额(万元)", Required.FINE, form=Form.MONEY, aliases=("罚款金额",)),
    Column(
        "CF_NR_WFFF",
        "没收金额(万元)",
        Required.CONFISCATION,
        form=Form.MONEY,
        aliases=("没收金额", "没收违法所得、没收非法财物的金额(万元)"),
    ),
    Column("CF_NR_ZKDX", "暂扣或吊销证照名称及编号", Required.REVOCATION, 200),
    Column("CF_JDRQ", "处罚决定日期", _ALWAYS, form=Form.DATE),
    Column("CF_YXQ", "处罚有效期", _ALWAYS, form=Form.DATE),
    Column("CF_GSJZQ", "公示截止期", form=Form.DATE, aliases=("公示截止日期",)),
    Column("CF_CFJG", "处罚机关", _ALWAYS, 200),
    Column("CF_CFJGDM", "处罚机关统一社会信用代码", _ALWAYS, 18, Form.CODE, ("处罚机关代码",), length_assumed=False),
    Column("CF_SJLY", "数据来源单位", _ALWAYS, 200),
    Column(
        "CF_SJLYDM", "数据来源单位统一社会信用代码", _ALWAYS, 18, Form.CODE, ("数据来源单位代码",), length_assumed=False
    ),
    Column("BZ", "备注", max_length=512),
)

COLUMNS: dict[Kind, tuple[Column, ...]] = {Kind.LICENCE: _LICENCE, Kind.PENALTY: _PENALTY}


def column_index(kind: Kind) -> dict[str, int]:
    """Return the position of each column code in the national order."""
    return {column.code: index for index, column in enumerate(COLUMNS[kind])}
