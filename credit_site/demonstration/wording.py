"""Invented names and trades. Every organisation's name begins with the invented county's name."""

import random
from dataclasses import dataclass

COUNTY = "云溪县"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = ("演一", "演二", "演三", "示一", "示二", "示三", "例甲", "例乙", "例丙", "例丁", "拟甲", "拟乙", "拟丙")
_FIRST = "金银铜铁锡玉石松柏桦枫栎榆杉兰荷菊桂梅竹溪泉江湖海山岭峰谷原"
_SECOND = "盛隆昌泰安康顺和瑞祥鸿达通发兴旺源广茂丰裕恒久永固宏伟嘉美"


@dataclass(frozen=True, slots=True)
class Trade:
    """A kind of business: how its names end, its sectors, and how many of 300 carry on with it."""

    industry: str
    endings: tuple[str, ...]
    sectors: tuple[str, ...]
    number: int
    category: str = "enterprise"
    digit: str = "1"
    risks: tuple[str, ...] = ("low", "ordinary")


TRADES = (
    Trade(
        "非煤矿山",
        ("石料开采有限公司", "矿业有限公司", "铁矿有限公司"),
        ("mine", "non-coal-mine"),
        26,
        risks=("larger", "major"),
    ),
    Trade(
        "危险化学品",
        ("化工有限公司", "气体有限公司", "油品销售有限公司"),
        ("hazardous-chemicals",),
        34,
        risks=("larger", "major"),
    ),
    Trade("烟花爆竹", ("烟花爆竹专卖店",), ("fireworks",), 12, risks=("larger",)),
    Trade("金属冶炼", ("铸造有限公司", "金属制品有限公司"), ("metal-smelting",), 16, risks=("larger", "major")),
    Trade("机械制造", ("机械制造有限公司", "五金加工厂"), ("machinery",), 36),
    Trade("建材", ("建材有限公司", "预拌混凝土有限公司"), ("building-materials",), 24, risks=("ordinary", "larger")),
    Trade("纺织", ("纺织有限公司", "服装厂"), ("textiles",), 20),
    Trade("安全评价与检测", ("安全技术服务有限公司", "检测技术有限公司"), ("safety-service", "agency"), 8),
    Trade("物业与商务服务", ("物业服务有限公司", "商务服务有限公司", "劳务服务有限公司"), ("services",), 34),
    Trade("批发零售", ("商贸有限公司", "超市"), ("commerce",), 40),
    Trade("餐饮", ("饭店", "小吃店", "酒楼"), ("commerce",), 32, category="sole-trader", digit="2"),
    Trade("种植养殖", ("种植专业合作社", "养殖专业合作社"), (), 18, category="cooperative", digit="3"),
)


def words(chance: random.Random, number: int) -> list[str]:
    """Return `number` different two-character trade names."""
    pairs = [first + second for first in _FIRST for second in _SECOND]
    return chance.sample(pairs, number)


def person_name(chance: random.Random) -> str:
    """Return an invented person's name that shows that it is one."""
    return chance.choice(SURNAMES) + chance.choice(GIVEN)


VIOLATIONS = (
    ("未按规定对从业人员进行安全生产教育和培训", "《中华人民共和国安全生产法》第九十七条第三项", 20_000),
    ("未在有较大危险因素的场所设置明显的安全警示标志", "《中华人民共和国安全生产法》第九十九条第一项", 15_000),
    (
        "特种作业人员未按规定经专门的安全作业培训并取得相应资格上岗作业",
        "《中华人民共和国安全生产法》第九十七条第七项",
        30_000,
    ),
    ("未如实记录事故隐患排查治理情况", "《中华人民共和国安全生产法》第九十七条第五项", 12_000),
    ("未对安全设备进行经常性维护保养和定期检测", "《中华人民共和国安全生产法》第九十九条第三项", 18_000),
    ("生产经营场所出口被占用", "《中华人民共和国安全生产法》第一百零五条第二项", 10_000),
)
GRAVE = (
    ("B1", "未取得安全生产许可证擅自进行生产", "《安全生产许可证条例》第十九条", 150_000),
    ("B1", "安全生产许可证被暂扣期间仍从事生产", "《安全生产许可证条例》第十九条", 120_000),
    ("B4", "经停产停业整顿仍不具备安全生产条件继续生产", "《中华人民共和国安全生产法》第一百一十三条", 200_000),
)
