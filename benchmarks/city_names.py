"""Made-up names and codes of a city's subjects: the n-th subject is the same whoever asks, so several processes may.

Names are put together as registered names are: place, brand, trade, form; a fragment of them is as common or as rare as
in a real register. None belongs to anyone.
"""

import datetime as dt
import random
from dataclasses import dataclass

from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_uscc

_PLACES = [
    "云溪县",
    "青石县",
    "长坪县",
    "云溪县城关镇",
    "云溪县柳河镇",
    "云溪县石桥镇",
    "云溪县白沙镇",
    "云溪县双塘镇",
    "云溪县枫林镇",
    "云溪县南坪乡",
    "云溪县杨树乡",
    "云溪县大湾镇",
    "云溪县黄土岗镇",
    "云溪经济开发区",
    "云岭市",
    "云岭市云溪县",
    "某省云岭市",
]
_BRANDS = (
    "安宝百邦昌辰晨诚创春达大德鼎东恒方丰福富岗高冠光广国海航和恒弘宏洪鸿华桓汇惠吉佳嘉坚建江金锦京晶景巨聚均凯康科坤来蓝乐立利联"
    "凌龙隆鲁绿迈茂美明铭南宁诺欧鹏平启千乾强清庆全泉仁荣融瑞润三森山尚盛时世顺硕思四泰腾天通同万旺威伟卫文五祥翔新信星兴旭阳亿益"
    "毅银英永优友宇玉裕元园远源岳跃云运泽展振正志致智中众忠洲卓"
)
_TRADES = [
    "矿业",
    "煤业",
    "采石",
    "化工",
    "精细化工",
    "烟花爆竹",
    "危险品运输",
    "货物运输",
    "物流",
    "汽车运输",
    "建筑",
    "建筑工程",
    "市政工程",
    "装饰工程",
    "劳务",
    "商贸",
    "贸易",
    "百货",
    "超市",
    "粮油",
    "食品",
    "餐饮",
    "餐饮管理",
    "酒店",
    "酒店管理",
    "医药",
    "医疗器械",
    "农业",
    "农业科技",
    "生态农业",
    "种植",
    "养殖",
    "水产",
    "林业",
    "木业",
    "家具",
    "纺织",
    "服装",
    "丝网",
    "五金",
    "机械",
    "机械制造",
    "机电",
    "电子",
    "电子科技",
    "信息技术",
    "网络科技",
    "软件",
    "环保科技",
    "新能源",
    "电力",
    "燃气",
    "水务",
    "房地产开发",
    "物业管理",
    "广告",
    "文化传媒",
    "教育咨询",
    "企业管理",
    "金属制品",
    "塑料制品",
    "建材",
    "水泥",
    "陶瓷",
    "玻璃",
    "造纸",
    "印刷",
    "包装",
    "汽车维修",
    "租赁",
    "园林绿化",
]
_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "有限公司云溪分公司", "（云溪）有限公司")
_TRADERS = ("商店", "经营部", "超市", "加工厂", "饭店", "维修部", "服务部", "加油站", "采石场")
_FAMILIES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
_GIVEN = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红梅建国志文海燕春晓东林峰波宁浩宇轩辰欣怡子涵梓博雅婷雪鹏飞龙凤翔云天佳慧颖莹琳倩"
_SECTORS = (["mine"], ["chemical"], ["commerce"], ["catering"], ["other"], [])
_INDUSTRIES = ("采矿业", "制造业", "建筑业", "批发和零售业", "住宿和餐饮业", "交通运输业", "农业", "")
PERSONS = 0.3
FORMER = 0.08


@dataclass(frozen=True, slots=True)
class Made:
    """A subject as the register would hold it. `former`: name, first day and day after the last; none for most."""

    is_person: bool
    category: str
    name: str
    code: str
    sectors: list[str]
    industry: str
    risk: str
    born_on: dt.date | None
    former: tuple[tuple[str, dt.date, dt.date], ...]


def subject_made(number: int, *, seed: int, on: dt.date) -> Made:
    """Return the subject of this number, 1 and up; the same for the same seed and day."""
    chance = random.Random(seed * 1_000_003 + number)
    if chance.random() < PERSONS:
        return _person(number, chance, on)
    is_trader = chance.random() < 0.35
    name = _trader(chance) if is_trader else _company(chance)
    former: tuple[tuple[str, dt.date, dt.date], ...] = ()
    if not is_trader and chance.random() < FORMER:
        changed = on - dt.timedelta(days=chance.randrange(30, 3000))
        former = ((_company(chance), changed - dt.timedelta(days=1000), changed),)
    return Made(
        is_person=False, category="sole-trader" if is_trader else "enterprise", name=name,
        code=make_uscc("9", "2" if is_trader else "1", FICTIONAL_DIVISION, number), sectors=chance.choice(_SECTORS),
        industry=chance.choice(_INDUSTRIES), risk=chance.choice(("", "low", "ordinary", "larger", "major")),
        born_on=None, former=former,
    )  # fmt: skip


def _person(number: int, chance: random.Random, on: dt.date) -> Made:
    # Day and serial follow from the number, so that no two persons share an identity number.
    days, serial = divmod(number, 1000)
    born_on = on - dt.timedelta(days=20 * 365 + days)
    name = chance.choice(_FAMILIES) + "".join(chance.choices(_GIVEN, k=chance.choice((1, 2, 2))))
    code = make_identity(FICTIONAL_DIVISION, born_on, serial)
    return Made(True, "person", name, code, [], "", "", born_on, ())


def _brand(chance: random.Random) -> str:
    return "".join(chance.choices(_BRANDS, k=chance.choice((2, 2, 2, 3, 3, 4))))


def _company(chance: random.Random) -> str:
    form = chance.choices(_FORMS, weights=(70, 12, 4, 4, 5, 5))[0]
    place, brand, trade = chance.choice(_PLACES), _brand(chance), chance.choice(_TRADES)
    return f"{brand}{trade}{form}" if form.startswith("（") else f"{place}{brand}{trade}{form}"


def _trader(chance: random.Random) -> str:
    return f"{chance.choice(_PLACES)}{_brand(chance)}{chance.choice(_TRADERS)}"


__all__ = ["Made", "subject_made"]
